#!lua flags=no-writes
-- position.lua: how many ready tasks of its queue come before a task whatever the turns of groups: those of
-- higher priorities, and in its priority those of its line, or of no group and no limit like it. Those that
-- stand aside count only when they are of its lane.
-- KEYS[1] {<ns>:<p>}:   prefix of the partition
-- ARGV[1] task id
-- Reply   the number, or -1 when it is not ready
--- @include "lib/line"

local bytes = read_beginning(RECORD .. ARGV[1])
if not bytes then
  return -1
end
local t = open_record(ARGV[1], bytes)
if t.state ~= 'P' then
  return -1
end
local low = band_range(t.priority)
local higher, before = '(' .. low, '(' .. ready_score(t.priority, t.sequence)
local count = 0
for _, base in ipairs({base_of(t.queue), base_of(t.queue, lane_of(t.type, t.flow))}) do
  local line = has_line(t.flow) and line_of(base, t.flow.group or '-', t.flow.limit or '-') or base .. 'ready'
  count = count + call('ZCOUNT', base .. 'ready', '-inf', higher)
    + call('ZCOUNT', base .. 'apart', '-inf', higher) + call('ZCOUNT', line, low, before)
end
return count
