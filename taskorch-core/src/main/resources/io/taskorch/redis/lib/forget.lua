-- forget(id, queue, state): plans the deletion of all that is stored of a task that has ended.
--- @include "lib/plan"
local function forget(id, queue, state)
  index_remove(index_key(queue, state), id)
  delete(RECORD .. id)
  delete(RESULT .. id)
  delete(ATTEMPTS .. id)
  delete(PROGRESS .. id)
  delete(LOGS .. id)
end
