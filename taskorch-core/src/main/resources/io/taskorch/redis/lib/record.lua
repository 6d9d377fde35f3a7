-- open_record(id, bytes): a task's record as a table. TaskRecord.java holds the same layout.
--
-- A record is a header of fixed width, so that it is changed in place, and a body that never
-- changes. Offsets count from 0; numbers are decimal with leading zeros; times are ms.
--   0 version 1     1 spec length 6     7 created 13
--  20 max attempts 5   25 due 13 (of a BLOCKED step: its delay)   38 sequence number 13
--  51 cancel requested 1   52 reason 1   53 failures 5   58 crashes 2
--  60 settled nonce: its last 12   72 settled state 1   73 generation 4   77 state 1   78 updated 13
--  91 nonce 22   113 worker 40   153 started 13   166 expiry of the lease 13
-- 179 attempt 5   184 fence 8   192 retention in s 8   200 start before 13
-- 213 has notes 1: whether its history, progress or log may exist
-- 214 priority 1   215 tie 1   216 queue length 3   219 type length 3
--     tie: 0 for none; of a step 1, and 1 more if a program decides what becomes of the step once
--     nothing holds it back, and 2 more if its run goes on from its failure; 5 more with a flow block
-- 222 queue, type, link of a step: run id 26 and step index 5; flow block, see lib/flow.lua; spec,
--     payload
--
-- What a script changes in place stands together: 60 to 91 when a task succeeds, 77 to 192 when it is
-- claimed. What many tasks share stands together too, from 179 to the end of the type: glance knows
-- a kind of task by it. Ten characters more, and a task with a payload of 200 bytes would take 64
-- bytes more of memory.
--- @include "lib/flow"
local HEADER = 'c1c6c13c5c13c13c1c1c5c2c12c1c4c1c13c22c40c13c13c5c8c8c13c1c1c1c3c3'
local HEADER_LENGTH = 222
local STEP_LINK = 31
-- What a tie says: whether of a step, with a flow block, to be decided on, whose failure counts.
local function tie_of(step, has_flow)
  return {
    in_run = step > 0, has_flow = has_flow, decides = step == 2 or step == 4, counts = step < 3,
    link_length = step > 0 and STEP_LINK or 0
  }
end
local TIES = {
  ['0'] = tie_of(0, false), ['1'] = tie_of(1, false), ['2'] = tie_of(2, false),
  ['3'] = tie_of(3, false), ['4'] = tie_of(4, false), ['5'] = tie_of(0, true),
  ['6'] = tie_of(1, true), ['7'] = tie_of(2, true), ['8'] = tie_of(3, true), ['9'] = tie_of(4, true)
}
-- Ready tasks sort by priority, then by number: the score is band * BAND + number.
local BAND = 10000000000000

-- read_beginning(key): a record as far as scripts look into it, which is header, names, link and flow
-- block; nil when it is not stored. What follows may be a megabyte, and Redis' Lua hashes every byte
-- that it is given. Offsets are text, as Redis writes numbers out at great length.
local is_long = {}
local function read_beginning(key)
  local bytes = call('GETRANGE', key, '0', '285')
  if bytes == '' then
    return nil
  elseif #bytes < 286 then
    return bytes
  end
  local lengths = sub(bytes, 216, 222)
  local long = is_long[lengths]
  if long == nil then
    local tie = TIES[sub(lengths, 1, 1)]
    long = HEADER_LENGTH + sub(lengths, 2, 4) + sub(lengths, 5, 7) + tie.link_length
    -- The longest flow block leaves it short of the limit below.
    long = tie.has_flow and long + 4 or long > 286
    is_long[lengths] = long
  end
  if long == false then
    return bytes
  elseif long ~= true and long <= 286 then
    long = long + sub(bytes, long - 3, long - 1) + INDIVIDUAL[byte(bytes, long) - 48] > 286
  end
  return long and call('GETRANGE', key, '0', '1535') or bytes
end

-- state_of(bytes): the letter of the state that a record is in.
local function state_of(bytes)
  return sub(bytes, 78, 78)
end

local function open_record(id, bytes)
  local t = {id = id}
  local version, queue_length, type_length
  version, t.spec_length, t.created, t.max_attempts, t.due, t.sequence, t.cancel, t.reason,
    t.failures, t.crashes, t.settled_nonce, t.settled_state, t.generation, t.state, t.updated,
    t.nonce, t.worker, t.started, t.expiry, t.attempt, t.fence, t.retention, t.start_before, t.notes,
    t.priority, t.tie, queue_length, type_length = struct.unpack(HEADER, bytes)
  if version ~= '1' then
    error('UNKNOWN_RECORD_VERSION ' .. version)
  end
  queue_length = tonumber(queue_length)
  type_length = tonumber(type_length)
  local at = HEADER_LENGTH
  t.queue = sub(bytes, at + 1, at + queue_length)
  at = at + queue_length
  t.type = sub(bytes, at + 1, at + type_length)
  at = at + type_length
  local tie = TIES[t.tie]
  if tie.in_run then
    t.run = sub(bytes, at + 1, at + 26)
    t.step = tonumber(sub(bytes, at + 27, at + 31))
    at = at + STEP_LINK
  end
  if tie.has_flow then
    t.flow, t.unique, t.turn, at, t.batch = read_flow(bytes, at)
  end
  t.attempt = tonumber(t.attempt)
  t.fence = tonumber(t.fence)
  t.failures = tonumber(t.failures)
  t.crashes = tonumber(t.crashes)
  t.due = tonumber(t.due)
  t.sequence = tonumber(t.sequence)
  return t
end

-- needs_decision(t): whether a program decides what becomes of an opened step. failure_counts(tie):
-- whether a step's failure is one of its run; tie is the character of the header. state_for_run(state,
-- tie): the state of a step as its run sees it, which is D for what counts as a success.
local function needs_decision(t)
  return TIES[t.tie].decides
end
local function failure_counts(tie)
  return TIES[tie].counts
end
local function state_for_run(state, tie)
  return state == 'F' and not failure_counts(tie) and 'D' or state
end

-- ready_score(priority, sequence): where a task stands among the ready ones of its queue, as text:
-- the digit of its priority, then thirteen of its number.
local function ready_score(priority, sequence)
  return priority .. format('%013d', sequence)
end
