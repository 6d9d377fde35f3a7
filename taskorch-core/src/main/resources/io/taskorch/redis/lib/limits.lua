-- put_limits(field, settings): plans what a gate, or each group of a queue, is set to; "" for nothing.
--- @include "lib/plan"
local function put_limits(field, settings)
  local gates = prefix .. 'gates'
  touch(gates)
  if settings == '' then
    write('HDEL', gates, field)
  else
    write('HSET', gates, field, settings)
  end
end

-- reopen(gate): lets the next claim look at what is parked, if anything is.
local function reopen(gate)
  local parking = prefix .. 'parking'
  if call('ZSCORE', parking, gate) then
    index_add(parking, '0', gate)
  end
end

-- set_limits(gate, settings): the same as put_limits for a gate, and what a change entails: another
-- rate begins with a full bucket, and the next claim looks at what is parked.
local function rate_of(settings)
  return settings and string.match(settings, '^%S+ (%S+ %S+ %S+)')
end
local function set_limits(gate, settings)
  if rate_of(call('HGET', prefix .. 'gates', gate)) ~= rate_of(settings) then
    delete(prefix .. 'bucket:' .. gate)
  end
  put_limits(gate, settings)
  reopen(gate)
end
