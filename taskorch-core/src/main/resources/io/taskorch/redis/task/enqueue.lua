#!lua
-- enqueue.lua: stores new tasks as PENDING or SCHEDULED. An id that is stored already stays as it
-- is, so the call may be repeated.
-- KEYS[1] {<ns>:<p>}:   prefix of the partition
-- ARGV[1] number of tasks
-- ARGV[…] four each: id; head: the record's first 36 bytes less the time of creation, and 5 of max
--         attempts; when: "" now, "+<ms>" after, "<ms>" at; body: queue, type, spec, payload
-- Reply   {now in ms, "1" for each task that is new and "0" for each that was there, in order}
--         or {"too_many_queues"}
--- @include "lib/now"
--- @include "lib/move"
--- @include "lib/queue"

local at = now()
local at13 = format('%013d', at)
local count = tonumber(ARGV[1])
local keys = {}
for i = 1, count do
  keys[i] = RECORD .. ARGV[4 * i - 2]
end
local stored = call('EXISTS', unpack(keys)) == 0 and {} or call('MGET', unpack(keys))

local created, fresh, queues, woken = {}, {}, {}, {}
local ready = 0
for i = 1, count do
  -- The same id twice in one call is one task.
  if stored[i] or fresh[ARGV[4 * i - 2]] then
    created[i] = '0'
  else
    created[i] = '1'
    fresh[ARGV[4 * i - 2]] = true
    local when = ARGV[4 * i]
    local due = 0
    if when ~= '' then
      due = sub(when, 1, 1) == '+' and at + tonumber(sub(when, 2)) or tonumber(when)
    end
    ready = due <= at and ready + 1 or ready
  end
end
local number = ready > 0 and take_numbers(ready) or 0

local records = {}
fresh = {}
for i = 1, count do
  local id = ARGV[4 * i - 2]
  if created[i] == '1' then
    local head, when, body = ARGV[4 * i - 1], ARGV[4 * i], ARGV[4 * i + 1]
    local queue_length = sub(head, 4, 6) + 0
    local queue = sub(body, 1, queue_length)
    local type = sub(body, queue_length + 1, queue_length + sub(head, 7, 9))
    local due = 0
    if when ~= '' then
      due = sub(when, 1, 1) == '+' and at + tonumber(sub(when, 2)) or tonumber(when)
    end
    local state, sequence = 'S', 0
    if due <= at then
      state = 'P'
      number = number + 1
      sequence = number
      index_add(index_key(queue, 'P'), ready_score(sub(head, 2, 2), sequence), id)
    else
      index_add(index_key(queue, 'S'), due, id)
    end
    queues[queue] = queues[queue] or state
    if state == 'P' then
      queues[queue] = 'P'
    end
    local n = #records
    records[n + 1] = keys[i]
    records[n + 2] = new_record(head, state, at13, sub(head, 37, 41), due, sequence, body)
    announce_state(id, state, 0, queue, type)
  end
end
if #records == 0 then
  return {at, table.concat(created)}
end

for queue, state in pairs(queues) do
  if not admit_queue(queue) then
    return {'too_many_queues'}
  end
  -- A worker that sleeps wakes by itself for the due times that it knows, not for an earlier one.
  if state == 'S' or call('EXISTS', index_key(queue, 'P')) == 0 then
    woken[#woken + 1] = queue
  end
end
write('MSET', unpack(records))
flush()
for _, queue in ipairs(woken) do
  hint_work('ready ' .. queue)
end
return {at, table.concat(created)}
