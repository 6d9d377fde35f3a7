#!lua
-- declare.lua: notes who declares limits, and which.
-- KEYS[1] {<ns>:<p>}:   prefix of the partition
-- ARGV[1] gate   ARGV[2] owner   ARGV[3] fingerprint of the limits
-- Reply   "ok"
--- @include "lib/keys"

call('HSET', prefix .. 'limits:declared', ARGV[1], ARGV[2] .. ' ' .. ARGV[3])
return 'ok'
