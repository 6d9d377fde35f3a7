-- admit_queue(queue): plans to remember a queue's name; false when there are too many of them.
--- @include "lib/plan"
local MOST_QUEUES = 10000
local function admit_queue(queue)
  if call('SISMEMBER', QUEUES, queue) == 0 then
    if call('SCARD', QUEUES) >= MOST_QUEUES then
      return false
    end
    write('SADD', QUEUES, queue)
  end
  return true
end
