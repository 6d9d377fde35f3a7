#!lua
-- hold.lua: notes that a partition holds schedules.
-- KEYS[1] {<ns>:<p>}:   prefix of the first partition
-- ARGV[1] number of the partition
-- Reply   "ok"
--- @include "lib/keys"

call('SADD', prefix .. 'schedules:partitions', ARGV[1])
return 'ok'
