-- Plain tasks of a queue that have succeeded in one call and are kept equally long share a member of
-- EXPIRING: the time of their end (13), whether they may have notes (1), the queue, a colon, their
-- ids. Such a task cannot go back to work, but it can be deleted, and is named here all the same;
-- so what counts is whether the index of the queue still has it, with that end.
-- EXPIRING_MORE counts the tasks of all such members, less one each: with the number of members that
-- is how many tasks EXPIRING names.

-- expire_together(ids, expiry, queue, ended, notes): plans to remember when tasks are to be deleted.
-- expiry and ended are text.
--- @include "lib/forget"
--- @include "lib/group"
local function expire_together(ids, expiry, queue, ended, notes)
  each_group(ended .. (notes and '1' or '0') .. queue, ids, function(member, count)
    if count == 1 then
      index_add(EXPIRING, expiry, ids[#ids])
    else
      index_add(EXPIRING, expiry, member)
      touch(EXPIRING_MORE)
      write('INCRBY', EXPIRING_MORE, count - 1)
    end
  end)
end

-- forget_group(member): plans the deletion of the tasks of a member. Returns how many it names, and
-- how many of them there were.
local function forget_group(member)
  local name, ids = open_group(member)
  local ended, notes = sub(name, 1, 13), byte(name, 14) == 49
  local index = index_key(sub(name, 15), 'D')
  local ends = call('ZMSCORE', index, unpack(ids))
  local there = {}
  for i, id in ipairs(ids) do
    if ends[i] == ended then
      there[#there + 1] = id
      forget_keys(id, notes)
    end
  end
  if #there > 0 then
    index_remove_all(index, there)
  end
  write('DECRBY', EXPIRING_MORE, #ids - 1)
  return #ids, #there
end
