-- Gates hold tasks back: of a queue (q:<queue>), of a group of it (g:<queue>:<group>), of a limit
-- (l:<limit>). What is set of them stands in GATES, by q:<queue>, g:<queue> for all groups of a queue, and
-- l:<limit>: "<most running> <rate> <per ms> <burst> <…>", "-" for what is not. Behind it: of a queue or
-- limit what becomes of a task that finds it full, w waits, c the oldest one that runs is cancelled, d it
-- is dropped; of groups how many tasks of one may wait. CLOSED names gates that are closed until a time,
-- for ever those that are paused.
--   held:<gate>    sorted set of the running tasks that have passed a group's or limit's gate, by when: a
--                  permit is a lease's, and goes with it. A queue's are its running tasks
--   bucket:<gate>  string: µs at which the bucket of a rate would be full again (GCRA)
--   parked:<gate>  sorted set of groups or lines that wait at it, by when they came
-- PARKING names gates at which something waits by when they may open, +inf for when a permit comes back.
--- @include "lib/line"
--- @include "lib/move"

-- settings_of(field)
local function settings_of(field)
  if not has(GATES) then
    return false
  end
  local settings = noted('settings')
  local text = settings[field]
  if text == nil then
    text = call('HGET', GATES, field)
    settings[field] = text
  end
  return text
end

-- read_limits(limits): reads what is set of several limits at once.
local function read_limits(limits)
  if has(GATES) and #limits > 1 then
    local fields = {}
    for i, limit in ipairs(limits) do
      fields[i] = 'l:' .. limit
    end
    local found, settings = call('HMGET', GATES, unpack(fields)), noted('settings')
    for i, field in ipairs(fields) do
      settings[field] = found[i]
    end
  end
end

-- closed_until(name): until when a gate is closed, nil when it is not.
local function closed_until(name, at)
  if not has(CLOSED) then
    return nil
  end
  local closed = noted('closed')
  if not closed.is_swept then
    -- Those whose time is over.
    write('ZREMRANGEBYSCORE', CLOSED, '-inf', format('(%d', at))
    closed.is_swept = true
  end
  local score = call('ZSCORE', CLOSED, name)
  local time = score and tonumber(score)
  return time and time > at and time or nil
end

-- read_settings(text): most that may run, µs a unit and of a burst, what else; nil for what is not set.
-- A gate is a table:
--   set         that
--   free        how many more may run
--   full        when its bucket will be full, in µs, false when no rate is set
--   on          what becomes of a task that finds it full
--   until_ms    until when it is closed, nil when it is not
--   passed, opens   whether tasks have passed it in this plan, and when it opens for those that wait
local function read_settings(text)
  local texts = noted('texts')
  local known = texts[text]
  if not known then
    local most, rate, per, burst, rest = string.match(text, '^(%S+) (%S+) (%S+) (%S+) (%S+)$')
    local interval = rate ~= '-' and per * 1000 / rate or nil
    known = {
      most = most ~= '-' and most + 0 or nil, interval = interval,
      burst = interval and burst * interval, rest = rest
    }
    texts[text] = known
  end
  return known
end
local UNSET = {rest = 'w'}
local function new_gate(name, field, at)
  local text = settings_of(field)
  local set = text and read_settings(text) or UNSET
  local gate = {
    name = name, at = at, set = set, free = math.huge, on = byte(name) ~= 103 and set.rest or 'w',
    full = false, passed = false, opens = false
  }
  gate.until_ms = closed_until(name, at)
  if set.most then
    gate.free = set.most - (byte(name) == 113 and
      call('ZCARD', index_key(sub(name, 3), 'R')) or call('ZCARD', prefix .. 'held:' .. name))
  end
  if set.interval then
    local full = math.max(tonumber(call('GET', prefix .. 'bucket:' .. name) or 0), at * 1000)
    -- A burst that has become smaller does not make up for what was let through before.
    gate.full = math.min(full, at * 1000 + set.burst)
  end
  planned('gates')[name] = gate
  return gate
end
local function queue_gate(queue, at)
  local name = 'q:' .. queue
  return planned('gates')[name] or new_gate(name, name, at)
end
local function group_gate(queue, group, at)
  local name = 'g:' .. queue .. ':' .. group
  return planned('gates')[name] or new_gate(name, 'g:' .. queue, at)
end
local function limit_gate(limit, at)
  local name = 'l:' .. limit
  return planned('gates')[name] or new_gate(name, name, at)
end

-- has_gates(): whether anything may hold back tasks at all. has_group_gates(queue, at): whether it may those
-- of groups of a queue.
local function has_gates()
  return has(GATES) or has(CLOSED)
end
local function has_group_gates(queue, at)
  return has(CLOSED) or settings_of('g:' .. queue) and true or false
end

-- is_above_burst(queue, flow): whether a task counts for more units than a gate ever lets through at once.
local function is_above_burst(queue, flow)
  local fields = {'q:' .. queue, flow.group and 'g:' .. queue, flow.limit and 'l:' .. flow.limit}
  for i = 1, 3 do
    local text = fields[i] and settings_of(fields[i])
    local set = text and read_settings(text)
    if set and set.interval and flow.units * set.interval > set.burst + 0.001 then
      return true
    end
  end
  return false
end

-- most_waiting(queue): how many tasks of a group may wait, nil for any number. count_waiting(queue, group):
-- how many do, in all its lines; those that step aside, are due later or wait for their turn do not count.
local function most_waiting(queue)
  local text = settings_of('g:' .. queue)
  return text and tonumber(read_settings(text).rest)
end
local function count_waiting(queue, group)
  local base = base_of(queue)
  local count, limits = call('ZCARD', line_of(base, group, '-')), {}
  for band = 0, 3 do
    for _, limit in ipairs(call('ZRANGE', base .. 'lines:' .. band .. ':' .. group, 0, 99)) do
      limits[limit] = true
    end
  end
  for limit in pairs(limits) do
    count = count + call('ZCARD', line_of(base, group, limit))
  end
  return count
end

-- units_left(gate): how many units may pass now. A task that finds one which drops is no reason to wait.
local function units_left(gate)
  if gate.until_ms then
    return 0
  end
  local left = gate.free
  if gate.full then
    local set = gate.set
    local tokens = math.floor((gate.at * 1000 + set.burst - gate.full) / set.interval + 0.000001)
    left = math.min(left, tokens)
  end
  return math.max(left, 0)
end

-- admits(gate, units): whether a task may pass. opens_at(gate, units): when it may, in ms, or +inf.
local function admits(gate, units)
  local set = gate.set
  return not gate.until_ms and gate.free >= 1 and (not gate.full or
    gate.full + units * set.interval <= gate.at * 1000 + set.burst + 0.001)
end
local function opens_at(gate, units)
  if gate.until_ms then
    return gate.until_ms
  elseif gate.free < 1 then
    return math.huge
  elseif gate.full then
    return math.ceil((gate.full + units * gate.set.interval - gate.set.burst) / 1000)
  end
  return gate.at
end

-- pass(gate, units): takes a task through.
local function pass(gate, units)
  gate.free = gate.free - 1
  if gate.full then
    gate.full = gate.full + units * gate.set.interval
    gate.passed = true
  end
end

-- cancel_oldest(key): plans that the first task of an index of running ones is asked to end.
local function cancel_oldest(key)
  local id = call('ZRANGE', key, '0', '0')[1]
  local bytes = id and read_beginning(RECORD .. id)
  local t = bytes and open_record(id, bytes)
  if t and t.state == 'R' and t.cancel ~= '1' then
    t.cancel = '1'
    save(t)
    write('SPUBLISH', prefix .. 'work', 'cancel ' .. id)
  end
end

-- park(gate, name, units): plans that a group or line waits at a gate for so many units.
local function park(gate, name, units)
  add_one(prefix .. 'parked:' .. gate.name, format('%d', gate.at), name)
  gate.opens = math.min(gate.opens or math.huge, opens_at(gate, units))
  if gate.on == 'c' and gate.free < 1 then
    cancel_oldest(prefix .. 'held:' .. gate.name)
  end
end

-- note_opening(name, time): plans that a gate at which something waits is looked at then, in ms.
local function note_opening(name, time)
  index_add(PARKING, time == math.huge and '+inf' or format('%d', time), name)
  is_stored(PARKING)
end

-- unpark(name): plans that a parked group or line takes part again; whether it still has tasks.
local function unpark(name)
  local section, band, group, limit = string.match(name, '^(%S+ %S+) (%d) (%S+) (%S+)$')
  local places = noted('places')
  local place = places[section]
  if not place then
    local queue, lane = string.match(section, '^(%S+) (%S+)$')
    place = {queue = queue, base = base_of(queue, lane ~= '-' and lane or nil)}
    places[section] = place
  end
  local queue, base = place.queue, place.base
  if limit ~= '-' then
    local low, high = band_range(band)
    local first = call('ZRANGE', line_of(base, group, limit), low, high, 'BYSCORE', 'LIMIT', '0', '1',
      'WITHSCORES')
    if not first[1] then
      index_remove(base .. 'lines:' .. band .. ':' .. group, limit)
      return false
    end
    index_add(base .. 'lines:' .. band .. ':' .. group, first[2], limit)
    join_ring(queue, base, band, group)
  elseif group == '-' then
    -- Joins by itself, if there are tasks.
    index_remove(base .. 'ring:' .. band, group)
  else
    local key = base .. 'ring:' .. band
    local time = call('ZSCORE', key, group)
    if not time then
      return false
    end
    local start = joined_ring(key).start - STEP
    index_add(key, format('%d', math.max(time % PARKED, start)), group)
  end
  hint_queue(queue)
  return true
end

-- A bucket that is full is not needed any more; Redis' own clock, by which it goes, may be ahead.
local KEPT_LONGER_MS = 60000

-- gate_named(name, at): any gate.
local function gate_named(name, at)
  local field = byte(name) == 103 and string.match(name, '^(g:[^:]+)') or name
  return planned('gates')[name] or new_gate(name, field, at)
end

-- drops(gate): whether what waits at a gate since it was closed is to be looked at now, room or not.
local function drops(gate)
  return gate.on == 'd' and not gate.until_ms
end

-- open(name, count, at, freed): plans that as many of those that wait at a gate take part again, the first
-- ones first; this call gives back so many permits of it. What is beyond that is looked at again when the
-- next may pass: at once while there is room, as those that were let go on may find no worker.
local MOST_OPENED = 100
local function open(name, count, at, freed)
  if byte(name) == 113 then
    hint_queue(sub(name, 3))
    index_remove(PARKING, name)
    return
  end
  local key = prefix .. 'parked:' .. name
  count = math.min(count, MOST_OPENED)
  local most = 2 * count + 1
  local names = call('ZRANGE', key, 0, most - 1)
  local opened, looked_at = 0, 0
  for _, parked in ipairs(names) do
    if opened == count or looked_at == most - 1 then
      break
    end
    looked_at = looked_at + 1
    opened = opened + (unpark(parked) and 1 or 0)
    remove_one(key, parked)
  end
  if looked_at == #names then
    index_remove(PARKING, name)
  else
    local gate = gate_named(name, at)
    -- What is stored still counts those permits.
    gate.free = gate.free + freed
    gate.opens = math.min(gate.opens or math.huge, drops(gate) and at or opens_at(gate, 1))
  end
end

-- leave_gates(id, queue, flow, at): plans that a task which stops running gives its permits back.
local function leave_gate(name, at)
  local freed = planned('freed')
  freed[name] = freed[name] or {permits = 0, at = at}
  freed[name].permits = freed[name].permits + 1
end
local function leave_gates(id, queue, flow, at)
  local has_parking = has(PARKING)
  if has_parking then
    leave_gate('q:' .. queue, at)
  end
  if flow and flow.group then
    remove_one(prefix .. 'held:g:' .. queue .. ':' .. flow.group, id)
    if has_parking then
      leave_gate('g:' .. queue .. ':' .. flow.group, at)
    end
  end
  if flow and flow.limit then
    remove_one(prefix .. 'held:l:' .. flow.limit, id)
    if has_parking then
      leave_gate('l:' .. flow.limit, at)
    end
  end
end

-- open_due(at): opens gates whose time has come; the time of the next one, nil when there is none.
local function open_due(at)
  if not has(PARKING) then
    return nil
  end
  local first =
    call('ZRANGE', PARKING, '-inf', '(+inf', 'BYSCORE', 'LIMIT', '0', '100', 'WITHSCORES')
  local due
  for i = 1, #first, 2 do
    local time = tonumber(first[i + 1])
    if time > at then
      due = due or time
    else
      local gate = gate_named(first[i], at)
      local left = drops(gate) and MOST_OPENED or units_left(gate)
      if left >= 1 then
        open(gate.name, left, at, 0)
      else
        note_opening(gate.name, opens_at(gate, 1))
      end
    end
  end
  if #first > 0 then
    flush()
  end
  return due
end

before_flush('freed', function(freed)
  local names = {}
  for name in pairs(freed) do
    names[#names + 1] = name
  end
  each_chunk(names, 400, function(_, from, to)
    local waits = call('ZMSCORE', PARKING, unpack(names, from, to))
    for i = from, to do
      local name = names[i]
      if waits[i - from + 1] then
        open(name, freed[name].permits, freed[name].at, freed[name].permits)
      end
    end
  end)
end)

before_flush('gates', function(gates)
  for name, gate in pairs(gates) do
    if gate.opens then
      note_opening(name, gate.opens)
    end
    if gate.passed then
      touch(prefix .. 'bucket:' .. name)
      write('SET', prefix .. 'bucket:' .. name, format('%.3f', gate.full), 'PX',
        format('%d', math.ceil(gate.full / 1000 - gate.at) + KEPT_LONGER_MS))
    end
  end
end)
