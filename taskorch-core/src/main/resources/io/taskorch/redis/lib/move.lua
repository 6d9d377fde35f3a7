-- The only place that writes a task's state. MOVES is the table of TaskState.next(), put in front
-- of this file when the script is loaded, so that no script can take an edge that Java lacks.
--- @include "lib/record"
--- @include "lib/plan"

-- require_move(from, to): an error before anything is written when the state machine has no such
-- edge; a script that asks for one is wrong, so this is not an answer to a caller.
local function require_move(from, to)
  if not MOVES[from][to] then
    error('ILLEGAL_MOVE ' .. from .. ' ' .. to)
  end
end

-- state_event(state, attempt, queue, type, run): the words for a task's move in the event stream, the
-- same for steps of all runs; announce_state(id, …): tells of it, of a step with its run behind its
-- id; announce(t): of the state that an opened task is in now.
local function state_event(state, attempt, queue, type, run)
  return state .. ' ' .. attempt .. ' ' .. queue .. ' ' .. type .. (run and ' +' or ' -')
end
local function announce_state(id, state, attempt, queue, type, run)
  event(state_event(state, attempt, queue, type, run), run and id .. run or id)
end
local function announce(t)
  announce_state(t.id, t.state, t.attempt, t.queue, t.type, t.run)
end

-- move(t, to, at): changes the table; save(t) plans the write of it.
local function move(t, to, at)
  require_move(t.state, to)
  t.state = to
  t.updated = format('%013d', at)
end

-- save(t): plans the write of everything in a header that can change.
local function save(t)
  local block = t.max_attempts .. format('%013d%013d', t.due, t.sequence) .. t.cancel .. t.reason ..
    format('%05d%02d', t.failures, t.crashes) .. t.settled_nonce .. t.settled_state ..
    t.generation .. t.state .. t.updated .. t.nonce .. t.worker .. t.started .. t.expiry ..
    format('%05d%08d', t.attempt, t.fence) .. t.retention .. t.start_before .. t.notes
  if #block ~= 194 then
    error('HEADER_OVERFLOW ' .. t.id)
  end
  write_headers({RECORD .. t.id}, '20', block)
end

-- save_note(id, bytes): that a task has a log or progress from now on.
local function save_note(id, bytes)
  if byte(bytes, 214) == 48 then
    write_headers({RECORD .. id}, '213', '1')
  end
end

-- save_release(key, bytes, number13, at13): the part of a header that BLOCKED -> PENDING changes, of a
-- record whose beginning has been read.
local function save_release(key, bytes, number13, at13)
  require_move('B', 'P')
  write_headers({key}, '38', number13 .. sub(bytes, 52, 77) .. 'P' .. at13)
end

-- save_claims(keys, attempt, fence, at13, expiry13, nonce, worker): the part of a header that
-- PENDING -> RUNNING changes, for records that have the same attempt and fence from then on.
local function save_claims(keys, attempt, fence, at13, expiry13, nonce, worker)
  require_move('P', 'R')
  write_headers(keys, '77',
    'R' .. at13 .. nonce .. worker .. at13 .. expiry13 .. format('%05d%08d', attempt, fence))
end

-- save_expiry(keys, expiry13): when the leases of some tasks end from now on.
local function save_expiry(keys, expiry13)
  write_headers(keys, '166', expiry13)
end

-- save_successes(keys, lease, at13): the part of a header that RUNNING -> SUCCEEDED changes, for all
-- tasks of one claim.
local function save_successes(keys, lease, at13)
  require_move('R', 'D')
  write_headers(keys, '60', lease.settled .. 'D' .. lease.generation .. 'D' .. at13)
end

-- read_head(head): what the head of a new record says: length of the spec (6), max attempts (5), what
-- a header has from 192 on, queue, type; "has notes" is left out. Tasks of a call that share it share
-- the table.
local ZERO13 = '0000000000000'
local NO_NONCE = '----------------------'
local UNSETTLED = '------------'
local NO_WORKER = '                                        '
local function read_head(head)
  local heads = noted('heads')
  local h = heads[head]
  if not h then
    local queue_end = 40 + sub(head, 35, 37)
    h = {
      text = head, queue = sub(head, 41, queue_end), type = sub(head, queue_end + 1),
      priority = sub(head, 33, 33), tie = sub(head, 34, 34)
    }
    heads[head] = h
  end
  return h
end

-- new_record(h, state, at13, due13, sequence13, body): the bytes of a record that has not moved yet.
local function new_record(h, state, at13, due13, sequence13, body)
  local middle = h[state]
  if not middle then
    local head = h.text
    h.front = '1' .. sub(head, 1, 6) .. at13 .. sub(head, 7, 11)
    middle = '0' .. '-' .. '00000' .. '00' .. UNSETTLED .. '-' .. '0000' .. state .. at13 ..
      NO_NONCE .. NO_WORKER .. ZERO13 .. ZERO13 .. '00000' .. '00000000' ..
      sub(head, 12, 32) .. '0' .. sub(head, 33)
    h[state] = middle
  end
  return h.front .. due13 .. sequence13 .. middle .. body
end
