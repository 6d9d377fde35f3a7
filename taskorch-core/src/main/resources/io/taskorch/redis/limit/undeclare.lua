#!lua flags=allow-oom
-- undeclare.lua: forgets who declared limits.
-- KEYS[1] {<ns>:<p>}:   prefix of the partition
-- ARGV[1] gate
-- Reply   "ok"
--- @include "lib/keys"

call('HDEL', prefix .. 'limits:declared', ARGV[1])
return 'ok'
