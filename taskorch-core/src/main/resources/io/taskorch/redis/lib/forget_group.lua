-- Plain tasks of a queue that have succeeded in one call and are kept equally long share a member of
-- EXPIRING: the time of their end (13), whether they may have notes (1), the queue, a colon, their
-- ids. Such a task cannot go back to work, but it can be deleted, and is named here all the same;
-- so what counts is whether the index of the queue still has it, with that end.
-- EXPIRING_MORE counts the tasks of all such members, less one each: with the number of members that
-- is how many tasks EXPIRING names.

-- expire_together(ids, expiry, queue, ended, notes): plans to remember when tasks are to be deleted.
-- expiry and ended are text.
--- @include "lib/forget"
local MOST_TOGETHER = 200
local function expire_together(ids, expiry, queue, ended, notes)
  each_chunk(ids, MOST_TOGETHER, function(_, from, to)
    if from == to then
      index_add(EXPIRING, expiry, ids[from])
    else
      index_add(EXPIRING, expiry,
        ended .. (notes and '1' or '0') .. queue .. ':' .. table.concat(ids, '', from, to))
      touch(EXPIRING_MORE)
      write('INCRBY', EXPIRING_MORE, to - from)
    end
  end)
end

-- forget_group(member): plans the deletion of the tasks of a member. Returns how many it names, and
-- how many of them there were.
local function forget_group(member)
  local ended, notes = sub(member, 1, 13), byte(member, 14) == 49
  local colon = find(member, ':', 15, true)
  local index = index_key(sub(member, 15, colon - 1), 'D')
  local ids, n = {}, 0
  for position = colon + 1, #member, 26 do
    n = n + 1
    ids[n] = sub(member, position, position + 25)
  end
  local ends = call('ZMSCORE', index, unpack(ids))
  local there = {}
  for i = 1, n do
    if ends[i] == ended then
      there[#there + 1] = ids[i]
      forget_keys(ids[i], notes)
    end
  end
  if #there > 0 then
    index_remove_all(index, there)
  end
  write('DECRBY', EXPIRING_MORE, n - 1)
  return n, #there
end
