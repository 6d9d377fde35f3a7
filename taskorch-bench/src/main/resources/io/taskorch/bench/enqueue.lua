#!lua
-- The least that storing tasks can be: a string each, and one index.
-- KEYS[1] prefix   ARGV ids and payloads in turn
local strings, ready = {}, {}
for i = 1, #ARGV, 2 do
  strings[i] = KEYS[1] .. ARGV[i]
  strings[i + 1] = ARGV[i + 1]
  ready[i] = i
  ready[i + 1] = ARGV[i]
end
redis.call('MSET', unpack(strings))
redis.call('ZADD', KEYS[1] .. 'ready', unpack(ready))
return #ARGV / 2
