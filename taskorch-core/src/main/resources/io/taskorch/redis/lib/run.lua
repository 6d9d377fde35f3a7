-- Workflow runs: what follows from the end of a step, in the same call. All of a run lives in one
-- partition, so nothing stands between a step's end and the release of those that waited for it.
--
--   run:<id>            hash: state, name, created, finished, steps, cancel, failed, cancelled,
--                       resetting
--   run:<id>:input      string, opaque
--   run:<id>:ids        string: the task ids of all steps in topological order, 26 bytes each
--   run:<id>:names      hash: step index -> name
--   run:<id>:edges      hash: step index -> indexes of its dependents; -1 releases the roots
--   run:<id>:upstream   hash: step index -> indexes of the steps that it depends on
--   run:<id>:waits      set of the edges "from>to" that hold a step back
--   run:<id>:remaining  hash: step index -> how many of those edges lead to it, and '!' once one
--                       of them came from a step that did not succeed; changed only together with
--                       an edge's removal from the set, so a repeat cannot count twice
--   run:<id>:open       set of the indexes of steps that have not ended
--   run:<id>:lost       sorted set of the indexes of steps that ended without success
--   advance             list of what was left for another call: "<run> <verb> <…>"
--
-- Verbs of the advance list: "e <index> <from>" goes on with the edges of a step, "c <from>" with
-- the cancelling of steps, "r" with their starting over.

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
      cancelled = cancelled == '1', resetting = resetting == '1', remaining = {}, left = {}
    }
    r.open = call('SCARD', key .. ':open')
    runs[id] = r
  end
  return r or nil
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

-- step_ids(r, indexes): the task ids of some steps.
local function step_id(r, index)
  return call('GETRANGE', r.key .. ':ids', index * 26, index * 26 + 25)
end

-- leave_for_later(r, text): another call goes on with it.
local function leave_for_later(r, text)
  left_for_later = true
  touch(ADVANCE)
  write('RPUSH', ADVANCE, r.id .. ' ' .. text)
end

-- end_run(r, at): plans the end of a run when no step of it is open.
local RETENTION_OF_RUN = {D = DEFAULT_RETENTION.D, F = DEFAULT_RETENTION.F, C = DEFAULT_RETENTION.C}
local function end_run_if_over(r, at)
  if r.open > 0 or r.resetting or r.state ~= 'R' then
    return
  end
  local to = r.failed and 'F' or r.cancelled and 'C' or 'D'
  local created = call('HGET', r.key, 'created')
  index_remove(prefix .. 'runs:R', r.id)
  index_add(prefix .. 'runs:' .. to, created, r.id)
  index_add(EXPIRING_RUNS, at + RETENTION_OF_RUN[to], r.id)
  set_run(r, 'state', to)
  set_run(r, 'finished', format('%d', at))
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
