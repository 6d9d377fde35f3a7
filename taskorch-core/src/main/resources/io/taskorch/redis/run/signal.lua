#!lua
-- signal.lua: sends a signal to a run. The last one of a name stays, for steps that come to wait for it
-- later.
-- KEYS[1] {<ns>:<p>}:   prefix of the partition
-- ARGV[1] run id   ARGV[2] name   ARGV[3] payload, opaque JSON
-- ARGV[4] operation id: remembered, so that a repeat changes nothing   ARGV[5] who it is
-- Reply   "ok" | "more" when run/advance must go on | "not_found"
--         | "unknown" when no step waits for such a signal | the letter of the state of a run that has
--         ended
--- @include "lib/run"

local operation = OPERATION .. ARGV[4]
if call('EXISTS', operation) == 1 then
  return 'ok'
end
local r = open_run(ARGV[1])
if not r or r.state == 'G' then
  return 'not_found'
elseif r.state ~= 'R' then
  return r.state
elseif call('HEXISTS', r.key .. ':signals', ARGV[2]) == 0 then
  return 'unknown'
end
write('HSET', r.key .. ':signals', ARGV[2], ARGV[3])
if call('HEXISTS', r.key .. ':awaiting', ARGV[2]) == 1 then
  leave_for_later(r, 's ' .. ARGV[2])
end
event('! signal - ' .. ARGV[5] .. ' ' .. ARGV[2], r.id)
write('SET', operation, '1', 'PX', 600000)
flush()
return left_for_later and 'more' or 'ok'
