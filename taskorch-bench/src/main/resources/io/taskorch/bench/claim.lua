#!lua
-- The least that claiming can be: the first tasks of the index, their strings, a lease each.
-- KEYS[1] prefix   ARGV[1] number of tasks   ARGV[2] expiry
local first = redis.call('ZPOPMIN', KEYS[1] .. 'ready', ARGV[1])
local ids, keys, leases = {}, {}, {}
for i = 1, #first, 2 do
  local n = (i + 1) / 2
  ids[n] = first[i]
  keys[n] = KEYS[1] .. first[i]
  leases[i] = ARGV[2]
  leases[i + 1] = first[i]
end
if #ids == 0 then
  return {{}, {}}
end
redis.call('ZADD', KEYS[1] .. 'leases', unpack(leases))
return {ids, redis.call('MGET', unpack(keys))}
