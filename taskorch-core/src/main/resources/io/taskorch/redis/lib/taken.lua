--- @include "lib/move"
--- @include "lib/lease_group"

-- file_taken(kinds, …): plans what is written of the tasks that a claim takes: kind.taken has their ids, the
-- keys of their records, and those that are steps with their runs.
local function file_taken(kinds, at13, expiry, claim_id, worker)
  for _, kind in ipairs(kinds) do
    local taken = kind.taken
    kind.taken = nil
    local attempt = kind.attempt + 1
    save_claims(taken.keys, attempt, kind.fence + 1, at13, expiry, claim_id, worker)
    lease_together(kind.queue, taken.ids, expiry)
    index_add_all(kind.running, at13, taken.ids)
    event_all(state_event('R', attempt, kind.queue, kind.type, kind.in_run),
      kind.in_run and taken.steps or taken.ids)
  end
end
