#!lua flags=no-writes
-- page.lua: some entries of indexes, each from a place on, in the order of the index.
-- KEYS[1] {<ns>:<p>}:   prefix of the partition
-- ARGV[1] "1" for the reverse order   ARGV[2] score of the place, or "" for the beginning
-- ARGV[3] member of the place   ARGV[4] most entries of each index
-- ARGV[5] number of indexes   ARGV[…] their keys less the prefix
-- Reply   for each index: {member, score, …}
--- @include "lib/keys"
--- @include "lib/after"

local reverse = ARGV[1] == '1'
local most = tonumber(ARGV[4])
local reply = {}
for i = 1, tonumber(ARGV[5]) do
  local key = prefix .. ARGV[5 + i]
  local from = ARGV[2] == '' and 0 or rank_after(key, ARGV[2], ARGV[3], reverse)
  if reverse then
    reply[i] = call('ZRANGE', key, from, from + most - 1, 'REV', 'WITHSCORES')
  else
    reply[i] = call('ZRANGE', key, from, from + most - 1, 'WITHSCORES')
  end
end
return reply
