-- The plan of a script: what it will write, collected while it still only reads. Redis does not
-- undo the writes of a script that fails half way, so everything is read and checked first.
-- flush() first looks at every key that it is about to write: while a slot moves between nodes, a
-- key that is not here yet makes that look fail, before anything is written.
--- @include "generated/constants"
--- @include "lib/keys"
local function new_plan()
  return {touched = {}, adds = {}, removals = {}, writes = {}, events = {}, ended = {}, numbered = 0}
end
local plan = new_plan()

-- touch(key): flush will write this key, which the script has not read.
local function touch(key)
  plan.touched[key] = true
end

-- index_add(key, score, member), index_remove(key, member): changes of sorted sets; those of one
-- key become one call each.
local function index_add(key, score, member)
  local args = plan.adds[key]
  if not args then
    args = {}
    plan.adds[key] = args
    touch(key)
  end
  local n = #args
  args[n + 1] = score
  args[n + 2] = member
end

local function index_remove(key, member)
  local args = plan.removals[key]
  if not args then
    args = {}
    plan.removals[key] = args
    touch(key)
  end
  args[#args + 1] = member
end

-- write(command, key, …): any other write, done in the order of the calls.
local function write(...)
  plan.writes[#plan.writes + 1] = {...}
end

-- event(text): a line of this call's entry in the event stream.
local function event(text)
  plan.events[#plan.events + 1] = text
end

-- take_numbers(count): reserves sequence numbers; returns the one before the first.
local function take_numbers(count)
  local last = redis.call('GET', SEQUENCE)
  local before = (last and tonumber(last) or 0) + plan.numbered
  plan.numbered = plan.numbered + count
  return before
end

-- each_chunk(list, size, visit): visit(list, from, to) over stretches of at most size elements.
local function each_chunk(list, size, visit)
  for from = 1, #list, size do
    visit(list, from, math.min(from + size - 1, #list))
  end
end

-- The stream keeps about EVENTS_KEPT lines; an entry holds as many as its call had moves.
local function append_events()
  local lines = #plan.events
  if lines > 0 then
    local entries = math.max(1000, math.min(50000, math.floor(EVENTS_KEPT / lines)))
    redis.call('XADD', EVENTS, 'MAXLEN', '~', entries, '*', 'e', table.concat(plan.events, '\n'))
  end
end

-- Tells those who wait for the end of these tasks or runs.
local function hint_ended()
  if #plan.ended > 0 and redis.call('EXISTS', AWAITED) == 1 then
    each_chunk(plan.ended, 400, function(ids, from, to)
      local awaited = redis.call('ZMSCORE', AWAITED, unpack(ids, from, to))
      for i = from, to do
        if awaited[i - from + 1] then
          redis.call('SPUBLISH', prefix .. 'ended', ids[i])
        end
      end
    end)
  end
end

-- flush(): writes the plan and begins a new one.
local function flush()
  local keys = {}
  for key in pairs(plan.touched) do
    keys[#keys + 1] = key
  end
  if #plan.events > 0 then
    keys[#keys + 1] = EVENTS
  end
  each_chunk(keys, 400, function(list, from, to)
    redis.call('EXISTS', unpack(list, from, to))
  end)
  for key, members in pairs(plan.removals) do
    each_chunk(members, 400, function(list, from, to)
      redis.call('ZREM', key, unpack(list, from, to))
    end)
  end
  for key, args in pairs(plan.adds) do
    each_chunk(args, 400, function(list, from, to)
      redis.call('ZADD', key, unpack(list, from, to))
    end)
  end
  for _, command in ipairs(plan.writes) do
    redis.call(unpack(command))
  end
  if plan.numbered > 0 then
    redis.call('INCRBY', SEQUENCE, plan.numbered)
  end
  append_events()
  hint_ended()
  plan = new_plan()
end

-- hint_work(message): tells workers of this partition that something is worth a look.
local function hint_work(message)
  redis.call('SPUBLISH', prefix .. 'work', message)
end
