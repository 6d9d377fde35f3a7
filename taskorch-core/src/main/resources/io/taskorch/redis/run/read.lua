#!lua flags=no-writes
-- read.lua: a run, and the headers of some of its steps.
-- KEYS[1] {<ns>:<p>}:   prefix of the partition
-- ARGV[1] run id   ARGV[2] index of the first step   ARGV[3] most steps
-- Reply   {} when there is no such run, or {state, name, created, finished, "1" when cancelling was
--         asked for, number of steps, input, "<run> <step index>" that began it or "", name of that
--         step or "", the run that undoes it or "", then of each step: id, name, header (of one that
--         a program decides on all up to the payload), indexes of the upstream steps, the run that it
--         began or "", its join}
--- @include "lib/record"

local key = RUN .. ARGV[1]
local run = call('HMGET', key, 'state', 'name', 'created', 'finished', 'cancel', 'steps', 'parent')
if not run[1] or run[1] == 'G' then
  return {}
end
local parent = run[7] or ''
local children = call('EXISTS', key .. ':children') == 1 and key .. ':children'
local joins = call('EXISTS', key .. ':joins') == 1 and key .. ':joins'
local reply = {run[1], run[2], run[3], run[4] or '0', run[5] or '0', run[6],
  call('GET', key .. ':input') or 'null', parent,
  call('HGET', RUN .. sub(parent, 1, 26) .. ':names', sub(parent, 28)) or '',
  children and call('HGET', children, -1) or ''}

-- beginning_of(id): the header of a record; with the spec behind it when a program decides on the step,
-- as the spec says what kind it is of and what it waits for.
local function beginning_of(id)
  local header = call('GETRANGE', RECORD .. id, 0, 221)
  if needs_decision({tie = sub(header, 216, 216)}) then
    local most = 222 + sub(header, 217, 219) + sub(header, 220, 222) + 31 + sub(header, 2, 7)
    return call('GETRANGE', RECORD .. id, 0, most - 1)
  end
  return header
end
local first = tonumber(ARGV[2])
local last = math.min(first + tonumber(ARGV[3]), tonumber(run[6])) - 1
if last < first then
  return reply
end
local ids = call('GETRANGE', key .. ':ids', first * 26, last * 26 + 25)
local indexes = {}
for index = first, last do
  indexes[index - first + 1] = format('%d', index)
end
local names = call('HMGET', key .. ':names', unpack(indexes))
local upstream = call('HMGET', key .. ':upstream', unpack(indexes))
local begun = children and call('HMGET', children, unpack(indexes)) or {}
local joined = joins and call('HMGET', joins, unpack(indexes)) or {}
for i = 1, #indexes do
  local id = sub(ids, i * 26 - 25, i * 26)
  local n = #reply
  reply[n + 1] = id
  reply[n + 2] = names[i] or ''
  reply[n + 3] = beginning_of(id)
  reply[n + 4] = upstream[i] or ''
  reply[n + 5] = begun[i] or ''
  reply[n + 6] = joined[i] or ''
end
return reply
