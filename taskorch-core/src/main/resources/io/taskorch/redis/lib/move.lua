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

-- announce(t): a line of the event stream with the state that t is in now.
local function announce(t)
  event(t.id .. ' ' .. t.state .. ' ' .. t.attempt .. ' ' .. t.queue .. ' ' .. t.type ..
    (t.run and ' ' .. t.run or ''))
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
    format('%013d%013d', t.due, t.sequence)
  if #block ~= HEADER_LENGTH - 49 then
    error('HEADER_OVERFLOW ' .. t.id)
  end
  write_header(RECORD .. t.id, 49, block)
end

-- save_claim(key, counts, at13, nonce, worker): the part of a header that PENDING -> RUNNING
-- changes. counts is what the header says of attempt and fence (13 characters); the tasks of one
-- call that share it get the same bytes. Returns the number of the attempt.
local claims = {}
local function save_claim(key, counts, at13, nonce, worker)
  local claim = claims[counts]
  if not claim then
    require_move('P', 'R')
    local attempt, fence = tonumber(sub(counts, 1, 5)) + 1, tonumber(sub(counts, 6, 13)) + 1
    claim = {
      attempt = attempt,
      bytes = 'R' .. at13 .. format('%05d%08d', attempt, fence) .. at13 .. nonce .. worker
    }
    claims[counts] = claim
  end
  write_header(key, 72, claim.bytes)
  return claim.attempt
end

-- save_success(key, nonce, at13): the part of a header that RUNNING -> SUCCEEDED changes; the same
-- for all tasks of one claim.
local successes = {}
local function save_success(key, nonce, at13)
  local bytes = successes[nonce]
  if not bytes then
    require_move('R', 'D')
    bytes = nonce .. 'DD' .. at13
    successes[nonce] = bytes
  end
  write_header(key, 49, bytes)
end

-- new_record(head, state, at13, max_attempts, due, sequence, body): the bytes of a record that has
-- not moved yet. head is its first 36 bytes less the time of creation.
local UNSETTLED = string.rep('-', 22) .. '-'
local UNTRIED = '00000' .. '00000000' .. '0000000000000' .. string.rep('-', 22) ..
  string.rep(' ', 40) .. '0' .. '-' .. '0000' .. '00000' .. '00'
local function new_record(head, state, at13, max_attempts, due, sequence, body)
  return sub(head, 1, 15) .. at13 .. sub(head, 16, 36) .. UNSETTLED .. state ..
    at13 .. UNTRIED .. max_attempts .. format('%013d%013d', due, sequence) .. body
end
