-- set_limits(gate, settings): plans what a gate is set to, "" for nothing, and what a change entails:
-- another rate begins with a full bucket, and the next claim looks at what is parked.
--- @include "lib/plan"
local function rate_of(settings)
  return settings and string.match(settings, '^%S+ (%S+ %S+ %S+)')
end
-- reopen(gate): lets the next claim look at what is parked, if anything is.
local function reopen(gate)
  local parking = prefix .. 'parking'
  if call('ZSCORE', parking, gate) then
    index_add(parking, '0', gate)
  end
end
local function set_limits(gate, settings)
  local gates = prefix .. 'gates'
  local held = call('HGET', gates, gate)
  if settings == '' then
    write('HDEL', gates, gate)
  else
    write('HSET', gates, gate, settings)
  end
  if rate_of(held) ~= rate_of(settings) then
    delete(prefix .. 'bucket:' .. gate)
  end
  reopen(gate)
end
