#!lua
-- save.lua: makes a version of what has been uploaded and the last part, unless the latest is the
-- same.
-- KEYS[1] {<ns>:<p>}:   prefix of the partition
-- ARGV[1] name   ARGV[2] digest of the whole   ARGV[3] number of the last part   ARGV[4] its bytes
-- ARGV[5] names this call   ARGV[6] most definitions   ARGV[7] most versions
-- Reply   {"ok", version, created in ms, "1" when this call has made it} | {"incomplete"} when parts
--         are missing | {"too_many_definitions"} | {"too_many_versions"}
--- @include "lib/now"
--- @include "lib/definition"

local name, digest = ARGV[1], ARGV[2]
local key, upload = definition_key(name), upload_key(name, digest)
local held = call('HMGET', key, 'latest', 'digest', 'operation')
local latest = tonumber(held[1] or 0)
local parts = call('HLEN', upload)
if held[2] == digest then
  if parts > 0 then
    call('UNLINK', upload)
  end
  local created = call('HGET', key, 'v' .. format('%d', latest))
  return {'ok', latest, created, held[3] == ARGV[5] and '1' or '0'}
end
local last = tonumber(ARGV[3])
if parts ~= last and parts ~= last + 1 then
  return {'incomplete'}
end
if latest == 0 and call('ZCARD', definitions_key()) >= tonumber(ARGV[6]) then
  return {'too_many_definitions'}
end
if latest >= tonumber(ARGV[7]) then
  return {'too_many_versions'}
end
local version, created = format('%d', latest + 1), format('%d', now())
touch(definitions_key())
touch(version_key(name, version))
write('HSET', upload, ARGV[3], ARGV[4])
write('PERSIST', upload)
write('RENAME', upload, version_key(name, version))
write('HSET', key, 'latest', version, 'digest', digest, 'operation', ARGV[5], 'v' .. version, created)
write('ZADD', definitions_key(), 0, name)
flush()
return {'ok', latest + 1, created, '1'}
