#!lua flags=allow-oom
-- prune.lua: deletes tasks whose retention has passed, and the oldest beyond a number.
-- KEYS[1] {<ns>:<p>}:   prefix of the partition
-- ARGV[1] ms: also those whose retention passes within this time   ARGV[2] most tasks of a call, or
--         one group more   ARGV[3] most ended tasks kept
-- Reply   number deleted
--- @include "lib/now"
--- @include "lib/succeeded"

local most = tonumber(ARGV[2])
local due = call('ZCOUNT', EXPIRING, '-inf', now() + tonumber(ARGV[1]))
local surplus = call('ZCARD', EXPIRING) + (call('GET', EXPIRING_MORE) or 0) - tonumber(ARGV[3])

local seen, deleted, place, size, there = 0, 0, 0, MOST_IN_GROUP, 0
local function goes()
  return seen < most and (place < due or seen < surplus)
end
while goes() do
  local want = groups_to_read(most - seen, size)
  local members = call('ZRANGE', EXPIRING, place, place + want - 1)
  if #members == 0 then
    break
  end
  for _, member in ipairs(members) do
    if goes() then
      size, there = forget_member(member)
      seen, deleted = seen + size, deleted + there
      place = place + 1
    end
  end
end
if place > 0 then
  write('ZREMRANGEBYRANK', EXPIRING, 0, place - 1)
end
flush()
return deleted
