-- end_task(t, to, reason, at): moves an opened task to a final state with all that hangs on it: the
-- index of its queue, its retention, its run. The caller has planned its removal from the index
-- that it stood in. Steps that this frees or drags along are moved in the same call.
--- @include "lib/run"
--- @include "lib/ready"
--- @include "lib/glance"
--- @include "lib/unique"
--- @include "lib/turn"
--- @include "lib/batch"

-- expiry_of(state, at, retention): when a task that ends now is to be deleted, as text; those that
-- do not say how long to keep them share one.
local function expiry_of(state, at, retention)
  if retention == '00000000' then
    local default_expiry = noted('default_expiry')
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

-- release(unique, turn, batch, id, to, at): plans that a task which goes to a final state gives up its unique
-- key and its turn, and has ended as a member of its batch, if it has them.
local function release(unique, turn, batch, id, to, at)
  if unique then
    free_key(unique, id, to)
  end
  if turn then
    pass_turn(turn, id)
  end
  if batch then
    leave_batch(batch, id, to, at)
  end
end

-- file_ended(ids, queue, to, at): the index of tasks that have ended alike, and who waits for them.
local function file_ended(ids, queue, to, at)
  index_add_all(index_key(queue, to), format('%013d', at), ids)
  tell_ended(ids)
end

-- Steps that this call has ended: what is stored of them says so only after the flush.
local function has_ended_here(id)
  return noted('ended')[id]
end

local function mark_ended(t, to, reason, at)
  if t.state == 'B' and needs_decision(t) then
    -- Else it would be decided on when it is to wait for others again.
    index_remove(UNDECIDED, t.run .. ' ' .. t.step)
  end
  noted('ended')[t.id] = true
  move(t, to, at)
  t.reason = reason
  save(t)
  announce(t)
  index_add(index_key(t.queue, to), format('%013d', at), t.id)
  tell_ended({t.id})
  release(t.unique, t.turn, t.batch, t.id, to, at)
  -- A step's retention begins with the end of its run, a member's with that of its batch.
  if not t.run and not t.batch then
    index_add(EXPIRING, expiry_of(to, at, t.retention), t.id)
  end
end

-- follow_joins(r, edges, visit): edges to dependents that have a count of what holds them back, each
-- an {index, dependent, join, state}; visit(dependent, verdict) for those that something becomes of.
local function follow_joins(r, edges, visit)
  local names, gone = {}, {}
  for i, edge in ipairs(edges) do
    names[i] = edge.index .. '>' .. edge.dependent
  end
  local held = call('SMISMEMBER', r.key .. ':waits', unpack(names))
  for i, edge in ipairs(edges) do
    if held[i] == 1 then
      gone[#gone + 1] = names[i]
      local remaining, origin = remaining_of(r, edge.dependent), ORIGIN[edge.state]
      local before = verdict(edge.join, remaining)
      remaining.count = remaining.count - 1
      if not find(remaining.origins, origin, 1, true) then
        remaining.origins = remaining.origins .. origin
      end
      remaining.changed = true
      -- One success is enough for some: the next ones free them no more.
      visit(tonumber(edge.dependent), not before and verdict(edge.join, remaining))
    end
  end
  if #gone > 0 then
    write('SREM', r.key .. ':waits', unpack(gone))
  end
end

-- follow_edges(r, ended, visit): takes steps that have ended, each an {index, state, from}, off what
-- their dependents wait for; visit as above. A state is D for what counts as a success.
local ALONE = {D = 'R', K = 'K', F = 'C', C = 'C'}
local function follow_edges(r, ended, visit)
  local indexes, joins = {}, {}
  for i, step in ipairs(ended) do
    indexes[i] = format('%d', step.index)
  end
  local texts = call('HMGET', r.key .. ':edges', unpack(indexes))
  for i, step in ipairs(ended) do
    local place = step.from or 1
    while texts[i] do
      local first, last, join, dependent = find(texts[i], '([=ay]?)(%d+)', place)
      if not first then
        break
      elseif edges_followed >= MOST_EDGES then
        leave_for_later(r, 'e ' .. indexes[i] .. ' ' .. first)
        break
      end
      place = last + 1
      edges_followed = edges_followed + 1
      if join == '=' then
        -- One that starts or ends a step takes more than one that is only counted.
        edges_followed = edges_followed + 1
        visit(tonumber(dependent), ALONE[step.state])
      else
        joins[#joins + 1] = {index = indexes[i], dependent = dependent, join = join, state = step.state}
      end
    end
  end
  if #joins > 0 then
    follow_joins(r, joins, visit)
  end
end

-- note_step(r, index, state): the run's own books on a step that has ended; D is for what counts as a
-- success.
local COUNTED = {F = 'failed', C = 'cancelled'}
local function note_step(r, index, state)
  close_step(r, index)
  local counted = COUNTED[state]
  if counted and load_run(r) then
    touch(r.key .. ':lost')
    index_add(r.key .. ':lost', index, index)
    r[counted] = r[counted] + 1
    r.counted = true
  elseif state == 'K' then
    touch(r.key .. ':skipped')
    write('SADD', r.key .. ':skipped', index)
  end
end

-- blocked_step(id): a step as a table if it still waits for others.
local function blocked_step(id)
  local bytes = not has_ended_here(id) and read_beginning(RECORD .. id)
  return bytes and state_of(bytes) == 'B' and open_record(id, bytes) or nil
end

-- start_step(r, t, at): releases a blocked step: SCHEDULED, or back to the caller as one that is ready.
local function start_step(r, t, at)
  r.goes_on = true
  -- While a step is blocked its due time is a delay, unless it is too large for one.
  local due = t.due < 1000000000000 and t.due > 0 and at + t.due or t.due
  if due <= at then
    return t
  end
  t.due = due
  move(t, 'S', at)
  save(t)
  announce(t)
  index_add(index_key(t.queue, 'S'), due, t.id)
  write('SPUBLISH', prefix .. 'work', 'ready ' .. t.queue)
end

-- have_decided(r, t, at): has a program decide on a step that nothing holds back. A run that it began
-- and that did not succeed is tried again in place of that.
local function have_decided(r, t, at)
  local begun = child_of(r, t.step)
  local child = begun and open_run(begun)
  if child and (child.state == 'F' or child.state == 'C') then
    t.started = format('%013d', at)
    save(t)
    return retry_run(child, 'retry', at)
  end
  undecide(r.id .. ' ' .. t.step, at)
end

-- release_steps(r, plain, at): BLOCKED -> PENDING for steps, each an {id, bytes}, that need nothing more:
-- the common case, without opening the records.
local function release_steps(r, plain, at)
  if #plain == 0 then
    return
  end
  r.goes_on = true
  local at13, number = format('%013d', at), take_numbers(#plain)
  for i, step in ipairs(plain) do
    local kind, number13 = glance(step.bytes), format('%013d', number + i)
    save_release(RECORD .. step.id, step.bytes, number13, at13)
    index_add(index_key(kind.queue, 'P'), format('%d', kind.band - 1) .. number13, step.id)
    kind.released = kind.released or state_event('P', kind.attempt, kind.queue, kind.type, r.id)
    event(kind.released, step.id .. r.id)
    wake(kind.queue)
  end
end

-- is_plain(bytes): whether a blocked step has neither a delay nor anything else that its start needs.
local function is_plain(bytes)
  local tie = byte(bytes, 216)
  return (tie == 49 or tie == 51) and sub(bytes, 26, 38) == '0000000000000'
end

-- start_steps(r, freed, at): moves steps that nothing holds back any more to PENDING or SCHEDULED, or
-- has a program decide on them.
local function start_steps(r, freed, at)
  local plain, ready = {}, {}
  table.sort(freed)
  for _, id in ipairs(step_ids(r, freed)) do
    local bytes = not has_ended_here(id) and read_beginning(RECORD .. id)
    if bytes and state_of(bytes) == 'B' then
      if is_plain(bytes) then
        plain[#plain + 1] = {id = id, bytes = bytes}
      else
        local t = open_record(id, bytes)
        if needs_decision(t) then
          r.goes_on = true
          have_decided(r, t, at)
        else
          ready[#ready + 1] = start_step(r, t, at)
        end
      end
    end
  end
  release_steps(r, plain, at)
  become_ready(ready, at)
end

-- take_held(r, count, freed): adds so many of the steps that wait for a place in the window to freed, as
-- far as a call may that has more to do; the rest is left for another.
local MOST_PLACES = 50
local function take_held(r, count, freed)
  local now = math.min(count, MOST_PLACES)
  local held = now > 0 and call('ZRANGE', r.key .. ':held', 0, now - 1) or {}
  if #held > 0 then
    for _, index in ipairs(held) do
      freed[#freed + 1] = tonumber(index)
    end
    write('ZREM', r.key .. ':held', unpack(held))
    if count > now and #held == now then
      leave_for_later(r, 'h ' .. (count - now))
    end
  end
end

-- pass_places_on(r, ended, freed): gives the places in the window that steps had which have ended to
-- steps that wait for one; an ended step that waited itself had none.
local function pass_places_on(r, ended, freed)
  if #ended == 0 then
    return
  end
  local indexes = {}
  for i, step in ipairs(ended) do
    indexes[i] = step.index
  end
  local held = call('ZMSCORE', r.key .. ':held', unpack(indexes))
  local places, waited = #ended, false
  for i, index in ipairs(indexes) do
    if held[i] then
      index_remove(r.key .. ':held', index)
      places, waited = places - 1, true
    end
  end
  if r.cancel then
    return
  elseif not waited then
    take_held(r, places, freed)
  elseif places > 0 then
    -- Until the flush those that waited would be given places.
    leave_for_later(r, 'h ' .. places)
  end
end

-- go_on_at_once(r, ended, at): what follows from a step that has succeeded, if that is just that others
-- start: the common case, without opening the run. A step of a run that is being cancelled is held
-- back by the claim. Returns whether that was all; if nothing starts, the run may be over.
local function go_on_at_once(r, ended, at)
  if r.state or #ended > 1 or ended[1].state ~= 'D' or ended[1].from then
    return false
  end
  local text = call('HGET', r.key .. ':edges', format('%d', ended[1].index))
  local alone = text and sub(text, 1, 1) == '=' and tonumber(sub(text, 2))
  if not alone then
    return false
  end
  start_steps(r, {alone}, at)
  return r.goes_on
end

-- settle_steps(r, ended, at): what follows from steps that have ended, until nothing does or the
-- call has done its share.
local function settle_steps(r, ended, at)
  if not load_run(r) then
    return
  end
  local freed = {}
  if r.window > 0 then
    pass_places_on(r, ended, freed)
  end
  while #ended > 0 and not r.cancel do
    local dropped = {}
    follow_edges(r, ended, function(index, to)
      if to == 'R' then
        freed[#freed + 1] = index
      elseif to then
        dropped[#dropped + 1] = {index = index, state = to}
      end
    end)
    ended = {}
    for _, step in ipairs(dropped) do
      local t = blocked_step(step_id(r, step.index))
      if t then
        mark_ended(t, step.state, step.state == 'K' and 'k' or 'u', at)
        note_step(r, step.index, step.state)
        ended[#ended + 1] = step
      end
    end
  end
  save_books(r)
  start_steps(r, freed, at)
  end_run_if_over(r, at)
end

-- step_ended(run, index, state): remembers that a step has ended; finish_runs works all of them off,
-- so that one call ends many steps of many runs. state is D for what counts as a success.
local function step_ended(run, index, state)
  local r = run_of_step(run)
  note_step(r, index, state)
  if not r.ended then
    r.ended = {}
    local runs = noted('runs_to_settle')
    runs[#runs + 1] = r
  end
  r.ended[#r.ended + 1] = {index = index, state = state}
end

-- finish_runs(at): what follows from the steps that have ended in this call, run by run. The flush
-- comes next; after it runs are read anew.
local function finish_runs(at)
  for _, r in ipairs(noted('runs_to_settle')) do
    if not go_on_at_once(r, r.ended, at) then
      settle_steps(r, r.ended, at)
    end
    close_run(r)
  end
  notes.runs_to_settle = nil
end

local function end_task(t, to, reason, at)
  mark_ended(t, to, reason, at)
  if t.run then
    step_ended(t.run, t.step, state_for_run(to, t.tie))
  end
end
