#!lua flags=allow-oom
-- cancel.lua: marks a batch as cancelled, so that it gets no more members; run/advance then cancels those
-- that it has.
-- KEYS[1] {<ns>:<p>}:   prefix of the partition
-- ARGV[1] batch id
-- Reply   "ok", also when it has been marked before | "not_found" | the letter of another state
--- @include "lib/now"
--- @include "lib/batch"

local b = batch_of(ARGV[1])
if not b.state then
  return 'not_found'
end
if not is_live(b) then
  return b.state == 'C' and 'ok' or b.state
end
cancel_batch(b, now())
flush()
return 'ok'
