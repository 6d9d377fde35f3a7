#!lua
-- stage.lua: brings some weights of a queue's groups, which do not hold before all of them are there.
-- KEYS[1] {<ns>:<p>}:   prefix of the partition
-- ARGV[1] queue   ARGV[2] digest of all of them   ARGV[3] how long they are kept in ms
-- ARGV[…] group, weight, and so on
-- Reply   "ok"
--- @include "lib/keys"

local key = prefix .. 'weights:' .. ARGV[1] .. ':' .. ARGV[2]
call('HSET', key, unpack(ARGV, 4))
call('PEXPIRE', key, ARGV[3])
return 'ok'
