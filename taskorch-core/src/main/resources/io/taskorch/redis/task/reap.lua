#!lua flags=allow-oom
-- reap.lua: takes back tasks whose lease has expired: RUNNING -> PENDING at the front, FAILED after
-- the last crash that is allowed, CANCELLED when that was asked for.
-- KEYS[1] {<ns>:<p>}:   prefix of the partition
-- ARGV[1] ms to wait after a jump of the clock   ARGV[2] most tasks   ARGV[3] most crashes
-- ARGV[4] error of a crash, opaque JSON
-- Reply   {number given back, number failed or cancelled, expiry of the next lease in ms or 0}
--- @include "lib/now"
--- @include "lib/end_task"
--- @include "lib/history"
--- @include "lib/give_back"

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
  return {0, 0, resume}
end

local most = tonumber(ARGV[2])
local expired = call('ZRANGE', LEASES, '-inf', at, 'BYSCORE', 'LIMIT', 0, most)
local given_back, ended = 0, 0
for _, id in ipairs(expired) do
  index_remove(LEASES, id)
  local bytes = call('GET', RECORD .. id)
  local t = bytes and open_record(id, bytes)
  if t and t.state == 'R' then
    index_remove(index_key(t.queue, 'R'), id)
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
end
finish_runs(at)
flush()
local head = call('ZRANGE', LEASES, 0, 0, 'WITHSCORES')
return {given_back, ended, head[2] and tonumber(head[2]) or 0}
