#!lua flags=no-writes
-- declared.lua: the schedules that settings or code declare.
-- KEYS[1] {<ns>:<p>}:   prefix of the partition
-- Reply   {name, who declares it, …}
--- @include "lib/keys"

return call('HGETALL', prefix .. 'schedules:declared')
