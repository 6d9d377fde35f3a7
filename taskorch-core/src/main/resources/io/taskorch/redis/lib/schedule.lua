-- add_schedule(reply, name): adds name, definition, progress and revision of a stored schedule to a
-- reply. Returns how many bytes its definition has.
--- @include "lib/keys"
local function add_schedule(reply, name)
  local stored = call('HMGET', prefix .. 'schedule:' .. name, 'definition', 'progress', 'revision')
  local n = #reply
  reply[n + 1], reply[n + 2], reply[n + 3], reply[n + 4] = name, stored[1], stored[2], stored[3]
  return #stored[1]
end
