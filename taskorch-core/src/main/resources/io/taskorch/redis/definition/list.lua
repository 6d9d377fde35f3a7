#!lua flags=no-writes
-- list.lua: the definitions of a partition, by name.
-- KEYS[1] {<ns>:<p>}:   prefix of the partition
-- ARGV[1] only those behind this name, "" for all   ARGV[2] most
-- Reply   {name, latest version, its creation in ms, …}
--- @include "lib/definition"

local from = ARGV[1] == '' and '-' or '(' .. ARGV[1]
local reply = {}
for _, name in ipairs(call('ZRANGE', definitions_key(), from, '+', 'BYLEX', 'LIMIT', 0, ARGV[2])) do
  local latest = call('HGET', definition_key(name), 'latest')
  reply[#reply + 1] = name
  reply[#reply + 1] = latest
  reply[#reply + 1] = call('HGET', definition_key(name), 'v' .. latest)
end
return reply
