#!lua flags=allow-oom
-- claim.lua: PENDING -> RUNNING, for the first tasks of some queues that a worker has handlers for.
-- On the way, due tasks of these queues become ready, tasks whose start_before has passed end
-- CANCELLED, and tasks of other types step aside into a lane of their own.
-- KEYS[1] {<ns>:<p>}:   prefix of the partition
-- ARGV[1] worker id, padded to 40   ARGV[2] claim id, 22 characters, becomes the leases' nonce
-- ARGV[3] lease in ms   ARGV[4] free slots   ARGV[5] … ARGV[8] share of each priority, highest first
-- ARGV[9] most bytes of records   ARGV[10] number of queues   ARGV[…] queues
-- ARGV[…] number of types   ARGV[…] types   ARGV[…] slots of the worker in all   ARGV[…] number of its
--         labels   ARGV[…] labels   ARGV[…] number of types that it gathers   ARGV[…] of each its name,
--         how many tasks one call takes, and for how many ms the first of them may wait for others
-- Reply   {now in ms, due time of the next scheduled task in ms or 0, or now when this call took none
--          but did not come to the end of what it may take; "1" when this is a repeat, "2" when the
--          last task is not claimed: it comes next, and needs more slots than are left; then id and
--          record of each task: as it was before this claim, or after it in a repeat}
--- @include "lib/now"
--- @include "lib/promote_due"
--- @include "lib/glance"
--- @include "lib/end_task"
--- @include "lib/taken"
--- @include "lib/choose"
--- @include "lib/fit"
--- @include "lib/aside"

local MOST_TASKS, MOST_ASIDE = 200, 100
-- So many records are read at once: large ones beyond the most bytes are not read only to be left.
local READ_AT_ONCE = 32
local MOST_ROUNDS = 20
local at = now()
local at13 = format('%013d', at)
local worker, claim_id = ARGV[1], ARGV[2]
local expiry = format('%013d', at + tonumber(ARGV[3]))
local most = tonumber(ARGV[4])
local shares = {tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7]), tonumber(ARGV[8])}
local bytes_left = tonumber(ARGV[9])
local queue_count = tonumber(ARGV[10])
local type_count = tonumber(ARGV[11 + queue_count])
local types = {}
for i = 12 + queue_count, 11 + queue_count + type_count do
  types[ARGV[i]] = true
end
local slots_left = most
local worker_slots, labels, gathered = read_worker(ARGV, 12 + queue_count + type_count)
local gathered_sections = {}

-- The last claim of each worker is remembered, so that a repeat of it answers alike.
local memory = CLAIM .. string.gsub(worker, ' ', '')
if call('GETRANGE', memory, '0', '21') == claim_id then
  local remembered = call('GET', memory)
  local reply = {at, 0, '1'}
  for position = 23, #remembered, 26 do
    local id = sub(remembered, position, position + 25)
    local bytes = call('GET', RECORD .. id)
    if bytes and state_of(bytes) == 'R' and find(bytes, claim_id, 92, true) == 92 then
      reply[#reply + 1] = id
      reply[#reply + 1] = bytes
    end
  end
  return reply
end

-- Where ready tasks of this claim's queues are taken from: a queue with its lanes merged in by age, or,
-- when it has rings, each of its sections.
local sources = {}
local next_due = open_due(at) or 0
local function look_again(time)
  if time and time < math.huge and (next_due == 0 or time < next_due) then
    next_due = time
  end
end

-- lanes_of(queue): the lanes of a queue that this worker's tasks may stand in. There are none unless some
-- other worker of the queue could not take a task.
local function lanes_of(queue)
  local lanes = {}
  if has(LANES) and call('SISMEMBER', LANES, queue) == 1 then
    for _, lane in ipairs(call('HKEYS', lanes_key(queue))) do
      local fits_it, opens = fits_lane(lane, queue, types, labels, worker_slots, at)
      look_again(opens)
      if fits_it and not opens and not open_gathered(gathered_sections, gathered, queue, lane, at) then
        lanes[#lanes + 1] = lane
      end
    end
  end
  return lanes
end

local paused = call('SMISMEMBER', PAUSED, unpack(ARGV, 11, 10 + queue_count))
for i = 1, queue_count do
  local queue = ARGV[10 + i]
  if paused[i] == 0 and has_room_in(queue, at) then
    local _, due = promote_due(queue, at, 100)
    look_again(due)
    local lanes = lanes_of(queue)
    if has(RINGED) and call('SISMEMBER', RINGED, queue) == 1 then
      add_sections(sources, queue, lanes, byte(claim_id), at)
    else
      local source = {name = queue, ready = index_key(queue, 'P')}
      for j, lane in ipairs(lanes) do
        source.lanes = source.lanes or {}
        source.lanes[j] = base_of(queue, lane) .. 'ready'
      end
      sources[#sources + 1] = source
    end
  end
end

local served = {0, 0, 0, 0}
local reply = {at, next_due, '0'}
-- The list begins with what stands before the ids where it is remembered.
local claimed = {[0] = claim_id, n = 0}
local aside = 0
local more = false

-- is_late(kind): whether start_before has passed. A time that says nothing begins with a zero, and
-- no other does.
local function is_late(kind)
  return byte(kind.start_before) ~= 48 and kind.start_before < at13
end

-- takes_type(kind): whether tasks of a kind are for this worker, and nothing has closed their type. Those of
-- a type that it gathers are for its rounds of these, in which gathers is true.
local gathers = false
local function takes_type(kind)
  if not types[kind.type] or gathered[kind.type] then
    return false
  end
  local opens = has(CLOSED) and closed_until('t:' .. kind.queue .. ':' .. kind.type, at)
  look_again(opens)
  return not opens
end

-- sweep(queue, band): lets those step aside too that stand in front of the first task which this
-- worker can run, so that few calls get past however many of them.
local function sweep(queue, band)
  local low, high = format('%d', (band - 1) * BAND), format('%d', band * BAND)
  for _, lane in ipairs(queue.lanes or {}) do
    local head = call('ZRANGE', lane, low, '(' .. high, 'BYSCORE', 'LIMIT', 0, 1, 'WITHSCORES')
    high = head[2] or high
  end
  local found = call('ZRANGE', queue.ready, low, '(' .. high,
    'BYSCORE', 'LIMIT', 0, MOST_ASIDE - aside)
  for _, id in ipairs(found) do
    local bytes = read_beginning(RECORD .. id)
    local kind = bytes and glance(bytes)
    if not kind or takes_type(kind) or is_late(kind) then
      return
    end
    aside = aside + 1
    step_aside(id, queue.ready, nil, kind, kind.has_flow and flow_of(bytes, kind))
  end
end

-- run_cancelled(bytes, kind): whether a step's run has been cancelled; then it must not start.
local function run_cancelled(bytes, kind)
  return kind.in_run and has(CANCELLING)
    and call('SISMEMBER', CANCELLING, run_of(bytes, kind)) == 1
end

-- look_at(kind): notes what a kind tells of all its tasks: whether they may run in a round that gathers none,
-- and whether nothing that one of them says for itself can hold it back there.
local function look_at(kind)
  kind.may_run = takes_type(kind) and not is_late(kind)
  look_at_gates(kind, at)
  kind.runs_freely = kind.may_run and not kind.has_flow and not kind.is_gated
    and not (kind.in_run and has(CANCELLING))
end

local function may_run(kind)
  if gathers then
    return not is_late(kind)
  end
  return kind.may_run
end

-- take(id, key, bytes, kind, flow, unique): PENDING -> RUNNING for a task; file_taken() writes it.
local taken_kinds = {}
local function take(id, key, bytes, kind, flow, unique)
  local taken = kind.taken
  if not taken then
    taken = {ids = {}, keys = {}, n = 0, steps = {}}
    kind.taken = taken
    taken_kinds[#taken_kinds + 1] = kind
  end
  local n = taken.n + 1
  taken.ids[n], taken.keys[n] = id, key
  taken.n = n
  if kind.in_run then
    taken.steps[n] = id .. run_of(bytes, kind)
  end
  if flow or kind.is_gated then
    pass_gates(id, kind, flow, at, at13)
  end
  if not gathers then
    slots_left = slots_left - (flow and flow.slots or 1)
    served[kind.band] = served[kind.band] + 1
  end
  if unique then
    free_key(unique, id, 'R')
  end
  n = claimed.n + 1
  claimed[n] = id
  claimed.n = n
  reply[2 * n + 2], reply[2 * n + 3] = id, bytes
  bytes_left = bytes_left - #bytes
end

-- divert(id, source, line, bytes, kind, flow): what becomes of a ready task that is not to run here: it
-- ends, or steps aside. Returns whether it left the index that it stood in.
local left_aside = {}
local function end_picked(id, source, line, bytes, reason)
  if line then
    use(line, id)
  else
    index_remove(source, id)
  end
  end_task(open_record(id, bytes), 'C', reason, at)
end
local function divert(id, source, line, bytes, kind, flow)
  if is_late(kind) then
    end_picked(id, source, line, bytes, 'e')
  elseif run_cancelled(bytes, kind) then
    end_picked(id, source, line, bytes, 'r')
  elseif aside < MOST_ASIDE then
    aside = aside + 1
    step_aside(id, source, line, kind, flow)
    left_aside[kind.queue] = left_aside[kind.queue] or {}
    left_aside[kind.queue][kind.band] = true
  else
    return false
  end
  return true
end

-- finds_room(id, source, line, bytes, kind, flow): whether a task that this worker may run passes its
-- gates. It waits else, or is dropped, as they say.
local look_further, left_index = false, false
local too_large
local function finds_room(id, source, line, bytes, kind, flow)
  local gate = closed_gate(kind, flow, at)
  if not gate then
    return true
  end
  left_index = gate.on == 'd' and not gate.until_ms
  if left_index then
    end_picked(id, source, line, bytes, 'm')
    look_further = true
  elseif line and byte(gate.name) ~= 113 then
    stop(line, gate, flow.units)
    look_further = true
  else
    -- Nobody passes it in this queue; what is behind it would find the same.
    look_again(opens_at(gate, flow and flow.units or 1))
  end
  return false
end

-- claim_round(choose): takes what a function chooses; whether there may be more to choose from.
local function claim_round(choose)
  local want = math.min(slots_left, MOST_TASKS - claimed.n)
  if want <= 0 or aside >= MOST_ASIDE or bytes_left <= 0 or has_parked_enough() then
    return false
  end
  local chosen = choose(sources, want, shares, served, at)
  if chosen.n == 0 then
    more = file_parts()
    flush()
    return more
  end
  local ids, keys, taken = chosen.ids, {}, {}
  for i = 1, chosen.n do
    keys[i] = RECORD .. ids[i]
  end
  local diverted = false
  left_aside, look_further = {}, false
  -- Behind a task that is left where it is, those of its line or priority stay too.
  local stays = {}
  each_chunk(keys, READ_AT_ONCE, function(_, from, to)
    if bytes_left <= 0 or slots_left <= 0 then
      return
    end
    local records = call('MGET', unpack(keys, from, to))
    for i = from, to do
      local id, bytes, line = ids[i], records[i - from + 1], chosen.lines and chosen.lines[i]
      local source = chosen.key or chosen.keys[i]
      if stays[line or source] or line and (line.is_parked or line.part.is_parked) then
        -- Its turn comes later.
      elseif not bytes then
        if line then
          use(line, id)
        else
          index_remove(source, id)
        end
        diverted = true
      elseif bytes_left > 0 and slots_left > 0 then
        local kind = glance(bytes)
        local flow, unique
        if kind.has_flow then
          flow, unique = flow_of(bytes, kind)
        end
        if kind.may_run == nil then
          look_at(kind)
        end
        local is_free = kind.runs_freely
        if not is_free and (not may_run(kind) or run_cancelled(bytes, kind)
            or flow and not fits(flow, labels, worker_slots)) then
          if divert(id, source, line, bytes, kind, flow) then
            diverted = true
          else
            stays[line or source] = true
          end
        elseif not is_free and not finds_room(id, source, line, bytes, kind, flow) then
          if not left_index then
            stays[line or source] = true
          end
        elseif flow and flow.slots > slots_left then
          -- Smaller ones that come later would keep it waiting.
          slots_left, too_large = 0, {id, bytes}
        else
          take(id, keys[i], bytes, kind, flow, unique)
          if line then
            use(line, id, true)
          else
            taken[#taken + 1] = i
          end
        end
      end
    end
  end)
  if chosen.first and #taken == chosen.n then
    write('ZREMRANGEBYRANK', chosen.key, '0', chosen.n - 1)
  else
    for _, i in ipairs(taken) do
      index_remove(chosen.key or chosen.keys[i], ids[i])
    end
  end
  local looks_again = file_parts()
  file_taken(taken_kinds, at13, expiry, claim_id, worker)
  taken_kinds = {}
  finish_runs(at)
  if claimed.n > 0 then
    -- Written with the leases themselves, so that no lease exists that a repeat would not find.
    write('SET', memory, table.concat(claimed, '', 0), 'PX', '3600000')
  end
  flush()
  more = diverted or look_further or looks_again
  if not more then
    return false
  end
  if slots_left > 0 then
    for _, queue in ipairs(sources) do
      for band = 1, 4 do
        local places = left_aside[queue.name]
        if not queue.is_ringed and places and places[band] and aside < MOST_ASIDE then
          sweep(queue, band)
        end
      end
    end
    flush()
  end
  return true
end

-- claim_gathered(): takes tasks that are handed over together, of which each call takes the slots of one.
local function claim_gathered()
  local keys, goes_on, waiting
  gathers = true
  claim_round(function()
    local lacks, list = {}, new_list()
    for band = 1, 4 do
      lacks[band] = shares[band] - served[band]
    end
    keys, goes_on, waiting =
      gather(gathered_sections, MOST_TASKS - claimed.n, slots_left, lacks, at, list, append)
    return list
  end)
  gathers = false
  for _, key in ipairs(keys or {}) do
    if key.taken > 0 then
      slots_left = slots_left - key.section.weight
      served[key.band + 1] = served[key.band + 1] + 1
    end
  end
  if goes_on or more then
    look_again(at)
  end
  local bytes = waiting and call('GET', RECORD .. waiting)
  if bytes then
    slots_left, too_large = 0, {waiting, bytes}
  end
end

-- Neither these nor the others are to take all slots at all times.
local begins_gathered = byte(claim_id) % 2 == 0
if gathered_sections[1] and begins_gathered then
  claim_gathered()
end
for _ = 1, MOST_ROUNDS do
  if not claim_round(choose) then
    break
  end
end
if gathered_sections[1] and not begins_gathered then
  local before = more
  claim_gathered()
  more = before
end
if open_joined(gathered, at) then
  look_again(at)
end
if more and claimed.n == 0 then
  next_due = at
else
  look_again(next_opening(sources, at))
end
reply[2] = next_due
if too_large then
  reply[3] = '2'
  reply[#reply + 1], reply[#reply + 2] = too_large[1], too_large[2]
end
return reply
