-- wake(queue): tells workers of a queue that is about to have something ready, if it had not.
--- @include "lib/move"
--- @include "lib/turn"
local function wake(queue)
  local woken = noted('woken')
  -- Once a call, however many runs it moves.
  if not woken[queue] then
    woken[queue] = true
    if call('EXISTS', index_key(queue, 'P')) == 0 then
      hint_queue(queue)
    end
  end
end

-- become_ready(tasks, at): moves opened tasks to PENDING, to the end of their priority, and wakes
-- workers of queues that had nothing ready. Each task must still be in an index or in none.
local function become_ready(tasks, at)
  if #tasks == 0 then
    return
  end
  local before = take_numbers(#tasks)
  local queues = {}
  for i, t in ipairs(tasks) do
    -- Who has been ready before has kept its place in its sequence.
    local place = t.sequence > 0 and t.sequence or before + i
    t.sequence = before + i
    move(t, 'P', at)
    save(t)
    announce(t)
    stand_ready(t, place)
    queues[t.queue] = true
  end
  for queue in pairs(queues) do
    wake(queue)
  end
end
