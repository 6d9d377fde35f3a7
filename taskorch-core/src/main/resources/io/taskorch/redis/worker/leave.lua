#!lua flags=allow-oom
-- leave.lua: takes a worker off the registry that has ended in good order.
-- KEYS[1] {<ns>:<p>}:   prefix of the partition that holds the registry
-- ARGV[1] worker id
-- Reply   "ok"
--- @include "lib/keys"

call('ZREM', prefix .. 'workers', ARGV[1])
call('HDEL', prefix .. 'workers:described', ARGV[1])
call('HDEL', prefix .. 'workers:heard', ARGV[1])
call('SREM', prefix .. 'workers:draining', ARGV[1])
return 'ok'
