#!lua flags=no-writes
-- page_succeeded.lua: some members of indexes of succeeded tasks, each from a ms on, in the order of the
-- index. Each ms comes as a whole: its tasks are in the order of their ids, whatever members they
-- stand in.
-- KEYS[1] {<ns>:<p>}:   prefix of the partition
-- ARGV[1] "1" for the reverse order   ARGV[2] the ms, or "" for the beginning
-- ARGV[3] tasks of each index behind that ms after which no further ms is added
-- ARGV[4] number of indexes   ARGV[…] their keys less the prefix
-- Reply   for each index: {member, score, …}
--- @include "lib/group"

local reverse = ARGV[1] == '1'
local first, most = ARGV[2], tonumber(ARGV[3])

-- read(key, rank, count): members from a rank on, with their scores.
local function read(key, rank, count)
  if reverse then
    return call('ZRANGE', key, rank, rank + count - 1, 'REV', 'WITHSCORES')
  end
  return call('ZRANGE', key, rank, rank + count - 1, 'WITHSCORES')
end

-- rank_of(key): the rank of the first member of the ms.
local function rank_of(key)
  if first == '' then
    return 0
  end
  return reverse and call('ZCOUNT', key, '(' .. first, '+inf')
    or call('ZCOUNT', key, '-inf', '(' .. first)
end

-- members_of(key)
local function members_of(key)
  local members, tasks, size, rank = {}, 0, MOST_IN_GROUP, rank_of(key)
  repeat
    local want = groups_to_read(most - tasks, size)
    local found = read(key, rank, want)
    for i = 1, #found, 2 do
      local member, score = found[i], found[i + 1]
      if tasks >= most and score ~= members[#members] then
        return members
      end
      members[#members + 1] = member
      members[#members + 1] = score
      size = #member / 26
      tasks = tasks + (score == first and 0 or size)
    end
    rank = rank + want
  until #found < 2 * want
  return members
end

local reply = {}
for i = 1, tonumber(ARGV[4]) do
  reply[i] = members_of(prefix .. ARGV[4 + i])
end
return reply
