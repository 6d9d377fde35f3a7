#!lua
-- stage.lua: uploads some steps of a run that nobody can see yet. Repeats change nothing.
-- KEYS[1] {<ns>:<p>}:   prefix of the partition
-- ARGV[1] run id   ARGV[2] name   ARGV[3] number of steps in all   ARGV[4] input, opaque JSON, with
--         the first steps only   ARGV[5] the steps without dependencies, likewise
-- ARGV[6] index of the first step here   ARGV[7] number of steps here
-- ARGV[8] "<run> <step index>" that begins it, or ""   ARGV[9] how many runs began one another up to
--         this one   ARGV[10] how many steps are in work at a time, "0" for all   ARGV[11] "1" when a
--         step says how to undo it
-- ARGV[…] twelve each: id; head, as read_head has it; delay in ms or due time; body:
--         run and step, spec, payload; name; its dependents, as the run's edges have them; indexes of
--         the steps that it depends on; what the run counts of what holds it back, or "" when it counts
--         nothing; the steps that do, unless run/stage_waits has them; its join, as the run has it; name of the signal that it waits for, or ""; id of a task of this partition that has
--         succeeded in its place, or ""
-- Reply   "ok" | "exists" when the run has begun | "other <name>" when somebody has begun to upload
--         it as another definition, or another version of it | "too_many_queues"
--- @include "lib/now"
--- @include "lib/move"
--- @include "lib/queue"
--- @include "lib/run"
--- @include "lib/waits"

local key = RUN .. ARGV[1]
local state, name = unpack(call('HMGET', key, 'state', 'name'))
if state and state ~= 'G' then
  return 'exists'
elseif state and name ~= ARGV[2] then
  return 'other ' .. name
end
local at = now()
local at13 = format('%013d', at)
for _, part in ipairs(RUN_PARTS) do
  touch(key .. part)
end
if not state then
  index_add(STAGING, at, ARGV[1])
  write('HSET', key, 'state', 'G', 'name', ARGV[2], 'steps', ARGV[3], 'created', format('%d', at),
    'depth', ARGV[9], 'window', ARGV[10], 'compensates', ARGV[11])
  if ARGV[8] ~= '' then
    write('HSET', key, 'parent', ARGV[8])
  end
end
local first, count = tonumber(ARGV[6]), tonumber(ARGV[7])
if first == 0 then
  write('SET', key .. ':input', ARGV[4])
  write('HSET', key .. ':edges', -1, ARGV[5])
end

-- collect(part, …): what is written to a key of the run, a few commands for all steps.
local collected = {}
local function collect(part, ...)
  local list = collected[part]
  if not list then
    list = {}
    collected[part] = list
  end
  for i = 1, select('#', ...) do
    list[#list + 1] = (select(i, ...))
  end
end

local records = {}
for i = 0, count - 1 do
  local index, a = format('%d', first + i), 12 + 12 * i
  local id, h, done = ARGV[a], read_head(ARGV[a + 1]), ARGV[a + 11]
  if not admit_queue(h.queue) then
    return 'too_many_queues'
  end
  touch(RECORD .. id)
  records[2 * i + 1] = RECORD .. id
  records[2 * i + 2] = new_record(h, done == '' and 'B' or 'D', at13, format('%013d', ARGV[a + 2]),
    '0000000000000', ARGV[a + 3])
  collect(':ids', id)
  collect(':names', index, ARGV[a + 4])
  if ARGV[a + 2] ~= '0' then
    collect(':delays', index, ARGV[a + 2])
  end
  if ARGV[a + 5] ~= '' then
    collect(':edges', index, ARGV[a + 5])
  end
  if ARGV[a + 6] ~= '' then
    collect(':upstream', index, ARGV[a + 6])
  end
  if ARGV[a + 9] ~= '' then
    collect(':joins', index, ARGV[a + 9])
  end
  if ARGV[a + 10] ~= '' then
    collect(':signals', ARGV[a + 10], '')
  end
  if done == '' then
    if ARGV[a + 7] ~= '' then
      collect(':remaining', index, ARGV[a + 7])
      add_waits(key, ARGV[a + 8], index)
    end
    collect(':open', index)
    if ARGV[10] ~= '0' then
      index_add(key .. ':held', index, index)
    end
  else
    local result = call('GET', RESULT .. done)
    if result then
      touch(RESULT .. id)
      write('SET', RESULT .. id, result)
    end
    index_add(index_key(h.queue, 'D'), at13, id)
  end
end
write('MSET', unpack(records))
write('SETRANGE', key .. ':ids', first * 26, table.concat(collected[':ids']))
collected[':ids'] = nil
for part, list in pairs(collected) do
  write(part == ':open' and 'SADD' or 'HSET', key .. part, unpack(list))
end
flush()
return 'ok'
