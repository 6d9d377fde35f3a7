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
local settings, has_settings, has_closed
each_call(function()
  settings, has_settings, has_closed = {}, nil, nil
end)
local function settings_of(field)
  if has_settings == nil then
    has_settings = call('EXISTS', GATES) == 1
  end
  if settings[field] == nil then
    settings[field] = has_settings and call('HGET', GATES, field) or false
  end
  return settings[field]
end

-- closed_until(name): until when a gate is closed, nil when it is not.
local function closed_until(name, at)
  if has_closed == nil then
    has_closed = call('EXISTS', CLOSED) == 1
  end
  local score = has_closed and call('ZSCORE', CLOSED, name)
  local time = score and tonumber(score)
  return time and time > at and time or nil
end

-- open_gate(name, field, running, at): a gate as a table.
--   free        how many more may run
--   interval    µs a unit, nil when no rate is set; full: when the bucket would be full; burst in µs
--   on          what becomes of a task that finds it full
--   until_ms    until when it is closed, nil when it is not
local gates
each_plan(function()
  gates = {}
end)
local function new_gate(name, field, at)
  local gate = {name = name, at = at, free = math.huge, on = 'w', until_ms = closed_until(name, at)}
  local text = settings_of(field)
  if text then
    local most, rate, per, burst, rest = string.match(text, '^(%S+) (%S+) (%S+) (%S+) (%S+)$')
    if most ~= '-' then
      gate.most = tonumber(most)
      gate.free = gate.most - (byte(name) == 113 and
        call('ZCARD', index_key(sub(name, 3), 'R')) or call('ZCARD', prefix .. 'held:' .. name))
    end
    if rate ~= '-' then
      gate.interval = per * 1000 / rate
      gate.burst = burst * gate.interval
      gate.full = math.max(tonumber(call('GET', prefix .. 'bucket:' .. name) or 0), at * 1000)
      -- A burst that has become smaller does not make up for what was let through before.
      gate.full = math.min(gate.full, at * 1000 + gate.burst)
    end
    gate.on = byte(name) ~= 103 and rest or 'w'
  end
  gates[name] = gate
  return gate
end
local function queue_gate(queue, at)
  local name = 'q:' .. queue
  return gates[name] or new_gate(name, name, at)
end
local function group_gate(queue, group, at)
  local name = 'g:' .. queue .. ':' .. group
  return gates[name] or new_gate(name, 'g:' .. queue, at)
end
local function limit_gate(limit, at)
  local name = 'l:' .. limit
  return gates[name] or new_gate(name, name, at)
end

-- units_left(gate): how many units may pass now. A task that finds one which drops is no reason to wait.
local function units_left(gate)
  if gate.until_ms then
    return 0
  end
  local left = gate.free
  if gate.interval then
    local tokens = math.floor((gate.at * 1000 + gate.burst - gate.full) / gate.interval + 0.000001)
    left = math.min(left, tokens)
  end
  return math.max(left, 0)
end

-- admits(gate, units): whether a task may pass. opens_at(gate, units): when it may, in ms, or +inf.
local function admits(gate, units)
  return not gate.until_ms and gate.free >= 1 and (not gate.interval or
    gate.full + units * gate.interval <= gate.at * 1000 + gate.burst + 0.001)
end
local function opens_at(gate, units)
  if gate.until_ms then
    return gate.until_ms
  elseif gate.free < 1 then
    return math.huge
  elseif gate.interval then
    return math.ceil((gate.full + units * gate.interval - gate.burst) / 1000)
  end
  return gate.at
end

-- pass(gate, units): takes a task through.
local function pass(gate, units)
  gate.free = gate.free - 1
  if gate.interval then
    gate.full = gate.full + units * gate.interval
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
  local key = prefix .. 'parked:' .. gate.name
  touch(key)
  touch(PARKING)
  write('ZADD', key, 'NX', format('%d', gate.at), name)
  gate.opens = math.min(gate.opens or math.huge, opens_at(gate, units))
  gate.parks = true
  if gate.on == 'c' and gate.free < 1 then
    cancel_oldest(prefix .. 'held:' .. gate.name)
  end
end

-- time_text(time): ms as a score.
local function time_text(time)
  return time == math.huge and '+inf' or format('%d', time)
end

-- unpark(name): plans that a parked group or line takes part again; whether it still has tasks.
local function unpark(name)
  local queue, lane, band, group, limit = string.match(name, '^(%S+) (%S+) (%S+) (%S+) (%S+)$')
  local base = base_of(queue, lane ~= '-' and lane or nil)
  if limit ~= '-' then
    local low, high = band_range(band)
    local first = call('ZRANGE', line_of(base, group, limit), low, high, 'BYSCORE', 'LIMIT', '0', '1',
      'WITHSCORES')
    if not first[1] then
      return false
    end
    touch(base .. 'lines:' .. band .. ':' .. group)
    write('ZADD', base .. 'lines:' .. band .. ':' .. group, first[2], limit)
    join_ring(queue, base, band, group)
  else
    local key = base .. 'ring:' .. band
    local time = call('ZSCORE', key, group)
    if not time then
      return false
    end
    local start = joined_ring(key).start - STEP
    write('ZADD', key, 'XX', format('%.3f', math.max(time % PARKED, start)), group)
  end
  hint_queue(queue)
  return true
end

-- open(gate, count): plans that as many of those that wait at a gate take part again, the first ones
-- first. What is beyond that is looked at again when the next may pass, or soon, as those that were let
-- go on may find no worker.
local MOST_OPENED, LOOK_AGAIN_MS = 100, 1000
local function open(gate, count)
  local key = prefix .. 'parked:' .. gate.name
  count = math.min(count, MOST_OPENED)
  if byte(gate.name) == 113 then
    hint_queue(sub(gate.name, 3))
    write('ZREM', PARKING, gate.name)
    return
  end
  local names = call('ZRANGE', key, 0, 2 * count - 1)
  local opened, looked_at = 0, 0
  for _, name in ipairs(names) do
    if opened == count then
      break
    end
    looked_at = looked_at + 1
    opened = opened + (unpark(name) and 1 or 0)
  end
  if looked_at > 0 then
    write('ZREM', key, unpack(names, 1, looked_at))
  end
  if looked_at == call('ZCARD', key) then
    write('ZREM', PARKING, gate.name)
  else
    local next = opens_at(gate, 1)
    next = next <= gate.at and gate.at + LOOK_AGAIN_MS or next
    write('ZADD', PARKING, time_text(next), gate.name)
  end
end

-- leave_gates(id, queue, flow, at): plans that a task which stops running gives its permits back.
local freed, has_parking
each_call(function()
  has_parking = nil
end)
each_plan(function()
  freed = {}
end)
local function free_permit(name, at)
  freed[name] = (freed[name] or 0) + 1
  freed.at = at
end
local function leave_gate(name, id, at)
  if name then
    index_remove(prefix .. 'held:' .. name, id)
    free_permit(name, at)
  end
end
local function leave_gates(id, queue, flow, at)
  free_permit('q:' .. queue, at)
  if flow then
    leave_gate(flow.group and 'g:' .. queue .. ':' .. flow.group, id, at)
    leave_gate(flow.limit and 'l:' .. flow.limit, id, at)
  end
end

-- gate_named(name, at)
local function gate_named(name, at)
  return gates[name] or new_gate(name, byte(name) == 103 and string.match(name, '^(g:[^:]+)') or name, at)
end

-- open_due(at): opens gates whose time has come; the time of the next one, nil when there is none.
local function open_due(at)
  has_parking = call('EXISTS', PARKING) == 1
  if not has_parking then
    return nil
  end
  local first = call('ZRANGE', PARKING, '-inf', '(+inf', 'BYSCORE', 'LIMIT', '0', '100', 'WITHSCORES')
  local due
  for i = 1, #first, 2 do
    local time = tonumber(first[i + 1])
    if time > at then
      due = due or time
    else
      local gate = gate_named(first[i], at)
      local left = units_left(gate)
      if left >= 1 then
        open(gate, left)
      else
        write('ZADD', PARKING, time_text(opens_at(gate, 1)), gate.name)
      end
    end
  end
  if #first > 0 then
    flush()
  end
  return due
end

before_flush(function()
  local names = {}
  for name, count in pairs(freed) do
    if name ~= 'at' then
      names[#names + 1] = name
    end
  end
  if #names > 0 then
    has_parking = has_parking == nil and call('EXISTS', PARKING) == 1 or has_parking
    each_chunk(has_parking and names or {}, 400, function(_, from, to)
      local waits = call('ZMSCORE', PARKING, unpack(names, from, to))
      for i = from, to do
        if waits[i - from + 1] then
          local gate = gate_named(names[i], freed.at)
          gate.free = gate.free + freed[names[i]]
          open(gate, freed[names[i]])
        end
      end
    end)
  end
  for name, gate in pairs(gates) do
    if gate.parks then
      write('ZADD', PARKING, time_text(gate.opens), name)
    end
    if gate.passed then
      touch(prefix .. 'bucket:' .. name)
      write('SET', prefix .. 'bucket:' .. name, format('%.3f', gate.full), 'PX',
        format('%d', math.ceil(gate.full / 1000 - gate.at) + 1))
    end
  end
end)
