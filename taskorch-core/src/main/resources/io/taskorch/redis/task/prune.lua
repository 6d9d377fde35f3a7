#!lua flags=allow-oom
-- prune.lua: deletes tasks whose retention has passed, and the oldest beyond a number.
-- KEYS[1] {<ns>:<p>}:   prefix of the partition
-- ARGV[1] ms: also those whose retention passes within this time   ARGV[2] most tasks of a call, or
--         one group more   ARGV[3] most ended tasks kept
-- Reply   number deleted
--- @include "lib/now"
--- @include "lib/forget_group"

local most = tonumber(ARGV[2])
local due = call('ZCOUNT', EXPIRING, '-inf', now() + tonumber(ARGV[1]))
local surplus = call('ZCARD', EXPIRING) + (call('GET', EXPIRING_MORE) or 0) - tonumber(ARGV[3])

-- forget_member(member): a task or a group of them. Returns how many tasks it names, and how many of
-- them there were.
local function forget_member(member)
  if #member > 26 then
    return forget_group(member)
  end
  local bytes = read_beginning(RECORD .. member)
  if not bytes then
    return 1, 0
  end
  forget(member, bytes)
  return 1, 1
end

local seen, deleted, place, size, there = 0, 0, 0, 1, 0
local function goes()
  return seen < most and (place < due or seen < surplus)
end
while goes() do
  -- As many members as fill this call if all name as many tasks as the last one did.
  local want = math.max(1, math.floor((most - seen) / size))
  for _, member in ipairs(call('ZRANGE', EXPIRING, place, place + want - 1)) do
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
