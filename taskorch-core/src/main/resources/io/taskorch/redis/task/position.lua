#!lua flags=no-writes
-- position.lua: how many ready tasks of its queue stand before a task; those that stand aside count
-- only when they are of its lane.
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
local before = '(' .. ready_score(t.priority, t.sequence)
local open, lane = base_of(t.queue), base_of(t.queue, lane_of(t.type, t.flow))
local count = 0
for _, key in ipairs({open .. 'ready', open .. 'apart', lane .. 'ready', lane .. 'apart'}) do
  count = count + call('ZCOUNT', key, '-inf', before)
end
return count
