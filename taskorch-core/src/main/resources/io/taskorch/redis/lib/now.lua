-- now(): the server's clock in ms since 1970. The only place that reads a clock; called once per
-- script. The test kit puts a settable clock in its place.
local function now()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end
