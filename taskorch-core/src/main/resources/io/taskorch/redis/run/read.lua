#!lua flags=no-writes
-- read.lua: a run, and the headers of some of its steps.
-- KEYS[1] {<ns>:<p>}:   prefix of the partition
-- ARGV[1] run id   ARGV[2] index of the first step   ARGV[3] most steps
-- Reply   {} when there is no such run, or {state, name, created, finished, "1" when cancelling was
--         asked for, number of steps, input, then id, name, header and indexes of the upstream
--         steps of each step}
--- @include "lib/keys"

local key = RUN .. ARGV[1]
local run = call('HMGET', key, 'state', 'name', 'created', 'finished', 'cancel', 'steps')
if not run[1] or run[1] == 'G' then
  return {}
end
local reply = {run[1], run[2], run[3], run[4] or '0', run[5] or '0', run[6],
  call('GET', key .. ':input') or 'null'}
local first = tonumber(ARGV[2])
for index = first, math.min(first + tonumber(ARGV[3]), tonumber(run[6])) - 1 do
  local id = call('GETRANGE', key .. ':ids', index * 26, index * 26 + 25)
  local n = #reply
  reply[n + 1] = id
  reply[n + 2] = call('HGET', key .. ':names', index) or ''
  reply[n + 3] = call('GETRANGE', RECORD .. id, 0, 221)
  reply[n + 4] = call('HGET', key .. ':upstream', index) or ''
end
return reply
