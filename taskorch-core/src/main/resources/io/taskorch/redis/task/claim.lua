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
--- @include "lib/lease_group"
--- @include "lib/ring"
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
local has_lanes = call('EXISTS', LANES) == 1
local function lanes_of(queue)
  local lanes = {}
  if has_lanes and call('SISMEMBER', LANES, queue) == 1 then
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
local has_rings = call('EXISTS', RINGED) == 1
for i = 1, queue_count do
  local queue = ARGV[10 + i]
  if paused[i] == 0 and has_room_in(queue, at) then
    local _, due = promote_due(queue, at, 100)
    look_again(due)
    local lanes = lanes_of(queue)
    if has_rings and call('SISMEMBER', RINGED, queue) == 1 then
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

-- A queue's first ready tasks are four lists, one a priority, of {ids, n} and either the key that
-- all stand in or, when lanes are merged in, keys. first tells that they are the first in that key.
local function new_list()
  return {ids = {}, keys = {}, lines = {}, n = 0}
end

local function append(list, id, key, line)
  local n = list.n + 1
  list.ids[n] = id
  list.keys[n] = key
  list.lines[n] = line
  list.n = n
end

-- band_of(score): the priority of a score, 1 to 4.
local function band_of(score)
  return math.floor(tonumber(score) / BAND) + 1
end

-- with_scores(key, low, high, want): the first members between two scores, {ids, scores, key, n}.
local function with_scores(key, low, high, want)
  local found = call('ZRANGE', key, low, high, 'BYSCORE', 'LIMIT', '0', want, 'WITHSCORES')
  local list = {ids = {}, scores = {}, key = key, n = #found / 2}
  for i = 1, list.n do
    list.ids[i], list.scores[i] = found[2 * i - 1], tonumber(found[2 * i])
  end
  return list
end

-- in_order(lists, want): the first tasks of several lists as four, one a priority. What comes behind
-- them is left out, as a list that was cut off may lack some of it.
local function in_order(lists, want)
  local places, merged = {}, {new_list(), new_list(), new_list(), new_list()}
  for i in ipairs(lists) do
    places[i] = 1
  end
  for _ = 1, want do
    local first
    for i, list in ipairs(lists) do
      if places[i] <= list.n and
          (not first or list.scores[places[i]] < lists[first].scores[places[first]]) then
        first = i
      end
    end
    if not first then
      break
    end
    local list, place = lists[first], places[first]
    append(merged[band_of(list.scores[place])], list.ids[place], list.key)
    places[first] = place + 1
  end
  return merged
end

-- heads(queue, low, high, want): the first tasks of a queue with scores between low and high, its
-- lanes merged in.
local function heads(queue, low, high, want)
  local lists = {with_scores(queue.ready, low, high, want)}
  for _, key in ipairs(queue.lanes or {}) do
    lists[#lists + 1] = with_scores(key, low, high, want)
  end
  return in_order(lists, want)
end

-- one_band(queue, want): the first tasks of a queue, if they are all of one priority and it has no
-- lanes; with that priority. The scores of the first and last tell, as writing out every score
-- would cost more than all else.
local function one_band(queue, want)
  if queue.lanes then
    return nil
  end
  local ids = call('ZRANGE', queue.ready, '-inf', '+inf', 'BYSCORE', 'LIMIT', '0',
    want == most and ARGV[4] or want)
  local n = #ids
  if n == 0 then
    return {ids = ids, n = 0}, 4
  end
  local band = band_of(call('ZSCORE', queue.ready, ids[n]))
  if n == 1 or band_of(call('ZSCORE', queue.ready, ids[1])) == band then
    return {ids = ids, key = queue.ready, first = true, n = n}, band
  end
end

-- bands(queue, want): the first tasks of a queue by priority. When one look shows all that the queue
-- holds, or no lower priority has a share, that is the only look.
local EMPTY = {ids = {}, n = 0}
local served = {0, 0, 0, 0}
local function bands(queue, want)
  local result = {EMPTY, EMPTY, EMPTY, EMPTY}
  if queue.is_ringed then
    for band = 1, 4 do
      result[band] = new_list()
      pick(queue, band - 1, want, at, result[band], append)
    end
    return result
  end
  local list, band_of_list = one_band(queue, want)
  local first, shown = band_of_list, 0
  if list then
    result[first] = list
    shown = list.n
  else
    result = heads(queue, '-inf', '+inf', want)
    for band = 1, 4 do
      shown = shown + result[band].n
      first = result[band].n > 0 and band or first
    end
  end
  -- The list may have been cut off in the middle of the last priority that it shows.
  for band = shown >= want and first or 5, 4 do
    if shares[band] - served[band] > result[band].n then
      result[band] = heads(queue, format('%d', (band - 1) * BAND), format('(%d', band * BAND), want)[band]
    end
  end
  return result
end

-- choose(want): the tasks of this round, highest priority first: what each priority still lacks of
-- its share, and the places left over from the top down.
local function choose(want)
  local taken, left = {}, want
  for i, queue in ipairs(sources) do
    queue.bands = bands(queue, want)
    queue.room = room_of(queue, at)
    taken[i] = {0, 0, 0, 0}
  end
  local function take(band, limit)
    for i, queue in ipairs(sources) do
      local count = math.min(limit, left, queue.bands[band].n - taken[i][band], queue.room)
      taken[i][band] = taken[i][band] + count
      queue.room = queue.room - count
      limit = limit - count
      left = left - count
    end
  end
  for band = 1, 4 do
    take(band, math.max(0, shares[band] - served[band]))
  end
  for band = 1, 4 do
    take(band, want)
  end
  if #sources == 1 and not sources[1].is_ringed then
    for band = 1, 4 do
      if taken[1][band] == want - left and want > left then
        -- All from one list, the common case: its first ones, as they are.
        local list = sources[1].bands[band]
        list.n = taken[1][band]
        return list
      end
    end
  end
  local chosen = new_list()
  for band = 1, 4 do
    for i, queue in ipairs(sources) do
      local list = queue.bands[band]
      for j = 1, taken[i][band] do
        append(chosen, list.ids[j], list.key or list.keys[j], list.lines and list.lines[j])
      end
    end
  end
  return chosen
end

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

-- may_run(kind): whether tasks of this kind are for this worker and not too late, as far as their
-- kind tells. Those of a type that it gathers are for its rounds of these, in which gathers is true.
local gathers = false
local function takes_type(kind)
  if not types[kind.type] or gathered[kind.type] then
    return false
  end
  local opens = closed_until('t:' .. kind.queue .. ':' .. kind.type, at)
  look_again(opens)
  return not opens
end
local function may_run(kind)
  if gathers then
    return not is_late(kind)
  elseif kind.may_run == nil then
    kind.may_run = takes_type(kind) and not is_late(kind)
  end
  return kind.may_run
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
local are_cancelling = call('EXISTS', CANCELLING) == 1
local function run_cancelled(bytes, kind)
  return are_cancelling and kind.in_run
    and call('SISMEMBER', CANCELLING, run_of(bytes, kind)) == 1
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

local function file_taken()
  for _, kind in ipairs(taken_kinds) do
    local taken = kind.taken
    kind.taken = nil
    local attempt = kind.attempt + 1
    save_claims(taken.keys, attempt, kind.fence + 1, at13, expiry, claim_id, worker)
    lease_together(kind.queue, taken.ids, expiry)
    index_add_all(kind.running, at13, taken.ids)
    event_all(state_event('R', attempt, kind.queue, kind.type, kind.in_run),
      kind.in_run and taken.steps or taken.ids)
  end
  taken_kinds = {}
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
  if kind.is_gated == nil then
    look_at_gates(kind, at)
  end
  local gate = (flow or kind.is_gated) and closed_gate(kind, flow, at)
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
  if want <= 0 or aside >= MOST_ASIDE or bytes_left <= 0 then
    return false
  end
  local chosen = choose(want)
  if chosen.n == 0 then
    file_parts()
    flush()
    more = false
    return false
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
        if not may_run(kind) or run_cancelled(bytes, kind) or flow and not fits(flow, labels, worker_slots) then
          if divert(id, source, line, bytes, kind, flow) then
            diverted = true
          else
            stays[line or source] = true
          end
        elseif not finds_room(id, source, line, bytes, kind, flow) then
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
  file_taken()
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
  look_again(next_opening(queue_count > 0 and sources, at))
end
reply[2] = next_due
if too_large then
  reply[3] = '2'
  reply[#reply + 1], reply[#reply + 2] = too_large[1], too_large[2]
end
return reply
