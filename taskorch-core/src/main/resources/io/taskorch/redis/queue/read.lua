#!lua flags=no-writes
-- read.lua: the settings of a queue in a partition.
-- KEYS[1] {<ns>:<p>}:   prefix of the partition
-- ARGV[1] queue
-- Reply   {version, "1" when it is paused, its limits or "", those of each of its groups or "", digest
--         of their weights or ""}
--- @include "lib/queue_settings"

local held = queue_settings(ARGV[1])
return {held.version, held.paused, held.together, held.per_group, held.digest}
