#!lua flags=allow-oom
-- settle.lua: RUNNING -> what the end of an attempt leads to, for each lease that is still held.
-- The last lease and its outcome stay in the record, so a repeat gets the first answer.
-- KEYS[1] {<ns>:<p>}:   prefix of the partition
-- ARGV[1] number of attempts that succeeded   ARGV[2] number of the others
-- ARGV[…] each task once; three each: task id; generation (4) and nonce (22) of the lease; result,
--         opaque JSON, empty for none
-- ARGV[…] six each: task id; lease; the state to go to: T retrying, F failed, P released, S snoozed;
--         T, S: delay in ms, F: reason; T, F: max attempts (5); T, F: error, opaque JSON
-- Reply   a letter for each attempt: the state that it led to, or "-" when the lease is lost; then "+"
--         when run/advance must go on
--- @include "lib/now"
--- @include "lib/glance"
--- @include "lib/end_task"
--- @include "lib/forget_group"
--- @include "lib/history"
--- @include "lib/lease"
--- @include "lib/give_back"

local at = now()
local at13 = format('%013d', at)
local successes, others = tonumber(ARGV[1]), tonumber(ARGV[2])
local count = successes + others
local ids, keys, answers = {}, {}, {}
for i = 1, count do
  local id = ARGV[i <= successes and 3 * i or 6 * i - 3 * successes - 3]
  ids[i], keys[i] = id, RECORD .. id
end
local records = call('MGET', unpack(keys))

-- The parts of a lease; most of a call share one.
local leases = {}
local function parts(lease)
  local found = leases[lease]
  if not found then
    found = {generation = sub(lease, 1, 4), nonce = sub(lease, 5, 26), keys = {}}
    leases[lease] = found
  end
  return found
end

-- Tasks that succeed in this call and differ in nothing that their indexes and events know.
local groups = {}
local function group_of(bytes, shape)
  local run = in_run(bytes)
  local attempt, retention = run and 'step' or sub(bytes, 87, 91), sub(bytes, 42, 49)
  local notes = has_notes(bytes)
  local name = notes and 'noted' .. attempt or attempt
  local of_attempt = shape[name]
  if not of_attempt then
    of_attempt = {}
    shape[name] = of_attempt
  end
  local group = of_attempt[retention]
  if not group then
    group = {
      ids = {}, n = 0, shape = shape, attempt = attempt, retention = retention, run = run,
      notes = notes
    }
    of_attempt[retention] = group
    groups[#groups + 1] = group
  end
  return group
end

-- file_successes(): what is written of those that have succeeded, but for their results.
local function file_successes()
  for _, lease in pairs(leases) do
    if #lease.keys > 0 then
      save_successes(lease.keys, lease.nonce, at13)
    end
  end
  for _, group in ipairs(groups) do
    local shape, members = group.shape, group.ids
    index_remove_all(LEASES, members)
    index_remove_all(shape.running, members)
    file_ended(members, shape.queue, 'D', at)
    if not group.run then
      expire_together(members, expiry_of('D', at, group.retention), shape.queue, at13, group.notes)
      event_all(state_event('D', group.attempt + 0, shape.queue, shape.type), members)
    end
  end
end

local results = {n = 0}
-- succeed(key, id, bytes, lease, result): the common case, without opening the record.
local function succeed(key, id, bytes, lease, result)
  local shape = glance(bytes)
  local group = group_of(bytes, shape)
  local n = group.n + 1
  group.ids[n] = id
  group.n = n
  lease.keys[#lease.keys + 1] = key
  if group.run then
    local run = run_of(bytes, shape)
    announce_state(id, 'D', sub(bytes, 87, 91) + 0, shape.queue, shape.type, run)
    step_ended(run, tonumber(sub(bytes, shape.names_end + 27, shape.names_end + 31)), 'D')
  end
  if result ~= '' then
    local result_key = RESULT .. id
    touch(result_key)
    n = results.n
    results[n + 1], results[n + 2] = result_key, result
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
  index_remove(LEASES, t.id)
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
  local id, bytes = ids[i], records[i]
  local at_success, at_other = 3 * i, 6 * i - 3 * successes - 3
  local lease = parts(ARGV[(i <= successes and at_success or at_other) + 1])
  if not bytes then
    answers[i] = '-'
  elseif holds_lease(bytes, lease.generation, lease.nonce) then
    if i <= successes then
      succeed(keys[i], id, bytes, lease, ARGV[at_success + 2])
      answers[i] = 'D'
    else
      answers[i] = leave_running(open_record(id, bytes), ARGV[at_other + 2], ARGV[at_other + 3],
        ARGV[at_other + 4], ARGV[at_other + 5])
    end
  elseif sub(bytes, 50, 71) == lease.nonce then
    answers[i] = sub(bytes, 72, 72)
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
