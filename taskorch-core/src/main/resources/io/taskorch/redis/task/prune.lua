#!lua flags=allow-oom
-- prune.lua: deletes tasks whose retention has passed, and the oldest beyond a number.
-- KEYS[1] {<ns>:<p>}:   prefix of the partition
-- ARGV[1] ms: also those whose retention passes within this time   ARGV[2] most tasks of a call
-- ARGV[3] most ended tasks kept
-- Reply   number deleted
--- @include "lib/now"
--- @include "lib/forget"

local at = now()
local most = tonumber(ARGV[2])
local ids = call('ZRANGE', EXPIRING, '-inf', at + tonumber(ARGV[1]), 'BYSCORE', 'LIMIT', 0, most)
local surplus = call('ZCARD', EXPIRING) - tonumber(ARGV[3])
if surplus > #ids then
  ids = call('ZRANGE', EXPIRING, 0, math.min(surplus, most) - 1)
end
index_remove_all(EXPIRING, ids)
for _, id in ipairs(ids) do
  local bytes = call('GETRANGE', RECORD .. id, 0, HEADER_LENGTH + 300)
  if bytes ~= '' then
    forget(id, bytes)
  end
end
flush()
return #ids
