#!lua flags=allow-oom
-- decide.lua: what a program has decided of a step that nothing in the graph holds back. A step that
-- has been decided, cancelled or started over meanwhile stays as it is.
-- KEYS[1] {<ns>:<p>}:   prefix of the partition
-- ARGV[1] run id   ARGV[2] step index   ARGV[3] generation of the step (4)
-- ARGV[4] "R" it starts   "K" it is skipped   "D" it succeeds   "F" it fails   "C" it is cancelled
--         "W" it waits   "N" it has begun another run
-- ARGV[5] D: result, opaque JSON, or ""; K, F, C: reason; W: when to decide again in ms, or "" for
--         only when it is woken; N: id of that run
-- ARGV[6] F: error, opaque JSON; W: name of the signal that wakes it, or ""; N: when to look whether
--         that run has been stored, in ms
-- Reply   "ok" | "too_many" when too many runs have come about from one | "woken" when the signal is
--         there already | "gone" when it is not to be decided
--- @include "lib/now"
--- @include "lib/end_task"
--- @include "lib/history"

-- So many runs may come about from one that somebody started: a workflow that begins itself ends.
local MOST_BEGUN = 20000
local at = now()
local entry = ARGV[1] .. ' ' .. ARGV[2]
local index, to = tonumber(ARGV[2]), ARGV[4]
local r = open_run(ARGV[1])
local id = r and step_id(r, index)
local bytes = id and read_beginning(RECORD .. id)
local t = bytes and open_record(id, bytes)
if not t or r.state ~= 'R' or t.state ~= 'B' then
  index_remove(UNDECIDED, entry)
  flush()
  return 'gone'
elseif t.generation ~= ARGV[3] then
  -- Its turn in this generation is to come, or has come.
  return 'gone'
end

-- begin_waiting(): notes when its wait began.
local function begin_waiting()
  if tonumber(t.started) == 0 then
    t.started = format('%013d', at)
    t.updated = t.started
    save(t)
  end
end

-- await_signal(name): has the signal wake it. Returns whether it has been sent.
local function await_signal(name)
  if call('HGET', r.key .. ':signals', name) ~= '' then
    return true
  end
  local steps = call('HGET', r.key .. ':awaiting', name) or ''
  if not find(' ' .. steps .. ' ', ' ' .. index .. ' ', 1, true) then
    touch(r.key .. ':awaiting')
    write('HSET', r.key .. ':awaiting', name, steps == '' and index or steps .. ' ' .. index)
  end
end

if to == 'W' then
  begin_waiting()
  if ARGV[6] ~= '' and await_signal(ARGV[6]) then
    index_add(UNDECIDED, format('%d', at), entry)
    flush()
    return 'woken'
  elseif ARGV[5] == '' then
    stop_looking(r, index)
  else
    index_add(UNDECIDED, ARGV[5], entry)
    write('SPUBLISH', prefix .. 'work', 'undecided')
  end
  flush()
  return 'ok'
elseif to == 'N' then
  if not child_of(r, index) then
    local root = root_of(r)
    local begun = tonumber(call('HGET', root.key, 'begun') or 0)
    if begun >= MOST_BEGUN then
      return 'too_many'
    end
    touch(root.key)
    write('HSET', root.key, 'begun', begun + 1)
  end
  begin_waiting()
  touch(r.key .. ':children')
  write('HSET', r.key .. ':children', index, ARGV[5])
  index_add(UNDECIDED, ARGV[6], entry)
  flush()
  return 'ok'
end

index_remove(UNDECIDED, entry)
if to == 'R' then
  local ready = {start_step(r, t, at)}
  become_ready(ready, at)
else
  if to == 'F' then
    note_attempt(t, tonumber(t.started) == 0 and format('%013d', at) or t.started, at, ARGV[6])
  elseif to == 'D' and ARGV[5] ~= '' then
    touch(RESULT .. id)
    write('SET', RESULT .. id, ARGV[5])
  end
  end_task(t, to, to == 'D' and '-' or ARGV[5], at)
  finish_runs(at)
end
flush()
return 'ok'
