-- forget(t): plans the deletion of all that is stored of a task that has ended.
--- @include "lib/plan"
local function forget(t)
  local keys = {RECORD .. t.id, RESULT .. t.id, ATTEMPTS .. t.id, PROGRESS .. t.id, LOGS .. t.id}
  for _, key in ipairs(keys) do
    touch(key)
  end
  index_remove(index_key(t.queue, t.state), t.id)
  write('UNLINK', unpack(keys))
end
