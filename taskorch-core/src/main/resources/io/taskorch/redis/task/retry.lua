#!lua
-- retry.lua: FAILED or CANCELLED -> PENDING by an operator: a new generation, attempts from 0.
-- KEYS[1] {<ns>:<p>}:   prefix of the partition
-- ARGV[1] task id   ARGV[2] operation id: remembered, so that a repeat changes nothing
-- Reply   "ok" | "not_found" | "step" | "held <id>" when another
--         task holds its unique key | the letter of the state that it cannot leave
--- @include "lib/now"
--- @include "lib/ready"
--- @include "lib/start_over"
--- @include "lib/unique"
--- @include "lib/batch"

local id = ARGV[1]
local operation = OPERATION .. ARGV[2]
if call('EXISTS', operation) == 1 then
  return 'ok'
end
local bytes = read_beginning(RECORD .. id)
if not bytes then
  return 'not_found'
end
local t = open_record(id, bytes)
if t.run then
  return 'step'
end
if t.state ~= 'F' and t.state ~= 'C' then
  return t.state
end
if t.unique then
  local holder = call('GET', key_of(t.unique))
  if holder and holder ~= id then
    return 'held ' .. holder
  end
  take_key(t.unique, id)
end
local at = now()
index_remove(index_key(t.queue, t.state), id)
index_remove(EXPIRING, id)
if t.batch then
  rejoin_batch(t.batch, id)
end
start_over(t)
become_ready({t}, at)
write('SET', operation, '1', 'PX', 600000)
flush()
return 'ok'
