#!lua flags=allow-oom
-- settle.lua: RUNNING -> what the end of an attempt leads to, for each lease that is still held.
-- The last lease and its outcome stay in the record, so a repeat gets the first answer.
-- KEYS[1] {<ns>:<p>}:   prefix of the partition
-- ARGV[1] number of attempts that succeeded   ARGV[2] number of the others
-- ARGV[…] each task once; three each: task id; generation (4) and nonce (22) of the lease, or "" for
--         that of the task before; result, opaque JSON, empty for none
-- ARGV[…] six each: task id; lease; the state to go to: T retrying, F failed, P released, S snoozed;
--         T, S: delay in ms, F: reason, P: ms for which a gate is closed, or ""; T, F: max attempts
--         (5), P: which gate, g of its group, l of its limit, t of its type, q of its queue; T, F: error,
--         opaque JSON
-- Reply   a letter for each attempt: the state that it led to, or "-" when the lease is lost; then "+"
--         when run/advance must go on
--- @include "lib/now"
--- @include "lib/glance"
--- @include "lib/end_task"
--- @include "lib/succeeded"
--- @include "lib/history"
--- @include "lib/lease"
--- @include "lib/give_back"
--- @include "lib/gate"

local at = now()
local at13 = format('%013d', at)
local successes, others = tonumber(ARGV[1]), tonumber(ARGV[2])
local answers = {}

-- Tasks of a kind that succeed in this call: kind.succeeded, and kind.members those that are kept for
-- their batches. Leases under which they do, with the keys of their records: lease.keys.
local alike, leases_of_successes = {}, {}
local results = {n = 0}

-- succeed(key, id, bytes, kind, lease, result): the common case, without opening the record.
local function succeed(key, id, bytes, kind, lease, result)
  local flow, unique, turn, _, batch
  if kind.has_flow then
    flow, unique, turn, _, batch = flow_of(bytes, kind)
  end
  local is_member = batch ~= nil
  local succeeded = is_member and kind.members or not is_member and kind.succeeded
  if not succeeded then
    succeeded = {kind = kind, ids = {}, n = 0, is_member = is_member}
    kind[is_member and 'members' or 'succeeded'] = succeeded
    alike[#alike + 1] = succeeded
  end
  local n = succeeded.n + 1
  succeeded.ids[n] = id
  succeeded.n = n
  local of_lease = lease.keys
  if not of_lease then
    of_lease = {n = 0}
    lease.keys = of_lease
    leases_of_successes[#leases_of_successes + 1] = lease
  end
  n = of_lease.n + 1
  of_lease[n] = key
  of_lease.n = n
  if kind.in_run then
    local run = run_of(bytes, kind)
    kind.done = kind.done or state_event('D', kind.attempt, kind.queue, kind.type, run)
    event(kind.done, id .. run)
    step_ended(run, step_of(bytes, kind), 'D')
  end
  if kind.has_flow then
    leave_gates(id, kind.queue, flow, at)
    release(unique, turn, batch, id, 'D', at)
  elseif not kind.leaves then
    kind.leaves = true
    leave_gates(id, kind.queue, nil, at)
  end
  if result ~= '' then
    local result_key = RESULT .. id
    touch(result_key)
    n = results.n
    results[n + 1], results[n + 2] = result_key, result
    results.n = n + 2
  end
end

-- file_successes(): what is written of those that have succeeded, but for their results.
local function file_successes()
  for _, lease in ipairs(leases_of_successes) do
    save_successes(lease.keys, lease, at13)
  end
  for _, succeeded in ipairs(alike) do
    local kind, ids = succeeded.kind, succeeded.ids
    index_remove_all(kind.running, ids)
    if kind.in_run or succeeded.is_member then
      file_ended(ids, kind.queue, 'D', at)
    else
      file_succeeded(ids, kind.queue, at13, expiry_of('D', at, kind.retention))
    end
    if not kind.in_run then
      event_all(state_event('D', kind.attempt, kind.queue, kind.type), ids)
    end
  end
end

local function cancel_asked(t)
  local r = t.run and open_run(t.run)
  if r and r.cancel then
    return 'r'
  end
  return t.cancel == '1' and 'c' or nil
end

-- close_gate(which, t, at, until_ms): plans that nothing passes a gate of a task until a time; one that is
-- closed for longer stays so.
local function close_gate(which, t, at, until_ms)
  local name = which .. ':' .. (which == 'l' and t.flow.limit or t.queue)
  if which == 'g' then
    name = name .. ':' .. t.flow.group
  elseif which == 't' then
    name = name .. ':' .. t.type
  end
  touch(CLOSED)
  write('ZADD', CLOSED, 'GT', format('%d', until_ms), name)
end

-- leave_running(t, to, number, max_attempts, error): every other end of an attempt. A task whose
-- cancelling was asked for ends so, whatever else its attempt came to.
local function leave_running(t, to, number, max_attempts, error)
  index_remove(index_key(t.queue, 'R'), t.id)
  leave_gates(t.id, t.queue, t.flow, at)
  if to == 'T' or to == 'F' then
    t.failures = t.failures + 1
    t.max_attempts = max_attempts
    note_attempt(t, t.started, at, error)
  else
    t.attempt = t.attempt - 1
  end
  t.settled_nonce = sub(t.nonce, -12)
  local cancelled = cancel_asked(t)
  t.settled_state = cancelled and 'C' or to
  if cancelled then
    end_task(t, 'C', cancelled, at)
  elseif to == 'F' then
    end_task(t, 'F', number, at)
  elseif to == 'P' then
    if number ~= '' then
      close_gate(max_attempts, t, at, at + tonumber(number))
    end
    give_back(t, at)
  else
    t.due = at + tonumber(number)
    if to == 'T' and t.turn and sub(t.turn, 27) == 'o' then
      pass_turn(t.turn, t.id)
    end
    move(t, to, at)
    save(t)
    announce(t)
    index_add(index_key(t.queue, to), t.due, t.id)
  end
  return t.state
end

local lease
for i = 1, successes + others do
  local at_success, at_other = 3 * i, 6 * i - 3 * successes - 3
  local place = i <= successes and at_success or at_other
  local id = ARGV[place]
  if ARGV[place + 1] ~= '' then
    lease = read_lease(ARGV[place + 1])
  end
  local key = RECORD .. id
  local bytes = read_beginning(key)
  if not bytes then
    answers[i] = '-'
  elseif holds_lease(bytes, lease) then
    if i <= successes then
      succeed(key, id, bytes, glance(bytes), lease, ARGV[place + 2])
      answers[i] = 'D'
    else
      answers[i] = leave_running(open_record(id, bytes), ARGV[place + 2], ARGV[place + 3],
        ARGV[place + 4], ARGV[place + 5])
    end
  elseif find(bytes, lease.settled, 61, true) == 61 then
    answers[i] = sub(bytes, 73, 73)
  else
    answers[i] = '-'
  end
end
file_successes()
if results.n > 0 then
  write('MSET', unpack(results))
end
finish_runs(at)
flush()
return table.concat(answers) .. (left_for_later and '+' or '')
