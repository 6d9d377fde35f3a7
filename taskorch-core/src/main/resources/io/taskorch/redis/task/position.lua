#!lua flags=no-writes
-- position.lua: how many ready tasks of its queue stand before a task; those that stand aside count
-- only when they are of its type.
-- KEYS[1] {<ns>:<p>}:   prefix of the partition
-- ARGV[1] task id
-- Reply   the number, or -1 when it is not ready
--- @include "lib/keys"
--- @include "lib/record"

local bytes = read_beginning(RECORD .. ARGV[1])
if not bytes then
  return -1
end
local t = open_record(ARGV[1], bytes)
if t.state ~= 'P' then
  return -1
end
local before = '(' .. ready_score(t.priority, t.sequence)
return call('ZCOUNT', index_key(t.queue, 'P'), '-inf', before)
  + call('ZCOUNT', lane_key(t.queue, t.type), '-inf', before)
