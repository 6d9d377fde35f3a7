-- Picks tasks for a claim from the rings and lines of a section, which is {queue, lane, base}: groups take
-- turns by virtual time, within a group the first task of all its lines comes first.
--- @include "lib/gate"

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

-- own_line(section, part): the line of a group's tasks that have no limit. line_in(section, part, limit):
-- that of a limit. Who looks further into a group finds those that it has picked from already.
local function own_line(section, part)
  local line = part.own
  if not line then
    local key = part.group == '-' and section.base .. 'ready' or section.lines .. part.group .. ':-'
    line = {key = key, limit = '-', used = 0, part = part, ids = nil, whole = nil}
    part.own = line
  end
  return line
end
local function line_in(section, part, limit)
  part.known = part.known or {}
  local line = part.known[limit]
  if not line then
    line = {
      limit = limit, key = section.lines .. part.group .. ':' .. limit, part = part, used = 0,
      most = 0, ids = false, whole = false, time = false
    }
    part.known[limit] = line
  end
  line.place = 0
  return line
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
  index_add(part.ring, format('%d', PARKED + part.start + part.taken * part.step), part.group)
  park(gate, parked_name(section.queue, section.lane, part.band, part.group, '-'), units)
end

-- A heap of groups or lines, the one with the least time in front.
local function push(heap, one)
  local place, time = #heap + 1, one.time
  while place > 1 do
    local above = (place - place % 2) / 2
    if heap[above].time <= time then
      break
    end
    heap[place], place = heap[above], above
  end
  heap[place] = one
end
local function pop(heap)
  local n = #heap
  local first, last = heap[1], heap[n]
  heap[n] = nil
  local place = 1
  n = n - 1
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

-- lines_of_limits(section, part, most, at): those lines of a group that have tasks which may pass, with a
-- share of them each: what is behind their gates' room is left out, and one task more to peek at. Returns
-- also the score from which on others may stand in front of theirs, and whether each has one to give.
local function lines_of_limits(section, part, most, at)
  local found = call('ZRANGE', part.lines_key, 0, most - 1, 'WITHSCORES')
  local limits, lines, n, horizon, one_each = {}, {}, 0, math.huge, true
  for i = 1, #found, 2 do
    local head = tonumber(found[i + 1])
    if head >= PARKED then
      part.has_parked = true
      break
    end
    limits[#limits + 1] = found[i]
    found[i + 1] = head
    if i + 1 == 2 * most then
      horizon, part.is_cut = head, true
    end
  end
  read_limits(limits)
  local parked = noted('parked')
  local share = math.floor(2 * most / math.max(1, #limits)) + 2
  for i, limit in ipairs(limits) do
    local gate = limit_gate(limit, at)
    local room = gate.on == 'd' and math.huge or units_left(gate)
    if room < 1 then
      part.has_parked = true
      park_line(part, {limit = limit}, gate, 1)
      parked[#parked + 1] = limit
    else
      local line = line_in(section, part, limit)
      line.most, line.time = math.min(room, share), found[2 * i]
      if room == 1 then
        -- Its first one's score is known, and no other one's is needed.
        line.ids = read_ids(line.key, part.band, 2)
        line.whole = #line.ids < 2
      else
        one_each = false
        read_scored(line, part.band, line.most + 1)
        line.is_full = room <= share
      end
      if line.ids[1] then
        n = n + 1
        lines[n] = line
      else
        index_remove(part.lines_key, limit)
      end
    end
  end
  -- What has been left out may hide lines behind it that have room.
  part.looks_again = part.is_cut and part.has_parked
  return lines, horizon, one_each
end

-- has_parked_enough(): whether a call has parked as many lines as one may.
local MOST_PARKED = 200
local function has_parked_enough()
  return #noted('parked') >= MOST_PARKED
end

-- merge_lines(section, part, most, at): the first tasks of all lines of a group, in their order.
local function merge_lines(section, part, most, at)
  local lines, horizon, one_each = lines_of_limits(section, part, most, at)
  local own = own_line(section, part)
  read_scored(own, part.band, most + 1)
  own.most, own.place = most, 0
  local heap, ids, from, n = {}, {}, {}, 0
  if one_each and not own.ids[1] then
    for i, line in ipairs(lines) do
      ids[i], from[i] = line.ids[1], line
    end
    n = #lines
  else
    if own.ids[1] then
      own.time = own.scores[1]
      push(heap, own)
    end
    for _, line in ipairs(lines) do
      push(heap, line)
    end
  end
  while n < most and heap[1] and heap[1].time <= horizon do
    local line = pop(heap)
    local place = line.place + 1
    line.place = place
    n = n + 1
    ids[n], from[n] = line.ids[place], line
    local next = line.scores and line.scores[place + 1]
    if next and place < line.most then
      line.time = next
      push(heap, line)
    elseif next and not line.is_full then
      -- Those behind a line that waits for room may pass it, not those behind one that was cut off.
      horizon = math.min(horizon, next)
    end
  end
  lines[#lines + 1] = own
  part.lines, part.ids, part.from, part.most = lines, ids, from, n
end

-- read_part(section, part, most, at): the first tasks of a group: ids, and from, the line of each. Of a
-- group with one line the last is only peeked at.
local function read_part(section, part, most, at)
  if part.is_limited then
    merge_lines(section, part, most, at)
  else
    local line = own_line(section, part)
    line.ids = read_ids(line.key, part.band, most + 1)
    local n = #line.ids
    line.whole = n <= most
    part.ids, part.line, part.most = line.ids, line, n <= most and n or most
  end
  part.asked = most
end

-- has_room(section, part, at): whether the gate of a group lets any of its tasks pass; it is parked else.
local function has_room(section, part, at)
  if part.group == '-' or not section.has_gates then
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

-- look_into(section, part, most, at): reads the first tasks of a group, unless its gate holds them back.
local function look_into(section, part, most, at)
  local parts = planned('parts')
  parts[#parts + 1] = part
  part.at = at
  if has_room(section, part, at) then
    read_part(section, part, most, at)
  end
end

-- new_part(…): a group as a table, built with all that most will hold.
local function new_part(section, band, ring, group, time)
  return {
    section = section, band = band, ring = ring, group = group, time = time, start = time,
    step = STEP, picked = 0, taken = 0, most = 0, asked = 0, at = false, room = false, ids = false,
    line = false, own = false, is_parked = false
  }
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
      groups[#groups + 1] = new_part(section, band, ring, found[i], time)
    end
  end
  -- Plain tasks are submitted without a look at the ring: their group joins it here.
  if not has_plain and not (#found == 2 * most and call('ZSCORE', ring, '-')) then
    local first = found[2] and tonumber(found[2]) % PARKED or 0
    local plain = new_part(section, band, ring, '-', first + STEP)
    plain.joins = true
    table.insert(groups, plain)
    for i = #groups, 2, -1 do
      if groups[i].time < groups[i - 1].time then
        groups[i], groups[i - 1] = groups[i - 1], groups[i]
      end
    end
  end
  if section.has_limited then
    local names = {}
    for i, part in ipairs(groups) do
      names[i] = band .. ':' .. part.group
    end
    local limited = call('SMISMEMBER', section.base .. 'limited', unpack(names))
    for i, part in ipairs(groups) do
      part.is_limited = limited[i] == 1
      part.lines_key = section.base .. 'lines:' .. names[i]
    end
  end
  if section.has_weights then
    local names = {}
    for i, part in ipairs(groups) do
      names[i] = part.group
    end
    local weights = call('HMGET', prefix .. 'weights:' .. section.queue, unpack(names))
    for i, part in ipairs(groups) do
      part.step = math.floor(STEP / (weights[i] or 1))
    end
  end
  return groups
end

-- open_section(queue, lane, at): a section as a table, with what tells of its rings.
local function open_section(queue, lane, at)
  local base = base_of(queue, lane)
  local section = {
    queue = queue, lane = lane, base = base, gone = {}, apart = base .. 'apart', is_ringed = true,
    lines = base .. 'line:', has_gates = has_group_gates(queue, at), has_limited = call('EXISTS', base .. 'limited') == 1,
    has_weights = call('EXISTS', prefix .. 'weights:' .. queue) == 1
  }
  local sections = noted('sections')
  sections[#sections + 1] = section
  return section
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
      look_into(section, part, share, at)
    elseif part.picked == part.most and part.picked == part.asked and part.most < want then
      read_part(section, part, math.min(want, 4 * part.asked), at)
    end
    if part.ids and part.picked < math.min(part.most, part.room) then
      part.picked = part.picked + 1
      part.time = part.time + part.step
      local line = part.line or part.from[part.picked]
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
  if part.group ~= '-' or line.limit ~= '-' then
    remove_one(line.key, id)
    local apart = part.section.gone
    apart[#apart + 1] = id
  else
    index_remove(line.key, id)
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
  local gate = limit_gate(line.limit, part.at)
  if units_left(gate) < 1 then
    if gate.on == 'c' then
      -- Who is to make room for the next one stands there after the flush.
      part.looks_again = true
    elseif gate.on ~= 'd' and gate.free >= 1 then
      park_line(part, line, gate, 1)
      return false
    end
    -- One that lacks permits is parked by who comes to it before they are back, which mostly is nobody.
  end
  local next = line.used > 0 and line.ids[line.used + 1]
  if next then
    local score = line.scores and format('%d', line.scores[line.used + 1])
    index_add(part.lines_key, score or call('ZSCORE', line.key, next), line.limit)
  end
  return false
end

-- file_lines(part): the same of all lines of a group; whether one of them has tasks that may run.
local function file_lines(part)
  local has_more, limits_left = part.is_cut, part.is_cut or part.has_parked
  for _, line in ipairs(part.lines) do
    if line.limit == '-' then
      has_more = has_more or not (line.whole and line.used == #line.ids)
    elseif not file_line(part, line) then
      limits_left = true
      has_more = has_more or not line.is_parked
    end
  end
  if not limits_left then
    write('SREM', part.section.base .. 'limited', part.band .. ':' .. part.group)
  end
  return has_more
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
  for _, part in ipairs(planned('parts')) do
    if part.ids then
      local has_more
      if part.line then
        has_more = not (part.line.whole and part.line.used == #part.line.ids)
      else
        has_more = file_lines(part)
        looks_again = looks_again or part.looks_again
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
        index_add(part.ring, format('%d', part.start + part.taken * part.step), part.group)
      end
    end
  end
  for _, section in ipairs(noted('sections')) do
    if section.gone[1] then
      index_remove_all(section.apart, section.gone)
      section.gone = {}
    end
  end
  plan.parts = nil
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
