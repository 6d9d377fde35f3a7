#!lua flags=allow-oom
-- beat.lua: tells that a worker lives, and forgets those that have been silent for long.
-- KEYS[1] {<ns>:<p>}:   prefix of the partition that holds the registry
-- ARGV[1] worker id   ARGV[2] description, opaque JSON   ARGV[3] ms that it counts as live
-- ARGV[4] ms after which a silent one is forgotten
-- Reply   "1" when the worker is asked to drain, else "0"
--- @include "lib/now"
--- @include "lib/keys"

local at = now()
local live = prefix .. 'workers'
local described = prefix .. 'workers:described'
local heard = prefix .. 'workers:heard'
local draining = prefix .. 'workers:draining'
for _, id in ipairs(call('ZRANGE', live, '-inf', at - tonumber(ARGV[4]), 'BYSCORE', 'LIMIT', 0, 100)) do
  call('ZREM', live, id)
  call('HDEL', described, id)
  call('HDEL', heard, id)
  call('SREM', draining, id)
end
call('ZADD', live, at + tonumber(ARGV[3]), ARGV[1])
call('HSET', described, ARGV[1], ARGV[2])
call('HSET', heard, ARGV[1], format('%d', at))
return tostring(call('SISMEMBER', draining, ARGV[1]))
