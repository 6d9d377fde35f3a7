#!lua flags=allow-oom
-- run_now.lua: SCHEDULED or RETRYING -> PENDING before its time.
-- KEYS[1] {<ns>:<p>}:   prefix of the partition
-- ARGV[1] task id
-- Reply   "ok", also when it is ready already | "not_found" | the letter of another state
--- @include "lib/now"
--- @include "lib/ready"

local id = ARGV[1]
local bytes = read_beginning(RECORD .. id)
if not bytes then
  return 'not_found'
end
local t = open_record(id, bytes)
if t.state == 'P' then
  return 'ok'
end
if t.state ~= 'S' and t.state ~= 'T' then
  return t.state
end
index_remove(index_key(t.queue, t.state), id)
become_ready({t}, now())
flush()
return 'ok'
