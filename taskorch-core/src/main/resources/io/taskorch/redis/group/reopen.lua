#!lua flags=allow-oom
-- reopen.lua: lets the next claim look at the parked groups of a queue, some gates a call.
-- KEYS[1] {<ns>:<p>}:   prefix of the partition
-- ARGV[1] queue   ARGV[2] "0" at first, then the last reply   ARGV[3] "1" when their rate is another
-- Reply   where to go on; "0" at the end
--- @include "lib/plan"

local parking = prefix .. 'parking'
local found = call('ZSCAN', parking, ARGV[2], 'MATCH', 'g:' .. ARGV[1] .. ':*', 'COUNT', 200)
local gates = found[2]
for i = 1, #gates, 2 do
  index_add(parking, '0', gates[i])
  if ARGV[3] == '1' then
    delete(prefix .. 'bucket:' .. gates[i])
  end
end
flush()
if #gates > 0 then
  hint_work('ready ' .. ARGV[1])
end
return found[1]
