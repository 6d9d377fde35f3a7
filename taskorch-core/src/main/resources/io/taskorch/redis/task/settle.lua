#!lua flags=allow-oom
-- settle.lua: RUNNING -> what the end of an attempt leads to, for each lease that is still held.
-- The last lease and its outcome stay in the record, so a repeat gets the first answer.
-- KEYS[1] {<ns>:<p>}:   prefix of the partition
-- ARGV[1] number of attempts
-- ARGV[…] six each: task id; generation (4) and nonce (22) of the lease; the state to go to: D
--         succeeded, T retrying, F failed, P released, S snoozed; T, S: delay in ms, F: reason;
--         T, F: max attempts (5); D: result, empty for none, T, F: error, both opaque JSON
-- Reply   a letter for each attempt: the state that it led to, or "-" when the lease is lost
--- @include "lib/now"
--- @include "lib/glance"
--- @include "lib/end_task"
--- @include "lib/history"
--- @include "lib/lease"
--- @include "lib/give_back"

local at = now()
local at13 = format('%013d', at)
local count = tonumber(ARGV[1])
local keys, position, distinct = {}, {}, 0
for i = 1, count do
  local id = ARGV[6 * i - 4]
  if not position[id] then
    distinct = distinct + 1
    keys[distinct] = RECORD .. id
    position[id] = distinct
  end
end
local records = call('MGET', unpack(keys))
local answers, results, answered = {}, {n = 0}, {}

-- succeed(key, id, bytes, nonce, result): the common case, without opening the record.
local function succeed(key, id, bytes, nonce, result)
  local shape = glance(bytes)
  local run = in_run(bytes) and run_of(bytes, shape)
  index_remove(shape.running, id)
  save_success(key, nonce, at13)
  announce_glanced(id, bytes, shape, 'D', attempt_of(bytes))
  file_ended(id, shape.queue, 'D', at, sub(bytes, 42, 49), run)
  if run then
    step_ended(run, tonumber(sub(bytes, shape.names_end + 27, shape.names_end + 31)), 'D')
  end
  if result ~= '' then
    local result_key = RESULT .. id
    touch(result_key)
    local n = results.n
    results[n + 1] = result_key
    results[n + 2] = result
    results.n = n + 2
  end
end

local function cancel_asked(t)
  local r = t.run and open_run(t.run)
  if r and r.cancel then
    return 'r'
  end
  return t.cancel == '1' and 'c' or nil
end

-- leave_running(t, to, number, max_attempts, error): every other end of an attempt. A task whose
-- cancelling was asked for ends so, whatever else its attempt came to.
local function leave_running(t, to, number, max_attempts, error)
  index_remove(index_key(t.queue, 'R'), t.id)
  if to == 'T' or to == 'F' then
    t.failures = t.failures + 1
    t.max_attempts = max_attempts
    note_attempt(t, t.started, at, error)
  else
    t.attempt = t.attempt - 1
  end
  t.settled_nonce = t.nonce
  local cancelled = cancel_asked(t)
  t.settled_state = cancelled and 'C' or to
  if cancelled then
    end_task(t, 'C', cancelled, at)
  elseif to == 'F' then
    end_task(t, 'F', number, at)
  elseif to == 'P' then
    give_back(t, at)
  else
    t.due = at + tonumber(number)
    move(t, to, at)
    save(t)
    announce(t)
    index_add(index_key(t.queue, to), t.due, t.id)
  end
  return t.state
end

for i = 1, count do
  local id, lease, to = ARGV[6 * i - 4], ARGV[6 * i - 3], ARGV[6 * i - 2]
  local bytes = records[position[id]]
  local nonce = sub(lease, 5, 26)
  if not bytes then
    answers[i] = '-'
  elseif answered[id] then
    -- Twice in one call; the first has not been written yet.
    answers[i] = answered[id].nonce == nonce and answered[id].answer or '-'
  elseif holds_lease(bytes, sub(lease, 1, 4), nonce) then
    index_remove(LEASES, id)
    if to == 'D' then
      succeed(keys[position[id]], id, bytes, nonce, ARGV[6 * i + 1])
      answers[i] = 'D'
    else
      answers[i] = leave_running(open_record(id, bytes), to, ARGV[6 * i - 1], ARGV[6 * i],
        ARGV[6 * i + 1])
    end
    if distinct < count then
      answered[id] = {nonce = nonce, answer = answers[i]}
    end
  elseif sub(bytes, 50, 71) == nonce then
    answers[i] = sub(bytes, 72, 72)
  else
    answers[i] = '-'
  end
end
if results.n > 0 then
  write('MSET', unpack(results))
end
finish_runs(at)
flush()
return table.concat(answers)
