-- testing/now.lua: the clock of tests, in place of lib/now.lua. Under {<ns>:<p>}:clock stands either
-- an offset in ms that is added to TIME, or "=" and the ms at which the clock stands still.
--- @include "lib/keys"
local function now()
  local time = redis.call('TIME')
  local ms = time[1] * 1000 + math.floor(time[2] / 1000)
  local set = redis.call('GET', prefix .. 'clock')
  if not set then
    return ms
  end
  if string.sub(set, 1, 1) == '=' then
    return tonumber(string.sub(set, 2))
  end
  return ms + tonumber(set)
end
