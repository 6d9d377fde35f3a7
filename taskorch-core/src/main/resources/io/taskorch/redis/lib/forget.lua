-- forget(id, bytes): plans the deletion of all that is stored of a step that has ended. bytes is its
-- record, or the beginning of it up to the names. forget_keys(id, notes): the same of any task, but
-- for the index of its state; notes tells whether it may have a history, progress or a log.
--- @include "lib/glance"
--- @include "lib/plan"
local function forget_keys(id, notes)
  delete(RECORD .. id)
  delete(RESULT .. id)
  if notes then
    delete(ATTEMPTS .. id)
    delete(PROGRESS .. id)
    delete(LOGS .. id)
  end
end

local function forget(id, bytes)
  local kind = glance(bytes)
  index_remove(index_key(kind.queue, state_of(bytes)), id)
  forget_keys(id, kind.has_notes)
end
