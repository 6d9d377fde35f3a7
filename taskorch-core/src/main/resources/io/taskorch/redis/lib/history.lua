-- note_attempt(t, from, at, error): adds an attempt that has failed to the history of a task, which is
-- saved afterwards. The last hundred are kept. An entry is: generation 4, attempt 5, started 13, finished 13, worker 40,
-- then the error as JSON, opaque here.
--- @include "lib/plan"
local MOST_ATTEMPTS_KEPT = 100
local function note_attempt(t, from, at, error)
  t.notes = '1'
  local key = ATTEMPTS .. t.id
  touch(key)
  write('RPUSH', key, t.generation .. format('%05d', t.attempt) .. from ..
    format('%013d', at) .. t.worker .. error)
  write('LTRIM', key, -MOST_ATTEMPTS_KEPT, -1)
end
