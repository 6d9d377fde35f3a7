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

-- state_event(state, attempt, queue, type, run): the words for a task's move in the event stream;
-- announce_state(id, …): tells of it; announce(t): of the state that an opened task is in now.
local function state_event(state, attempt, queue, type, run)
  return state .. ' ' .. attempt .. ' ' .. queue .. ' ' .. type .. ' ' .. (run or '-')
end
local function announce_state(id, ...)
  event(state_event(...), id)
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
  local block = t.settled_nonce .. t.settled_state .. t.state .. t.updated ..
    format('%05d%08d', t.attempt, t.fence) .. t.started .. t.nonce .. t.worker ..
    t.cancel .. t.reason .. t.generation ..
    format('%05d%02d', t.failures, t.crashes) .. t.max_attempts ..
    format('%013d%013d', t.due, t.sequence) .. t.notes
  if #block ~= HEADER_LENGTH - 49 then
    error('HEADER_OVERFLOW ' .. t.id)
  end
  write_headers({RECORD .. t.id}, '49', block)
end

-- save_note(id, bytes): that a task has a log or progress from now on.
local function save_note(id, bytes)
  if byte(bytes, HEADER_LENGTH) == 48 then
    write_headers({RECORD .. id}, '218', '1')
  end
end

-- save_claims(keys, counts, at13, nonce, worker): the part of a header that PENDING -> RUNNING
-- changes, for records that say the same of attempt and fence: counts (13 characters). Returns the
-- number of the attempt.
local function save_claims(keys, counts, at13, nonce, worker)
  require_move('P', 'R')
  local attempt, fence = tonumber(sub(counts, 1, 5)) + 1, tonumber(sub(counts, 6, 13)) + 1
  write_headers(keys, '72', 'R' .. at13 .. format('%05d%08d', attempt, fence) .. at13 .. nonce ..
    worker)
  return attempt
end

-- save_successes(keys, nonce, at13): the part of a header that RUNNING -> SUCCEEDED changes, for all
-- tasks of one claim.
local function save_successes(keys, nonce, at13)
  require_move('R', 'D')
  write_headers(keys, '49', nonce .. 'DD' .. at13)
end

-- read_head(head): what the head of a new record says: its first 36 bytes less the time of creation,
-- max attempts (5), queue, type. Tasks of a call that share it share the table.
local NO_NONCE = '----------------------'
local NO_WORKER = '                                        '
local UNSETTLED = NO_NONCE .. '-'
local UNTRIED = '00000' .. '00000000' .. '0000000000000' .. NO_NONCE .. NO_WORKER ..
  '0' .. '-' .. '0000' .. '00000' .. '00'
local heads
each_call(function()
  heads = {}
end)
local function read_head(head)
  local h = heads[head]
  if not h then
    local queue_end = 41 + sub(head, 4, 6)
    h = {
      text = head, queue = sub(head, 42, queue_end), type = sub(head, queue_end + 1),
      priority = sub(head, 2, 2), names = sub(head, 42)
    }
    heads[head] = h
  end
  return h
end

-- new_record(h, state, at13, due13, sequence13, body): the bytes of a record that has not moved yet.
local function new_record(h, state, at13, due13, sequence13, body)
  local front = h[state]
  if not front then
    local head = h.text
    front = sub(head, 1, 15) .. at13 .. sub(head, 16, 36) .. UNSETTLED .. state .. at13 .. UNTRIED ..
      sub(head, 37, 41)
    h[state] = front
  end
  return front .. due13 .. sequence13 .. '0' .. h.names .. body
end
