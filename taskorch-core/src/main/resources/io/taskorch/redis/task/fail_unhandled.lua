#!lua flags=allow-oom
-- fail_unhandled.lua: PENDING -> FAILED for tasks of one lane that have been ready for too long
-- without a live worker that can take them. Drops a lane that is empty.
-- KEYS[1] {<ns>:<p>}:   prefix of the partition
-- ARGV[1] queue   ARGV[2] lane   ARGV[3] "1" when a live worker can take its tasks
-- ARGV[4] grace in ms   ARGV[5] most tasks   ARGV[6] error, opaque JSON
-- Reply   number failed
--- @include "lib/now"
--- @include "lib/end_task"
--- @include "lib/history"

local at = now()
local queue, lane = ARGV[1], ARGV[2]
local base, lanes = base_of(queue, lane), lanes_key(queue)
local since = call('HGET', lanes, lane)
if not since then
  return 0
end
if call('EXISTS', base .. 'ready', base .. 'apart') == 0 then
  if call('HLEN', lanes) == 1 then
    call('SREM', LANES, queue)
  end
  call('HDEL', lanes, lane)
  return 0
end
since = tonumber(since)
if ARGV[3] == '1' then
  if since ~= 0 then
    call('HSET', lanes, lane, 0)
  end
  return 0
end
if since == 0 then
  call('HSET', lanes, lane, format('%d', at))
  return 0
end
local grace, most = tonumber(ARGV[4]), tonumber(ARGV[5])
if at - since < grace then
  return 0
end
local count = 0
for _, key in ipairs({base .. 'ready', base .. 'apart'}) do
  for _, id in ipairs(call('ZRANGE', key, 0, most - 1)) do
    local bytes = read_beginning(RECORD .. id)
    local t = bytes and open_record(id, bytes)
    if not t then
      index_remove(key, id)
    elseif at - tonumber(t.updated) >= grace and count < most then
      leave(t)
      note_attempt(t, t.updated, at, ARGV[6])
      end_task(t, 'F', 'n', at)
      count = count + 1
    end
  end
end
finish_runs(at)
flush()
return count
