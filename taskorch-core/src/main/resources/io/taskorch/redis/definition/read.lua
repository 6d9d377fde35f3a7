#!lua flags=no-writes
-- read.lua: a version of a definition, or a part of one.
-- KEYS[1] {<ns>:<p>}:   prefix of the partition
-- ARGV[1] name   ARGV[2] version, "" for the latest   ARGV[3] number of the part, from 0
-- Reply   {} when there is no such version, or {version, created in ms, number of parts, the part}
--- @include "lib/definition"

local version = ARGV[2]
if version == '' then
  version = call('HGET', definition_key(ARGV[1]), 'latest')
end
local created = version and call('HGET', definition_key(ARGV[1]), 'v' .. version)
if not created then
  return {}
end
local key = version_key(ARGV[1], version)
return {version, created, call('HLEN', key), call('HGET', key, ARGV[3]) or ''}
