#!lua flags=allow-oom
-- cancel.lua: ends tasks that wait as CANCELLED, and asks that those be cancelled which run.
-- KEYS[1] {<ns>:<p>}:   prefix of the partition
-- ARGV[1] number of tasks   ARGV[…] task ids
-- Reply   a letter for each: the state that the task is in now, or "-" when it is not stored
--- @include "lib/now"
--- @include "lib/end_task"
--- @include "lib/cancel_task"

local at = now()
local answers = {}
for i = 1, tonumber(ARGV[1]) do
  local id = ARGV[i + 1]
  local bytes = read_beginning(RECORD .. id)
  if bytes then
    local t = open_record(id, bytes)
    cancel_task(t, 'c', at)
    answers[i] = t.state
  else
    answers[i] = '-'
  end
end
finish_runs(at)
flush()
return table.concat(answers)
