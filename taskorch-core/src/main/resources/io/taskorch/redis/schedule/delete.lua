#!lua flags=allow-oom
-- delete.lua: deletes a schedule.
-- KEYS[1] {<ns>:<p>}:   prefix of the partition
-- ARGV[1] name
-- Reply   "ok"
--- @include "lib/plan"

delete(prefix .. 'schedule:' .. ARGV[1])
index_remove(prefix .. 'schedules', ARGV[1])
index_remove(prefix .. 'schedules:due', ARGV[1])
touch(prefix .. 'schedules:declared')
write('HDEL', prefix .. 'schedules:declared', ARGV[1])
flush()
return 'ok'
