#!lua
-- signal.lua: sends a signal to a run. The last one of a name stays, for steps that come to wait for it
-- later; a repeat changes nothing.
-- KEYS[1] {<ns>:<p>}:   prefix of the partition
-- ARGV[1] run id   ARGV[2] name   ARGV[3] "<time in ms> <who> <payload>", opaque here
-- Reply   "ok" | "more" when a program is to decide on a step | "not_found" | "unknown" when no step waits for such a signal | the letter of the state
--         of a run that has ended
--- @include "lib/now"
--- @include "lib/record"
--- @include "lib/run"

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
flush()
return left_for_later and 'more' or 'ok'
