#!lua
-- stage.lua: uploads some steps of a run that nobody can see yet. Repeats change nothing.
-- KEYS[1] {<ns>:<p>}:   prefix of the partition
-- ARGV[1] run id   ARGV[2] name   ARGV[3] number of steps in all   ARGV[4] input, opaque JSON, with
--         the first steps only   ARGV[5] the steps without dependencies, likewise
-- ARGV[6] index of the first step here   ARGV[7] number of steps here
-- ARGV[…] seven each: id; head, as read_head has it; delay in ms or due time; body:
--         run and step, spec, payload; name; its dependents, as the run's edges have them; indexes of
--         the steps that it depends on
-- Reply   "ok" | "exists" when the run has begun | "too_many_queues"
--- @include "lib/now"
--- @include "lib/move"
--- @include "lib/queue"

local key = RUN .. ARGV[1]
local state = call('HGET', key, 'state')
if state and state ~= 'G' then
  return 'exists'
end
local at = now()
local at13 = format('%013d', at)
for _, part in ipairs({'', ':input', ':ids', ':names', ':edges', ':upstream', ':remaining', ':waits', ':open'}) do
  touch(key .. part)
end
if not state then
  index_add(STAGING, at, ARGV[1])
  write('HSET', key, 'state', 'G', 'name', ARGV[2], 'steps', ARGV[3],
    'created', format('%d', at))
end
local first, count = tonumber(ARGV[6]), tonumber(ARGV[7])
if first == 0 then
  write('SET', key .. ':input', ARGV[4])
  write('HSET', key .. ':edges', -1, ARGV[5])
end
-- waits_of(index, upstream): the edges that hold back a step which depends on several.
local function waits_of(index, upstream)
  local edges = {}
  for from in string.gmatch(upstream, '%d+') do
    edges[#edges + 1] = from .. '>' .. index
  end
  return edges
end
for i = 0, count - 1 do
  local index = first + i
  local a = 8 + 7 * i
  local id, h = ARGV[a], read_head(ARGV[a + 1])
  if not admit_queue(h.queue) then
    return 'too_many_queues'
  end
  touch(RECORD .. id)
  write('SET', RECORD .. id,
    new_record(h, 'B', at13, format('%013d', ARGV[a + 2]), format('%013d', 0), ARGV[a + 3]))
  write('SETRANGE', key .. ':ids', index * 26, id)
  write('HSET', key .. ':names', index, ARGV[a + 4])
  if ARGV[a + 5] ~= '' then
    write('HSET', key .. ':edges', index, ARGV[a + 5])
  end
  if ARGV[a + 6] ~= '' then
    write('HSET', key .. ':upstream', index, ARGV[a + 6])
  end
  local edges = waits_of(index, ARGV[a + 6])
  if #edges > 1 then
    write('HSET', key .. ':remaining', index, #edges)
    each_chunk(edges, 400, function(list, from, to)
      write('SADD', key .. ':waits', unpack(list, from, to))
    end)
  end
  write('SADD', key .. ':open', index)
end
flush()
return 'ok'
