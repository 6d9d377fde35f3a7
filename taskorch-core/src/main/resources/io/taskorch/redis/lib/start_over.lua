-- start_over(t): resets what the attempts of the last generation left behind. The fence is never
-- reset, the history stays.
--- @include "lib/plan"
local LAST_GENERATION = '9999'
local function start_over(t)
  if t.generation == LAST_GENERATION then
    error('GENERATIONS_SPENT ' .. t.id)
  end
  t.generation = format('%04d', t.generation + 1)
  t.attempt = 0
  t.failures = 0
  t.crashes = 0
  t.cancel = '0'
  t.reason = '-'
  t.due = 0
  delete(RESULT .. t.id)
  delete(PROGRESS .. t.id)
end
