#!lua flags=allow-oom
-- delete.lua: takes the limits of a key away.
-- KEYS[1] {<ns>:<p>}:   prefix of the partition
-- ARGV[1] key
-- Reply   "ok"
--- @include "lib/limits"

index_remove(prefix .. 'limits', ARGV[1])
set_limits('l:' .. ARGV[1], '')
flush()
return 'ok'
