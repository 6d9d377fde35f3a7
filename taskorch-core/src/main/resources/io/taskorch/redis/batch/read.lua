#!lua flags=no-writes
-- read.lua: a batch and how far it is.
-- KEYS[1] {<ns>:<p>}:   prefix of the partition
-- ARGV[1] batch id
-- Reply   {} when there is no such batch, or {state, created, finished, "1" when it was cancelled, batch that
--         it is a member of or "", group or "", letters of the callbacks that have come about, number of
--         members, of those that have not ended, of those that run, that failed, that were lost otherwise}
--- @include "lib/keys"

local key = BATCH .. ARGV[1]
local facts = call('HMGET', key, 'state', 'created', 'finished', 'cancel', 'parent', 'group', 'fired')
if not facts[1] or facts[1] == 'G' then
  return {}
end
-- A batch that has not ended runs.
local running = call('SCARD', key .. ':batches')
for _, queue in ipairs(call('SMEMBERS', key .. ':queues')) do
  running = running + call('ZINTERCARD', 2, key .. ':open', index_key(queue, 'R'))
end
return {
  facts[1], facts[2], facts[3] or '0', facts[4] or '0', facts[5] or '', facts[6] or '', facts[7] or '',
  call('STRLEN', key .. ':members') / 26, call('SCARD', key .. ':open'), running,
  call('ZCOUNT', key .. ':lost', '0', '0'), call('ZCOUNT', key .. ':lost', '1', '1')
}
