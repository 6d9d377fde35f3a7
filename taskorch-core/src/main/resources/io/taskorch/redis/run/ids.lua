#!lua flags=no-writes
-- ids.lua: the task ids of some steps of a run, in topological order or the other way round.
-- KEYS[1] {<ns>:<p>}:   prefix of the partition
-- ARGV[1] run id   ARGV[2] steps to pass over   ARGV[3] most steps   ARGV[4] "1" for the reverse order
-- Reply   task ids; none when there is no such run
--- @include "lib/keys"

local key = RUN .. ARGV[1]
local state, steps = unpack(call('HMGET', key, 'state', 'steps'))
if not state or state == 'G' then
  return {}
end
steps = tonumber(steps)
local reply = {}
for i = tonumber(ARGV[2]), math.min(tonumber(ARGV[2]) + tonumber(ARGV[3]), steps) - 1 do
  local index = ARGV[4] == '1' and steps - 1 - i or i
  reply[#reply + 1] = call('GETRANGE', key .. ':ids', index * 26, index * 26 + 25)
end
return reply
