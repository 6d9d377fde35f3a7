#!lua flags=no-writes
-- depths.lua: how many tasks each queue holds by state, and the oldest ready task of each priority.
-- KEYS[1] {<ns>:<p>}:   prefix of the partition
-- ARGV[1] number of queues; 0 for all   ARGV[…] queues
-- Reply   {now in ms, lanes: {"<queue>:<type>", count, …}, then for each queue: name, "1" when it is
--         paused, numbers of S, P less lanes, R, T, D, F, C, K, time since which the oldest ready
--         task is ready in ms or 0}
--- @include "lib/now"
--- @include "lib/keys"
--- @include "lib/record"

local queues = {}
for i = 1, tonumber(ARGV[1]) do
  queues[i] = ARGV[1 + i]
end
if #queues == 0 then
  queues = call('SMEMBERS', QUEUES)
end
local lanes = {}
for _, field in ipairs(call('HKEYS', LANES)) do
  local queue, type = string.match(field, '^([^:]+):(.+)$')
  lanes[#lanes + 1] = field
  lanes[#lanes + 1] = call('ZCARD', lane_key(queue, type))
end
local reply = {now(), lanes}
for _, queue in ipairs(queues) do
  reply[#reply + 1] = queue
  reply[#reply + 1] = call('SISMEMBER', PAUSED, queue)
  for _, state in ipairs({'S', 'P', 'R', 'T', 'D', 'F', 'C', 'K'}) do
    reply[#reply + 1] = call('ZCARD', index_key(queue, state))
      + (state == 'D' and call('GET', more_key(queue)) or 0)
  end
  local oldest = 0
  for band = 0, 3 do
    local head = call('ZRANGE', index_key(queue, 'P'), band * BAND, '(' .. (band + 1) * BAND,
      'BYSCORE', 'LIMIT', 0, 1)[1]
    local updated = head and call('GETRANGE', RECORD .. head, 78, 90) or ''
    if updated ~= '' and (oldest == 0 or tonumber(updated) < oldest) then
      oldest = tonumber(updated)
    end
  end
  reply[#reply + 1] = oldest
end
return reply
