#!lua flags=no-writes
-- versions.lua: the settings of the queues that have some.
-- KEYS[1] {<ns>:<p>}:   prefix of the partition
-- Reply   {queue, version, "1" when paused, …}
--- @include "lib/keys"

local held = call('HGETALL', prefix .. 'settings')
local reply = {}
for i = 1, #held, 2 do
  reply[#reply + 1] = held[i]
  reply[#reply + 1] = held[i + 1]
  reply[#reply + 1] = call('SISMEMBER', PAUSED, held[i])
end
return reply
