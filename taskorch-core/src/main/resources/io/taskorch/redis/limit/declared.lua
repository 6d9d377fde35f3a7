#!lua flags=no-writes
-- declared.lua: the limits that settings or code declare.
-- KEYS[1] {<ns>:<p>}:   prefix of the partition
-- Reply   {gate, "<owner> <fingerprint>", …}
--- @include "lib/keys"

return call('HGETALL', prefix .. 'limits:declared')
