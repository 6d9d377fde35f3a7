#!lua flags=allow-oom
-- pause.lua: keeps a group of a queue from starting tasks, or lets it go on.
-- KEYS[1] {<ns>:<p>}:   prefix of the partition
-- ARGV[1] queue   ARGV[2] group   ARGV[3] "1" to pause it
-- Reply   "ok"
--- @include "lib/limits"

local gate = 'g:' .. ARGV[1] .. ':' .. ARGV[2]
if ARGV[3] == '1' then
  index_add(prefix .. 'closed', '+inf', gate)
else
  index_remove(prefix .. 'closed', gate)
  reopen(gate)
end
flush()
hint_work('ready ' .. ARGV[1])
return 'ok'
