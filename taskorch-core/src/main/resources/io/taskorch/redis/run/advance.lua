#!lua flags=allow-oom
-- advance.lua: goes on with what was left over because it was too much for one call.
-- KEYS[1] {<ns>:<p>}:   prefix of the partition
-- Reply   number of entries left
--- @include "lib/now"
--- @include "lib/end_task"
--- @include "lib/cancel_task"
--- @include "lib/start_over"

local MOST_STEPS = 200
local entries = call('LRANGE', ADVANCE, '0', MOST_STEPS - 1)
if #entries == 0 then
  return 0
end
local at = now()

-- go_on_with_edges(r, index, from): the edges of a step from a place in their text on.
local function go_on_with_edges(r, index, from)
  local succeeded = true
  if index >= 0 then
    local bytes = read_beginning(RECORD .. step_id(r, index))
    local state = state_of(bytes)
    if not FINAL[state] then
      return
    end
    succeeded = state == 'D'
  end
  settle_steps(r, {{index = index, succeeded = succeeded, from = from}}, at)
end

-- go_on_cancelling(r, from): the steps from an index on.
local function go_on_cancelling(r, from)
  local steps = tonumber(call('HGET', r.key, 'steps'))
  local last = math.min(from + MOST_STEPS, steps) - 1
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

-- wait_for(r, index, edges, gone): plans the books on what a step waits for, and no longer does.
local function wait_for(r, index, edges, gone)
  touch(r.key .. ':waits')
  touch(r.key .. ':remaining')
  each_chunk(edges, 400, function(list, from, to)
    write('SADD', r.key .. ':waits', unpack(list, from, to))
  end)
  each_chunk(gone, 400, function(list, from, to)
    write('SREM', r.key .. ':waits', unpack(list, from, to))
  end)
  write('HSET', r.key .. ':remaining', index, #edges)
end

-- go_on_starting_over(r): the steps that did not succeed, in topological order, so that what a step
-- depends on has been started over before it.
local function go_on_starting_over(r)
  local lost = call('ZRANGE', r.key .. ':lost', 0, MOST_STEPS - 1)
  local reopened, ready = {}, {}
  for _, index in ipairs(lost) do
    local id = step_id(r, index)
    local bytes = read_beginning(RECORD .. id)
    if bytes then
      local t = open_record(id, bytes)
      local edges, gone = {}, {}
      local upstream = call('HGET', r.key .. ':upstream', index) or ''
      for from in string.gmatch(upstream, '%d+') do
        if reopened[from] or call('SISMEMBER', r.key .. ':open', from) == 1 then
          edges[#edges + 1] = from .. '>' .. index
        else
          -- It succeeded after the run was cancelled, when no edge was followed any more.
          gone[#gone + 1] = from .. '>' .. index
        end
      end
      index_remove(index_key(t.queue, t.state), id)
      local due = t.due
      start_over(t)
      if #edges == 0 then
        ready[#ready + 1] = t
      else
        -- It has never been released, so this is still its delay.
        t.due = due
        move(t, 'B', at)
        save(t)
        announce(t)
        end
      -- A step that depends on another alone needs no books.
      if find(upstream, ' ', 1, true) then
        wait_for(r, index, edges, gone)
      end
    end
    reopened[index] = true
    index_remove(r.key .. ':lost', index)
    reopen_step(r, index)
  end
  become_ready(ready, at)
  if #lost == MOST_STEPS then
    leave_for_later(r, 'r')
  else
    set_run(r, 'resetting', false)
    end_run_if_over(r, at)
  end
end

-- The edges of several steps are one call's share, cancelling and starting over one entry's.
local done = 0
repeat
  done = done + 1
  local run, verb, first, second = string.match(entries[done], '^(%S+) (%a) ?(%S*) ?(%S*)$')
  local r = open_run(run)
  if r and r.state == 'R' then
    if verb == 'e' then
      go_on_with_edges(r, tonumber(first), tonumber(second))
    elseif verb == 'c' then
      go_on_cancelling(r, tonumber(first))
    else
      go_on_starting_over(r)
    end
  end
until verb ~= 'e' or done == #entries or edges_followed >= MOST_EDGES
write('LPOP', ADVANCE, done)
flush()
return call('LLEN', ADVANCE)
