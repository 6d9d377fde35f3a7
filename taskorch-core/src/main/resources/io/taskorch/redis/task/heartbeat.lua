#!lua flags=allow-oom
-- heartbeat.lua: prolongs the leases that are still held.
-- KEYS[1] {<ns>:<p>}:   prefix of the partition
-- ARGV[1] lease from now in ms   ARGV[2] number of leases
-- ARGV[…] two each: task id; generation (4) and nonce (22) of the lease
-- Reply   a letter for each: "h" held, "c" held and its cancelling is asked for, "-" lost
--- @include "lib/now"
--- @include "lib/end_task"
--- @include "lib/lease"
--- @include "lib/lease_group"

local expiry = format('%013d', now() + tonumber(ARGV[1]))
local count = tonumber(ARGV[2])
local answers, keys, queues = {}, {}, {}
for i = 1, count do
  local id, lease = ARGV[2 * i + 1], ARGV[2 * i + 2]
  -- The header and the body's beginning, where the run stands; payloads stay where they are.
  local bytes = read_beginning(RECORD .. id)
  if bytes and holds_lease(bytes, read_lease(lease)) then
    local t = open_record(id, bytes)
    local r = t.run and open_run(t.run)
    keys[#keys + 1] = RECORD .. id
    local ids = queues[t.queue] or {}
    queues[t.queue] = ids
    ids[#ids + 1] = id
    answers[i] = (t.cancel == '1' or r and r.cancel) and 'c' or 'h'
  else
    answers[i] = '-'
  end
end
save_expiry(keys, expiry)
for queue, ids in pairs(queues) do
  lease_together(queue, ids, expiry)
end
flush()
return table.concat(answers)
