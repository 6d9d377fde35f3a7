#!lua flags=no-writes
-- versions.lua: the queues that have settings, and the version of these.
-- KEYS[1] {<ns>:<p>}:   prefix of the partition
-- Reply   {queue, version, …}
--- @include "lib/keys"

local held = call('HGETALL', prefix .. 'settings')
for i = 2, #held, 2 do
  held[i] = string.match(held[i], '^%d+')
end
return held
