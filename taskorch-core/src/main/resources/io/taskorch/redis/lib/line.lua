-- Where ready tasks stand. Those of no group and no limit stand in q:<queue>:ready. The others stand in
-- lines, a group and limit each, and together in :apart, which lists and counts them. Groups that have
-- ready tasks stand in a ring, one for each priority, by virtual time: the first one's turn it is, and a
-- turn puts it STEP, divided by its weight, further back. Who joins begins one step behind the first, so
-- it waits for one round at most, and has nothing from leaving and coming back. Of a group that has lines
-- of limits, :lines tells by the scores of their first tasks which one has come first.
-- A group or line that a gate holds back is parked: its score is beyond PARKED until the gate opens.
--- @include "lib/record"
--- @include "lib/plan"
local STEP, PARKED = 1000000, 4000000000000000

-- lane_of(type, flow): the lane for tasks that only workers can take which have a handler for the type,
-- the labels, and as many slots.
local function lane_of(type, flow)
  if not flow then
    return type
  end
  return type .. (flow.labels and '+' .. flow.labels or '') ..
    (flow.slots > 1 and '#' .. flow.slots or '')
end

-- has_line(flow): whether a task stands in a line. line_of(base, group, limit): its key; "-" for none.
local function has_line(flow)
  return flow and (flow.group or flow.limit)
end
local function line_of(base, group, limit)
  return base .. 'line:' .. group .. ':' .. limit
end

-- band_range(band): the scores of ready tasks of a priority, which is the text of its digit, as ZRANGE
-- has them.
local function band_range(band)
  return band .. '0000000000000', '(' .. band .. '9999999999999'
end

-- hint_queue(queue): tells workers, once a plan, that a queue has something to look at.
local function hint_queue(queue)
  local hinted = planned('hinted')
  if not hinted[queue] then
    hinted[queue] = true
    write('SPUBLISH', prefix .. 'work', 'ready ' .. queue)
  end
end

-- join_ring(queue, base, band, group): plans that a group stands in the ring of a priority, which is the
-- text of its digit. joins(key): the rings that are joined in this plan.
local function joined_ring(key)
  local joins = planned('joins')
  local ring = joins[key]
  if not ring then
    local first = call('ZRANGE', key, '0', '0', 'WITHSCORES')[2]
    local time = tonumber(first or 0)
    ring = {
      start = format('%d', time % PARKED + STEP), idle = not first or time >= PARKED, groups = {}
    }
    joins[key] = ring
  end
  return ring
end
local function join_ring(queue, base, band, group)
  local ring = joined_ring(base .. 'ring:' .. band)
  if ring.groups[group] then
    return
  end
  ring.groups[group] = true
  local command = ring.command or write('ZADD', base .. 'ring:' .. band, 'NX')
  ring.command = command
  command[#command + 1], command[#command + 2] = ring.start, group
  if ring.idle then
    hint_queue(queue)
  end
  local ringed = planned('ringed')
  if not ringed[queue] then
    ringed[queue] = true
    touch(RINGED)
    write('SADD', RINGED, queue)
    is_stored(RINGED)
  end
end

-- stand_in_line(queue, base, id, score, flow): plans that a ready task stands in its line.
local function stand_in_line(queue, base, id, score, flow)
  local group, limit, band = flow.group or '-', flow.limit or '-', sub(score, 1, 1)
  index_add(base .. 'apart', score, id)
  add_one(line_of(base, group, limit), score, id)
  if flow.limit then
    local key = base .. 'lines:' .. band .. ':' .. group
    local joined = planned('joined')
    local lines = joined[key]
    if not lines then
      lines = {command = write('ZADD', key, 'NX')}
      joined[key] = lines
      touch(key)
      touch(base .. 'limited')
      write('SADD', base .. 'limited', band .. ':' .. group)
    end
    if not lines[limit] then
      lines[limit] = true
      lines.command[#lines.command + 1], lines.command[#lines.command + 2] = score, limit
    end
  end
  join_ring(queue, base, band, group)
end

-- stand(queue, id, score, flow): plans that a ready task stands where it belongs in the open section.
local function stand(queue, id, score, flow)
  if has_line(flow) then
    stand_in_line(queue, base_of(queue), id, score, flow)
  else
    index_add(index_key(queue, 'P'), score, id)
  end
end

-- parked_name(queue, lane, band, group, limit): what is parked at a gate: a group, or its line of a limit.
local function parked_name(queue, lane, band, group, limit)
  return queue .. ' ' .. (lane or '-') .. ' ' .. band .. ' ' .. group .. ' ' .. limit
end

-- leave(t): plans that a ready task leaves where it stands, for which it need not run. What that leaves
-- empty goes with the flush.
local function leave_section(t, lane)
  local base = base_of(t.queue, lane)
  if not has_line(t.flow) then
    index_remove(base .. 'ready', t.id)
    if t.turn then
      index_remove(base .. 'apart', t.id)
    end
    return
  end
  local group, limit = t.flow.group or '-', t.flow.limit or '-'
  local line = line_of(base, group, limit)
  index_remove(base .. 'apart', t.id)
  if not call('ZSCORE', line, t.id) then
    return
  end
  index_remove(line, t.id)
  local name = parked_name(t.queue, lane, t.priority, group, limit)
  local left = planned('left')
  left[name] = left[name] or
    {queue = t.queue, lane = lane, base = base, band = t.priority, group = group, limit = limit, n = 0}
  left[name].n = left[name].n + 1
end
local function leave(t)
  leave_section(t)
  leave_section(t, lane_of(t.type, t.flow))
end

-- empties(key, band, gone): whether a line has no task of a priority but those that go.
local function empties(key, band, gone)
  local low, high = band_range(band)
  return call('ZCOUNT', key, low, high) == gone
end

-- remove_group(base, band, group, …): plans that a group without tasks leaves its ring.
local function remove_group(queue, lane, base, band, group)
  index_remove(base .. 'ring:' .. band, group)
  if group ~= '-' then
    touch(prefix .. 'parked:g:' .. queue .. ':' .. group)
    write('ZREM', prefix .. 'parked:g:' .. queue .. ':' .. group,
      parked_name(queue, lane, band, group, '-'))
  end
end

-- remove_limit(base, band, group, limit, …): plans that a line without tasks is forgotten.
local function remove_limit(queue, lane, base, band, group, limit)
  index_remove(base .. 'lines:' .. band .. ':' .. group, limit)
  touch(prefix .. 'parked:l:' .. limit)
  write('ZREM', prefix .. 'parked:l:' .. limit, parked_name(queue, lane, band, group, limit))
end

before_flush('left', function(left)
  local groups = {}
  for _, line in pairs(left) do
    local key = line.base .. ' ' .. line.band .. ' ' .. line.group
    local group = groups[key] or {line = line, limits = 0, plain = 0}
    groups[key] = group
    if line.limit == '-' then
      group.plain = line.n
    elseif empties(line_of(line.base, line.group, line.limit), line.band, line.n) then
      remove_limit(line.queue, line.lane, line.base, line.band, line.group, line.limit)
      group.limits = group.limits + 1
    end
  end
  for _, group in pairs(groups) do
    local line = group.line
    local key = line.base .. 'lines:' .. line.band .. ':' .. line.group
    local own = line.group == '-' and line.base .. 'ready' or line_of(line.base, line.group, '-')
    if call('ZCARD', key) == group.limits then
      if group.limits > 0 then
        write('SREM', line.base .. 'limited', line.band .. ':' .. line.group)
      end
      if empties(own, line.band, group.plain) then
        remove_group(line.queue, line.lane, line.base, line.band, line.group)
      end
    end
  end
end)
