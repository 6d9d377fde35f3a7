-- cancel_task(t, reason, at): ends a task that waits; flags one that runs and tells its worker;
-- leaves one alone that has ended. A step that has begun a run ends with that run, which is cancelled.
--- @include "lib/end_task"
local function cancel_task(t, reason, at)
  if has_ended_here(t.id) then
    return
  elseif t.state == 'R' then
    if t.cancel ~= '1' then
      t.cancel = '1'
      save(t)
    end
    write('SPUBLISH', prefix .. 'work', 'cancel ' .. t.id)
  elseif t.state == 'B' then
    local begun = needs_decision(t) and child_of(open_run(t.run), t.step)
    local child = begun and open_run(begun)
    if child and (child.state == 'R' or child.state == 'M') then
      cancel_run(child)
    else
      end_task(t, 'C', reason, at)
    end
  elseif t.state == 'S' or t.state == 'T' then
    index_remove(index_key(t.queue, t.state), t.id)
    end_task(t, 'C', reason, at)
  elseif t.state == 'P' then
    leave(t)
    end_task(t, 'C', reason, at)
  end
end
