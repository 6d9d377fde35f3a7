-- Every key of a partition, built under its prefix {<namespace>:<partition>}: so that all of them
-- share one slot. Keys.java holds the same list with types; docs/redis-keys.md explains it.
local prefix = KEYS[1]
-- A local is found faster than a field of a global, and these are called for every task.
local call, sub, byte, find = redis.call, string.sub, string.byte, string.find
local format = string.format
local RECORD = prefix .. 'task:'
local RESULT = prefix .. 'result:'
local ATTEMPTS = prefix .. 'attempts:'
local PROGRESS = prefix .. 'progress:'
local LOGS = prefix .. 'logs:'
local RUN = prefix .. 'run:'
local LEASES = prefix .. 'leases'
local CLAIM = prefix .. 'claim:'
local QUEUES = prefix .. 'queues'
local PAUSED = prefix .. 'paused'
local LANES = prefix .. 'lanes'
local SEQUENCE = prefix .. 'sequence'
local EXPIRING = prefix .. 'expiring'
local EXPIRING_RUNS = prefix .. 'expiring-runs'
local ADVANCE = prefix .. 'advance'
local STAGING = prefix .. 'staging'
local EVENTS = prefix .. 'events'
local AWAITED = prefix .. 'awaited'
local OPERATION = prefix .. 'operation:'

-- Names of the index that a state keeps per queue. BLOCKED has none: such a step stands in its run.
local INDEX = {
  S = ':scheduled', P = ':ready', R = ':running', T = ':retrying',
  D = ':succeeded', F = ':failed', C = ':cancelled', K = ':skipped'
}

-- index_key(queue, state): the sorted set of a queue's tasks in a state.
local function index_key(queue, state)
  return prefix .. 'q:' .. queue .. INDEX[state]
end

-- lane_key(queue, type): where ready tasks stand aside that a worker had no handler for.
local function lane_key(queue, type)
  return prefix .. 'q:' .. queue .. ':lane:' .. type
end
