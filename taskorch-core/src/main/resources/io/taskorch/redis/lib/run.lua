-- Workflow runs: what follows from the end of a step, in the same call. All of a run lives in one
-- partition, so nothing stands between a step's end and the release of those that waited for it.
--
--   run:<id>            hash: state, name, created, finished, steps, cancel; failed, cancelled: numbers
--                       of steps that ended so; resetting: what starts steps over, empty when nothing
--                       does; parent: "<run> <step index>" that began it; depth: how many began one
--                       another; begun: how many runs came about from it; window: how many steps are
--                       in work at a time; compensates: whether a step says how to undo it
--   run:<id>:input      string, opaque
--   run:<id>:ids        string: the task ids of all steps in topological order, 26 bytes each
--   run:<id>:names      hash: step index -> name
--   run:<id>:edges      hash: step index -> indexes of its dependents; before one stands "=" when it
--                       depends on this step alone, "a" when it runs however they end, "y" when one
--                       success is enough; -1 releases the roots
--   run:<id>:upstream   hash: step index -> indexes of the steps that it depends on
--   run:<id>:delays     hash: step index -> ms that it waits when nothing holds it back, or its due time
--   run:<id>:joins      hash: step index -> "a" or "y", as above; the rest need all to succeed
--   run:<id>:waits      set of the edges "from>to" that hold back a step without "="
--   run:<id>:remaining  hash: index of such a step -> how many of those edges lead to it, and what the
--                       others came from: '+' success, '~' a skipped step, '!' anything else; changed
--                       only together with an edge's removal from the set, so a repeat cannot count
--                       twice
--   run:<id>:open       set of the indexes of steps that have not ended
--   run:<id>:lost       sorted set of the indexes of steps that ended without success
--   run:<id>:skipped    set of the indexes of steps that were skipped
--   run:<id>:redo       sorted set of the indexes of steps that are to be started over
--   run:<id>:held       sorted set of the indexes of steps that wait for a place in the window
--   run:<id>:children   hash: step index -> the run that it began, behind it what else a program wants to
--                       know of it; -1: the one that undoes this one
--   run:<id>:signals    hash: name of a signal that a step waits for -> the last one sent, or ""
--   run:<id>:awaiting   hash: name of a signal -> indexes of the steps that wait for it now
--   cancelling          set of the runs that run, but whose steps must not start any more
--   advance             list of what was left for another call: "<run> <verb> <…>"
--   undecided           sorted set of "<run> <step index>": steps that nothing in the graph holds back
--                       and of which a program decides what becomes, by when it is to look at them;
--                       index -1: a run that is to be undone
--
-- Verbs of the advance list: "e <index> <from>" goes on with the edges of a step from a place in the
-- text of its dependents, "c <from>" with the cancelling of steps, "h <count>" with filling the window,
-- "m <index> <from>" with adding to what is to be started over what is downstream of it, "s <signal>"
-- with waking those that wait for a signal which has come, "r" or,
-- within the books of a step, "r <index> <from>" with the starting over.

--- @include "generated/constants"
--- @include "lib/plan"

-- RUN_PARTS: what the keys of a run have behind its id.
local RUN_PARTS = {'', ':input', ':ids', ':names', ':edges', ':upstream', ':delays', ':joins', ':waits',
  ':remaining', ':open', ':lost', ':skipped', ':redo', ':held', ':children', ':signals', ':awaiting'}

-- One call follows at most so many edges, and starts or cancels at most so many steps.
local MOST_EDGES = 200
local edges_followed, left_for_later, runs, told
each_call(function()
  edges_followed, left_for_later, runs, told = 0, false, {}, false
end)

-- load_run(r): reads what is stored of a run, once; whether it is.
local function load_run(r)
  if r.state then
    return true
  end
  local state, cancel, failed, cancelled, resetting, parent, window, compensates =
    unpack(call('HMGET', r.key, 'state', 'cancel', 'failed', 'cancelled', 'resetting', 'parent',
      'window', 'compensates'))
  r.state, r.parent = state, parent
  r.cancel, r.compensates = cancel == '1', compensates == '1'
  r.failed, r.cancelled = tonumber(failed or 0), tonumber(cancelled or 0)
  r.resetting, r.window = resetting or '', tonumber(window or 0)
  return state
end

-- run_of_step(id): a run that must be stored, as one of its steps is, as a table; nothing of it has been
-- read until load_run. open_run(id): a run as a table that has been; nil when it is not stored.
local function run_of_step(id)
  local r = runs[id]
  if not r then
    r = {id = id, key = RUN .. id, remaining = {}, opened = 0}
    runs[id] = r
  end
  return r
end
local function open_run(id)
  local r = run_of_step(id)
  return load_run(r) and r or nil
end

-- close_run(r): forgets a run that was read in this call, once what is to be written of it is planned.
local function close_run(r)
  runs[r.id] = nil
end

-- set_run(r, field, value)
local function set_run(r, field, value)
  r[field] = value
  if value == true then
    value = '1'
  elseif value == false then
    value = '0'
  end
  write('HSET', r.key, field, value)
end

-- step_id(r, index): the task id of a step; step_ids(r, indexes): of several, in ascending order.
local function step_id(r, index)
  return call('GETRANGE', r.key .. ':ids', format('%d', index * 26), format('%d', index * 26 + 25))
end
local function step_ids(r, indexes)
  local ids, first = {}, 1
  for i = 1, #indexes do
    -- Neighbours come in one piece.
    if indexes[i + 1] ~= indexes[i] + 1 then
      local text = call('GETRANGE', r.key .. ':ids', format('%d', indexes[first] * 26),
        format('%d', indexes[i] * 26 + 25))
      for k = first, i do
        ids[k] = sub(text, (k - first) * 26 + 1, (k - first) * 26 + 26)
      end
      first = i + 1
    end
  end
  return ids
end

-- close_step(r, index), reopen_step(r, index): plans to take a step off those that have not ended,
-- or to put it back. r.opened is how many more there are then.
local function close_step(r, index)
  r.closing = r.closing or write('SREM', r.key .. ':open')
  r.closing[#r.closing + 1] = format('%d', index)
  r.opened = r.opened - 1
end
local function reopen_step(r, index)
  touch(r.key .. ':open')
  write('SADD', r.key .. ':open', index)
  r.opened = r.opened + 1
end

-- leave_for_later(r, text): another call goes on with it.
local function leave_for_later(r, text)
  left_for_later = true
  touch(ADVANCE)
  write('RPUSH', ADVANCE, r.id .. ' ' .. text)
end

-- undecide(step, at): has a program decide on a step, "<run> <index>", not before a time. Whoever
-- ended what held the step back does so at once; others hear of it in case nobody does.
local function undecide(step, at)
  left_for_later = true
  index_add(UNDECIDED, format('%d', at), step)
  if not told then
    told = true
    write('SPUBLISH', prefix .. 'work', 'undecided')
  end
end

-- child_of(r, index): the run that a step began, nil for none; and all that is remembered of it.
local function child_of(r, index)
  local child = call('HGET', r.key .. ':children', format('%d', index))
  if child then
    return sub(child, 1, 26), child
  end
end

-- state_of_child(r, index): the state of the run that a step began; nil when none is stored.
local function state_of_child(r, index)
  local begun = child_of(r, index)
  local child = begun and open_run(begun)
  return child and child.state
end

-- stop_looking(r, index): a step waits to be woken, unless the run that it began has ended since the
-- program that says so looked.
local function stop_looking(r, index)
  local child = state_of_child(r, index)
  if not child or child == 'R' or child == 'M' then
    index_remove(UNDECIDED, r.id .. ' ' .. format('%d', index))
  end
end

-- root_of(r): the run that somebody started, and from which this one came about.
local function root_of(r)
  local above = r
  while above do
    r = above
    above = r.parent and open_run(sub(r.parent, 1, 26))
  end
  return r
end

-- is_wanted(r): whether the step that began a run, if one did, has not begun another since.
local function is_wanted(r)
  return r.parent
    and child_of({key = RUN .. sub(r.parent, 1, 26)}, tonumber(sub(r.parent, 28))) == r.id
end

-- cancel_run(r): marks a running run as cancelled, so that none of its steps starts any more; its steps
-- are ended by other calls.
local function cancel_run(r)
  if r.state == 'R' and not r.cancel then
    set_run(r, 'cancel', true)
    touch(CANCELLING)
    write('SADD', CANCELLING, r.id)
    leave_for_later(r, 'c 0')
  end
end

-- move_run(r, to, at): plans the move of a run to another state. One that another run began stands in
-- no list of runs, and is deleted with the other.
local function move_run(r, to, at)
  if not RUN_MOVES[r.state][to] then
    error('ILLEGAL_MOVE ' .. r.state .. ' ' .. to)
  end
  if not r.parent then
    index_remove(prefix .. 'runs:' .. r.state, r.id)
    index_add(prefix .. 'runs:' .. to, call('HGET', r.key, 'created'), r.id)
  end
  set_run(r, 'state', to)
  event(to, r.id)
end

-- end_run(r, to, at): plans the end of a run.
local function end_run(r, to, at)
  move_run(r, to, at)
  set_run(r, 'finished', format('%d', at))
  if r.cancel then
    write('SREM', CANCELLING, r.id)
  end
  if is_wanted(r) then
    undecide(r.parent, at)
  else
    index_add(EXPIRING_RUNS, at + DEFAULT_RETENTION[to], r.id)
  end
  tell_ended({r.id})
end

-- end_run_if_over(r, at): plans the end of a run when no step of it is open, or the beginning of its
-- being undone. r.goes_on: a step of it starts with this call.
local function end_run_if_over(r, at)
  if r.goes_on or r.resetting ~= '' or r.state ~= 'R' or
      call('SCARD', r.key .. ':open') + r.opened > 0 then
    return
  end
  if r.failed > 0 and r.compensates and not r.cancel then
    move_run(r, 'M', at)
    undecide(r.id .. ' -1', at)
  else
    end_run(r, r.failed > 0 and 'F' or r.cancelled > 0 and 'C' or 'D', at)
  end
end

-- retry_run(r, how, at): plans that a run that has ended runs again, or goes on with being undone.
-- how: "retry" starts the lost steps over, with the runs that they began; "rerun" begins new ones.
local function retry_run(r, how, at)
  index_remove(EXPIRING_RUNS, r.id)
  set_run(r, 'finished', '0')
  local undoing = child_of(r, -1)
  if undoing and r.state == 'F' then
    move_run(r, 'M', at)
    local child = open_run(undoing)
    if child and (child.state == 'F' or child.state == 'C') then
      return retry_run(child, how, at)
    end
    return undecide(r.id .. ' -1', at)
  end
  move_run(r, 'R', at)
  -- A cancelled run leaves edges that nobody has followed, but all steps of an ended one have ended.
  delete(r.key .. ':waits')
  set_run(r, 'cancel', false)
  set_run(r, 'failed', 0)
  set_run(r, 'cancelled', 0)
  set_run(r, 'resetting', how)
  if call('EXISTS', r.key .. ':lost') == 1 then
    -- Of a run that has ended nothing is to be started over yet.
    touch(r.key .. ':redo')
    write('RENAME', r.key .. ':lost', r.key .. ':redo')
  end
  leave_for_later(r, 'm -1 1')
end

-- remaining_of(r, index): how many edges hold a step back, and what the others came from.
local function remaining_of(r, index)
  local known = r.remaining[index]
  if not known then
    local text = call('HGET', r.key .. ':remaining', index) or '0'
    local count, origins = string.match(text, '^(%d+)(.*)$')
    known = {count = tonumber(count), origins = origins}
    r.remaining[index] = known
  end
  return known
end

-- ORIGIN: what an edge came from, by the state of its step.
local ORIGIN = {D = '+', K = '~', F = '!', C = '!'}

-- verdict(join, remaining): what becomes of a step: 'R' it starts, 'K' it is skipped, 'C' it is
-- cancelled, nil it waits. Progression.java holds the same rules.
local function verdict(join, remaining)
  local origins = remaining.origins
  if join == 'y' and find(origins, '+', 1, true) then
    return 'R'
  elseif remaining.count > 0 then
    return nil
  elseif join == 'a' or origins == '' then
    return 'R'
  elseif find(origins, '!', 1, true) then
    return 'C'
  end
  return find(origins, '~', 1, true) and 'K' or 'R'
end

-- save_books(r): plans the write of what has changed in what this call knows of a run.
local function save_books(r)
  local command
  for index, remaining in pairs(r.remaining) do
    if remaining.changed then
      command = command or write('HSET', r.key .. ':remaining')
      command[#command + 1] = index
      command[#command + 1] = remaining.count .. remaining.origins
      remaining.changed = false
    end
  end
  if r.counted then
    write('HSET', r.key, 'failed', r.failed, 'cancelled', r.cancelled)
    r.counted = false
  end
end
