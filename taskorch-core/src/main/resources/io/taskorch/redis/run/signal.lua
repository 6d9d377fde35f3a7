#!lua
-- signal.lua: sends a signal to a run. The last one of a name stays, for steps that come to wait for it
-- later.
-- KEYS[1] {<ns>:<p>}:   prefix of the partition
-- ARGV[1] run id   ARGV[2] name   ARGV[3] payload, opaque JSON
-- ARGV[4] operation id: remembered, so that a repeat changes nothing   ARGV[5] who it is
-- Reply   "ok" | "more" when a program is to decide on a step | "not_found"
--         | "unknown" when no step waits for such a signal | the letter of the state of a run that has
--         ended
--- @include "lib/now"
--- @include "lib/record"
--- @include "lib/run"

local operation = OPERATION .. ARGV[4]
if call('EXISTS', operation) == 1 then
  return 'ok'
end
local r = open_run(ARGV[1])
if not r or r.state == 'G' then
  return 'not_found'
elseif r.state ~= 'R' then
  return r.state
elseif call('HEXISTS', r.key .. ':signals', ARGV[2]) == 0 then
  return 'unknown'
end
local at = now()
write('HSET', r.key .. ':signals', ARGV[2], ARGV[3])
local awaiting = call('HGET', r.key .. ':awaiting', ARGV[2])
if awaiting then
  for index in string.gmatch(awaiting, '%d+') do
    local id = step_id(r, tonumber(index))
    local t = open_record(id, read_beginning(RECORD .. id))
    -- One that was started over since may have to wait for others first.
    if t.state == 'B' and tonumber(t.started) > 0 then
      undecide(r.id .. ' ' .. index, at)
    end
  end
  write('HDEL', r.key .. ':awaiting', ARGV[2])
end
event('! signal - ' .. ARGV[5] .. ' ' .. ARGV[2], r.id)
write('SET', operation, '1', 'PX', 600000)
flush()
return left_for_later and 'more' or 'ok'
