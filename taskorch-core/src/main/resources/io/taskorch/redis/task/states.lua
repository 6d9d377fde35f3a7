#!lua flags=no-writes
-- states.lua: the states of some tasks or runs.
-- KEYS[1] {<ns>:<p>}:   prefix of the partition
-- ARGV[1] number of tasks   ARGV[…] task ids
-- Reply   a letter for each, "-" for one that is not stored
--- @include "lib/keys"

local answers = {}
for i = 1, tonumber(ARGV[1]) do
  local state = call('GETRANGE', RECORD .. ARGV[i + 1], 77, 77)
  answers[i] = state == '' and '-' or state
end
return table.concat(answers)
