#!lua
-- reserve.lua: makes an idempotency key stand for an id, unless it stands for one already.
-- KEYS[1] {<ns>:<p>}:   prefix of the partition
-- ARGV[1] idempotency key   ARGV[2] id   ARGV[3] fingerprint of the submission   ARGV[4] ms to keep it
-- Reply   {id, fingerprint, "1" when confirmed} that the key stands for
--- @include "lib/keys"

local key = prefix .. 'key:' .. ARGV[1]
local held = call('HMGET', key, 'id', 'fingerprint', 'confirmed')
if held[1] then
  return {held[1], held[2], held[3] or '0'}
end
call('HSET', key, 'id', ARGV[2], 'fingerprint', ARGV[3])
call('PEXPIRE', key, ARGV[4])
return {ARGV[2], ARGV[3], '0'}
