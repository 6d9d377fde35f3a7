#!lua flags=no-writes
-- names.lua: the queues of a partition and their lanes.
-- KEYS[1] {<ns>:<p>}:   prefix of the partition
-- Reply   {{queue, …}, {"<queue>:<lane>", …}}
--- @include "lib/keys"

local lanes = {}
for _, queue in ipairs(call('SMEMBERS', LANES)) do
  for _, lane in ipairs(call('HKEYS', lanes_key(queue))) do
    lanes[#lanes + 1] = queue .. ':' .. lane
  end
end
return {call('SMEMBERS', QUEUES), lanes}
