#!lua flags=allow-oom
-- prune.lua: deletes some steps of a run whose retention has passed, or whose upload was never
-- finished; the run with its last ones.
-- KEYS[1] {<ns>:<p>}:   prefix of the partition
-- ARGV[1] ms: also runs whose retention passes within this time   ARGV[2] most steps
-- ARGV[3] age in ms at which an unfinished upload is given up
-- Reply   number of records deleted
--- @include "lib/now"
--- @include "lib/end_task"
--- @include "lib/forget_run"

local at = now()
local index = EXPIRING_RUNS
local id = call('ZRANGE', index, '-inf', at + tonumber(ARGV[1]), 'BYSCORE', 'LIMIT', 0, 1)[1]
if not id then
  index = STAGING
  id = call('ZRANGE', index, '-inf', at - tonumber(ARGV[3]), 'BYSCORE', 'LIMIT', 0, 1)[1]
end
if not id then
  return 0
end
local r = open_run(id)
local count = 1
if r then
  count = math.max(1, forget_steps(r, tonumber(ARGV[2]), index))
else
  index_remove(index, id)
end
flush()
return count
