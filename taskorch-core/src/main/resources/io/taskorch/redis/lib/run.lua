-- Workflow runs: what follows from the end of a step, in the same call. All of a run lives in one
-- partition, so nothing stands between a step's end and the release of those that waited for it.
--
--   run:<id>            hash: state, name, created, finished, steps, cancel, failed, cancelled,
--                       resetting
--   run:<id>:input      string, opaque
--   run:<id>:ids        string: the task ids of all steps in topological order, 26 bytes each
--   run:<id>:names      hash: step index -> name
--   run:<id>:edges      hash: step index -> indexes of its dependents, "=" before one that depends
--                       on this step alone; -1 releases the roots
--   run:<id>:upstream   hash: step index -> indexes of the steps that it depends on
--   run:<id>:waits      set of the edges "from>to" that hold back a step that depends on several
--   run:<id>:remaining  hash: index of such a step -> how many of those edges lead to it, and '!'
--                       once one of them came from a step that did not succeed; changed only together
--                       with an edge's removal from the set, so a repeat cannot count twice
--   run:<id>:open       set of the indexes of steps that have not ended
--   run:<id>:lost       sorted set of the indexes of steps that ended without success
--   cancelling          set of the runs that run, but whose steps must not start any more
--   advance             list of what was left for another call: "<run> <verb> <…>"
--
-- Verbs of the advance list: "e <index> <from>" goes on with the edges of a step from a place in the
-- text of its dependents, "c <from>" with the cancelling of steps, "r" with their starting over.

--- @include "generated/constants"
--- @include "lib/plan"

-- One call follows at most so many edges, and starts or cancels at most so many steps.
local MOST_EDGES = 200
local edges_followed, left_for_later, runs
each_call(function()
  edges_followed, left_for_later, runs = 0, false, {}
end)

-- open_run(id): a run as a table, read once per call; nil when it is not stored.
local function open_run(id)
  local r = runs[id]
  if r == nil then
    local key = RUN .. id
    local state, cancel, failed, cancelled, resetting =
      unpack(call('HMGET', key, 'state', 'cancel', 'failed', 'cancelled', 'resetting'))
    if not state then
      runs[id] = false
      return nil
    end
    r = {
      id = id, key = key, state = state, cancel = cancel == '1', failed = failed == '1',
      cancelled = cancelled == '1', resetting = resetting == '1', remaining = {}, opened = 0
    }
    runs[id] = r
  end
  return r or nil
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

-- end_run_if_over(r, at): plans the end of a run when no step of it is open. r.goes_on: a step of it
-- starts with this call.
local RETENTION_OF_RUN = {D = DEFAULT_RETENTION.D, F = DEFAULT_RETENTION.F, C = DEFAULT_RETENTION.C}
local function end_run_if_over(r, at)
  if r.goes_on or r.resetting or r.state ~= 'R' or
      call('SCARD', r.key .. ':open') + r.opened > 0 then
    return
  end
  local to = r.failed and 'F' or r.cancelled and 'C' or 'D'
  local created = call('HGET', r.key, 'created')
  index_remove(prefix .. 'runs:R', r.id)
  index_add(prefix .. 'runs:' .. to, created, r.id)
  index_add(EXPIRING_RUNS, at + RETENTION_OF_RUN[to], r.id)
  set_run(r, 'state', to)
  set_run(r, 'finished', format('%d', at))
  if r.cancel then
    write('SREM', CANCELLING, r.id)
  end
  event(to, r.id)
  tell_ended({r.id})
end

-- remaining_of(r, index): how many edges hold a step back, and whether one of them is broken.
local function remaining_of(r, index)
  local known = r.remaining[index]
  if not known then
    local text = call('HGET', r.key .. ':remaining', index) or '0'
    known = {count = tonumber((string.gsub(text, '!', ''))), broken = string.find(text, '!', 1, true) ~= nil}
    r.remaining[index] = known
  end
  return known
end

-- save_remaining(r): plans the write of those that have changed.
local function save_remaining(r)
  local command
  for index, remaining in pairs(r.remaining) do
    if remaining.changed then
      command = command or write('HSET', r.key .. ':remaining')
      command[#command + 1] = index
      command[#command + 1] = remaining.count .. (remaining.broken and '!' or '')
      remaining.changed = false
    end
  end
end
