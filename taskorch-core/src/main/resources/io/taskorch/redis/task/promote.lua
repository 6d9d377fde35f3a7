#!lua flags=allow-oom
-- promote.lua: SCHEDULED and RETRYING -> PENDING for tasks of some queues whose time has come.
-- KEYS[1] {<ns>:<p>}:   prefix of the partition
-- ARGV[1] most tasks of a queue and state   ARGV[2] number of queues   ARGV[…] queues
-- Reply   {number made ready, due time of the next one in ms or 0, now in ms}
--- @include "lib/now"
--- @include "lib/promote_due"

local at = now()
local total, next_due = 0, 0
for i = 1, tonumber(ARGV[2]) do
  local count, due = promote_due(ARGV[2 + i], at, tonumber(ARGV[1]))
  total = total + count
  if due and (next_due == 0 or due < next_due) then
    next_due = due
  end
end
return {total, next_due, at}
