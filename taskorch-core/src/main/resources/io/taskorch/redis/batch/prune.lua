#!lua flags=allow-oom
-- prune.lua: deletes some members of a batch whose retention has passed, the last first, and the batch with
-- the first ones; or cancels one whose upload was never finished.
-- KEYS[1] {<ns>:<p>}:   prefix of the partition
-- ARGV[1] ms: also batches whose retention passes within this time   ARGV[2] most members
-- ARGV[3] age in ms at which an unfinished upload is given up
-- Reply   number of members that were looked at, at least 1 when there was something to do
--- @include "lib/now"
--- @include "lib/batch"
--- @include "lib/forget"
--- @include "lib/group"

-- forget_members(b, most)
local function forget_members(b, most)
  local kept = tonumber(call('HGET', b.key, 'kept') or call('STRLEN', b.key .. ':members') / 26)
  local first = math.max(0, kept - most)
  local ids = ids_in(call('GETRANGE', b.key .. ':members', format('%d', first * 26),
    format('%d', kept * 26 - 1)), 1)
  for _, id in ipairs(kept > first and ids or {}) do
    local bytes = read_beginning(RECORD .. id)
    if not bytes then
      -- A batch that was a member goes next.
      if call('EXISTS', BATCH .. id) == 1 then
        index_add(EXPIRING_BATCHES, '0', id)
      end
    elseif FINAL[state_of(bytes)] then
      forget(id, bytes)
    end
  end
  if first == 0 then
    index_remove(EXPIRING_BATCHES, b.id)
    for _, part in ipairs(BATCH_PARTS) do
      delete(b.key .. part)
    end
  else
    write('HSET', b.key, 'kept', format('%d', first))
  end
  return kept - first
end

local at = now()
local id = call('ZRANGE', EXPIRING_BATCHES, '-inf', at + ARGV[1], 'BYSCORE', 'LIMIT', 0, 1)[1]
local count = 1
if id then
  local b = batch_of(id)
  count = math.max(1, forget_members(b, tonumber(ARGV[2])))
else
  id = call('ZRANGE', STAGING_BATCHES, '-inf', at - ARGV[3], 'BYSCORE', 'LIMIT', 0, 1)[1]
  if not id then
    return 0
  end
  local b = batch_of(id)
  index_remove(STAGING_BATCHES, id)
  -- Nobody was told that it is there: its callbacks never come about.
  delete(b.key .. ':callbacks')
  b.fired = 'xse'
  cancel_batch(b, at)
  begin_batch(b, at)
end
flush()
return count
