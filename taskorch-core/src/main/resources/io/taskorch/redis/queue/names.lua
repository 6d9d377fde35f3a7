#!lua flags=no-writes
-- names.lua: the queues of a partition and their lanes.
-- KEYS[1] {<ns>:<p>}:   prefix of the partition
-- Reply   {{queue, …}, {"<queue>:<type>", …}}
--- @include "lib/keys"

return {call('SMEMBERS', QUEUES), call('HKEYS', LANES)}
