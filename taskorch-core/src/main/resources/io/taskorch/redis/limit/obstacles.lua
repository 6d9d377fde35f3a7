#!lua flags=no-writes
-- obstacles.lua: what holds back a task that waits, besides its time and which workers there are.
-- KEYS[1] {<ns>:<p>}:   prefix of the partition
-- ARGV[1] task id
-- Reply   {id of the task whose turn it is, "" for none or its own; how many wait for the turn before it;
--          how many groups have their turn before its group; until when in ms it waits for others to be
--          handed over with, or 0; then, of each gate that it does not pass, the letter of the gate's
--          name, "c" for closed with until when in ms or "inf", "r" for a rate with when it lets it pass
--          in ms, or "f" for full with how many may run; how many run, or 0; which one has been running
--          longest, or ""}; nothing when it does not wait
--- @include "lib/now"
--- @include "lib/gate"
--- @include "lib/gather"
--- @include "lib/turn"

local id = ARGV[1]
local bytes = read_beginning(RECORD .. id)
local t = bytes and open_record(id, bytes)
if not t or not find('PST', t.state, 1, true) then
  return {}
end
local at, reply = now(), {'', 0, 0, 0}
local queue, flow = t.queue, t.flow or {units = 1}

local holder = t.turn and call('GET', turn_key(t.turn))
if holder and holder ~= id then
  reply[1] = holder
  reply[2] = call('ZRANK', turn_key(t.turn) .. ':waiting', id) or 0
elseif t.state == 'P' then
  local gate = key_gate(queue, lane_of(t.type, t.flow), t.priority, flow.group or '-')
  reply[4] = format('%d', call('ZSCORE', PARKING, gate) or 0)
  for _, base in ipairs({base_of(queue), base_of(queue, lane_of(t.type, t.flow))}) do
    local line = has_line(flow) and line_of(base, flow.group or '-', flow.limit or '-') or base .. 'ready'
    local ring, group = base .. 'ring:' .. t.priority, flow.group or '-'
    local time = call('ZSCORE', line, id) and call('ZSCORE', ring, group)
    if time and tonumber(time) < PARKED then
      reply[3] = call('ZRANK', ring, group)
    end
  end
end

local function tell(letter, kind, number, running, oldest)
  local n = #reply
  reply[n + 1], reply[n + 2], reply[n + 3], reply[n + 4], reply[n + 5] =
    letter, kind, number, running or 0, oldest or ''
end
local function tell_closed(letter, until_ms)
  if until_ms then
    tell(letter, 'c', until_ms == math.huge and 'inf' or format('%d', until_ms))
  end
end
local function look_at(gate, running)
  local letter, set = sub(gate.name, 1, 1), gate.set
  tell_closed(letter, gate.until_ms)
  if gate.free < 1 then
    tell(letter, 'f', set.most, set.most - gate.free, call('ZRANGE', running, 0, 0)[1])
  end
  local opens = gate.full and gate.full + flow.units * set.interval - set.burst or 0
  if opens > at * 1000 + 0.001 then
    tell(letter, 'r', format('%d', math.ceil(opens / 1000)))
  end
end
look_at(queue_gate(queue, at), index_key(queue, 'R'))
if flow.group then
  local gate = group_gate(queue, flow.group, at)
  look_at(gate, prefix .. 'held:' .. gate.name)
end
if flow.limit then
  local gate = limit_gate(flow.limit, at)
  look_at(gate, prefix .. 'held:' .. gate.name)
end
tell_closed('t', closed_until('t:' .. queue .. ':' .. t.type, at))
return reply
