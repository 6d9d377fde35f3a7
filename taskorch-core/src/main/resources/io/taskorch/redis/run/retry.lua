#!lua
-- retry.lua: FAILED or CANCELLED -> RUNNING for a run by an operator; run/advance then starts the
-- steps over that did not succeed.
-- KEYS[1] {<ns>:<p>}:   prefix of the partition
-- ARGV[1] run id   ARGV[2] operation id: remembered, so that a repeat changes nothing
-- Reply   "ok" | "not_found" | the letter of the state that it cannot leave
--- @include "lib/end_task"

local operation = OPERATION .. ARGV[2]
if call('EXISTS', operation) == 1 then
  return 'ok'
end
local r = open_run(ARGV[1])
if not r or r.state == 'G' then
  return 'not_found'
end
if r.state ~= 'F' and r.state ~= 'C' then
  return r.state
end
index_remove(prefix .. 'runs:' .. r.state, r.id)
index_remove(EXPIRING_RUNS, r.id)
index_add(prefix .. 'runs:R', call('HGET', r.key, 'created'), r.id)
set_run(r, 'state', 'R')
set_run(r, 'finished', '0')
set_run(r, 'cancel', false)
set_run(r, 'failed', false)
set_run(r, 'cancelled', false)
set_run(r, 'resetting', true)
event('R', r.id)
leave_for_later(r, 'r')
write('SET', operation, '1', 'PX', 600000)
flush()
return 'ok'
