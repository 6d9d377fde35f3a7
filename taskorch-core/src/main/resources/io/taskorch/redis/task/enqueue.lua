#!lua
-- enqueue.lua: stores new tasks as PENDING or SCHEDULED. An id that is stored already stays as it
-- is, so the call may be repeated. A task whose unique key is held is not stored; the holder may take
-- its payload. Nor is one whose batch takes no more; the others are members of theirs from then on.
-- KEYS[1] {<ns>:<p>}:   prefix of the partition
-- ARGV[1] number of tasks
-- ARGV[…] for tasks alike that follow one another: head, as read_head has it; when: "" now, "+<ms>"
--         after, "<ms>" at; number of them; then two each: id; body: spec, payload
-- Reply   {now in ms, "1" for each task that is new, "0" for each that was there, "f" for each of whose
--         group as many wait as may, "u" for each of more units than a burst it counts for, "b" for each
--         whose batch takes no more, "h" for each whose key is held and "r" for each whose payload the
--         holder has taken, in order; then the holder for each of the latter two}
--         or {"too_many_queues"}, or of a batch {"too_many_members"}, {"too_many_member_queues"}
--- @include "lib/now"
--- @include "lib/move"
--- @include "lib/queue"
--- @include "lib/unique"
--- @include "lib/turn"
--- @include "lib/gate"
--- @include "lib/batch"

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

-- holders: who holds the unique keys of this call, by the key; false for nobody.
local keys, unique_keys, holders = {}, {}, {}
local blocks = {}
each_task(function(i, id, body, head)
  keys[i] = RECORD .. id
  if TIES[read_head(head).tie].has_flow then
    local block = {}
    block.flow, block.unique, block.turn, block.ends, block.batch = read_flow(body, 0)
    blocks[i] = block
    if block.unique then
      unique_keys[#unique_keys + 1] = key_of(block.unique)
    end
  end
end)
if #unique_keys > 0 then
  for i, holder in ipairs(call('MGET', unpack(unique_keys))) do
    holders[unique_keys[i]] = holder
  end
end
local stored = call('EXISTS', unpack(keys)) == 0 and {} or call('MGET', unpack(keys))

-- fresh: where the records of this call's new tasks are in records, by id.
local created, fresh, records, alike = {}, {}, {n = 0}, {}
local reply, joined = {at, ''}, {}
local before = last_number()
local number = before

-- due_of(when): when a task is due, 0 for now.
local function due_of(when)
  if when == '' then
    return 0
  end
  return sub(when, 1, 1) == '+' and at + sub(when, 2) or tonumber(when)
end

-- place(h, id, when, block): files a new task; returns its state, due time and number as they are stored.
local ZERO = format('%013d', 0)
local function place(h, id, when, block)
  local due = due_of(when)
  local due13 = due == 0 and ZERO or format('%013d', due)
  if due > at then
    h.scheduled[#h.scheduled + 1] = id
    index_add(h.later, due13, id)
    if block and block.turn then
      -- Its place among those of its sequence is that of its submission.
      number = number + 1
      take_turn(block.turn, id, number)
    end
    return 'S', due13, ZERO
  end
  number = number + 1
  h.ready[#h.ready + 1] = id
  local number13 = format('%013d', number)
  if not block then
    index_add(h.now, h.priority .. number13, id)
  elseif block.turn and not take_turn(block.turn, id, number) then
    index_add(base_of(h.queue) .. 'apart', h.priority .. number13, id)
  else
    stand(h.queue, id, h.priority .. number13, block.flow)
  end
  return 'P', due13, number13
end

-- holder_of(key): who holds a key, and its record as this call leaves it; nil when nobody does.
local replaced = {}
local function holder_of(key)
  local id = holders[key]
  local bytes = id and (replaced[id] or records[fresh[id]] or call('GET', RECORD .. id))
  if bytes then
    return id, bytes
  end
end

-- put_off(id, bytes, link, when): the record of a holder that is due later, and is when another one of its
-- key would be: no later than it may be put off, and never sooner than it was.
local function put_off(id, bytes, link, when)
  local due, longest = due_of(when), tonumber(sub(link, 39, 48))
  if longest > 0 then
    due = math.min(due, sub(bytes, 8, 20) + longest)
  end
  due = math.max(due, tonumber(sub(bytes, 26, 38)))
  local queue = sub(bytes, HEADER_LENGTH + 1, HEADER_LENGTH + sub(bytes, 217, 219))
  index_add(index_key(queue, 'S'), due, id)
  return sub(bytes, 1, 25) .. format('%013d', due) .. sub(bytes, 39)
end

-- replace(id, bytes, link, head, body, when): has a holder that waits for its first start take the payload
-- of a task of its type that would have been another one of its key. Returns whether it does.
local function replace(id, bytes, h, block, body, when)
  local link = block.unique
  local state = state_of(bytes)
  local type_at = HEADER_LENGTH + sub(bytes, 217, 219)
  local names_end = type_at + sub(bytes, 220, 222)
  local waits = (state == 'P' or state == 'S') and sub(bytes, 180, 184) == '00000'
  if sub(link, 28, 28) ~= 'r' or not waits or sub(bytes, type_at + 1, names_end) ~= h.type then
    return false
  end
  bytes = sub(bytes, 1, select(4, read_flow(bytes, names_end)) + sub(bytes, 2, 7)) ..
    sub(body, block.ends + sub(h.text, 1, 6) + 1)
  if state == 'S' and when ~= '' then
    bytes = put_off(id, bytes, link, when)
  end
  if fresh[id] then
    records[fresh[id]] = bytes
  else
    replaced[id] = bytes
    write('SET', RECORD .. id, bytes)
  end
  return true
end

-- has_place(queue, group): whether one more task of a group may wait; it is counted then.
local waiting = {}
local function has_place(queue, group)
  local most = most_waiting(queue)
  if not most then
    return true
  end
  local key = queue .. ':' .. group
  waiting[key] = (waiting[key] or count_waiting(queue, group)) + 1
  return waiting[key] <= most
end

each_task(function(i, id, body, head, when)
  local h = read_head(head)
  local block = blocks[i]
  local link = block and block.unique
  local key = link and key_of(link)
  local batch = block and block.batch and batch_of(block.batch)
  local holder, bytes
  -- The same id twice in one call is one task.
  local is_known = stored[i] or fresh[id]
  if link and not is_known then
    holder, bytes = holder_of(key)
  end
  if is_known then
    created[i] = '0'
  elseif batch and not takes_members(batch) then
    created[i] = 'b'
  elseif not holder and block and block.flow.units > 1 and is_above_burst(h.queue, block.flow) then
    created[i] = 'u'
  elseif not holder and block and block.flow.group and not has_place(h.queue, block.flow.group) then
    created[i] = 'f'
  elseif holder then
    created[i] = replace(holder, bytes, h, block, body, when) and 'r' or 'h'
    reply[#reply + 1] = holder
  else
    created[i] = '1'
    fresh[id] = records.n + 2
    if link then
      take_key(link, id)
      holders[key] = id
    end
    if batch then
      join_batch(batch, id, h.queue)
      joined[block.batch] = batch
    end
    if not h.ready then
      h.ready, h.scheduled = {}, {}
      h.now, h.later = index_key(h.queue, 'P'), index_key(h.queue, 'S')
      alike[#alike + 1] = h
    end
    local state, due13, number13 = place(h, id, when, block)
    local n = records.n
    records[n + 1] = keys[i]
    records[n + 2] = new_record(h, state, at13, due13, number13, body)
    records.n = n + 2
  end
end)
reply[2] = table.concat(created)
if records.n == 0 then
  flush()
  return reply
end

for _, batch in pairs(joined) do
  if not has_room(batch, 0) then
    return {'too_many_members'}
  elseif not has_queues(batch) then
    return {'too_many_member_queues'}
  end
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
return reply
