#!lua flags=no-writes
-- page.lua: schedules by name, with what is stored of them.
-- KEYS[1] {<ns>:<p>}:   prefix of the partition
-- ARGV[1] "[<name>" from a name on, "(<name>" behind one, or "-" from the first
-- ARGV[2] most schedules   ARGV[3] bytes after which no further one is added
-- Reply   {now in ms, "1" when there are more, then name, definition, progress and revision of each}
--- @include "lib/now"
--- @include "lib/schedule"

local most = tonumber(ARGV[2])
local names = call('ZRANGE', prefix .. 'schedules', ARGV[1], '+', 'BYLEX', 'LIMIT', 0, most + 1)
local reply, bytes = {format('%d', now()), '0'}, 0
for i = 1, #names do
  if i > most or bytes > tonumber(ARGV[3]) then
    reply[2] = '1'
    break
  end
  bytes = bytes + add_schedule(reply, names[i])
end
return reply
