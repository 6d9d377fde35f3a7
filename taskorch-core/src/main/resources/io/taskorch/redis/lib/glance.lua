-- glance(bytes): the kind of a task: what its header and names say that it shares with many others,
-- put together once a call. claim and settle live on it.
--   attempt, fence      numbers
--   retention, start_before   as in the header
--   has_notes           boolean
--   in_run, has_flow    booleans: whether it is a step, and has a flow block
--   band                priority, 1 to 4
--   queue, type         names
--   running             key of the queue's index of running tasks
--   names_end           where the names end in the record
--- @include "lib/record"
--   shared              all of that, as it stands in the record
local kinds, last
each_call(function()
  kinds, last = {}, nil
end)
local function glance(bytes)
  -- Mostly it is the kind of the one before, which find tells without making a string. The lengths of
  -- the names are in it, so a longer text cannot be taken for it.
  if last and find(bytes, last.shared, 180, true) == 180 then
    return last
  end
  local queue_end = HEADER_LENGTH + sub(bytes, 217, 219)
  local names_end = queue_end + sub(bytes, 220, 222)
  local shared = sub(bytes, 180, names_end)
  local kind = kinds[shared]
  if not kind then
    local queue = sub(bytes, HEADER_LENGTH + 1, queue_end)
    kind = {
      attempt = sub(bytes, 180, 184) + 0,
      fence = sub(bytes, 185, 192) + 0,
      retention = sub(bytes, 193, 200),
      start_before = sub(bytes, 201, 213),
      has_notes = byte(bytes, 214) == 49,
      band = byte(bytes, 215) - 47,
      in_run = TIES[sub(bytes, 216, 216)].in_run,
      has_flow = TIES[sub(bytes, 216, 216)].has_flow,
      queue = queue,
      type = sub(bytes, queue_end + 1, names_end),
      running = index_key(queue, 'R'),
      names_end = names_end,
      shared = shared
    }
    kinds[shared] = kind
  end
  last = kind
  return kind
end

-- run_of(bytes, kind), step_of(bytes, kind): the run's id and the index of a workflow's step.
-- flow_of(bytes, kind): flow, unique key, turn, end and batch, as read_flow has them.
local function run_of(bytes, kind)
  return sub(bytes, kind.names_end + 1, kind.names_end + 26)
end
local function step_of(bytes, kind)
  return sub(bytes, kind.names_end + 27, kind.names_end + 31) + 0
end
local function flow_of(bytes, kind)
  return read_flow(bytes, kind.names_end + (kind.in_run and STEP_LINK or 0))
end
