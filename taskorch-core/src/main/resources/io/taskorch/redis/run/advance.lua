#!lua flags=allow-oom
-- advance.lua: goes on with what was left over because it was too much for one call.
-- KEYS[1] {<ns>:<p>}:   prefix of the partition
-- Reply   number of entries left, and one more when a program is to decide on a step
--- @include "lib/now"
--- @include "lib/end_task"
--- @include "lib/cancel_task"
--- @include "lib/start_over"
--- @include "lib/group"

local MOST_STEPS = 200
-- To wake or cancel a step takes more than to look at it, to start it over still more.
local MOST_MOVED = 100
local MOST_REDONE = 50
-- Of steps that are started over one call looks at so many edges that lead to them.
local MOST_BOOKED = 1000
local entries = call('LRANGE', ADVANCE, '0', MOST_STEPS - 1)
if #entries == 0 then
  return 0
end
local at = now()

-- go_on_with_edges(r, index, from): the edges of a step from a place in their text on.
local function go_on_with_edges(r, index, from)
  local state = 'D'
  if index >= 0 then
    local bytes = read_beginning(RECORD .. step_id(r, index))
    state = state_of(bytes)
    if not FINAL[state] then
      return
    end
    state = state_for_run(state, sub(bytes, 216, 216))
  end
  settle_steps(r, {{index = index, state = state, from = from}}, at)
end

-- go_on_cancelling(r, from): the steps from an index on.
local function go_on_cancelling(r, from)
  local steps = tonumber(call('HGET', r.key, 'steps'))
  local last = math.min(from + MOST_MOVED, steps) - 1
  for index = from, last do
    local id = step_id(r, index)
    local bytes = read_beginning(RECORD .. id)
    if bytes then
      cancel_task(open_record(id, bytes), 'r', at)
    end
  end
  finish_runs(at)
  if last + 1 < steps then
    leave_for_later(r, 'c ' .. (last + 1))
  else
    end_run_if_over(r, at)
  end
end

-- go_on_filling(r, count): so many more places of the window.
local function go_on_filling(r, count)
  if r.cancel then
    return
  end
  local freed = {}
  take_held(r, count, freed)
  start_steps(r, freed, at)
end

-- go_on_waking(r, name): steps that wait for a signal which has come are to be decided now.
local function go_on_waking(r, name)
  local text = call('HGET', r.key .. ':awaiting', name) or ''
  local woken, rest = 0, 1
  for index, behind in string.gmatch(text, '(%d+)()') do
    if woken == MOST_MOVED then
      break
    end
    local id = step_id(r, index)
    local t = open_record(id, read_beginning(RECORD .. id))
    -- One that was started over since may have to wait for others first.
    if t.state == 'B' and tonumber(t.started) > 0 then
      undecide(r.id .. ' ' .. index, at)
    end
    woken, rest = woken + 1, behind
  end
  text = sub(text, rest + 1)
  if text == '' then
    write('HDEL', r.key .. ':awaiting', name)
  else
    write('HSET', r.key .. ':awaiting', name, text)
    leave_for_later(r, 's ' .. name)
  end
end

-- insert(list, place, index): puts a step into an ascending list, behind a place.
local function insert(list, place, index)
  local low, high = place + 1, #list + 1
  while low < high do
    local middle = math.floor((low + high) / 2)
    if list[middle] < index then
      low = middle + 1
    else
      high = middle
    end
  end
  table.insert(list, low, index)
end

-- go_on_marking(r, index, from): adds to the steps that are to be started over those downstream of
-- them, in topological order, from a place in the text of the dependents of one on. Only when all are
-- known does the first start over, so that each sees which of its upstream steps will run again.
local function go_on_marking(r, index, from)
  local key = r.key .. ':redo'
  local list, known = {}, {}
  for i, text in ipairs(call('ZRANGE', key, index, '+inf', 'BYSCORE', 'LIMIT', 0, MOST_STEPS)) do
    list[i] = tonumber(text)
    known[list[i]] = true
  end
  -- What lies beyond those that were read has its turn when it has been read.
  local last = #list == MOST_STEPS and list[#list] or math.huge
  local place = 1
  while list[place] and list[place] <= last do
    local text = call('HGET', r.key .. ':edges', list[place]) or ''
    while true do
      local first, behind, _, dependent = find(text, '([=ay]?)(%d+)', from)
      if not first then
        break
      elseif edges_followed >= MOST_EDGES then
        return leave_for_later(r, 'm ' .. list[place] .. ' ' .. first)
      end
      from = behind + 1
      edges_followed = edges_followed + 1
      dependent = tonumber(dependent)
      if not known[dependent] then
        known[dependent] = true
        insert(list, place, dependent)
        index_add(key, dependent, dependent)
      end
    end
    from = 1
    place = place + 1
    if place > MOST_STEPS and list[place] then
      return leave_for_later(r, 'm ' .. list[place] .. ' 1')
    end
  end
  leave_for_later(r, list[place] and 'm ' .. list[place] .. ' 1' or 'r')
end

-- add_books(r, index, join, text, place, reopened): notes what holds a step back that is started over, of
-- the text of what it depends on from a place on: an edge for each that has not ended, of the rest
-- what they came to. Returns how many it has noted, and the place that another call goes on with.
local function add_books(r, index, join, text, place, reopened)
  local upstream = {}
  local first, last, number = find(text, '(%d+)', place)
  while first and #upstream < MOST_BOOKED do
    upstream[#upstream + 1] = number
    first, last, number = find(text, '(%d+)', last + 1)
  end
  local books = place > 1 and remaining_of(r, index) or {count = 0, origins = ''}
  r.remaining[index] = books
  -- A step that depends on another alone is told of that one's state.
  local alone = join ~= 'a' and not find(text, ' ', 1, true)
  books.changed = not alone
  local some_lost = call('EXISTS', r.key .. ':lost') == 1
  local some_skipped = call('EXISTS', r.key .. ':skipped') == 1
  each_chunk(upstream, 400, function(list, from, to)
    local open = call('SMISMEMBER', r.key .. ':open', unpack(list, from, to))
    local lost = some_lost and call('ZMSCORE', r.key .. ':lost', unpack(list, from, to)) or {}
    local skipped = some_skipped and call('SMISMEMBER', r.key .. ':skipped',
      unpack(list, from, to)) or {}
    local holding = {}
    for i = from, to do
      local n = i - from + 1
      if open[n] == 1 or reopened[list[i]] then
        holding[#holding + 1] = list[i] .. '>' .. index
      else
        local origin = lost[n] and '!' or skipped[n] == 1 and '~' or '+'
        books.origins = find(books.origins, origin, 1, true) and books.origins or books.origins .. origin
      end
    end
    books.count = books.count + #holding
    if not alone and #holding > 0 then
      write('SADD', r.key .. ':waits', unpack(holding))
    end
  end)
  return #upstream, first
end

-- block(t, due): a step that is started over is BLOCKED again; due as its record is to have it.
local function block(t, due)
  start_over(t)
  t.due = due
  t.started = format('%013d', 0)
  move(t, 'B', at)
  save(t)
  announce(t)
end

-- keeps_child(r, t, was): whether a step that starts over tries the run that it began again, rather than
-- begins another, and forgets that run if not: what is upstream may give it other things to do.
local function keeps_child(r, t, was, becomes)
  local begun = child_of(r, t.step)
  local child = begun and open_run(begun)
  if child and becomes == 'R' and r.resetting == 'retry' and was ~= 'D' and
      (child.state == 'F' or child.state == 'C') then
    return true
  elseif begun then
    write('HDEL', r.key .. ':children', t.step)
    index_add(EXPIRING_RUNS, at + DEFAULT_RETENTION.F, begun)
  end
  return false
end

-- redo_step(r, t, index, join, work): starts a step over whose books are complete; index is text. It is
-- added to work.ready, or to work.ended when what is upstream of it lets it end again.
local function redo_step(r, t, index, join, work)
  local was = t.state
  work.reopened[index] = true
  reopen_step(r, index)
  if t.generation == LAST_GENERATION then
    -- It stays as it is: an error here would hold up every run of the partition.
    work.ended[#work.ended + 1] = {index = tonumber(index), state = state_for_run(was, t.tie)}
    return
  end
  index_remove(index_key(t.queue, was), t.id)
  if was == 'K' then
    write('SREM', r.key .. ':skipped', index)
  end
  local becomes = verdict(join, remaining_of(r, index))
  local decided = needs_decision(t)
  local tries_child = decided and keeps_child(r, t, was, becomes)
  if becomes == 'R' and r.window > 0 then
    block(t, t.due)
    index_add(r.key .. ':held', index, index)
  elseif becomes == 'R' and tries_child then
    block(t, t.due)
    have_decided(r, t, at)
  elseif becomes == 'R' and decided then
    block(t, t.due)
    undecide(r.id .. ' ' .. index, at)
  elseif becomes == 'R' then
    start_over(t)
    work.ready[#work.ready + 1] = t
  else
    -- What its delay counts from is to come again.
    block(t, tonumber(call('HGET', r.key .. ':delays', index) or 0))
    if becomes then
      mark_ended(t, becomes, becomes == 'K' and 'k' or 'u', at)
      work.ended[#work.ended + 1] = {index = tonumber(index), state = becomes}
    end
  end
end

-- redo_steps(r, redo, place, work): steps in topological order, so that what a step depends on has been
-- started over before it; the books of the first are complete up to a place. Returns how many it has
-- worked off, and the place in the books of the next one when it is to go on within.
local function redo_steps(r, redo, place, work)
  local booked = 0
  for i, index in ipairs(redo) do
    local id = step_id(r, index)
    local bytes = read_beginning(RECORD .. id)
    if bytes and FINAL[state_of(bytes)] then
      local join = call('HGET', r.key .. ':joins', index) or ''
      local upstream = call('HGET', r.key .. ':upstream', index) or ''
      if booked > 0 and booked + #upstream / 2 > MOST_BOOKED then
        return i - 1
      end
      local more, rest = add_books(r, index, join, upstream, place, work.reopened)
      if rest then
        return i - 1, rest
      end
      booked = booked + more
      redo_step(r, open_record(id, bytes), index, join, work)
    end
    index_remove(r.key .. ':redo', index)
    place = 1
  end
  return #redo
end

-- go_on_starting_over(r, index, place): the steps that are to be.
local function go_on_starting_over(r, index, place)
  local redo = call('ZRANGE', r.key .. ':redo', 0, MOST_REDONE - 1)
  local work = {reopened = {}, ready = {}, ended = {}}
  local done, rest = redo_steps(r, redo, redo[1] == index and place or 1, work)
  become_ready(work.ready, at)
  for _, step in ipairs(work.ended) do
    note_step(r, step.index, step.state)
    -- What holds its dependents back is only being written.
    leave_for_later(r, 'e ' .. step.index .. ' 1')
  end
  if rest then
    leave_for_later(r, 'r ' .. redo[done + 1] .. ' ' .. rest)
  elseif done == MOST_REDONE or done < #redo then
    leave_for_later(r, 'r')
  else
    set_run(r, 'resetting', '')
    if r.cancel then
      -- Its cancelling has passed those by that had not started over yet.
      leave_for_later(r, 'c 0')
    elseif r.window > 0 then
      leave_for_later(r, 'h ' .. r.window)
    end
  end
  settle_steps(r, {}, at)
end

-- go_on_cancelling_members(b, from): the members of a batch from a place on.
local function go_on_cancelling_members(b, from)
  local key = b.key
  local ids = ids_in(call('GETRANGE', key .. ':members', format('%d', from * 26),
    format('%d', (from + MOST_MOVED) * 26 - 1)), 1)
  local open = #ids > 0 and call('SMISMEMBER', key .. ':open', unpack(ids))
  for i, id in ipairs(ids) do
    local bytes = open[i] == 1 and read_beginning(RECORD .. id)
    if bytes then
      cancel_task(open_record(id, bytes), 'b', at)
    elseif open[i] == 1 then
      cancel_batch(batch_of(id), at)
    end
  end
  if #ids == MOST_MOVED then
    leave_for_later(b, 'x ' .. (from + MOST_MOVED))
  end
end

-- The edges of several steps are one call's share, cancelling and starting over one entry's.
local done = 0
repeat
  done = done + 1
  local run, verb, first, second = string.match(entries[done], '^(%S+) (%a) ?(%S*) ?(%S*)$')
  local of_batch = verb == 'x' or verb == 'f'
  local r = not of_batch and open_run(run)
  if verb == 'x' then
    local b = batch_of(run)
    if b.state == 'R' and b.cancel then
      go_on_cancelling_members(b, tonumber(first))
    end
  elseif verb == 'f' then
    file_callback(batch_of(run), first, at)
  elseif r and r.state == 'R' then
    if verb == 'e' then
      go_on_with_edges(r, tonumber(first), tonumber(second))
    elseif verb == 'c' then
      go_on_cancelling(r, tonumber(first))
    elseif verb == 'h' then
      go_on_filling(r, tonumber(first))
    elseif verb == 's' then
      go_on_waking(r, first)
    elseif verb == 'm' then
      go_on_marking(r, tonumber(first), tonumber(second))
    else
      go_on_starting_over(r, first, tonumber(second))
    end
  end
until verb ~= 'e' or done == #entries or edges_followed >= MOST_EDGES
write('LPOP', ADVANCE, done)
flush()
return call('LLEN', ADVANCE) + (left_for_later and 1 or 0)
