#!lua
-- save.lua: stores a schedule, unless another revision is stored than the caller knows.
-- KEYS[1] {<ns>:<p>}:   prefix of the partition
-- ARGV[1] name   ARGV[2] revision that the caller knows, "0" for none
-- ARGV[3] operation id: remembered, so that a repeat answers alike
-- ARGV[4] definition, opaque JSON   ARGV[5] progress, opaque JSON
-- ARGV[6] time of its next turn in ms, or "" for never   ARGV[7] who declares it, or "" for nobody
-- Reply   "ok" | "conflict"
--- @include "lib/now"
--- @include "lib/plan"

local at = now()
local name = ARGV[1]
local key = prefix .. 'schedule:' .. name
local held = call('HMGET', key, 'revision', 'operation')
if held[2] == ARGV[3] then
  return 'ok'
end
if (held[1] or '0') ~= ARGV[2] then
  return 'conflict'
end
-- The first is the time: one that was deleted and made again has no revision of its former life.
local revision = held[1] and tonumber(held[1]) + 1 or at
write('HSET', key, 'definition', ARGV[4], 'progress', ARGV[5], 'operation', ARGV[3],
  'revision', format('%d', revision))
index_add(prefix .. 'schedules', '0', name)
if ARGV[6] == '' then
  index_remove(prefix .. 'schedules:due', name)
else
  index_add(prefix .. 'schedules:due', ARGV[6], name)
end
local declared = prefix .. 'schedules:declared'
touch(declared)
if ARGV[7] == '' then
  write('HDEL', declared, name)
else
  write('HSET', declared, name, ARGV[7])
end
flush()
return 'ok'
