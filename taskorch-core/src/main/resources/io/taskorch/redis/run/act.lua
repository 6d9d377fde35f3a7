#!lua
-- act.lua: what a person does to a step of a run.
-- KEYS[1] {<ns>:<p>}:   prefix of the partition
-- ARGV[1] run id   ARGV[2] step index   ARGV[3] operation id: remembered, so that a repeat changes nothing
-- ARGV[4] "approve", "reject", "skip", "succeed", "rerun"   ARGV[5] who it is
-- ARGV[6] approve, succeed: result, opaque JSON; reject: error, opaque JSON; rerun: the spec that the
--         step has from now on, or "" to leave spec and payload   ARGV[7] rerun: payload   ARGV[8] note
-- Reply   "ok" | "not_found" | "step <letter>", "run <letter>": the state that does not allow it
--         | "idle" when nobody is asked for an approval | "begun" when it waits for a run that it began
--- @include "lib/now"
--- @include "lib/end_task"
--- @include "lib/history"

local operation = OPERATION .. ARGV[3]
if call('EXISTS', operation) == 1 then
  return 'ok'
end
local r = open_run(ARGV[1])
if not r or r.state == 'G' then
  return 'not_found'
end
local index, verb = tonumber(ARGV[2]), ARGV[4]
local id = step_id(r, index)
local bytes = read_beginning(RECORD .. id)
if not bytes then
  return 'not_found'
end
local at = now()
local t = open_record(id, bytes)
local ended = r.state == 'F' or r.state == 'C' or r.state == 'D'
local undone = child_of(r, -1)

-- store_result(): what the step has from now on.
local function store_result()
  touch(RESULT .. id)
  if ARGV[6] == '' then
    delete(RESULT .. id)
  else
    write('SET', RESULT .. id, ARGV[6])
  end
end

-- leave_index(): a step that waits or has failed leaves the index of its state.
local function leave_index()
  if t.state == 'P' then
    leave(t)
  elseif t.state ~= 'B' then
    index_remove(index_key(t.queue, t.state), id)
  end
end

-- set_going(how): an ended run goes on with what did not succeed.
local function set_going(how)
  if ended then
    retry_run(r, how, at)
  end
end

-- end_by_hand(to, reason): PENDING, BLOCKED or FAILED -> to.
local function end_by_hand(to, reason)
  leave_index()
  if t.state == 'F' then
    -- It has ended before, so what depends on it has been cancelled: that starts over.
    if failure_counts(t.tie) then
      r.failed = r.failed - 1
      r.counted = true
    end
    mark_ended(t, to, reason, at)
    if to == 'K' then
      touch(r.key .. ':skipped')
      write('SADD', r.key .. ':skipped', index)
    end
    save_books(r)
    set_going('retry')
    write('ZREM', r.key .. ':redo', index)
  else
    end_task(t, to, reason, at)
    finish_runs(at)
  end
end

if verb == 'approve' or verb == 'reject' then
  if r.state ~= 'R' then
    return 'run ' .. r.state
  elseif t.state ~= 'B' then
    return 'step ' .. t.state
  elseif tonumber(t.started) == 0 then
    return 'idle'
  end
  if verb == 'approve' then
    store_result()
    end_by_hand('D', '-')
  else
    note_attempt(t, t.started, at, ARGV[6])
    end_by_hand('F', 'j')
  end
elseif verb == 'rerun' then
  if not ended or undone or r.parent then
    return 'run ' .. r.state
  end
  if ARGV[6] ~= '' then
    local whole = call('GET', RECORD .. id)
    local names_end = HEADER_LENGTH + #t.queue + #t.type + 31
    write('SET', RECORD .. id, sub(whole, 1, 1) .. format('%06d', #ARGV[6]) ..
      sub(whole, 8, names_end) .. ARGV[6] .. ARGV[7])
  end
  set_going('rerun')
  touch(r.key .. ':redo')
  write('ZADD', r.key .. ':redo', index, index)
else
  local to = verb == 'skip' and 'K' or 'D'
  if undone or r.state == 'M' or (r.parent and ended) then
    return 'run ' .. r.state
  elseif FINAL[t.state] and t.state ~= 'F' or not MOVES[t.state][to] then
    return 'step ' .. t.state
  elseif t.state == 'B' and child_of(r, index) then
    return 'begun'
  elseif t.state == 'F' and r.state == 'R' and failure_counts(t.tie) then
    -- Its dependents are being cancelled: when the run has ended, all that follows can start over.
    return 'run ' .. r.state
  end
  if verb == 'succeed' then
    store_result()
  end
  end_by_hand(to, 'o')
end
local name = call('HGET', r.key .. ':names', index)
event('! ' .. verb .. ' ' .. name .. ' ' .. ARGV[5] .. ' ' .. ARGV[8], r.id)
write('SET', operation, '1', 'PX', 600000)
flush()
return 'ok'
