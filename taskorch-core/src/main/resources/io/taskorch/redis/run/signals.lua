#!lua flags=no-writes
-- signals.lua: the last signal of a name that a run was sent.
-- KEYS[1] {<ns>:<p>}:   prefix of the partition
-- ARGV[1] run id   ARGV[2] name
-- Reply   {payload, or "" when there was none}
--- @include "lib/keys"

return {call('HGET', RUN .. ARGV[1] .. ':signals', ARGV[2]) or ''}
