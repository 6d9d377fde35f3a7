#!lua flags=allow-oom
-- progress.lua: notes how far an attempt is, while its lease is held.
-- KEYS[1] {<ns>:<p>}:   prefix of the partition
-- ARGV[1] task id   ARGV[2] generation (4) and nonce (22) of the lease
-- ARGV[3] progress, opaque JSON   ARGV[4] percent
-- Reply   "ok" | "lease_lost"
--- @include "lib/move"
--- @include "lib/lease"

local id = ARGV[1]
local bytes = read_beginning(RECORD .. id)
if not bytes or not holds_lease(bytes, read_lease(ARGV[2])) then
  return 'lease_lost'
end
local t = open_record(id, bytes)
touch(PROGRESS .. id)
save_note(id, bytes)
write('SET', PROGRESS .. id, ARGV[3])
announce_state(id, '%', ARGV[4], t.queue, t.type, t.run)
flush()
return 'ok'
