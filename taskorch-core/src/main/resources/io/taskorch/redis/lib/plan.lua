-- The plan of a script: what it will write, collected while it still only reads. Redis does not
-- undo the writes of a script that fails half way, so everything is read and checked first.
-- flush() first looks at every key that it is about to write: while a slot moves between nodes, a
-- key that is not here yet makes that look fail, before anything is written.
--- @include "generated/constants"
--- @include "lib/keys"
local function new_plan()
  return {
    touched = {n = 0}, adds = {}, removals = {}, headers = {n = 0}, writes = {}, events = {n = 0},
    ended = {n = 0}, deleted = {n = 0}, numbered = 0
  }
end
local plan = new_plan()

-- touch(key): flush will write this key, which the script has not read.
local function touch(key)
  local touched = plan.touched
  local n = touched.n + 1
  touched[n] = key
  touched.n = n
end

-- tell_ended(id): whoever waits for the end of this task or run is told with the flush.
local function tell_ended(id)
  local list = plan.ended
  local n = list.n + 1
  list[n] = id
  list.n = n
end

-- index_add(key, score, member), index_remove(key, member): changes of sorted sets; those of one
-- key become one call each. A score given as text saves writing a number out.
local function index_add(key, score, member)
  local args = plan.adds[key]
  if not args then
    args = {n = 0}
    plan.adds[key] = args
    touch(key)
  end
  local n = args.n
  args[n + 1] = score
  args[n + 2] = member
  args.n = n + 2
end

local function index_remove(key, member)
  local args = plan.removals[key]
  if not args then
    args = {n = 0}
    plan.removals[key] = args
    touch(key)
  end
  local n = args.n + 1
  args[n] = member
  args.n = n
end

-- write_header(key, offset, bytes): a change of a record's header in place.
local function write_header(key, offset, bytes)
  local headers = plan.headers
  local n = headers.n
  headers[n + 1] = key
  headers[n + 2] = offset
  headers[n + 3] = bytes
  headers.n = n + 3
end

-- delete(key)
local function delete(key)
  local deleted = plan.deleted
  local n = deleted.n + 1
  deleted[n] = key
  deleted.n = n
end

-- write(command, key, …): any other write, done in the order of the calls.
local function write(...)
  plan.writes[#plan.writes + 1] = {...}
end

-- event(text): a line of this call's entry in the event stream.
local function event(text)
  local events = plan.events
  local n = events.n + 1
  events[n] = text
  events.n = n
end

-- take_numbers(count): reserves sequence numbers; returns the one before the first.
local function take_numbers(count)
  local last = call('GET', SEQUENCE)
  local before = (last and tonumber(last) or 0) + plan.numbered
  plan.numbered = plan.numbered + count
  return before
end

-- each_chunk(list, size, visit): visit(list, from, to) over stretches of at most size elements.
local function each_chunk(list, size, visit)
  local n = #list
  for from = 1, n, size do
    visit(list, from, math.min(from + size - 1, n))
  end
end

-- The stream keeps about EVENTS_KEPT lines; an entry holds as many as its call had moves.
local function append_events()
  local lines = plan.events.n
  if lines > 0 then
    local entries = math.max(1000, math.min(50000, math.floor(EVENTS_KEPT / lines)))
    call('XADD', EVENTS, 'MAXLEN', '~', entries, '*', 'e', table.concat(plan.events, '\n'))
  end
end

-- Tells those who wait for the end of these tasks or runs.
local function hint_ended()
  if plan.ended.n > 0 and call('EXISTS', AWAITED) == 1 then
    each_chunk(plan.ended, 400, function(ids, from, to)
      local awaited = call('ZMSCORE', AWAITED, unpack(ids, from, to))
      for i = from, to do
        if awaited[i - from + 1] then
          call('SPUBLISH', prefix .. 'ended', ids[i])
        end
      end
    end)
  end
end

-- flush(): writes the plan and begins a new one.
local function flush()
  if plan.events.n > 0 then
    touch(EVENTS)
  end
  local function look(list, from, to)
    call('EXISTS', unpack(list, from, to))
  end
  each_chunk(plan.touched, 400, look)
  each_chunk(plan.deleted, 400, look)
  for key, members in pairs(plan.removals) do
    each_chunk(members, 400, function(list, from, to)
      call('ZREM', key, unpack(list, from, to))
    end)
  end
  for key, args in pairs(plan.adds) do
    each_chunk(args, 400, function(list, from, to)
      call('ZADD', key, unpack(list, from, to))
    end)
  end
  local headers = plan.headers
  for i = 1, headers.n, 3 do
    call('SETRANGE', headers[i], headers[i + 1], headers[i + 2])
  end
  each_chunk(plan.deleted, 400, function(list, from, to)
    call('UNLINK', unpack(list, from, to))
  end)
  for _, command in ipairs(plan.writes) do
    call(unpack(command))
  end
  if plan.numbered > 0 then
    call('INCRBY', SEQUENCE, plan.numbered)
  end
  append_events()
  hint_ended()
  plan = new_plan()
end

-- hint_work(message): tells workers of this partition that something is worth a look.
local function hint_work(message)
  call('SPUBLISH', prefix .. 'work', message)
end
