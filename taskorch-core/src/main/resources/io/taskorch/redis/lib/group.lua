-- A group is a member of a sorted set that names several tasks of a queue: "<facts><queue>:<ids…>".

-- each_group(name, ids, visit): visit(member, count) for the groups that name all of some tasks; name
-- is what stands before the colon. The list of ids stays as it is from then on.
--- @include "lib/plan"
local MOST_IN_GROUP = 200
local function each_group(name, ids, visit)
  if #ids <= MOST_IN_GROUP then
    visit(name .. ':' .. text_of(ids), #ids)
    return
  end
  each_chunk(ids, MOST_IN_GROUP, function(_, from, to)
    visit(name .. ':' .. table.concat(ids, '', from, to), to - from + 1)
  end)
end

-- open_group(member): what stands before the colon, and the ids.
local function open_group(member)
  local colon = find(member, ':', 1, true)
  local ids, n = {}, 0
  for position = colon + 1, #member, 26 do
    n = n + 1
    ids[n] = sub(member, position, position + 25)
  end
  return sub(member, 1, colon - 1), ids
end
