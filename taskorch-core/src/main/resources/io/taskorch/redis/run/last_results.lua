#!lua flags=no-writes
-- last_results.lua: the results of the steps of a run that no other one depends on, some at a time.
-- KEYS[1] {<ns>:<p>}:   prefix of the partition
-- ARGV[1] run id   ARGV[2] index of the first step to look at   ARGV[3] most steps to look at
-- ARGV[4] bytes after which no further one is added
-- Reply   {index of the next step to look at, or -1, then name, and result or "" for none, of each}
--- @include "lib/keys"

local key = RUN .. ARGV[1]
local steps, from = tonumber(call('HGET', key, 'steps') or 0), tonumber(ARGV[2])
local last = math.min(from + tonumber(ARGV[3]), steps) - 1
if last < from then
  return {-1}
end
local indexes = {}
for index = from, last do
  indexes[index - from + 1] = format('%d', index)
end
local edges = call('HMGET', key .. ':edges', unpack(indexes))
local names = call('HMGET', key .. ':names', unpack(indexes))
local ids = call('GETRANGE', key .. ':ids', from * 26, last * 26 + 25)
local reply, bytes = {last + 1 < steps and last + 1 or -1}, 0
for i = 1, #indexes do
  if bytes > tonumber(ARGV[4]) then
    reply[1] = from + i - 1
    break
  elseif not edges[i] then
    local result = call('GET', RESULT .. sub(ids, i * 26 - 25, i * 26)) or ''
    reply[#reply + 1] = names[i]
    reply[#reply + 1] = result
    bytes = bytes + #result
  end
end
return reply
