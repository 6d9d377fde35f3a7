-- A lease is told by the generation (4) and the nonce (22) of its claim. read_lease(text) takes it
-- apart; most leases of a call are the same text, as they come from one claim.
--- @include "lib/record"
local leases
each_call(function()
  leases = {}
end)
local function read_lease(text)
  local lease = leases[text]
  if not lease then
    local generation = sub(text, 1, 4)
    lease = {
      generation = generation, nonce = sub(text, 5, 26), running = generation .. 'R',
      settled = sub(text, 15, 26)
    }
    leases[text] = lease
  end
  return lease
end

-- holds_lease(bytes, lease): whether a record says that this very lease is held. find makes no
-- strings, as sub does.
local function holds_lease(bytes, lease)
  return find(bytes, lease.running, 74, true) == 74 and find(bytes, lease.nonce, 92, true) == 92
end
