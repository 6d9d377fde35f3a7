-- glance(bytes): the kind of a task: what its header and names say that it shares with many others,
-- put together once a call. claim and settle live on it.
--   attempt, fence      numbers
--   retention, start_before   as in the header
--   has_notes, in_run   booleans
--   band                priority, 1 to 4
--   queue, type         names
--   running             key of the queue's index of running tasks
--   names_end           where the names end in the record
--- @include "lib/record"
local kinds, usual_end
each_call(function()
  kinds, usual_end = {}, HEADER_LENGTH
end)
local function glance(bytes)
  -- A text of another length has other lengths of names in it, so it cannot be taken for this kind.
  local kind = kinds[sub(bytes, 190, usual_end)]
  if kind then
    return kind
  end
  local queue_end = HEADER_LENGTH + sub(bytes, 227, 229)
  local names_end = queue_end + sub(bytes, 230, 232)
  usual_end = names_end
  local shared = sub(bytes, 190, names_end)
  kind = kinds[shared]
  if not kind then
    local queue = sub(bytes, HEADER_LENGTH + 1, queue_end)
    kind = {
      attempt = sub(bytes, 190, 194) + 0,
      fence = sub(bytes, 195, 202) + 0,
      retention = sub(bytes, 203, 210),
      start_before = sub(bytes, 211, 223),
      has_notes = byte(bytes, 224) == 49,
      band = byte(bytes, 225) - 47,
      in_run = byte(bytes, 226) == 49,
      queue = queue,
      type = sub(bytes, queue_end + 1, names_end),
      running = index_key(queue, 'R'),
      names_end = names_end
    }
    kinds[shared] = kind
  end
  return kind
end

-- run_of(bytes, kind), step_of(bytes, kind): the run's id and the index of a workflow's step.
local function run_of(bytes, kind)
  return sub(bytes, kind.names_end + 1, kind.names_end + 26)
end
local function step_of(bytes, kind)
  return sub(bytes, kind.names_end + 27, kind.names_end + 31) + 0
end
