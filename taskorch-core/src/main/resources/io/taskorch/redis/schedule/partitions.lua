#!lua flags=no-writes
-- partitions.lua: the partitions that hold schedules, or did.
-- KEYS[1] {<ns>:<p>}:   prefix of the first partition
-- Reply   their numbers
--- @include "lib/keys"

return call('SMEMBERS', prefix .. 'schedules:partitions')
