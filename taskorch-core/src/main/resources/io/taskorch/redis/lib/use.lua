-- add_use(reply, gate, running): adds to a reply what a gate is set to, "" for nothing, how many
-- tasks stand in an index, and the arrival time of its bucket in µs, 0 for a full one.
--- @include "lib/keys"
local function add_use(reply, gate, running)
  local n = #reply
  reply[n + 1] = call('HGET', prefix .. 'gates', gate) or ''
  reply[n + 2] = call('ZCARD', running)
  reply[n + 3] = call('GET', prefix .. 'bucket:' .. gate) or '0'
end
