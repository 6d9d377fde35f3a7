-- Batches: tasks, and other batches, that somebody wants to know the common end of. What follows from the
-- end of the last member is done in the same call; all of a batch lives in one partition.
--
--   batch:<id>            hash: state, G while it is uploaded; created, finished; last: the member that
--                         completes its upload; cancel; parent: the batch that it is a member of, and
--                         depth: how many contain one another up to this one; group; fired: letters of
--                         the callbacks that have come about; kept: how many members are still stored
--                         once it is being deleted
--   batch:<id>:members    string: ids of all that ever were members, 26 bytes each
--   batch:<id>:open       set of the members that have not ended
--   batch:<id>:batches    set of those of them that are batches
--   batch:<id>:lost       sorted set of the members that ended without success: 0 failed, 1 did not
--   batch:<id>:queues     set of the queues of its tasks
--   batch:<id>:callbacks  hash: letter -> a task to come: id 26, length of the head 4, head, body. x at the
--                         first failure, s once all have succeeded, e once all have ended
--   staging-batches       sorted set of the batches that are being uploaded, by when they were begun
--   expiring-batches      sorted set of the batches that have ended, by when they are to be deleted; not
--                         those that are members of others, which go with these
--
-- On the advance list: "<id> x <from>" goes on with the cancelling of its members, "<id> f <letter>"
-- files a callback.
--- @include "lib/move"
--- @include "lib/run"
--- @include "lib/line"
local BATCH_PARTS = {'', ':members', ':open', ':batches', ':lost', ':queues', ':callbacks'}
local DEEPEST_BATCH, MOST_MEMBERS, MOST_MEMBER_QUEUES = 10, 100000, 1000
-- A callback may be as large as any task, so a call files a few.
local MOST_CALLBACKS = 5

-- batch_of(id): a batch as a table, to which what becomes of it in this plan is added; state is false when
-- it is not stored.
local function batch_of(id)
  local batches, levels = planned('batches'), planned('levels')
  local b = batches[id]
  if not b then
    b = {id = id, key = BATCH .. id, joined = {}, queues = {}, left = {}, reopened = 0}
    b.state, b.cancel, b.parent, b.depth, b.fired, b.last =
      unpack(call('HMGET', b.key, 'state', 'cancel', 'parent', 'depth', 'fired', 'last'))
    b.cancel, b.depth, b.fired = b.cancel == '1', tonumber(b.depth or 1), b.fired or ''
    batches[id] = b
    levels[b.depth] = levels[b.depth] or {}
    levels[b.depth][#levels[b.depth] + 1] = b
  end
  return b
end

-- set_batch(b, field, value): value is text.
local function set_batch(b, field, value)
  b[field] = value
  write('HSET', b.key, field, value)
end

-- is_live(b): whether a batch has not ended. takes_members(b): whether it may get more.
local function is_live(b)
  return b.state == 'G' or b.state == 'R'
end
local function takes_members(b)
  return is_live(b) and not b.cancel
end

-- has_room(b, more): whether it may have those that join it, and so many more. has_queues(b): whether it may
-- have tasks on all the queues of those that join it.
local function has_room(b, more)
  return call('STRLEN', b.key .. ':members') / 26 + #b.joined + more <= MOST_MEMBERS
end
local function has_queues(b)
  local count = call('SCARD', b.key .. ':queues')
  for queue in pairs(b.queues) do
    count = count + 1 - call('SISMEMBER', b.key .. ':queues', queue)
  end
  return count <= MOST_MEMBER_QUEUES
end

-- join_batch(b, id, queue): plans that a new task, or a batch, is a member; queue is nil for a batch.
local function join_batch(b, id, queue)
  b.joined[#b.joined + 1] = id
  b.joined[id] = true
  if queue then
    b.queues[queue] = true
  else
    touch(b.key .. ':batches')
    write('SADD', b.key .. ':batches', id)
  end
end

-- leave_batch(id, member, to, at): plans that a member of a batch has ended in a state.
local function leave_batch(id, member, to, at)
  local b = batch_of(id)
  if b.state then
    b.at = at
    b.left[#b.left + 1] = {id = member, to = to}
  end
end

-- rejoin_batch(id, member): plans that a member which had ended is open again. A batch that had ended runs
-- again, as does the one that it is a member of.
local function rejoin_batch(id, member)
  local b = batch_of(id)
  if not b.state then
    return
  end
  touch(b.key .. ':open')
  write('SADD', b.key .. ':open', member)
  index_remove(b.key .. ':lost', member)
  b.reopened = b.reopened + 1
  if not is_live(b) then
    set_batch(b, 'state', 'R')
    write('HSET', b.key, 'finished', '0', 'cancel', '0')
    index_remove(EXPIRING_BATCHES, b.id)
    if b.parent then
      touch(BATCH .. b.parent .. ':batches')
      write('SADD', BATCH .. b.parent .. ':batches', b.id)
      rejoin_batch(b.parent, b.id)
    end
  end
end

-- begin_batch(b, at): plans that the upload of a batch has ended, if it has not before.
local function begin_batch(b, at)
  b.begins, b.at = b.state == 'G', at
end

-- cancel_batch(b, at): plans that a batch gets no more members, and that those which it has are cancelled by
-- other calls.
local function cancel_batch(b, at)
  if takes_members(b) then
    write('HSET', b.key, 'cancel', '1')
    b.cancel = true
    begin_batch(b, at)
    leave_for_later(b, 'x 0')
  end
end

-- file_callback(b, letter, at): plans that a callback becomes a task.
local function file_callback(b, letter, at)
  local key = b.key .. ':callbacks'
  local text = call('HGET', key, letter)
  if not text then
    return
  end
  local id, head_end = sub(text, 1, 26), 30 + sub(text, 27, 30)
  local h, body = read_head(sub(text, 31, head_end)), sub(text, head_end + 1)
  local flow = TIES[h.tie].has_flow and read_flow(body, 0) or nil
  local number = format('%013d', take_numbers(1) + 1)
  touch(RECORD .. id)
  write('SET', RECORD .. id,
    new_record(h, 'P', format('%013d', at), format('%013d', 0), number, body))
  write('HDEL', key, letter)
  touch(QUEUES)
  write('SADD', QUEUES, h.queue)
  stand(h.queue, id, h.priority .. number, flow)
  announce_state(id, 'P', 0, h.queue, h.type)
  hint_queue(h.queue)
end

-- call_back(b, letter, at): plans what becomes of a callback whose time has come, the first time.
local function call_back(b, letter, at)
  if find(b.fired, letter, 1, true) or call('HEXISTS', b.key .. ':callbacks', letter) == 0 then
    return
  end
  set_batch(b, 'fired', b.fired .. letter)
  local filed = planned('callbacks')
  if #filed < MOST_CALLBACKS then
    filed[#filed + 1] = b.id
    file_callback(b, letter, at)
  else
    leave_for_later(b, 'f ' .. letter)
  end
end

-- add_joined(b): plans what is written of new members.
local function add_joined(b)
  touch(b.key .. ':members')
  touch(b.key .. ':open')
  touch(b.key .. ':queues')
  write('APPEND', b.key .. ':members', table.concat(b.joined))
  each_chunk(b.joined, 400, function(list, from, to)
    write('SADD', b.key .. ':open', unpack(list, from, to))
  end)
  for queue in pairs(b.queues) do
    write('SADD', b.key .. ':queues', queue)
  end
end

-- close_left(b): plans what is written of members that have ended: how many of them were open, and how many
-- of these failed and were lost otherwise.
local function close_left(b)
  local closed, failed, lost = 0, 0, 0
  each_chunk(b.left, 400, function(list, from, to)
    local ids, gone = {}, {}
    for i = from, to do
      ids[i - from + 1] = list[i].id
    end
    local open = call('SMISMEMBER', b.key .. ':open', unpack(ids))
    for i, id in ipairs(ids) do
      local to_state = list[from + i - 1].to
      if open[i] == 1 then
        gone[#gone + 1] = id
        if to_state ~= 'D' then
          local score = to_state == 'F' and '0' or '1'
          index_add(b.key .. ':lost', score, id)
          failed = failed + 1 - score
          lost = lost + score
        end
      end
    end
    if #gone > 0 then
      closed = closed + #gone
      write('SREM', b.key .. ':open', unpack(gone))
    end
  end)
  return closed, failed, lost
end

-- end_batch(b, failed, lost): plans the end of a batch; in this call so many of its members failed, and so
-- many others were lost.
local function end_batch(b, failed, lost)
  local at = b.at
  failed = failed + call('ZCOUNT', b.key .. ':lost', '0', '0')
  lost = lost + call('ZCOUNT', b.key .. ':lost', '1', '1')
  local to = b.cancel and 'C' or failed > 0 and 'F' or lost > 0 and 'C' or 'D'
  set_batch(b, 'state', to)
  write('HSET', b.key, 'finished', format('%d', at))
  if to == 'D' then
    call_back(b, 's', at)
  end
  call_back(b, 'e', at)
  tell_ended({b.id})
  if b.parent then
    touch(BATCH .. b.parent .. ':batches')
    write('SREM', BATCH .. b.parent .. ':batches', b.id)
    leave_batch(b.parent, b.id, to, at)
  else
    index_add(EXPIRING_BATCHES, at + DEFAULT_RETENTION[to], b.id)
  end
end

-- settle_batch(b): what follows from what has become of a batch in this plan.
local function settle_batch(b)
  if #b.joined > 0 then
    add_joined(b)
  end
  if b.state == 'G' and (b.begins or b.joined[b.last]) then
    b.begins = true
    set_batch(b, 'state', 'R')
    index_remove(STAGING_BATCHES, b.id)
  end
  local closed, failed, lost = close_left(b)
  if failed > 0 then
    call_back(b, 'x', b.at)
  end
  if b.state == 'R' and (closed > 0 or b.begins) and
      call('SCARD', b.key .. ':open') + #b.joined + b.reopened == closed then
    end_batch(b, failed, lost)
  end
end

before_flush('levels', function(levels)
  -- The end of one may be the end of that which contains it.
  for depth = DEEPEST_BATCH, 1, -1 do
    for _, b in ipairs(levels[depth] or {}) do
      settle_batch(b)
    end
  end
end)
