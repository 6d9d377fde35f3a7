-- Plain tasks of a queue that have succeeded in one call and are kept equally long share a member of
-- the queue's index of succeeded tasks, and that same text is a member of EXPIRING: their ids in a
-- row. So both name the same tasks at any time. One that succeeds alone, or is left alone, stands there
-- by its id, as all else that ends does. Counters keep how many tasks the members of each name, less
-- one each: with the number of members that is how many tasks there are.

-- count_more(queue, by): plans to change both.
--- @include "lib/forget"
--- @include "lib/group"
local function count_more(queue, by)
  count(more_key(queue), by)
  count(EXPIRING_MORE, by)
end

-- file_succeeded(ids, queue, ended, expiry): plans to file tasks that are steps of no run. ended and
-- expiry are text.
local function file_succeeded(ids, queue, ended, expiry)
  local index = index_key(queue, 'D')
  each_group(ids, function(text, number)
    index_add(index, ended, text)
    index_add(EXPIRING, expiry, text)
    count_more(queue, number - 1)
  end)
  tell_ended(ids)
end

-- forget_member(member): plans the deletion of the tasks that a member of EXPIRING names, but for that
-- member. Returns how many it names, and how many of them there were.
local function forget_member(member)
  local ids, bytes = ids_in(member, 1), nil
  -- Their first record tells of all.
  for i = 1, #ids do
    bytes = bytes or read_beginning(RECORD .. ids[i])
  end
  if not bytes then
    count(EXPIRING_MORE, 1 - #ids)
    return #ids, 0
  end
  local kind = glance(bytes)
  index_remove(index_key(kind.queue, state_of(bytes)), member)
  count_more(kind.queue, 1 - #ids)
  for _, id in ipairs(ids) do
    forget_keys(id, kind.has_notes)
  end
  return #ids, #ids
end

-- member_of(index, id, ended): the member of an index that names a task, and where in it. Those of one
-- ms are looked through, which are no more than Redis ends in one.
local function member_of(index, id, ended)
  if call('ZSCORE', index, id) then
    return id, 1
  end
  for _, member in ipairs(call('ZRANGE', index, ended, ended, 'BYSCORE')) do
    local place = find(member, id, 1, true)
    while place and place % 26 ~= 1 do
      place = find(member, id, place + 1, true)
    end
    if place then
      return member, place
    end
  end
end

-- forget_ended(id, bytes): plans the deletion of a task that has ended and is a step of no run, which
-- those that share its member outlive.
local function forget_ended(id, bytes)
  local kind, ended = glance(bytes), sub(bytes, 79, 91)
  local index = index_key(kind.queue, state_of(bytes))
  local member, place = member_of(index, id, ended)
  if member and #member > 26 then
    local rest = sub(member, 1, place - 1) .. sub(member, place + 26)
    index_add(index, ended, rest)
    index_add(EXPIRING, call('ZSCORE', EXPIRING, member), rest)
    count_more(kind.queue, -1)
  end
  index_remove(index, member or id)
  index_remove(EXPIRING, member or id)
  forget_keys(id, kind.has_notes)
end
