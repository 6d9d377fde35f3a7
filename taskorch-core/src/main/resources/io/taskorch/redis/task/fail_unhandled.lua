#!lua flags=allow-oom
-- fail_unhandled.lua: PENDING -> FAILED for tasks of one lane that have been ready for too long
-- without a live worker that handles their type. Drops a lane that is empty.
-- KEYS[1] {<ns>:<p>}:   prefix of the partition
-- ARGV[1] queue   ARGV[2] type   ARGV[3] "1" when a live worker handles the type
-- ARGV[4] grace in ms   ARGV[5] most tasks   ARGV[6] error, opaque JSON
-- Reply   number failed
--- @include "lib/now"
--- @include "lib/end_task"
--- @include "lib/history"

local at = now()
local queue, type = ARGV[1], ARGV[2]
local lane, field = lane_key(queue, type), queue .. ':' .. type
local since = call('HGET', LANES, field)
if not since then
  return 0
end
if call('EXISTS', lane) == 0 then
  call('HDEL', LANES, field)
  return 0
end
since = tonumber(since)
if ARGV[3] == '1' then
  if since ~= 0 then
    call('HSET', LANES, field, 0)
  end
  return 0
end
if since == 0 then
  call('HSET', LANES, field, format('%d', at))
  return 0
end
local grace = tonumber(ARGV[4])
if at - since < grace then
  return 0
end
local count = 0
for _, id in ipairs(call('ZRANGE', lane, 0, tonumber(ARGV[5]) - 1)) do
  local bytes = read_beginning(RECORD .. id)
  if not bytes then
    index_remove(lane, id)
  else
    local t = open_record(id, bytes)
    if at - tonumber(t.updated) >= grace then
      index_remove(lane, id)
      note_attempt(t, t.updated, at, ARGV[6])
      end_task(t, 'F', 'n', at)
      count = count + 1
    end
  end
end
finish_runs(at)
flush()
return count
