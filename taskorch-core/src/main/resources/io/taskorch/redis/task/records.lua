#!lua flags=no-writes
-- records.lua: the records of some tasks, as far as a number of bytes.
-- KEYS[1] {<ns>:<p>}:   prefix of the partition
-- ARGV[1] most bytes; the first record comes in any case   ARGV[2] number of tasks
-- ARGV[…] task ids
-- Reply   record of each task in order, "" for one that is not stored; ends early at the limit
--- @include "lib/keys"

local left = tonumber(ARGV[1])
local reply = {}
for i = 1, tonumber(ARGV[2]) do
  local bytes = call('GET', RECORD .. ARGV[2 + i]) or ''
  left = left - #bytes
  if i > 1 and left < 0 then
    break
  end
  reply[i] = bytes
end
return reply
