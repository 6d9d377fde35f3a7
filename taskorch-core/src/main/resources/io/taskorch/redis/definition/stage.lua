#!lua
-- stage.lua: uploads a part of a definition that is too large for one call. Repeats change nothing.
-- KEYS[1] {<ns>:<p>}:   prefix of the partition
-- ARGV[1] name   ARGV[2] digest of the whole   ARGV[3] number of the part, from 0   ARGV[4] its bytes
-- ARGV[5] ms to keep it
-- Reply   "ok"
--- @include "lib/definition"

local upload = upload_key(ARGV[1], ARGV[2])
call('HSET', upload, ARGV[3], ARGV[4])
call('PEXPIRE', upload, ARGV[5])
return 'ok'
