-- Picks tasks for a claim from the rings and lines of a section, which is {queue, lane, base}: groups take
-- turns by virtual time, within a group the first task of all its lines comes first.
--- @include "lib/gate"

-- The groups that a round looks at.
local parts
each_plan(function()
  parts = {}
end)

-- read_ids(key, band, most): the first tasks of a line in a priority; read_scored(…) with their scores.
local function read_ids(key, band, most)
  local low, high = band_range(band)
  return call('ZRANGE', key, low, high, 'BYSCORE', 'LIMIT', '0', most)
end
local function read_scored(line, band, most)
  local low, high = band_range(band)
  local found = call('ZRANGE', line.key, low, high, 'BYSCORE', 'LIMIT', '0', most, 'WITHSCORES')
  line.ids, line.scores = {}, {}
  for i = 1, #found, 2 do
    line.ids[#line.ids + 1], line.scores[#line.scores + 1] = found[i], tonumber(found[i + 1])
  end
  line.whole = #line.ids < most
end

-- own_line(section, group): the line of a group's tasks that have no limit.
local function own_line(section, group)
  local key = group == '-' and section.base .. 'ready' or line_of(section.base, group, '-')
  return {key = key, limit = '-', used = 0}
end

-- park_line(part, line, gate, units): plans that a limit's line waits at its gate; park_part(part, gate,
-- units): that a group does.
local function park_line(part, line, gate, units)
  local section = part.section
  line.is_parked = true
  index_add(part.lines_key, format('%d', PARKED), line.limit)
  park(gate, parked_name(section.queue, section.lane, part.band, part.group, line.limit), units)
end
local function park_part(part, gate, units)
  local section = part.section
  part.is_parked = true
  index_add(part.ring, format('%.3f', PARKED + part.start + part.taken * part.step), part.group)
  park(gate, parked_name(section.queue, section.lane, part.band, part.group, '-'), units)
end

-- lines_of_limits(section, part, most, at): those lines of a group that have tasks which may pass, with a
-- share of them each: what is behind their gates' room is left out, and one task more to peek at.
local function lines_of_limits(section, part, most, at)
  local found = call('ZRANGE', part.lines_key, 0, most - 1, 'WITHSCORES')
  local lines, horizon = {}, math.huge
  for i = 1, #found, 2 do
    if tonumber(found[i + 1]) >= PARKED then
      part.has_parked = true
      break
    end
    lines[#lines + 1] = {limit = found[i], head = found[i + 1], used = 0}
    if i + 1 == 2 * most then
      horizon, part.is_cut = tonumber(found[i + 1]), true
    end
  end
  local share = math.floor(2 * most / math.max(1, #lines)) + 2
  for _, line in ipairs(lines) do
    line.key = line_of(section.base, part.group, line.limit)
    local gate = limit_gate(line.limit, at)
    local room = gate.on == 'd' and math.huge or units_left(gate)
    if room < 1 then
      part.has_parked = true
      line.ids = {}
      park_line(part, line, gate, 1)
    else
      read_scored(line, part.band, math.min(room, share) + 1)
      line.most = math.min(room, share)
      line.is_full = room <= share
    end
  end
  return lines, horizon
end

-- merge_lines(section, part, most, at): the first tasks of all lines of a group, in their order.
local function merge_lines(section, part, most, at)
  local lines, horizon = lines_of_limits(section, part, most, at)
  local own = own_line(section, part.group)
  read_scored(own, part.band, most + 1)
  own.most = most
  lines[#lines + 1] = own
  part.lines, part.ids, part.from = lines, {}, {}
  local places = {}
  while #part.ids < most do
    local first
    for i, line in ipairs(lines) do
      local score = not line.is_parked and line.scores[(places[i] or 0) + 1]
      if score and (places[i] or 0) >= line.most then
        -- Those behind a line that waits for room may pass it, not those behind one that was cut off.
        horizon = line.is_full and horizon or math.min(horizon, score)
      elseif score and (not first or score < lines[first].scores[(places[first] or 0) + 1]) then
        first = i
      end
    end
    if not first or lines[first].scores[(places[first] or 0) + 1] > horizon then
      break
    end
    places[first] = (places[first] or 0) + 1
    part.ids[#part.ids + 1] = lines[first].ids[places[first]]
    part.from[#part.from + 1] = lines[first]
  end
  part.most = #part.ids
end

-- read_part(section, part, most, at): the first tasks of a group: ids, and from, the line of each. Of a
-- group with one line the last is only peeked at.
local function read_part(section, part, most, at)
  if part.is_limited then
    merge_lines(section, part, most, at)
  else
    local line = own_line(section, part.group)
    line.ids = read_ids(line.key, part.band, most + 1)
    line.whole = #line.ids <= most
    part.lines, part.ids, part.line = {line}, line.ids, line
    part.most = math.min(#line.ids, most)
  end
  part.asked = most
end

-- has_room(section, part, at): whether the gate of a group lets any of its tasks pass; it is parked else.
local function has_room(section, part, at)
  if part.group == '-' or not (section.has_gates or closed_until('g:' .. section.queue .. ':' .. part.group, at)) then
    part.room = math.huge
    return true
  end
  local gate = group_gate(section.queue, part.group, at)
  part.room = units_left(gate)
  if part.room < 1 then
    park_part(part, gate, 1)
  end
  return part.room >= 1
end

-- A heap of groups by their time, the first in front.
local function push(heap, part)
  local place = #heap + 1
  while place > 1 do
    local above = math.floor(place / 2)
    if heap[above].time <= part.time then
      break
    end
    heap[place], place = heap[above], above
  end
  heap[place] = part
end
local function pop(heap)
  local first, last = heap[1], table.remove(heap)
  local place, n = 1, #heap
  if n == 0 then
    return first
  end
  while true do
    local below = 2 * place
    if below > n then
      break
    end
    if below < n and heap[below + 1].time < heap[below].time then
      below = below + 1
    end
    if last.time <= heap[below].time then
      break
    end
    heap[place], place = heap[below], below
  end
  heap[place] = last
  return first
end

-- parts_of(section, band, most): the groups whose turn it may be, in the order of their times.
local function parts_of(section, band, most, at)
  local ring = section.base .. 'ring:' .. band
  local found = call('ZRANGE', ring, 0, most - 1, 'WITHSCORES')
  local groups, has_plain = {}, false
  for i = 1, #found, 2 do
    local time = tonumber(found[i + 1])
    has_plain = has_plain or found[i] == '-'
    if time < PARKED then
      groups[#groups + 1] = {group = found[i], time = time}
    end
  end
  -- Plain tasks are submitted without a look at the ring: their group joins it here.
  if not has_plain and not (#found == 2 * most and call('ZSCORE', ring, '-')) then
    local first = found[2] and tonumber(found[2]) % PARKED or 0
    table.insert(groups, {group = '-', time = first + STEP, joins = true})
    for i = #groups, 2, -1 do
      if groups[i].time < groups[i - 1].time then
        groups[i], groups[i - 1] = groups[i - 1], groups[i]
      end
    end
  end
  local names, limited = {}, {}
  for i, part in ipairs(groups) do
    part.band, part.ring, part.picked, part.taken = band, ring, 0, 0
    part.lines_key = section.base .. 'lines:' .. band .. ':' .. part.group
    part.start, part.step = part.time, STEP
    names[i] = band .. ':' .. part.group
  end
  if section.has_limited then
    limited = call('SMISMEMBER', section.base .. 'limited', unpack(names))
  end
  for i, part in ipairs(groups) do
    part.is_limited = limited[i] == 1
    names[i] = part.group
  end
  if section.has_weights then
    local weights = call('HMGET', prefix .. 'weights:' .. section.queue, unpack(names))
    for i, part in ipairs(groups) do
      part.step = STEP / (weights[i] or 1)
    end
  end
  return groups
end

-- open_section(queue, lane): a section as a table, with what tells of its rings.
local function open_section(queue, lane)
  local base = base_of(queue, lane)
  return {
    queue = queue, lane = lane, base = base, is_ringed = true,
    has_gates = settings_of('g:' .. queue), has_limited = call('EXISTS', base .. 'limited') == 1,
    has_weights = settings_of('g:' .. queue) and call('EXISTS', prefix .. 'weights:' .. queue) == 1
  }
end

-- pick(section, band, want, at, list, append): the next tasks of a priority from 0, group by group as
-- their turns come; append(list, id, key, line) for each.
local function pick(section, band, want, at, list, append)
  if want < 1 then
    return
  end
  local groups = parts_of(section, format('%d', band), want)
  local share, heap, next = math.floor(want / math.max(1, #groups)) + 1, {}, 1
  while list.n < want do
    local part = groups[next]
    if heap[1] and (not part or heap[1].time < part.time) then
      part = pop(heap)
    elseif part then
      next = next + 1
    else
      break
    end
    if not part.ids then
      parts[#parts + 1] = part
      part.section, part.at = section, at
      if has_room(section, part, at) then
        read_part(section, part, share, at)
      end
    elseif part.picked == part.most and part.picked == part.asked and part.most < want then
      read_part(section, part, math.min(want, 4 * part.asked), at)
    end
    if part.ids and part.picked < math.min(part.most, part.room) then
      part.picked = part.picked + 1
      part.time = part.time + part.step
      local line = part.from and part.from[part.picked] or part.line
      line.part = part
      append(list, part.ids[part.picked], line.key, line)
      push(heap, part)
    end
  end
end

-- use(line, id): plans that a picked task leaves its line; taken tells that it has had its group's turn.
local function use(line, id, taken)
  local part = line.part
  line.used = line.used + 1
  if taken then
    part.taken = part.taken + 1
  end
  index_remove(line.key, id)
  if part.group ~= '-' or line.limit ~= '-' then
    index_remove(part.section.base .. 'apart', id)
  end
end

-- file_line(part, line): what a limit's line shows of itself after a round; whether it is gone.
local function file_line(part, line)
  if line.is_parked then
    return false
  elseif line.whole and line.used == #line.ids then
    index_remove(part.lines_key, line.limit)
    return true
  end
  local gate = line.is_full and limit_gate(line.limit, part.at)
  if gate and units_left(gate) < 1 then
    if gate.on == 'c' then
      -- Who is to make room for the next one stands there after the flush.
      part.looks_again = true
    else
      park_line(part, line, gate, 1)
      return false
    end
  end
  local head = line.scores[line.used + 1]
  if line.used > 0 and head then
    index_add(part.lines_key, format('%d', head), line.limit)
  end
  return false
end

-- is_full(part): whether a group has found room, but leaves none.
local function is_full(part)
  return part.room < math.huge and
    units_left(group_gate(part.section.queue, part.group, part.at)) < 1
end

-- file_parts(): plans where the groups of a round stand from now on; those without tasks leave. Returns
-- whether another round is to look at what they have left.
local function file_parts()
  local looks_again = false
  for _, part in ipairs(parts) do
    if part.ids then
      local has_more, limits_left = part.is_cut, part.is_cut or part.has_parked
      for _, line in ipairs(part.lines) do
        if line.limit == '-' then
          has_more = has_more or not (line.whole and line.used == #line.ids)
        elseif not file_line(part, line) then
          limits_left = true
          looks_again = looks_again or part.looks_again
          has_more = has_more or not line.is_parked
        end
      end
      if part.is_limited and not limits_left then
        write('SREM', part.section.base .. 'limited', part.band .. ':' .. part.group)
      end
      if part.is_parked then
        -- Where it stands is planned.
      elseif not has_more then
        if not part.joins then
          index_remove(part.ring, part.group)
        end
      elseif is_full(part) then
        park_part(part, group_gate(part.section.queue, part.group, part.at), 1)
      elseif part.taken > 0 or part.joins then
        index_add(part.ring, format('%.3f', part.start + part.taken * part.step), part.group)
      end
    end
  end
  parts = {}
  return looks_again
end

-- stop(line, gate, units): plans that a line, or its group if that is whose gate it is, waits: a picked
-- task of it finds no room.
local function stop(line, gate, units)
  local part = line.part
  if gate.name == 'l:' .. line.limit then
    park_line(part, line, gate, units)
  else
    park_part(part, gate, units)
  end
end
