#!lua flags=allow-oom
-- claim.lua: PENDING -> RUNNING, for the first tasks of some queues that a worker has handlers for.
-- On the way, due tasks of these queues become ready, tasks whose start_before has passed end
-- CANCELLED, and tasks of other types step aside into a lane of their own.
-- KEYS[1] {<ns>:<p>}:   prefix of the partition
-- ARGV[1] worker id, padded to 40   ARGV[2] claim id, 22 characters, becomes the leases' nonce
-- ARGV[3] lease in ms   ARGV[4] most tasks   ARGV[5] … ARGV[8] share of each priority, highest first
-- ARGV[9] most bytes of records   ARGV[10] number of queues   ARGV[…] queues
-- ARGV[…] number of types   ARGV[…] types
-- Reply   {now in ms, due time of the next scheduled task in ms or 0, or now when this call took none
--          but did not come to the end of what it may take; "1" when this is a repeat; then id and
--          record of each task: as it was before this claim, or after it in a repeat}
--- @include "lib/now"
--- @include "lib/promote_due"
--- @include "lib/end_task"

local MOST_ASIDE = 100
local MOST_ROUNDS = 4
local at = now()
local at13 = format('%013d', at)
local worker, claim_id = ARGV[1], ARGV[2]
local expiry = format('%013d', at + tonumber(ARGV[3]))
local most = tonumber(ARGV[4])
local shares = {tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7]), tonumber(ARGV[8])}
local bytes_left = tonumber(ARGV[9])
local queue_count = tonumber(ARGV[10])
local type_count = tonumber(ARGV[11 + queue_count])
local types = {}
for i = 12 + queue_count, 11 + queue_count + type_count do
  types[ARGV[i]] = true
end

-- The last claim of each worker is remembered, so that a repeat of it answers alike.
local memory = CLAIM .. string.gsub(worker, ' ', '')
local remembered = call('GET', memory)
if remembered and sub(remembered, 1, 22) == claim_id then
  local reply = {at, 0, '1'}
  for position = 23, #remembered, 26 do
    local id = sub(remembered, position, position + 25)
    local bytes = call('GET', RECORD .. id)
    if bytes and sub(bytes, 73, 73) == 'R' and sub(bytes, 113, 134) == claim_id then
      reply[#reply + 1] = id
      reply[#reply + 1] = bytes
    end
  end
  return reply
end

local queues = {}
local next_due = 0
local paused = call('SMISMEMBER', PAUSED, unpack(ARGV, 11, 10 + queue_count))
for i = 1, queue_count do
  if paused[i] == 0 then
    local queue = ARGV[10 + i]
    queues[#queues + 1] = {name = queue, ready = index_key(queue, 'P'), seen = {}}
    local _, due = promote_due(queue, at, 100)
    if due and (next_due == 0 or due < next_due) then
      next_due = due
    end
  end
end

-- Lanes of this worker's types in these queues; there are none unless some other worker of the
-- queue lacked a handler.
if #queues > 0 and call('EXISTS', LANES) == 1 then
  local fields = {}
  for _, queue in ipairs(queues) do
    for type in pairs(types) do
      fields[#fields + 1] = {queue = queue, type = type}
    end
  end
  for from = 1, #fields, 400 do
    local names = {}
    for i = from, math.min(from + 399, #fields) do
      names[#names + 1] = fields[i].queue.name .. ':' .. fields[i].type
    end
    local found = call('HMGET', LANES, unpack(names))
    for i = 1, #names do
      if found[i] then
        local field = fields[from + i - 1]
        field.queue.lanes = field.queue.lanes or {}
        table.insert(field.queue.lanes, lane_key(field.queue.name, field.type))
      end
    end
  end
end

-- heads(queue, low, high, want): the first tasks of a queue with scores between low and high, its
-- lanes merged in, as {score, id, key}.
local function heads(queue, low, high, want)
  local list = {}
  local function add(key)
    local found = call('ZRANGE', key, low, high, 'BYSCORE', 'LIMIT', 0, want, 'WITHSCORES')
    for i = 1, #found, 2 do
      list[#list + 1] = {score = tonumber(found[i + 1]), text = found[i + 1], id = found[i], key = key}
    end
  end
  add(queue.ready)
  if queue.lanes then
    for _, key in ipairs(queue.lanes) do
      add(key)
    end
    table.sort(list, function(a, b) return a.score < b.score end)
  end
  return list
end

-- bands(queue, want): the first tasks of a queue by priority. When one look shows that the queue
-- holds one priority only, or all that it holds, that is the only look.
local function bands(queue, want)
  local result = {{}, {}, {}, {}}
  local list = heads(queue, '-inf', '+inf', want)
  for _, head in ipairs(list) do
    local band = result[math.floor(head.score / BAND) + 1]
    band[#band + 1] = head
  end
  if #list >= want then
    local last = math.floor(list[#list].score / BAND)
    for band = last + 1, 3 do
      result[band + 1] = heads(queue, band * BAND, '(' .. (band + 1) * BAND, want)
    end
  end
  return result
end

-- choose(want): ids for this round, each priority's share first, the rest from the top down.
local function choose(want)
  local chosen, taken = {}, {}
  for i, queue in ipairs(queues) do
    queue.bands = bands(queue, want)
    taken[i] = {0, 0, 0, 0}
  end
  local function take(band, limit)
    for i, queue in ipairs(queues) do
      local list = queue.bands[band]
      while limit > 0 and #chosen < want and taken[i][band] < #list do
        taken[i][band] = taken[i][band] + 1
        chosen[#chosen + 1] = list[taken[i][band]]
        limit = limit - 1
      end
    end
  end
  for band = 1, 4 do
    take(band, shares[band])
  end
  for band = 1, 4 do
    take(band, want)
  end
  table.sort(chosen, function(a, b) return a.score < b.score end)
  return chosen
end

local reply = {at, next_due, '0'}
local claimed = {}
local aside = 0
local at_end = false

-- step_aside(head, queue, type): moves a ready task that this worker cannot run into its lane.
local function step_aside(head, queue, type)
  aside = aside + 1
  index_remove(head.key, head.id)
  index_add(lane_key(queue, type), head.text, head.id)
  if call('HEXISTS', LANES, queue .. ':' .. type) == 0 then
    touch(LANES)
    write('HSETNX', LANES, queue .. ':' .. type, 0)
    hint_work('ready ' .. queue)
  end
end

-- run_cancelled(bytes, at_body): whether the run of a step has been cancelled; then it must not start.
local function run_cancelled(bytes, at_body)
  local r = open_run(sub(bytes, at_body, at_body + 25))
  return r and r.cancel
end

for _ = 1, MOST_ROUNDS do
  local want = most - #claimed
  if want <= 0 or aside >= MOST_ASIDE or bytes_left <= 0 then
    break
  end
  local chosen = choose(want)
  if #chosen == 0 then
    at_end = true
    break
  end
  local keys = {}
  for i, head in ipairs(chosen) do
    keys[i] = RECORD .. head.id
  end
  local records = call('MGET', unpack(keys))
  local diverted = false
  for i, head in ipairs(chosen) do
    local bytes = records[i]
    if bytes and sub(bytes, 1, 1) ~= '1' then
      open_record(head.id, bytes)
    end
    if not bytes then
      index_remove(head.key, head.id)
      diverted = true
    elseif bytes_left > 0 then
      local queue_length = tonumber(sub(bytes, 4, 6))
      local type_end = HEADER_LENGTH + queue_length + tonumber(sub(bytes, 7, 9))
      local queue = sub(bytes, HEADER_LENGTH + 1, HEADER_LENGTH + queue_length)
      local type = sub(bytes, HEADER_LENGTH + queue_length + 1, type_end)
      local start_before = sub(bytes, 29, 41)
      local in_run = sub(bytes, 3, 3) == '1'
      if start_before ~= '0000000000000' and start_before < at13 then
        index_remove(head.key, head.id)
        end_task(open_record(head.id, bytes), 'C', 'e', at)
        diverted = true
      elseif in_run and run_cancelled(bytes, type_end + 1) then
        index_remove(head.key, head.id)
        end_task(open_record(head.id, bytes), 'C', 'r', at)
        diverted = true
      elseif not types[type] then
        if aside < MOST_ASIDE then
          step_aside(head, queue, type)
          diverted = true
        end
      else
        local attempt = tonumber(sub(bytes, 87, 91)) + 1
        local fence = tonumber(sub(bytes, 92, 99)) + 1
        index_remove(head.key, head.id)
        index_add(LEASES, expiry, head.id)
        index_add(index_key(queue, 'R'), at13, head.id)
        save_claim(head.id, attempt, fence, at13, claim_id, worker)
        event(head.id .. ' R ' .. attempt .. ' ' .. queue .. ' ' .. type ..
          (in_run and ' ' .. sub(bytes, type_end + 1, type_end + 26) or ''))
        claimed[#claimed + 1] = head.id
        reply[#reply + 1] = head.id
        reply[#reply + 1] = bytes
        bytes_left = bytes_left - #bytes
      end
    end
  end
  finish_runs(at)
  if #claimed > 0 then
    -- Written with the leases themselves, so that no lease exists that a repeat would not find.
    write('SET', memory, claim_id .. table.concat(claimed), 'PX', 3600000)
  end
  flush()
  if not diverted then
    at_end = aside < MOST_ASIDE
    break
  end
end
if #claimed == 0 and not at_end and #queues > 0 then
  reply[2] = at
end
return reply
