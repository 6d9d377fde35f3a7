-- open_record(id, bytes): a task's record as a table. TaskRecord.java holds the same layout.
--
-- A record is a header of fixed width, so that it is changed in place, and a body that never
-- changes. Offsets count from 0; numbers are decimal with leading zeros; times are ms.
--   0 version 1     1 priority 1    2 in a run 1    3 queue length 3   6 type length 3
--   9 spec length 6   15 created 13   28 start before 13   41 retention in s 8
--  49 settled nonce 22   71 settled state 1
--  72 state 1   73 updated 13   86 attempt 5   91 fence 8   99 started 13   112 nonce 22
-- 134 worker 40
-- 174 cancel requested 1   175 reason 1   176 generation 4   180 failures 5   185 crashes 2
-- 187 max attempts 5   192 due 13 (of a BLOCKED step: its delay)   205 sequence number 13
-- 218 has notes 1: whether its history, progress or log may exist
-- 219 queue, type, in a run: run id 26 and step index 5, spec, payload
--
-- What a script changes in place stands together: 49 to 86 when a task succeeds, 72 to 174 when it
-- is claimed.
--- @include "lib/keys"
local HEADER = 'c1c1c1c3c3c6c13c13c8c22c1c1c13c5c8c13c22c40c1c1c4c5c2c5c13c13c1'
local HEADER_LENGTH = 219
-- Ready tasks sort by priority, then by number: the score is band * BAND + number.
local BAND = 10000000000000

local function open_record(id, bytes)
  local t = {id = id}
  local version, queue_length, type_length
  version, t.priority, t.in_run, queue_length, type_length, t.spec_length, t.created,
    t.start_before, t.retention, t.settled_nonce, t.settled_state, t.state, t.updated, t.attempt,
    t.fence, t.started, t.nonce, t.worker, t.cancel, t.reason, t.generation, t.failures, t.crashes,
    t.max_attempts, t.due, t.sequence, t.notes = struct.unpack(HEADER, bytes)
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
  if t.in_run == '1' then
    t.run = sub(bytes, at + 1, at + 26)
    t.step = tonumber(sub(bytes, at + 27, at + 31))
  end
  t.attempt = tonumber(t.attempt)
  t.fence = tonumber(t.fence)
  t.failures = tonumber(t.failures)
  t.crashes = tonumber(t.crashes)
  t.due = tonumber(t.due)
  t.sequence = tonumber(t.sequence)
  return t
end

-- ready_score(priority, sequence): where a task stands among the ready ones of its queue, as text:
-- the digit of its priority, then thirteen of its number.
local function ready_score(priority, sequence)
  return priority .. format('%013d', sequence)
end
