#!lua
-- commit.lua: begins a run that has been uploaded: it becomes visible, and the steps without
-- dependencies become ready.
-- KEYS[1] {<ns>:<p>}:   prefix of the partition
-- ARGV[1] run id   ARGV[2] run that it is a fork of, or ""   ARGV[3] of a fork: the step that it was told
--         to begin at   ARGV[4] of a fork: who told it to
-- Reply   "ok", also in a repeat | "more" when run/advance or a decision must go on | "not_found"
--- @include "lib/now"
--- @include "lib/end_task"

local r = open_run(ARGV[1])
if not r then
  return 'not_found'
end
if r.state ~= 'G' then
  return 'ok'
end
local at = now()
index_remove(STAGING, r.id)

-- is_awaited(): whether what began the run has not ended since.
local function is_awaited()
  local parent, index = open_run(sub(r.parent, 1, 26)), tonumber(sub(r.parent, 28))
  if not parent or parent.cancel or not is_wanted(r) then
    return false
  elseif index == -1 then
    return parent.state == 'M'
  end
  return parent.state == 'R' and blocked_step(step_id(parent, index)) ~= nil
end
if r.parent then
  if is_awaited() then
    -- The step that began it waits for its end from now on.
    index_remove(UNDECIDED, r.parent)
  else
    set_run(r, 'cancel', true)
    leave_for_later(r, 'c 0')
  end
else
  index_add(prefix .. 'runs:R', call('HGET', r.key, 'created'), r.id)
end
set_run(r, 'state', 'R')
event('R', r.id)
if ARGV[2] ~= '' then
  local by = ARGV[3] .. ' ' .. ARGV[4] .. ' '
  event('! fork ' .. by .. r.id, ARGV[2])
  event('! fork-of ' .. by .. ARGV[2], r.id)
end
if r.window > 0 and not r.cancel then
  local freed = {}
  take_held(r, r.window, freed)
  start_steps(r, freed, at)
  end_run_if_over(r, at)
else
  settle_steps(r, {{index = -1, state = 'D'}}, at)
end
flush()
return left_for_later and 'more' or 'ok'
