#!lua flags=no-writes
-- page.lua: keys that have limits, by name.
-- KEYS[1] {<ns>:<p>}:   prefix of the partition
-- ARGV[1] "(<key>" behind one, or "-" from the first   ARGV[2] most keys
-- Reply   {now in ms, then key, settings, running tasks and arrival time of the bucket in µs of each}
--- @include "lib/now"
--- @include "lib/use"

local keys = call('ZRANGE', prefix .. 'limits', ARGV[1], '+', 'BYLEX', 'LIMIT', 0, ARGV[2])
local reply = {format('%d', now())}
for _, key in ipairs(keys) do
  reply[#reply + 1] = key
  add_use(reply, 'l:' .. key, prefix .. 'held:l:' .. key)
end
return reply
