#!lua
-- enqueue.lua: stores new tasks as PENDING or SCHEDULED. An id that is stored already stays as it
-- is, so the call may be repeated.
-- KEYS[1] {<ns>:<p>}:   prefix of the partition
-- ARGV[1] number of tasks
-- ARGV[…] for tasks alike that follow one another: head, as read_head has it; when: "" now, "+<ms>"
--         after, "<ms>" at; number of them; then two each: id; body: spec, payload
-- Reply   {now in ms, "1" for each task that is new and "0" for each that was there, in order}
--         or {"too_many_queues"}
--- @include "lib/now"
--- @include "lib/move"
--- @include "lib/queue"

local at = now()
local at13 = format('%013d', at)
local count = tonumber(ARGV[1])

-- each_task(visit): visit(i, id, body, head, when) for the first task to the last.
local function each_task(visit)
  local i, next_head = 0, 2
  while i < count do
    local head, when, first = ARGV[next_head], ARGV[next_head + 1], next_head + 3
    next_head = first + 2 * ARGV[next_head + 2]
    for id_at = first, next_head - 2, 2 do
      i = i + 1
      visit(i, ARGV[id_at], ARGV[id_at + 1], head, when)
    end
  end
end

local keys = {}
each_task(function(i, id)
  keys[i] = RECORD .. id
end)
local stored = call('EXISTS', unpack(keys)) == 0 and {} or call('MGET', unpack(keys))

local created, fresh, records, alike = {}, {}, {n = 0}, {}
local before = last_number()
local number = before

-- place(h, id, when): files a new task; returns its state, due time and number as they are stored.
local ZERO = format('%013d', 0)
local function place(h, id, when)
  local due = 0
  if when ~= '' then
    due = sub(when, 1, 1) == '+' and at + sub(when, 2) or tonumber(when)
  end
  local due13 = due == 0 and ZERO or format('%013d', due)
  if due > at then
    h.scheduled[#h.scheduled + 1] = id
    index_add(h.later, due13, id)
    return 'S', due13, ZERO
  end
  number = number + 1
  h.ready[#h.ready + 1] = id
  local number13 = format('%013d', number)
  index_add(h.now, h.priority .. number13, id)
  return 'P', due13, number13
end

each_task(function(i, id, body, head, when)
  -- The same id twice in one call is one task.
  if stored[i] or fresh[id] then
    created[i] = '0'
  else
    created[i] = '1'
    fresh[id] = true
    local h = read_head(head)
    if not h.ready then
      h.ready, h.scheduled = {}, {}
      h.now, h.later = index_key(h.queue, 'P'), index_key(h.queue, 'S')
      alike[#alike + 1] = h
    end
    local state, due13, number13 = place(h, id, when)
    local n = records.n
    records[n + 1] = keys[i]
    records[n + 2] = new_record(h, state, at13, due13, number13, body)
    records.n = n + 2
  end
end)
if records.n == 0 then
  return {at, table.concat(created)}
end

local woken = {}
for _, h in ipairs(alike) do
  if not admit_queue(h.queue) then
    return {'too_many_queues'}
  end
  -- A worker that sleeps wakes by itself for the due times that it knows, not for an earlier one.
  if #h.scheduled > 0 or call('EXISTS', h.now) == 0 then
    woken[h.queue] = true
  end
  if #h.ready > 0 then
    event_all(state_event('P', 0, h.queue, h.type), h.ready)
  end
  if #h.scheduled > 0 then
    event_all(state_event('S', 0, h.queue, h.type), h.scheduled)
  end
end
take_numbers(number - before)
write('MSET', unpack(records))
flush()
for queue in pairs(woken) do
  hint_work('ready ' .. queue)
end
return {at, table.concat(created)}
