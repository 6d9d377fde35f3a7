#!lua flags=allow-oom
-- due.lua: the schedules whose turn it is, for one scheduler at a time.
-- KEYS[1] {<ns>:<p>}:   prefix of the partition
-- ARGV[1] scheduler id   ARGV[2] ms for which no other gets any   ARGV[3] most schedules
-- ARGV[4] bytes after which no further one is added
-- Reply   {now in ms, time of the earliest turn in ms or "", then name, definition, progress and
--         revision of each}
--- @include "lib/now"
--- @include "lib/schedule"

local at = now()
local due = prefix .. 'schedules:due'
local firer = prefix .. 'schedules:firer'
local first = call('ZRANGE', due, 0, 0, 'WITHSCORES')
local reply = {format('%d', at), first[2] or ''}
if not first[1] or tonumber(first[2]) > at then
  return reply
end
-- A lease of our own rather than an expiry, so that it goes by the same clock as everything else.
local held = call('HMGET', firer, 'id', 'until')
if held[1] and held[1] ~= ARGV[1] and tonumber(held[2]) > at
  and tonumber(held[2]) <= at + tonumber(ARGV[2]) then
  return reply
end
call('HSET', firer, 'id', ARGV[1], 'until', format('%d', at + tonumber(ARGV[2])))
local names = call('ZRANGE', due, '-inf', at, 'BYSCORE', 'LIMIT', 0, ARGV[3])
local bytes = 0
for i = 1, #names do
  if bytes > tonumber(ARGV[4]) then
    break
  end
  bytes = bytes + add_schedule(reply, names[i])
end
return reply
