#!lua flags=no-writes
-- versions.lua: the versions of a definition, latest first.
-- KEYS[1] {<ns>:<p>}:   prefix of the partition
-- ARGV[1] name   ARGV[2] only those before this one, "" for all   ARGV[3] most
-- Reply   {version, created in ms, …}; {} when there is no such definition
--- @include "lib/definition"

local key = definition_key(ARGV[1])
local latest = tonumber(call('HGET', key, 'latest') or 0)
local first = ARGV[2] == '' and latest or math.min(latest, tonumber(ARGV[2]) - 1)
local reply = {}
for version = first, math.max(1, first - tonumber(ARGV[3]) + 1), -1 do
  local text = format('%d', version)
  reply[#reply + 1] = text
  reply[#reply + 1] = call('HGET', key, 'v' .. text)
end
return reply
