#!lua flags=no-writes
-- read.lua: the limits of a queue or of a key, and what is taken of them.
-- KEYS[1] {<ns>:<p>}:   prefix of the partition
-- ARGV[1] gate   ARGV[2] the queue whose running tasks count, or "" for those with a permit
-- Reply   {now in ms, settings or "", running tasks, arrival time of the bucket in µs}
--- @include "lib/now"
--- @include "lib/use"

local reply = {format('%d', now())}
add_use(reply, ARGV[1], ARGV[2] == '' and prefix .. 'held:' .. ARGV[1] or index_key(ARGV[2], 'R'))
return reply
