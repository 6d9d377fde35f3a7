-- Chooses the tasks that a claim looks at: of several queues or sections of them, by the shares of the
-- priorities.
--- @include "lib/ring"
--- @include "lib/fit"
-- A queue's first ready tasks are four lists, one a priority, of {ids, n} and either the key that all stand
-- in or, when lanes are merged in, keys. first tells that they are the first in that key.
local EMPTY = {ids = {}, n = 0}
local function new_list()
  return {ids = {}, keys = {}, lines = {}, n = 0}
end

local function append(list, id, key, line)
  local n = list.n + 1
  list.ids[n] = id
  list.keys[n] = key
  list.lines[n] = line
  list.n = n
end

-- band_of(score): the priority of a score, 1 to 4.
local function band_of(score)
  return math.floor(tonumber(score) / BAND) + 1
end

-- with_scores(key, low, high, want): the first members between two scores, {ids, scores, key, n}.
local function with_scores(key, low, high, want)
  local found = call('ZRANGE', key, low, high, 'BYSCORE', 'LIMIT', '0', want, 'WITHSCORES')
  local list = {ids = {}, scores = {}, key = key, n = #found / 2}
  for i = 1, list.n do
    list.ids[i], list.scores[i] = found[2 * i - 1], tonumber(found[2 * i])
  end
  return list
end

-- in_order(lists, want): the first tasks of several lists as four, one a priority. What comes behind
-- them is left out, as a list that was cut off may lack some of it.
local function in_order(lists, want)
  local places, merged = {}, {new_list(), new_list(), new_list(), new_list()}
  for i in ipairs(lists) do
    places[i] = 1
  end
  for _ = 1, want do
    local first
    for i, list in ipairs(lists) do
      if places[i] <= list.n and
          (not first or list.scores[places[i]] < lists[first].scores[places[first]]) then
        first = i
      end
    end
    if not first then
      break
    end
    local list, place = lists[first], places[first]
    append(merged[band_of(list.scores[place])], list.ids[place], list.key)
    places[first] = place + 1
  end
  return merged
end

-- heads(queue, low, high, want): the first tasks of a queue with scores between low and high, its
-- lanes merged in.
local function heads(queue, low, high, want)
  local lists = {with_scores(queue.ready, low, high, want)}
  for _, key in ipairs(queue.lanes or {}) do
    lists[#lists + 1] = with_scores(key, low, high, want)
  end
  return in_order(lists, want)
end

-- one_band(queue, want): the first tasks of a queue, if they are all of one priority and it has no
-- lanes; with that priority. The scores of the first and last tell, as writing out every score
-- would cost more than all else. So would the number that is wanted.
local counts = {}
local function one_band(queue, want)
  if queue.lanes then
    return nil
  end
  counts[want] = counts[want] or format('%d', want)
  local ids = call('ZRANGE', queue.ready, '-inf', '+inf', 'BYSCORE', 'LIMIT', '0', counts[want])
  local n = #ids
  if n == 0 then
    return {ids = ids, n = 0}, 4
  end
  local band = band_of(call('ZSCORE', queue.ready, ids[n]))
  if n == 1 or band_of(call('ZSCORE', queue.ready, ids[1])) == band then
    return {ids = ids, key = queue.ready, first = true, n = n}, band
  end
end

-- bands(queue, want, …): the first tasks of a queue by priority. When one look shows all that the queue
-- holds, or no lower priority has a share, that is the only look.
local function bands(queue, want, shares, served, at)
  local result = {EMPTY, EMPTY, EMPTY, EMPTY}
  if queue.is_ringed then
    for band = 1, 4 do
      result[band] = new_list()
      pick(queue, band - 1, want, at, result[band], append)
    end
    return result
  end
  local list, band_of_list = one_band(queue, want)
  local first, shown = band_of_list, 0
  if list then
    result[first] = list
    shown = list.n
  else
    result = heads(queue, '-inf', '+inf', want)
    for band = 1, 4 do
      shown = shown + result[band].n
      first = result[band].n > 0 and band or first
    end
  end
  -- The list may have been cut off in the middle of the last priority that it shows.
  for band = shown >= want and first or 5, 4 do
    if shares[band] - served[band] > result[band].n then
      result[band] = heads(queue, format('%d', (band - 1) * BAND), format('(%d', band * BAND), want)[band]
    end
  end
  return result
end

-- all_alike(queue, …): the tasks of a round when a queue shows tasks of one priority only, the common case:
-- its first ones, as they are.
local function all_alike(queue, want, at)
  local list
  for band = 1, 4 do
    if queue.bands[band].n > 0 then
      if list then
        return nil
      end
      list = queue.bands[band]
    end
  end
  list = list or EMPTY
  list.n = math.min(list.n, want, room_of(queue, at))
  return list
end

-- choose(sources, want, shares, served, at): the tasks of a round, highest priority first: what each priority
-- still lacks of its share, and the places left over from the top down.
local function choose(sources, want, shares, served, at)
  for _, queue in ipairs(sources) do
    queue.bands = bands(queue, want, shares, served, at)
  end
  local alike = #sources == 1 and not sources[1].is_ringed and all_alike(sources[1], want, at)
  if alike then
    return alike
  end
  local taken, left = {}, want
  for i, queue in ipairs(sources) do
    queue.room = room_of(queue, at)
    taken[i] = {0, 0, 0, 0}
  end
  local function take(band, limit)
    for i, queue in ipairs(sources) do
      local count = math.min(limit, left, queue.bands[band].n - taken[i][band], queue.room)
      taken[i][band] = taken[i][band] + count
      queue.room = queue.room - count
      limit = limit - count
      left = left - count
    end
  end
  for band = 1, 4 do
    take(band, math.max(0, shares[band] - served[band]))
  end
  for band = 1, 4 do
    take(band, want)
  end
  local chosen = new_list()
  for band = 1, 4 do
    for i, queue in ipairs(sources) do
      local list = queue.bands[band]
      for j = 1, taken[i][band] do
        append(chosen, list.ids[j], list.key or list.keys[j], list.lines and list.lines[j])
      end
    end
  end
  return chosen
end
