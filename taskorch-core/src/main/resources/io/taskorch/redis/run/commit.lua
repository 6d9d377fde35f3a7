#!lua
-- commit.lua: begins a run that has been uploaded: it becomes visible, and the steps without
-- dependencies become ready.
-- KEYS[1] {<ns>:<p>}:   prefix of the partition
-- ARGV[1] run id
-- Reply   "ok", also in a repeat | "more" when run/advance must go on | "not_found"
--- @include "lib/now"
--- @include "lib/end_task"

local r = open_run(ARGV[1])
if not r then
  return 'not_found'
end
if r.state ~= 'G' then
  return 'ok'
end
local at = now()
local created = call('HGET', r.key, 'created')
index_remove(STAGING, r.id)
index_add(prefix .. 'runs:R', created, r.id)
set_run(r, 'state', 'R')
event('R', r.id)
settle_steps(r, {{index = -1, succeeded = true}}, at)
flush()
return call('EXISTS', ADVANCE) == 1 and 'more' or 'ok'
