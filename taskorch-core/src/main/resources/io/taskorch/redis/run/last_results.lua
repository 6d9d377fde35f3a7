#!lua flags=no-writes
-- last_results.lua: the results of the steps of a run that no other one depends on.
-- KEYS[1] {<ns>:<p>}:   prefix of the partition
-- ARGV[1] run id   ARGV[2] bytes after which no further one is added
-- Reply   {name, result or "" for none, of each}
--- @include "lib/keys"

local key = RUN .. ARGV[1]
local reply, bytes = {}, 0
for index = 0, tonumber(call('HGET', key, 'steps') or 0) - 1 do
  if bytes > tonumber(ARGV[2]) then
    break
  elseif call('HGET', key .. ':edges', index) == false then
    local id = call('GETRANGE', key .. ':ids', index * 26, index * 26 + 25)
    local result = call('GET', RESULT .. id) or ''
    reply[#reply + 1] = call('HGET', key .. ':names', index)
    reply[#reply + 1] = result
    bytes = bytes + #result
  end
end
return reply
