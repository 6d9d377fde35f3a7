-- forget(id, bytes): plans the deletion of all that is stored of a task that has ended. bytes is its
-- record, or the beginning of it up to the names.
--- @include "lib/glance"
local function forget(id, bytes)
  index_remove(index_key(glance(bytes).queue, sub(bytes, 73, 73)), id)
  delete(RECORD .. id)
  delete(RESULT .. id)
  if byte(bytes, HEADER_LENGTH) == 49 then
    delete(ATTEMPTS .. id)
    delete(PROGRESS .. id)
    delete(LOGS .. id)
  end
end
