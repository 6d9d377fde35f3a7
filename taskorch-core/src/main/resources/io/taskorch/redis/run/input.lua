#!lua flags=no-writes
-- input.lua: what the payload of a step may refer to.
-- KEYS[1] {<ns>:<p>}:   prefix of the partition
-- ARGV[1] run id   ARGV[2] number of upstream steps   ARGV[…] their task ids
-- Reply   {input of the run, result of each step or ""}
--- @include "lib/keys"

local reply = {call('GET', RUN .. ARGV[1] .. ':input') or 'null'}
for i = 1, tonumber(ARGV[2]) do
  reply[i + 1] = call('GET', RESULT .. ARGV[2 + i]) or ''
end
return reply
