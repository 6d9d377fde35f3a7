#!lua flags=no-writes
-- read.lua: entries of the event stream.
-- KEYS[1] {<ns>:<p>}:   prefix of the partition
-- ARGV[1] entry after which to begin, "0" for the oldest   ARGV[2] most entries
-- Reply   {entry, {what has happened, ids in a row, …}, …}
--- @include "lib/keys"

local reply = {}
for _, entry in ipairs(call('XRANGE', EVENTS, '(' .. ARGV[1], '+', 'COUNT', ARGV[2])) do
  reply[#reply + 1] = entry[1]
  reply[#reply + 1] = entry[2]
end
return reply
