-- give_back(t, at): RUNNING -> PENDING at the place that the task was taken from.
--- @include "lib/ready"
local function give_back(t, at)
  move(t, 'P', at)
  save(t)
  announce(t)
  stand(t.queue, t.id, ready_score(t.priority, t.sequence), t.flow)
  wake(t.queue)
end
