#!lua flags=no-writes
-- weights.lua: the weights of a queue's groups, some a call.
-- KEYS[1] {<ns>:<p>}:   prefix of the partition
-- ARGV[1] queue   ARGV[2] "0" at first, then the last reply's first
-- Reply   {where to go on, "0" at the end; group, weight, and so on}
--- @include "lib/keys"

local found = call('HSCAN', prefix .. 'weights:' .. ARGV[1], ARGV[2], 'COUNT', 200)
local reply = found[2]
table.insert(reply, 1, found[1])
return reply
