-- Tasks that a worker cannot take, and those that it gathers, step aside into a lane of their queue, where
-- they keep their scores.
--- @include "lib/gather"

-- note_joined(queue, lane, band, flow, type): notes that a task has stepped aside, for what follows.
local function note_joined(queue, lane, band, flow, type)
  local joined, names = noted('joined'), noted('joined_names')
  local group = flow and flow.group or '-'
  local gate = key_gate(queue, lane, band, group)
  if not joined[gate] then
    joined[gate] = {queue = queue, lane = lane, band = band, group = group, type = type}
    names[#names + 1] = gate
  end
end

-- step_aside(id, key, line, kind, flow): moves a ready task into its lane. line is the one that it was
-- picked from, nil when it stands in the key itself.
local function step_aside(id, key, line, kind, flow)
  local lane = lane_of(kind.type, flow)
  -- Redis tells scores without the zeros that a priority may begin with.
  local base, score = base_of(kind.queue, lane), format('%014d', call('ZSCORE', key, id))
  if line then
    use(line, id)
  else
    index_remove(key, id)
  end
  if has_line(flow) then
    stand_in_line(kind.queue, base, id, score, flow)
  else
    index_add(base .. 'ready', score, id)
  end
  note_joined(kind.queue, lane, kind.band - 1, flow, kind.type)
  if call('HEXISTS', lanes_key(kind.queue), lane) == 0 then
    touch(LANES)
    write('HSETNX', lanes_key(kind.queue), lane, 0)
    write('SADD', LANES, kind.queue)
    is_stored(LANES)
    write('SPUBLISH', prefix .. 'work', 'ready ' .. kind.queue)
  end
end

-- count_key(key): how many tasks of a key are ready.
local function count_key(key)
  local base = base_of(key.queue, key.lane)
  local low, high = band_range(key.band)
  local own = key.group == '-' and base .. 'ready' or line_of(base, key.group, '-')
  local count = call('ZCOUNT', own, low, high)
  for _, limit in ipairs(call('ZRANGE', base .. 'lines:' .. key.band .. ':' .. key.group, 0, 99)) do
    count = count + call('ZCOUNT', line_of(base, key.group, limit), low, high)
  end
  return count
end

-- open_joined(gathered, at): opens the gates of keys that are together by those that have stepped aside,
-- and have been written. Returns whether a key is to be looked at for the first time.
local function open_joined(gathered, at)
  local is_new, joined, names = false, noted('joined'), noted('joined_names')
  -- Nothing of this is for workers that gather nothing, where nobody does.
  if not names[1] or not has(PARKING) and not next(gathered) then
    return false
  end
  each_chunk(names, 400, function(_, from, to)
    local opens = call('ZMSCORE', PARKING, unpack(names, from, to))
    for i = from, to do
      local gate = names[i]
      local key = joined[gate]
      local size = opens[i - from + 1] and call('ZSCORE', prefix .. 'parked:' .. gate,
        parked_name(key.queue, key.lane, key.band, key.group, '-'))
      if not size then
        is_new = is_new or gathered[key.type] ~= nil
      elseif count_key(key) >= tonumber(size) then
        note_opening(gate, at)
        hint_queue(key.queue)
      end
    end
  end)
  flush()
  return is_new
end
