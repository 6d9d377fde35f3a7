#!lua flags=allow-oom
-- reap.lua: takes back tasks whose lease has expired: RUNNING -> PENDING at the front, FAILED after
-- the last crash that is allowed, CANCELLED when that was asked for.
-- KEYS[1] {<ns>:<p>}:   prefix of the partition
-- ARGV[1] ms to wait after a jump of the clock   ARGV[2] most tasks   ARGV[3] most crashes
-- ARGV[4] error of a crash, opaque JSON
-- Reply   {number given back, number failed or cancelled, 1 when there are more to look at or 0}
--- @include "lib/now"
--- @include "lib/end_task"
--- @include "lib/history"
--- @include "lib/give_back"
--- @include "lib/group"
--- @include "lib/gate"

local MOST_JUMP = 5000
local at = now()
local clock = prefix .. 'reaper'
local last, resume = unpack(call('HMGET', clock, 'last', 'resume'))
last = last and tonumber(last) or at
resume = resume and tonumber(resume) or 0
-- A server that stood still let leases expire that their workers could not renew: give them time.
if math.abs(at - last) > MOST_JUMP then
  resume = at + tonumber(ARGV[1])
elseif resume > at + tonumber(ARGV[1]) then
  resume = 0
end
call('HSET', clock, 'last', format('%d', at), 'resume', format('%d', resume))
if at < resume then
  return {0, 0, 0}
end

-- Most tasks that are looked at have ended long ago, which costs little.
local MOST_LOOKED_AT = 1000
local most = tonumber(ARGV[2])
local expired, seen = {}, {}

-- look(member): adds the tasks of a group whose leases have expired. Returns how many it names, or
-- nil when not all of them could be added.
local at13 = format('%013d', at)
local function look(member)
  local colon = find(member, ':', 1, true)
  local queue, ids = sub(member, 1, colon - 1), ids_in(member, colon + 1)
  local running = call('ZMSCORE', index_key(queue, 'R'), unpack(ids))
  for i, id in ipairs(ids) do
    local bytes = running[i] and not seen[id] and read_beginning(RECORD .. id)
    local t = bytes and open_record(id, bytes)
    if t and t.state == 'R' and t.expiry <= at13 then
      if #expired == most then
        return nil
      end
      expired[#expired + 1] = t
      seen[id] = true
    end
  end
  return #ids
end

local due = call('ZCOUNT', LEASES, '-inf', at)
local looked_at, place, size = 0, 0, MOST_IN_GROUP
while size and place < due and looked_at < MOST_LOOKED_AT do
  local want = groups_to_read(MOST_LOOKED_AT - looked_at, size)
  for _, member in ipairs(call('ZRANGE', LEASES, place, math.min(place + want, due) - 1)) do
    size = size and looked_at < MOST_LOOKED_AT and look(member)
    if size then
      place = place + 1
      looked_at = looked_at + size
    end
  end
end
if place > 0 then
  write('ZREMRANGEBYRANK', LEASES, 0, place - 1)
end

local given_back, ended = 0, 0
for _, t in ipairs(expired) do
  index_remove(index_key(t.queue, 'R'), t.id)
  leave_gates(t.id, t.queue, t.flow, at)
  t.crashes = t.crashes + 1
  note_attempt(t, t.started, at, ARGV[4])
  local r = t.run and open_run(t.run)
  if r and r.cancel then
    end_task(t, 'C', 'r', at)
    ended = ended + 1
  elseif t.cancel == '1' then
    end_task(t, 'C', 'c', at)
    ended = ended + 1
  elseif t.crashes >= tonumber(ARGV[3]) then
    end_task(t, 'F', 'l', at)
    ended = ended + 1
  else
    give_back(t, at)
    given_back = given_back + 1
  end
end
finish_runs(at)
flush()
return {given_back, ended, place < due and 1 or 0}
