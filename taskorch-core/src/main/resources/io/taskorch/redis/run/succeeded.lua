#!lua flags=no-writes
-- succeeded.lua: the steps of a run that have succeeded, some at a time.
-- KEYS[1] {<ns>:<p>}:   prefix of the partition
-- ARGV[1] run id   ARGV[2] index of the first step to look at   ARGV[3] most steps to look at
-- ARGV[4] bytes after which no further one is added
-- Reply   {index of the next step to look at, or -1, then index, id and record of each that succeeded}
--- @include "lib/record"

local key = RUN .. ARGV[1]
local steps, index = tonumber(call('HGET', key, 'steps') or 0), tonumber(ARGV[2])
local reply, bytes, looked = {-1}, 0, 0
while index < steps do
  if looked == tonumber(ARGV[3]) or bytes > tonumber(ARGV[4]) then
    reply[1] = index
    break
  end
  local id = call('GETRANGE', key .. ':ids', index * 26, index * 26 + 25)
  local record = read_beginning(RECORD .. id)
  if record and state_of(record) == 'D' then
    record = call('GET', RECORD .. id)
    local n = #reply
    reply[n + 1], reply[n + 2], reply[n + 3] = index, id, record
    bytes = bytes + #record
  end
  looked = looked + 1
  index = index + 1
end
return reply
