-- The plan of a script: what it will write, collected while it still only reads. Redis does not
-- undo the writes of a script that fails half way, so everything is read and checked first.
-- On a cluster flush() first looks at every key that it is about to write: while a slot moves
-- between nodes, a key that is not here yet makes that look fail, before anything is written.
--- @include "generated/constants"
--- @include "lib/keys"

-- Made when the first thing is planned, and forgotten by the flush and when a call begins: one that
-- failed may have left its plan behind.
local plan
each_call(function()
  plan = nil
end)
local function begin_plan()
  plan = {
    touched = {n = 0}, adds = {}, removals = {}, headers = {}, writes = {}, bulks = {},
    counts = {}, lines = {}, ended = {}, deleted = {n = 0}, numbered = 0,
    removed = {n = 0}, added = {n = 0}
  }
  return plan
end

-- planned(name): a table that lives as long as the plan, made when it is first asked for: the store
-- says what it knows once the plan is written. before_flush(name, complete): has a flush that finds it
-- begin with planning what follows from it.
local function planned(name)
  local plan = plan or begin_plan()
  local list = plan[name]
  if not list then
    list = {}
    plan[name] = list
  end
  return list
end
local completions = {}
local function before_flush(name, complete)
  completions[#completions + 1] = {name = name, complete = complete}
end

-- touch(key): flush will write this key, which the script has not read.
local function touch(key)
  if not SLOTS_MOVE then
    return
  end
  local touched = (plan or begin_plan()).touched
  local n = touched.n + 1
  touched[n] = key
  touched.n = n
end

-- tell_ended(ids): whoever waits for the end of these tasks or runs is told with the flush.
local function tell_ended(ids)
  local plan = plan or begin_plan()
  plan.ended[#plan.ended + 1] = ids
end

-- index_add(key, score, member), index_remove(key, member): changes of sorted sets; those of one
-- key become one call each. A score given as text saves writing a number out.
local function index_add(key, score, member)
  local plan = plan or begin_plan()
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
  local plan = plan or begin_plan()
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

-- add_one(key, score, member), remove_one(key, member): the same for keys of which a call mostly changes
-- one member: nothing is built for each key.
local function add_one(key, score, member)
  local plan = plan or begin_plan()
  touch(key)
  local added = plan.added
  local n = added.n
  added[n + 1], added[n + 2], added[n + 3] = key, score, member
  added.n = n + 3
end
local function remove_one(key, member)
  local plan = plan or begin_plan()
  touch(key)
  local removed = plan.removed
  local n = removed.n
  removed[n + 1], removed[n + 2] = key, member
  removed.n = n + 2
end

-- index_add_all(key, score, members), index_remove_all(key, members): the same for a whole list, which
-- is not copied. score is text.
local function index_add_all(key, score, members)
  local plan = plan or begin_plan()
  touch(key)
  plan.bulks[#plan.bulks + 1] = {key = key, score = score, members = members}
end

local function index_remove_all(key, members)
  local plan = plan or begin_plan()
  touch(key)
  plan.bulks[#plan.bulks + 1] = {key = key, members = members}
end

-- write_headers(keys, offset, bytes): the same change of several records' headers in place. The
-- offset is text, as Redis writes numbers out at great length.
local function write_headers(keys, offset, bytes)
  local plan = plan or begin_plan()
  plan.headers[#plan.headers + 1] = {keys = keys, offset = offset, bytes = bytes}
end

-- delete(key)
local function delete(key)
  local plan = plan or begin_plan()
  local deleted = plan.deleted
  local n = deleted.n + 1
  deleted[n] = key
  deleted.n = n
end

-- count(key, by): changes a counter, which goes when it comes to nothing.
local function count(key, by)
  local plan = plan or begin_plan()
  local counts = plan.counts
  if not counts[key] then
    touch(key)
  end
  counts[key] = (counts[key] or 0) + by
end

-- write(command, key, …): any other write, done in the order of the calls. Returns its words, to
-- which more may be added.
local function write(...)
  local plan = plan or begin_plan()
  local command = {...}
  plan.writes[#plan.writes + 1] = command
  return command
end

-- event_all(what, ids): something that the event stream is to tell of tasks or runs; event(what, id):
-- of one. What has happened to several in the same words is one line.
local function event_all(what, ids)
  local plan = plan or begin_plan()
  plan.lines[#plan.lines + 1] = {what = what, ids = ids}
end
local function event(what, id)
  local plan = plan or begin_plan()
  local ids = plan.lines[what]
  if not ids then
    ids = {}
    plan.lines[what] = ids
    event_all(what, ids)
  end
  ids[#ids + 1] = id
end

-- last_number(): the last sequence number that was given out; take_numbers(count): the same, and takes
-- those that follow it.
local function last_number()
  local plan = plan or begin_plan()
  plan.number_before = plan.number_before or call('GET', SEQUENCE) or 0
  return plan.number_before + plan.numbered
end
local function take_numbers(count)
  local plan = plan or begin_plan()
  local before = last_number()
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

-- text_of(ids): all of them in a row. Several who tell of the same tasks share it.
local function text_of(ids)
  ids.text = ids.text or table.concat(ids)
  return ids.text
end

-- The stream keeps about EVENTS_KEPT events; an entry holds as many as its call had moves: what has
-- happened, to which ids, and so on.
local MOST_LINES = 100
local function append_events()
  each_chunk(plan.lines, MOST_LINES, function(lines, from, to)
    local command, events = {'XADD', EVENTS, 'MAXLEN', '~', '', '*'}, 0
    for i = from, to do
      local line = lines[i]
      command[2 * (i - from) + 7] = line.what
      command[2 * (i - from) + 8] = text_of(line.ids)
      events = events + #line.ids
    end
    command[5] = events > 2 and math.max(1000, math.floor(EVENTS_KEPT / events)) or '50000'
    call(unpack(command))
  end)
end

-- Tells those who wait for the end of these tasks or runs.
local function hint_ended()
  if #plan.ended > 0 and call('EXISTS', AWAITED) == 1 then
    local function hint(ids, from, to)
      local awaited = call('ZMSCORE', AWAITED, unpack(ids, from, to))
      for i = from, to do
        if awaited[i - from + 1] then
          call('SPUBLISH', prefix .. 'ended', ids[i])
        end
      end
    end
    for _, ids in ipairs(plan.ended) do
      each_chunk(ids, 400, hint)
    end
  end
end

-- flush(): writes the plan, if there is any.
local function flush()
  if not plan then
    return
  end
  for i = 1, #completions do
    local known = plan[completions[i].name]
    if known then
      completions[i].complete(known)
    end
  end
  if #plan.lines > 0 then
    touch(EVENTS)
  end
  if SLOTS_MOVE then
    local function look(list, from, to)
      call('EXISTS', unpack(list, from, to))
    end
    each_chunk(plan.touched, 400, look)
    each_chunk(plan.deleted, 400, look)
  end
  for key, members in pairs(plan.removals) do
    each_chunk(members, 400, function(list, from, to)
      call('ZREM', key, unpack(list, from, to))
    end)
  end
  local removed = plan.removed
  for i = 1, removed.n, 2 do
    call('ZREM', removed[i], removed[i + 1])
  end
  for key, args in pairs(plan.adds) do
    each_chunk(args, 400, function(list, from, to)
      call('ZADD', key, unpack(list, from, to))
    end)
  end
  local added = plan.added
  for i = 1, added.n, 3 do
    call('ZADD', added[i], added[i + 1], added[i + 2])
  end
  for _, bulk in ipairs(plan.bulks) do
    each_chunk(bulk.members, 400, function(list, from, to)
      if not bulk.score then
        return call('ZREM', bulk.key, unpack(list, from, to))
      end
      local args, score = {}, bulk.score
      for i = from, to do
        args[2 * (i - from) + 1] = score
        args[2 * (i - from) + 2] = list[i]
      end
      call('ZADD', bulk.key, unpack(args))
    end)
  end
  for _, header in ipairs(plan.headers) do
    local offset, bytes = header.offset, header.bytes
    for _, key in ipairs(header.keys) do
      call('SETRANGE', key, offset, bytes)
    end
  end
  each_chunk(plan.deleted, 400, function(list, from, to)
    call('UNLINK', unpack(list, from, to))
  end)
  for key, by in pairs(plan.counts) do
    if by ~= 0 and call('INCRBY', key, by) == 0 then
      call('DEL', key)
    end
  end
  for _, command in ipairs(plan.writes) do
    call(unpack(command))
  end
  if plan.numbered > 0 then
    call('INCRBY', SEQUENCE, plan.numbered)
  end
  append_events()
  hint_ended()
  plan = nil
end

-- hint_work(message): tells workers of this partition that something is worth a look.
local function hint_work(message)
  call('SPUBLISH', prefix .. 'work', message)
end
