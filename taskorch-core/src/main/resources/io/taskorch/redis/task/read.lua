#!lua flags=no-writes
-- read.lua: all that is known of a task.
-- KEYS[1] {<ns>:<p>}:   prefix of the partition
-- ARGV[1] task id
-- Reply   {} when it is not stored, or {record, result or "", progress or "", attempts, oldest first}
--- @include "lib/keys"

local id = ARGV[1]
local bytes = call('GET', RECORD .. id)
if not bytes then
  return {}
end
local reply = {bytes, call('GET', RESULT .. id) or '', call('GET', PROGRESS .. id) or ''}
for _, attempt in ipairs(call('LRANGE', ATTEMPTS .. id, 0, -1)) do
  reply[#reply + 1] = attempt
end
return reply
