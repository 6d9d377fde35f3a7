#!lua
-- commit.lua: ends the upload of a batch whose last task was not stored.
-- KEYS[1] {<ns>:<p>}:   prefix of the partition
-- ARGV[1] batch id
-- Reply   "ok", also in a repeat | "not_found"
--- @include "lib/now"
--- @include "lib/batch"

local b = batch_of(ARGV[1])
if not b.state then
  return 'not_found'
end
begin_batch(b, now())
flush()
return 'ok'
