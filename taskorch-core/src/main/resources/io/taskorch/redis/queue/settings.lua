#!lua flags=allow-oom
-- settings.lua: puts a queue's settings into a partition, unless newer ones are there.
-- KEYS[1] {<ns>:<p>}:   prefix of the partition
-- ARGV[1] queue   ARGV[2] version, or "" for one more than what is there   ARGV[3] "1" for paused
-- Reply   the version that holds now
--- @include "lib/keys"

local queue = ARGV[1]
local key = prefix .. 'settings'
local held = tonumber(call('HGET', key, queue) or '0')
local paused = call('SISMEMBER', PAUSED, queue) == 1
local known = call('SISMEMBER', QUEUES, queue) == 1
local version = ARGV[2] == '' and held + 1 or tonumber(ARGV[2])
if version <= held or (ARGV[2] == '' and paused == (ARGV[3] == '1') and known) then
  return held
end
call('HSET', key, queue, version)
call(ARGV[3] == '1' and 'SADD' or 'SREM', PAUSED, queue)
call('SADD', QUEUES, queue)
call('SPUBLISH', prefix .. 'work', 'ready ' .. queue)
return version
