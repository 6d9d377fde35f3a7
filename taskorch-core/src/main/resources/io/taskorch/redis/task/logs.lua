#!lua flags=no-writes
-- logs.lua: lines of a task's log.
-- KEYS[1] {<ns>:<p>}:   prefix of the partition
-- ARGV[1] task id   ARGV[2] number after which to begin   ARGV[3] most lines
-- Reply   {number of lines that have been dropped, then number, time in ms, stream, line of each}
--- @include "lib/keys"

local key = LOGS .. ARGV[1]
local head = call('XRANGE', key, '-', '+', 'COUNT', 1)
local reply = {head[1] and tonumber(string.match(head[1][1], '^(%d+)')) - 1 or 0}
for _, entry in ipairs(call('XRANGE', key, '(' .. ARGV[2] .. '-0', '+', 'COUNT', ARGV[3])) do
  local n = #reply
  reply[n + 1] = string.match(entry[1], '^(%d+)')
  reply[n + 2] = entry[2][2]
  reply[n + 3] = entry[2][4]
  reply[n + 4] = entry[2][6]
end
return reply
