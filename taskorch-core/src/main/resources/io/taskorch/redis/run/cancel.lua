#!lua flags=allow-oom
-- cancel.lua: marks a running run as cancelled, so that none of its steps is claimed any more;
-- run/advance then ends the steps one by one.
-- KEYS[1] {<ns>:<p>}:   prefix of the partition
-- ARGV[1] run id   ARGV[2] who it is
-- Reply   "ok", also when it has been marked before | "not_found" | the letter of another state
--- @include "lib/end_task"

local r = open_run(ARGV[1])
if not r or r.state == 'G' then
  return 'not_found'
end
if r.state ~= 'R' then
  return r.state == 'C' and 'ok' or r.state
end
if not r.cancel then
  event('! cancel - ' .. ARGV[2] .. ' ', r.id)
end
cancel_run(r)
flush()
return 'ok'
