#!lua flags=allow-oom
-- drain.lua: asks a worker to claim no more; it hears of it with its next beat.
-- KEYS[1] {<ns>:<p>}:   prefix of the partition that holds the registry
-- ARGV[1] worker id
-- Reply   "ok" | "not_found"
--- @include "lib/keys"

if call('HEXISTS', prefix .. 'workers:described', ARGV[1]) == 0 then
  return 'not_found'
end
call('SADD', prefix .. 'workers:draining', ARGV[1])
return 'ok'
