#!lua flags=no-writes
-- page.lua: schedules by name, with what is stored of them.
-- KEYS[1] {<ns>:<p>}:   prefix of the partition
-- ARGV[1] "[<name>" from a name on, "(<name>" behind one, or "-" from the first
-- ARGV[2] most schedules   ARGV[3] bytes after which no further one is added
-- Reply   {now in ms, "1" when there are more, then name, definition, progress and revision of each}
--- @include "lib/now"
--- @include "lib/keys"

local most = tonumber(ARGV[2])
local names = call('ZRANGE', prefix .. 'schedules', ARGV[1], '+', 'BYLEX', 'LIMIT', 0, most + 1)
local reply, bytes = {format('%d', now()), '0'}, 0
for i = 1, #names do
  if i > most or bytes > tonumber(ARGV[3]) then
    reply[2] = '1'
    break
  end
  local stored = call('HMGET', prefix .. 'schedule:' .. names[i], 'definition', 'progress', 'revision')
  local n = #reply
  reply[n + 1] = names[i]
  reply[n + 2] = stored[1]
  reply[n + 3] = stored[2]
  reply[n + 4] = stored[3]
  bytes = bytes + #stored[1]
end
return reply
