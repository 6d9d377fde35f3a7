-- Which tasks a worker can take, and whether there is room for them.
--- @include "lib/gate"

-- read_worker(args, at): how many slots a worker has, its labels as a set, and of the types that it
-- gathers type -> {size, within in ms}.
local function read_worker(args, at)
  local labels, gathered, labels_end = {}, {}, at + 1 + args[at + 1]
  for i = at + 2, labels_end do
    labels[args[i]] = true
  end
  for i = labels_end + 2, labels_end + 1 + 3 * args[labels_end + 1], 3 do
    gathered[args[i]] = {size = args[i + 1] + 0, within = args[i + 2] + 0}
  end
  return tonumber(args[at]), labels, gathered
end

-- has_labels(text, labels): whether a worker has all that a text names.
local function has_labels(text, labels)
  for label in string.gmatch(text, '[^,]+') do
    if not labels[label] then
      return false
    end
  end
  return true
end

-- fits(flow, labels, slots): whether a worker can take a task, its type apart.
local function fits(flow, labels, slots)
  if flow.fits == nil then
    flow.fits = flow.slots <= slots and (not flow.labels or has_labels(flow.labels, labels))
  end
  return flow.fits
end

-- fits_lane(lane, queue, types, labels, slots, at): whether a worker can take the tasks of a lane; and
-- until when their type is closed, nil when it is not.
local function fits_lane(lane, queue, types, labels, slots, at)
  local type, required, weight = string.match(lane, '^([^+#]+)%+?([^#]*)#?(%d*)$')
  if types[type] and has_labels(required, labels) and (weight == '' or weight + 0 <= slots) then
    return true, closed_until('t:' .. queue .. ':' .. type, at)
  end
  return false
end

-- has_room_in(queue, at): whether the gate of a queue lets a task pass, or drops it; that it waits is
-- noted else.
local function wait_for(gate)
  note_opening(gate.name, opens_at(gate, 1))
end
local function has_room_in(queue, at)
  if not has_gates() then
    return true
  end
  local gate = queue_gate(queue, at)
  if units_left(gate) >= 1 or gate.on == 'd' and not gate.until_ms then
    return true
  end
  wait_for(gate)
  if gate.on == 'c' and gate.free < 1
      and call('EXISTS', index_key(queue, 'P'), base_of(queue) .. 'apart') > 0 then
    cancel_oldest(index_key(queue, 'R'))
  end
  return false
end

-- room_of(source, at): how many tasks may be taken from a queue.
local function room_of(source, at)
  if not has_gates() then
    return math.huge
  end
  local gate = queue_gate(source.name, at)
  return gate.on == 'd' and math.huge or units_left(gate)
end

-- add_sections(sources, queue, lanes, turn, at): the sections of a queue with rings. None of them is always
-- the first.
local function add_sections(sources, queue, lanes, turn, at)
  local sections = {open_section(queue, nil, at)}
  for i, lane in ipairs(lanes) do
    sections[i + 1] = open_section(queue, lane, at)
  end
  for i = 1, #sections do
    local section = sections[(i + turn) % #sections + 1]
    section.name = queue
    sources[#sources + 1] = section
  end
end

-- look_at_gates(kind, at): notes once a call whether anything may hold back tasks of a kind's queue, all
-- of them or those of groups.
local function look_at_gates(kind, at)
  kind.is_gated = has(GATES) and settings_of('q:' .. kind.queue) and true or false
  kind.has_gated_groups = has_group_gates(kind.queue, at)
end

-- closed_gate(kind, flow, at): the first gate that does not let a task pass, nil when all do.
-- pass_gates(id, kind, flow, at, at13): takes it through all of them, with a permit of each but the
-- queue's, which is where it stands as running. flow is nil for a plain task.
local function closed_gate(kind, flow, at)
  local units, gate = flow and flow.units or 1, nil
  if kind.is_gated then
    gate = queue_gate(kind.queue, at)
    if not admits(gate, units) then
      return gate
    end
  end
  if flow and flow.group and kind.has_gated_groups then
    gate = group_gate(kind.queue, flow.group, at)
    if not admits(gate, units) then
      return gate
    end
  end
  if flow and flow.limit then
    gate = limit_gate(flow.limit, at)
    if not admits(gate, units) then
      return gate
    end
  end
end
local function pass_gates(id, kind, flow, at, at13)
  if kind.is_gated then
    pass(queue_gate(kind.queue, at), flow and flow.units or 1)
  end
  if not flow then
    return
  end
  if flow.group then
    if kind.has_gated_groups then
      pass(group_gate(kind.queue, flow.group, at), flow.units)
    end
    add_one(prefix .. 'held:g:' .. kind.queue .. ':' .. flow.group, at13, id)
  end
  if flow.limit then
    pass(limit_gate(flow.limit, at), flow.units)
    add_one(prefix .. 'held:l:' .. flow.limit, at13, id)
  end
end

-- next_opening(sources, at): when a gate may open next; queues that are full are noted.
local function next_opening(sources, at)
  for _, source in ipairs(has_gates() and sources or {}) do
    local gate = queue_gate(source.name, at)
    if units_left(gate) < 1 then
      wait_for(gate)
    end
  end
  if not has(PARKING) then
    return nil
  end
  flush()
  local first = call('ZRANGE', PARKING, '0', '0', 'WITHSCORES')
  return first[2] and math.max(at, tonumber(first[2]))
end
