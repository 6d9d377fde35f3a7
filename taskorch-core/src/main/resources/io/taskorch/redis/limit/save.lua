#!lua
-- save.lua: sets the limits of a key.
-- KEYS[1] {<ns>:<p>}:   prefix of the partition
-- ARGV[1] key   ARGV[2] its settings   ARGV[3] most keys
-- Reply   "ok" | "too_many"
--- @include "lib/limits"

local index = prefix .. 'limits'
if not call('ZSCORE', index, ARGV[1]) and call('ZCARD', index) >= tonumber(ARGV[3]) then
  return 'too_many'
end
index_add(index, '0', ARGV[1])
set_limits('l:' .. ARGV[1], ARGV[2])
flush()
return 'ok'
