#!lua flags=allow-oom
-- confirm.lua: notes that what an idempotency key stands for has been stored.
-- KEYS[1] {<ns>:<p>}:   prefix of the partition
-- ARGV[1] idempotency key   ARGV[2] id
-- Reply   "ok" | "not_found" when the key has expired or stands for another id
--- @include "lib/keys"

local key = prefix .. 'key:' .. ARGV[1]
if call('HGET', key, 'id') ~= ARGV[2] then
  return 'not_found'
end
call('HSET', key, 'confirmed', '1')
return 'ok'
