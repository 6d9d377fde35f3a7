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
--- @include "lib/end_task"
--- @include "lib/history"
--- @include "lib/lease"
--- @include "lib/give_back"

local at = now()
local at13 = format('%013d', at)
local count = tonumber(ARGV[1])
local keys, position = {}, {}
for i = 1, count do
  local id = ARGV[6 * i - 4]
  if not position[id] then
    keys[#keys + 1] = RECORD .. id
    position[id] = #keys
  end
end
local records = call('MGET', unpack(keys))
local answers, results, answered = {}, {}, {}

-- succeed(id, bytes, nonce, result): the common case, without opening the record.
local function succeed(id, bytes, nonce, result)
  local queue_end = HEADER_LENGTH + tonumber(sub(bytes, 4, 6))
  local type_end = queue_end + tonumber(sub(bytes, 7, 9))
  local queue = sub(bytes, HEADER_LENGTH + 1, queue_end)
  local run = sub(bytes, 3, 3) == '1' and sub(bytes, type_end + 1, type_end + 26)
  index_remove(index_key(queue, 'R'), id)
  save_success(id, nonce, at13)
  event(id .. ' D ' .. tonumber(sub(bytes, 87, 91)) .. ' ' .. queue .. ' ' ..
    sub(bytes, queue_end + 1, type_end) .. (run and ' ' .. run or ''))
  file_ended(id, queue, 'D', at, sub(bytes, 42, 49), run)
  if run then
    step_ended(run, tonumber(sub(bytes, type_end + 27, type_end + 31)), 'D')
  end
  if result ~= '' then
    local key = RESULT .. id
    touch(key)
    results[#results + 1] = key
    results[#results + 1] = result
  end
end

local function cancel_asked(t)
  if t.cancel == '1' then
    return 'c'
  end
  local r = t.run and open_run(t.run)
  return r and r.cancel and 'r' or nil
end

-- leave_running(t, to, number, max_attempts, error): every other end of an attempt. A task whose
-- cancelling was asked for ends so, whatever else its attempt came to.
local function leave_running(t, to, number, max_attempts, error)
  index_remove(index_key(t.queue, 'R'), t.id)
  if to == 'T' or to == 'F' then
    t.failures = t.failures + 1
    t.max_attempts = max_attempts
    note_attempt(t, at, error)
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
  elseif answered[id .. nonce] then
    answers[i] = answered[id .. nonce]
  elseif holds_lease(bytes, sub(lease, 1, 4), nonce) then
    index_remove(LEASES, id)
    if to == 'D' then
      succeed(id, bytes, nonce, ARGV[6 * i + 1])
      answers[i] = 'D'
    else
      answers[i] = leave_running(open_record(id, bytes), to, ARGV[6 * i - 1], ARGV[6 * i],
        ARGV[6 * i + 1])
    end
    answered[id .. nonce] = answers[i]
  elseif sub(bytes, 50, 71) == nonce then
    answers[i] = sub(bytes, 72, 72)
  else
    answers[i] = '-'
  end
end
if #results > 0 then
  write('MSET', unpack(results))
end
finish_runs(at)
flush()
return table.concat(answers)
