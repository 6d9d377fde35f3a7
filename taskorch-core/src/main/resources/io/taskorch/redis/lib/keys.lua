-- Every key of a partition, built under its prefix {<namespace>:<partition>}: so that all of them
-- share one slot. Keys.java holds the same list with types; docs/redis-keys.md explains it.
-- A library is loaded once and called many times: what is local here outlives a call, so that a call
-- builds no functions and few texts. A local is also found faster than a field of a global.
local prefix
local call, sub, byte, find, format
local RECORD, RESULT, ATTEMPTS, PROGRESS, LOGS, RUN, LEASES, CLAIM, QUEUES, PAUSED, LANES,
  SEQUENCE, EXPIRING, EXPIRING_MORE, EXPIRING_RUNS, CANCELLING, ADVANCE, UNDECIDED, STAGING, EVENTS,
  AWAITED, OPERATION, UNIQUE, GATES, CLOSED, PARKING, RINGED, BATCH, STAGING_BATCHES,
  EXPIRING_BATCHES

-- begin(keys): what a call starts with. each_call(reset): has begin forget what the last call knew.
-- noted(name): a table that lives as long as the call, made when it is first asked for.
local resets, notes = {}, {}
local function noted(name)
  local list = notes[name]
  if not list then
    list = {}
    notes[name] = list
  end
  return list
end
local function each_call(reset)
  resets[#resets + 1] = reset
end
local function begin(keys)
  -- Not there yet when the library is loaded.
  call, sub, byte = redis.call, string.sub, string.byte
  find, format = string.find, string.format
  if keys[1] ~= prefix then
    prefix = keys[1]
    RECORD = prefix .. 'task:'
    RESULT = prefix .. 'result:'
    ATTEMPTS = prefix .. 'attempts:'
    PROGRESS = prefix .. 'progress:'
    LOGS = prefix .. 'logs:'
    RUN = prefix .. 'run:'
    LEASES = prefix .. 'leases'
    CLAIM = prefix .. 'claim:'
    QUEUES = prefix .. 'queues'
    PAUSED = prefix .. 'paused'
    LANES = prefix .. 'lanes'
    SEQUENCE = prefix .. 'sequence'
    EXPIRING = prefix .. 'expiring'
    EXPIRING_MORE = prefix .. 'expiring-more'
    EXPIRING_RUNS = prefix .. 'expiring-runs'
    CANCELLING = prefix .. 'cancelling'
    ADVANCE = prefix .. 'advance'
    UNDECIDED = prefix .. 'undecided'
    STAGING = prefix .. 'staging'
    EVENTS = prefix .. 'events'
    AWAITED = prefix .. 'awaited'
    OPERATION = prefix .. 'operation:'
    UNIQUE = prefix .. 'unique:'
    GATES = prefix .. 'gates'
    CLOSED = prefix .. 'closed'
    PARKING = prefix .. 'parking'
    RINGED = prefix .. 'ringed'
    BATCH = prefix .. 'batch:'
    STAGING_BATCHES = prefix .. 'staging-batches'
    EXPIRING_BATCHES = prefix .. 'expiring-batches'
  end
  notes = {}
  for i = 1, #resets do
    resets[i]()
  end
end

-- has(key): whether a key is stored that most partitions do without: one look tells that none of them
-- is. is_stored(key): says that this call is about to store one.
local function has(key)
  local stored = notes[key]
  if stored == nil then
    if notes.some_stored == nil then
      notes.some_stored =
        call('EXISTS', CANCELLING, LANES, GATES, CLOSED, PARKING, RINGED) > 0
    end
    stored = notes.some_stored and call('EXISTS', key) == 1
    notes[key] = stored
  end
  return stored
end
local function is_stored(key)
  notes[key] = true
end

-- Names of the index that a state keeps per queue. BLOCKED has none: such a step stands in its run.
local INDEX = {
  S = ':scheduled', P = ':ready', R = ':running', T = ':retrying',
  D = ':succeeded', F = ':failed', C = ':cancelled', K = ':skipped'
}

-- index_key(queue, state): the sorted set of a queue's tasks in a state.
local function index_key(queue, state)
  return prefix .. 'q:' .. queue .. INDEX[state]
end

-- more_key(queue): how many tasks the queue's index of succeeded tasks names beyond one a member.
local function more_key(queue)
  return index_key(queue, 'D') .. '-more'
end

-- lanes_key(queue): names of a queue's lanes. LANES names the queues that have some.
local function lanes_key(queue)
  return prefix .. 'q:' .. queue .. ':lanes'
end

-- base_of(queue, lane): what the keys of a section of a queue begin with. A section is ready tasks that
-- the same workers can take: the open one, or a lane of those that stepped aside.
local function base_of(queue, lane)
  return prefix .. 'q:' .. queue .. (lane and ':lane:' .. lane .. ':' or ':')
end
