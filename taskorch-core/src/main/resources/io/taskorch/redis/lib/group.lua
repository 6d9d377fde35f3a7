-- A group is a member of a sorted set that names several tasks, their ids in a row.

-- each_group(ids, visit): visit(text, count) for the texts that together name some tasks, each of them
-- for a member. The list of ids stays as it is from then on.
--- @include "lib/plan"
local MOST_IN_GROUP = 200
local function each_group(ids, visit)
  if #ids <= MOST_IN_GROUP then
    visit(text_of(ids), #ids)
    return
  end
  each_chunk(ids, MOST_IN_GROUP, function(_, from, to)
    visit(table.concat(ids, '', from, to), to - from + 1)
  end)
end

-- ids_in(text, from): the ids that stand in a text from a place on.
local function ids_in(text, from)
  local ids, n = {}, 0
  for place = from, #text, 26 do
    n = n + 1
    ids[n] = sub(text, place, place + 25)
  end
  return ids
end

-- groups_to_read(tasks, size): how many members to read at once when so many tasks are wanted and the
-- last member named so many. A guess that is too high may read a megabyte in vain.
local MOST_READ_AT_ONCE = 20
local function groups_to_read(tasks, size)
  return math.max(1, math.min(MOST_READ_AT_ONCE, math.floor(tasks / size)))
end
