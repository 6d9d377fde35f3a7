#!lua flags=no-writes
-- list.lua: the workers known.
-- KEYS[1] {<ns>:<p>}:   prefix of the partition that holds the registry
-- ARGV[1] ms after which a silent one is left out
-- Reply   for each: {id, description, last heard of in ms, "1" when live, "1" when asked to drain}
--- @include "lib/now"
--- @include "lib/keys"

local at = now()
local reply = {}
local live = call('ZRANGE', prefix .. 'workers', at - tonumber(ARGV[1]), '+inf', 'BYSCORE', 'WITHSCORES')
for i = 1, #live, 2 do
  local id = live[i]
  reply[#reply + 1] = {
    id,
    call('HGET', prefix .. 'workers:described', id) or '{}',
    call('HGET', prefix .. 'workers:heard', id) or '0',
    tonumber(live[i + 1]) >= at and 1 or 0,
    call('SISMEMBER', prefix .. 'workers:draining', id)
  }
end
return reply
