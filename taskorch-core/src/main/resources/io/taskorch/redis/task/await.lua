#!lua flags=allow-oom
-- await.lua: asks that the end of some tasks or runs be told, for a time.
-- KEYS[1] {<ns>:<p>}:   prefix of the partition
-- ARGV[1] ms   ARGV[2] number of ids   ARGV[…] ids
-- Reply   "ok"
--- @include "lib/now"
--- @include "lib/keys"

local at = now()
call('ZREMRANGEBYSCORE', AWAITED, '-inf', at)
local entries = {}
for i = 1, tonumber(ARGV[2]) do
  entries[2 * i - 1] = at + tonumber(ARGV[1])
  entries[2 * i] = ARGV[2 + i]
end
call('ZADD', AWAITED, unpack(entries))
return 'ok'
