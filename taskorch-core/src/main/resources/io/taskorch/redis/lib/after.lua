-- rank_after(key, score, member, reverse): the rank, from the end when reverse, of the first entry
-- of a sorted set that comes after the given place in the order of the set; the place need not be
-- taken. Entries with the same score stand in the order of their names, so this halves its way
-- through them.
local function rank_after(key, score, member, reverse)
  local low = call('ZCOUNT', key, '-inf', '(' .. score)
  local high = low + call('ZCOUNT', key, score, score)
  -- The first rank in [low, high) whose member is greater, or not smaller when going backwards.
  while low < high do
    local middle = math.floor((low + high) / 2)
    local found = call('ZRANGE', key, middle, middle)[1]
    if found < member or (found == member and not reverse) then
      low = middle + 1
    else
      high = middle
    end
  end
  return reverse and call('ZCARD', key) - low or low
end
