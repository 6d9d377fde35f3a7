#!lua
-- retry.lua: FAILED or CANCELLED -> RUNNING for a run by an operator; run/advance then starts the
-- steps over that did not succeed, and what is downstream of them. A run of which not all could be
-- undone goes on with that.
-- KEYS[1] {<ns>:<p>}:   prefix of the partition
-- ARGV[1] run id   ARGV[2] operation id: remembered, so that a repeat changes nothing
-- ARGV[3] who it is
-- Reply   "ok" | "not_found" | the letter of the state that it cannot leave
--- @include "lib/now"
--- @include "lib/end_task"

local operation = OPERATION .. ARGV[2]
if call('EXISTS', operation) == 1 then
  return 'ok'
end
local r = open_run(ARGV[1])
if not r or r.state == 'G' then
  return 'not_found'
end
if (r.state ~= 'F' and r.state ~= 'C') or r.parent then
  return r.state
end
retry_run(r, 'retry', now())
event('! retry - ' .. ARGV[3] .. ' ', r.id)
write('SET', operation, '1', 'PX', 600000)
flush()
return 'ok'
