-- give_back(t, at): RUNNING -> PENDING at the place that the task was taken from.
--- @include "lib/move"
local function give_back(t, at)
  move(t, 'P', at)
  save(t)
  announce(t)
  local key = index_key(t.queue, 'P')
  if call('EXISTS', key) == 0 then
    write('SPUBLISH', prefix .. 'work', 'ready ' .. t.queue)
  end
  index_add(key, ready_score(t.priority, t.sequence), t.id)
end
