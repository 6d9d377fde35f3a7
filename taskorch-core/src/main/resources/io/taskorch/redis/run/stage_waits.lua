#!lua
-- stage_waits.lua: uploads some of the edges that hold back a step of a run that nobody can see yet,
-- which are too many for one call. Repeats change nothing.
-- KEYS[1] {<ns>:<p>}:   prefix of the partition
-- ARGV[1] run id   ARGV[2] step index   ARGV[3] indexes of the steps that the edges come from
-- Reply   "ok" | "exists" when the run has begun or was given up
--- @include "lib/run"
--- @include "lib/waits"

local key = RUN .. ARGV[1]
if call('HGET', key, 'state') ~= 'G' then
  return 'exists'
end
touch(key .. ':waits')
add_waits(key, ARGV[3], ARGV[2])
flush()
return 'ok'
