#!lua
-- The least that finishing can be: the lease goes, the record stays, a result stays beside it.
-- KEYS[1] prefix   ARGV[1] result   ARGV ids
local results = {}
for i = 2, #ARGV do
  local n = 2 * i - 3
  results[n] = KEYS[1] .. 'result:' .. ARGV[i]
  results[n + 1] = ARGV[1]
end
redis.call('ZREM', KEYS[1] .. 'leases', unpack(ARGV, 2))
redis.call('MSET', unpack(results))
return #ARGV - 1
