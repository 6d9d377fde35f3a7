#!lua flags=no-writes
-- depths.lua: how many tasks each queue holds by state, and the oldest ready task of each priority.
-- KEYS[1] {<ns>:<p>}:   prefix of the partition
-- ARGV[1] number of queues; 0 for all   ARGV[…] queues
-- Reply   {now in ms, lanes: {"<queue>:<lane>", count, …}, then for each queue: name, "1" when it is
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
for _, queue in ipairs(call('SMEMBERS', LANES)) do
  for _, lane in ipairs(call('HKEYS', lanes_key(queue))) do
    local base = base_of(queue, lane)
    lanes[#lanes + 1] = queue .. ':' .. lane
    lanes[#lanes + 1] = call('ZCARD', base .. 'ready') + call('ZCARD', base .. 'apart')
  end
end
local reply = {now(), lanes}
for _, queue in ipairs(queues) do
  reply[#reply + 1] = queue
  reply[#reply + 1] = call('SISMEMBER', PAUSED, queue)
  for _, state in ipairs({'S', 'P', 'R', 'T', 'D', 'F', 'C', 'K'}) do
    reply[#reply + 1] = call('ZCARD', index_key(queue, state))
      + (state == 'D' and call('GET', more_key(queue)) or 0)
      + (state == 'P' and call('ZCARD', base_of(queue) .. 'apart') or 0)
  end
  local oldest = 0
  for _, key in ipairs({index_key(queue, 'P'), base_of(queue) .. 'apart'}) do
    for band = 0, 3 do
      local head = call('ZRANGE', key, band * BAND, '(' .. (band + 1) * BAND,
        'BYSCORE', 'LIMIT', 0, 1)[1]
      local updated = head and call('GETRANGE', RECORD .. head, 78, 90) or ''
      if updated ~= '' and (oldest == 0 or tonumber(updated) < oldest) then
        oldest = tonumber(updated)
      end
    end
  end
  reply[#reply + 1] = oldest
end
return reply
