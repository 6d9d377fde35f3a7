#!lua flags=allow-oom
-- pause.lua: keeps a group of a queue from starting tasks, or lets it go on.
-- KEYS[1] {<ns>:<p>}:   prefix of the partition
-- ARGV[1] queue   ARGV[2] group   ARGV[3] "1" to pause it   ARGV[4] most paused ones
-- Reply   "ok" | "too_many"
--- @include "lib/limits"

local gate = 'g:' .. ARGV[1] .. ':' .. ARGV[2]
local closed = prefix .. 'closed'
if ARGV[3] == '1' then
  if call('ZSCORE', closed, gate) ~= 'inf'
      and call('ZCOUNT', closed, '+inf', '+inf') >= tonumber(ARGV[4]) then
    return 'too_many'
  end
  index_add(closed, '+inf', gate)
else
  index_remove(closed, gate)
  reopen(gate)
end
flush()
hint_work('ready ' .. ARGV[1])
return 'ok'
