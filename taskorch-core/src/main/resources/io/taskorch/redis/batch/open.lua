#!lua
-- open.lua: begins the upload of a batch, which ends when its last task is enqueued. A repeat changes
-- nothing.
-- KEYS[1] {<ns>:<p>}:   prefix of the partition
-- ARGV[1] batch id   ARGV[2] group that members take which name none, or ""   ARGV[3] batch that it is a
--         member of, or ""   ARGV[4] id of its last task, "" when it begins without tasks
-- ARGV[5] number of callbacks   ARGV[…] two each: letter, as lib/batch has it; id, length of the head (4),
--         head, body
-- Reply   "ok" | "exists" when its upload has ended | of the batch that it is to be a member of: "unknown" |
--         "closed" when it takes no more | "full" | "too_deep" | "itself" when it is a member of this one
--- @include "lib/now"
--- @include "lib/batch"

local id, parent = ARGV[1], ARGV[3]
local b = batch_of(id)
if b.state then
  return b.state == 'G' and 'ok' or 'exists'
end

-- refusal(above): what stands against being a member of a batch.
local function refusal(above)
  if not above.state then
    return 'unknown'
  end
  local outer = above
  while outer.parent do
    if outer.parent == id then
      return 'itself'
    end
    outer = batch_of(outer.parent)
  end
  return not takes_members(above) and 'closed' or above.depth == DEEPEST_BATCH and 'too_deep' or
    not has_room(above, 1) and 'full'
end
local depth = 1
if parent ~= '' then
  local above = batch_of(parent)
  local refused = parent == id and 'itself' or refusal(above)
  if refused then
    return refused
  end
  depth = above.depth + 1
  join_batch(above, id)
end
local at = now()
for _, part in ipairs(BATCH_PARTS) do
  touch(b.key .. part)
end
index_add(STAGING_BATCHES, at, id)
write('HSET', b.key, 'state', 'G', 'created', format('%d', at), 'depth', depth, 'last', ARGV[4])
if ARGV[2] ~= '' then
  write('HSET', b.key, 'group', ARGV[2])
end
if parent ~= '' then
  write('HSET', b.key, 'parent', parent)
end
for i = 1, tonumber(ARGV[5]) do
  write('HSET', b.key .. ':callbacks', ARGV[4 + 2 * i], ARGV[5 + 2 * i])
end
flush()
if ARGV[4] == '' then
  begin_batch(batch_of(id), at)
  flush()
end
return 'ok'
