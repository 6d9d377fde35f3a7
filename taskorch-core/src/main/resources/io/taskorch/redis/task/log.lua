#!lua flags=allow-oom
-- log.lua: adds lines to a task's log, while its lease is held. The last lines are kept.
-- KEYS[1] {<ns>:<p>}:   prefix of the partition
-- ARGV[1] task id   ARGV[2] generation (4) and nonce (22) of the lease
-- ARGV[3] operation id: the same as that of the last call adds nothing
-- ARGV[4] most lines kept   ARGV[5] number of lines
-- ARGV[…] three each: time in ms, or "" for now; stream; line
-- Reply   "ok" | "lease_lost"
--- @include "lib/now"
--- @include "lib/move"
--- @include "lib/lease"

local id = ARGV[1]
local bytes = read_beginning(RECORD .. id)
if not bytes or not holds_lease(bytes, read_lease(ARGV[2])) then
  return 'lease_lost'
end
local key = LOGS .. id
local last = call('XREVRANGE', key, '+', '-', 'COUNT', 1)
local seq = 0
if last[1] then
  if last[1][2][8] == ARGV[3] then
    return 'ok'
  end
  seq = tonumber(string.match(last[1][1], '^(%d+)'))
end
local at = now()
save_note(id, bytes)
for i = 1, tonumber(ARGV[5]) do
  local time = ARGV[3 * i + 3]
  write('XADD', key, 'MAXLEN', '~', ARGV[4], (seq + i) .. '-0', 't', time == '' and at or time,
    's', ARGV[3 * i + 4], 'l', ARGV[3 * i + 5], 'o', ARGV[3])
end
flush()
return 'ok'
