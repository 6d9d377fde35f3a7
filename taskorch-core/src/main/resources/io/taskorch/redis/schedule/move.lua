#!lua flags=allow-oom
-- move.lua: notes the progress of schedules, each unless another revision is stored than the caller
-- knows.
-- KEYS[1] {<ns>:<p>}:   prefix of the partition
-- ARGV[1] number of schedules
-- ARGV[…] four each: name; revision that the caller knows; progress, opaque JSON; time of its next
--         turn in ms, or "" for never
-- Reply   number of schedules moved
--- @include "lib/plan"

local due = prefix .. 'schedules:due'
local moved = 0
for i = 1, tonumber(ARGV[1]) do
  local name, revision = ARGV[4 * i - 2], ARGV[4 * i - 1]
  local key = prefix .. 'schedule:' .. name
  if call('HGET', key, 'revision') == revision then
    moved = moved + 1
    write('HSET', key, 'progress', ARGV[4 * i], 'revision', format('%d', tonumber(revision) + 1))
    if ARGV[4 * i + 1] == '' then
      index_remove(due, name)
    else
      index_add(due, ARGV[4 * i + 1], name)
    end
  end
end
flush()
return moved
