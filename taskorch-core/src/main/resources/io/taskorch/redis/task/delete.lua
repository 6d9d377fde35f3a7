#!lua flags=allow-oom
-- delete.lua: deletes the record of a task that has ended.
-- KEYS[1] {<ns>:<p>}:   prefix of the partition
-- ARGV[1] task id   ARGV[2] operation id: remembered, so that a repeat answers alike
-- Reply   "ok" | "not_found" | "step" | "member" when its batch has not ended | the letter of a state that is not final
--- @include "lib/move"
--- @include "lib/succeeded"
--- @include "lib/batch"

local id = ARGV[1]
local operation = OPERATION .. ARGV[2]
local bytes = read_beginning(RECORD .. id)
if not bytes then
  return call('EXISTS', operation) == 1 and 'ok' or 'not_found'
end
local t = open_record(id, bytes)
if t.run then
  return 'step'
end
if not FINAL[t.state] then
  return t.state
end
if t.batch and is_live(batch_of(t.batch)) then
  return 'member'
end
touch(operation)
forget_ended(id, bytes)
write('SET', operation, '1', 'PX', 600000)
flush()
return 'ok'
