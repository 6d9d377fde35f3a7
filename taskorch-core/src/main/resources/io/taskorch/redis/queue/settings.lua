#!lua flags=allow-oom
-- settings.lua: puts a queue's settings into a partition, unless newer ones are there.
-- KEYS[1] {<ns>:<p>}:   prefix of the partition
-- ARGV[1] queue   ARGV[2] version, or "" for one more than what is there
-- What it is to be, or "=" as it is: ARGV[3] "1" for paused   ARGV[4] limits of the queue, "" for none
-- ARGV[5] limits of each of its groups   ARGV[6] digest of the groups' weights   ARGV[7] their number
-- Reply   the version that holds now; -1 when the weights have to be staged, -2 when it would be one
--         queue too many
--- @include "lib/limits"
--- @include "lib/queue"
--- @include "lib/queue_settings"

local queue = ARGV[1]
local held = queue_settings(queue)
local function wanted(is, argument)
  return argument == '=' and is or argument
end
local paused = wanted(held.paused, ARGV[3])
local together = wanted(held.together, ARGV[4])
local per_group = wanted(held.per_group, ARGV[5])
local digest = wanted(held.digest, ARGV[6])
local known = call('SISMEMBER', QUEUES, queue) == 1
local same = known and paused == held.paused and together == held.together
  and per_group == held.per_group and digest == held.digest
local version = ARGV[2] == '' and held.version + 1 or tonumber(ARGV[2])
if version <= held.version or (ARGV[2] == '' and same) then
  return held.version
end
if ARGV[2] == '' and not admit_queue(queue) then
  return -2
end
if digest ~= held.digest then
  local weights = prefix .. 'weights:' .. queue
  local staged = weights .. ':' .. digest
  delete(weights)
  if digest ~= '' then
    if call('HLEN', staged) ~= tonumber(ARGV[7]) then
      return -1
    end
    write('RENAME', staged, weights)
    write('PERSIST', weights)
  end
end
write('HSET', prefix .. 'settings', queue, format('%d', version) .. ' ' .. digest)
write(paused == '1' and 'SADD' or 'SREM', PAUSED, queue)
write('SADD', QUEUES, queue)
if together ~= held.together then
  set_limits('q:' .. queue, together)
end
if per_group ~= held.per_group then
  put_limits('g:' .. queue, per_group)
end
write('SPUBLISH', prefix .. 'work', 'ready ' .. queue)
flush()
return version
