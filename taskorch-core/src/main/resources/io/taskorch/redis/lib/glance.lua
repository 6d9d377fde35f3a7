-- glance(bytes): what the names in a record give, without opening it: its queue and type, the key
-- of the queue's index of running tasks, and where the names end. Most tasks of a call share them,
-- so they are put together once; claim and settle live on it.
--- @include "lib/move"
local shapes
each_call(function()
  shapes = {}
end)
local function glance(bytes)
  local lengths = sub(bytes, 4, 9)
  local of_lengths = shapes[lengths]
  if not of_lengths then
    local queue_length = tonumber(sub(lengths, 1, 3))
    of_lengths = {
      queue_end = HEADER_LENGTH + queue_length,
      names_end = HEADER_LENGTH + queue_length + tonumber(sub(lengths, 4, 6)),
      of_names = {}
    }
    shapes[lengths] = of_lengths
  end
  local names = sub(bytes, HEADER_LENGTH + 1, of_lengths.names_end)
  local shape = of_lengths.of_names[names]
  if not shape then
    local queue = sub(bytes, HEADER_LENGTH + 1, of_lengths.queue_end)
    shape = {
      queue = queue,
      type = sub(bytes, of_lengths.queue_end + 1, of_lengths.names_end),
      running = index_key(queue, 'R'),
      names_end = of_lengths.names_end
    }
    of_lengths.of_names[names] = shape
  end
  return shape
end

-- in_run(bytes): whether a record is of a workflow's step; run_of(bytes, shape): the run's id.
local function in_run(bytes)
  return byte(bytes, 3) == 49
end
local function run_of(bytes, shape)
  return sub(bytes, shape.names_end + 1, shape.names_end + 26)
end

-- has_notes(bytes): whether a task may have a history, progress or a log.
local function has_notes(bytes)
  return byte(bytes, HEADER_LENGTH) == 49
end
