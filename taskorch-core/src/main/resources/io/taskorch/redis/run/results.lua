#!lua flags=no-writes
-- results.lua: the results of some steps of a run in their order, as far as a number of bytes.
-- KEYS[1] {<ns>:<p>}:   prefix of the partition
-- ARGV[1] run id   ARGV[2] index of the first step   ARGV[3] most steps   ARGV[4] bytes after which no
--         further one is added
-- Reply   result of each step, "" for none
--- @include "lib/keys"

local key = RUN .. ARGV[1]
local from = tonumber(ARGV[2])
local last = math.min(from + tonumber(ARGV[3]), tonumber(call('HGET', key, 'steps') or 0)) - 1
local ids = call('GETRANGE', key .. ':ids', from * 26, last * 26 + 25)
local reply, bytes = {}, 0
for i = 1, last - from + 1 do
  if bytes > tonumber(ARGV[4]) then
    break
  end
  reply[i] = call('GET', RESULT .. sub(ids, i * 26 - 25, i * 26)) or ''
  bytes = bytes + #reply[i]
end
return reply
