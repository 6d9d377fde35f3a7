-- end_task(t, to, reason, at): moves an opened task to a final state with all that hangs on it: the
-- index of its queue, its retention, its run. The caller has planned its removal from the index
-- that it stood in. Steps that this frees or drags along are moved in the same call.
--- @include "lib/run"
--- @include "lib/ready"

-- expiry_of(state, at, retention): when a task that ends now is to be deleted, as text; those that
-- do not say how long to keep them share one.
local default_expiry
each_call(function()
  default_expiry = {}
end)
local function expiry_of(state, at, retention)
  if retention == '00000000' then
    local text = default_expiry[state]
    if not text then
      text = format('%013d', at + DEFAULT_RETENTION[state])
      default_expiry[state] = text
    end
    return text
  end
  local kept = retention == '99999999' and 0 or retention * 1000
  return format('%013d', at + kept)
end

-- file_ended(ids, queue, to, at): the index of tasks that have ended alike, and who waits for them.
local function file_ended(ids, queue, to, at)
  index_add_all(index_key(queue, to), format('%013d', at), ids)
  tell_ended(ids)
end

local function mark_ended(t, to, reason, at)
  move(t, to, at)
  t.reason = reason
  save(t)
  announce(t)
  file_ended({t.id}, t.queue, to, at)
  -- A step's retention begins with the end of its run.
  if not t.run then
    index_add(EXPIRING, expiry_of(to, at, t.retention), t.id)
  end
end

-- follow_joins(r, edges, dropped, freed): edges to dependents that wait for several steps, each an
-- {index, dependent, succeeded}.
local function follow_joins(r, edges, dropped, freed)
  local names, gone = {}, {}
  for i, edge in ipairs(edges) do
    names[i] = edge.index .. '>' .. edge.dependent
  end
  local held = call('SMISMEMBER', r.key .. ':waits', unpack(names))
  for i, edge in ipairs(edges) do
    if held[i] == 1 then
      gone[#gone + 1] = names[i]
      local remaining = remaining_of(r, edge.dependent)
      remaining.count = remaining.count - 1
      remaining.broken = remaining.broken or not edge.succeeded
      remaining.changed = true
      if remaining.count == 0 then
        local list = remaining.broken and dropped or freed
        list[#list + 1] = tonumber(edge.dependent)
      end
    end
  end
  if #gone > 0 then
    write('SREM', r.key .. ':waits', unpack(gone))
  end
end

-- follow_edges(r, ended, dropped, freed): takes steps that have ended, each an {index, succeeded,
-- from}, off what their dependents wait for. Dependents that wait for nothing more are added to
-- freed, or to dropped when an upstream step did not succeed.
local function follow_edges(r, ended, dropped, freed)
  local indexes, joins = {}, {}
  for i, step in ipairs(ended) do
    indexes[i] = format('%d', step.index)
  end
  local texts = call('HMGET', r.key .. ':edges', unpack(indexes))
  for i, step in ipairs(ended) do
    local place = step.from or 1
    while texts[i] do
      local first, last, sole, dependent = find(texts[i], '(=?)(%d+)', place)
      if not first then
        break
      elseif edges_followed == MOST_EDGES then
        leave_for_later(r, 'e ' .. indexes[i] .. ' ' .. first)
        break
      end
      place = last + 1
      edges_followed = edges_followed + 1
      if sole == '' then
        joins[#joins + 1] = {index = indexes[i], dependent = dependent, succeeded = step.succeeded}
      else
        local list = step.succeeded and freed or dropped
        list[#list + 1] = tonumber(dependent)
      end
    end
  end
  if #joins > 0 then
    follow_joins(r, joins, dropped, freed)
  end
end

-- note_step(r, index, state): the run's own books on a step that has ended.
local function note_step(r, index, state)
  close_step(r, index)
  if state == 'F' or state == 'C' then
    touch(r.key .. ':lost')
    index_add(r.key .. ':lost', index, index)
    local flag = state == 'F' and 'failed' or 'cancelled'
    if not r[flag] then
      set_run(r, flag, true)
    end
  end
end

-- blocked_step(id): a step as a table if it still waits for others.
local function blocked_step(id)
  local bytes = read_beginning(RECORD .. id)
  return bytes and state_of(bytes) == 'B' and open_record(id, bytes) or nil
end

-- start_steps(r, freed, at): moves steps that nothing holds back any more to PENDING or SCHEDULED.
local function start_steps(r, freed, at)
  local ready = {}
  table.sort(freed)
  for _, id in ipairs(step_ids(r, freed)) do
    local t = blocked_step(id)
    if t then
      r.goes_on = true
      -- While a step is blocked its due time is a delay, unless it is too large for one.
      local due = t.due < 1000000000000 and t.due > 0 and at + t.due or t.due
      if due > at then
        t.due = due
        move(t, 'S', at)
        save(t)
        announce(t)
        index_add(index_key(t.queue, 'S'), due, t.id)
        write('SPUBLISH', prefix .. 'work', 'ready ' .. t.queue)
      else
        ready[#ready + 1] = t
      end
    end
  end
  become_ready(ready, at)
end

-- settle_steps(r, ended, at): what follows from steps that have ended, until nothing does or the
-- call has done its share.
local function settle_steps(r, ended, at)
  local freed = {}
  while #ended > 0 and not r.cancel do
    local dropped = {}
    follow_edges(r, ended, dropped, freed)
    ended = {}
    for _, index in ipairs(dropped) do
      local t = blocked_step(step_id(r, index))
      if t then
        mark_ended(t, 'C', 'u', at)
        note_step(r, index, 'C')
        ended[#ended + 1] = {index = index, succeeded = false}
      end
    end
  end
  save_remaining(r)
  start_steps(r, freed, at)
  end_run_if_over(r, at)
end

-- step_ended(run, index, state): remembers that a step has ended; finish_runs works all of them off,
-- so that one call ends many steps of many runs.
local runs_to_settle
each_call(function()
  runs_to_settle = {}
end)
local function step_ended(run, index, state)
  local r = open_run(run)
  if r then
    note_step(r, index, state)
    if not r.ended then
      r.ended = {}
      runs_to_settle[#runs_to_settle + 1] = r
    end
    r.ended[#r.ended + 1] = {index = index, succeeded = state == 'D'}
  end
end

-- finish_runs(at): what follows from the steps that have ended in this call, run by run. The flush
-- comes next; after it runs are read anew.
local function finish_runs(at)
  for _, r in ipairs(runs_to_settle) do
    settle_steps(r, r.ended, at)
    close_run(r)
  end
  runs_to_settle = {}
end

local function end_task(t, to, reason, at)
  mark_ended(t, to, reason, at)
  if t.run then
    step_ended(t.run, t.step, to)
  end
end
