#!lua flags=no-writes
-- read.lua: how a group of a queue stands.
-- KEYS[1] {<ns>:<p>}:   prefix of the partition
-- ARGV[1] queue   ARGV[2] group
-- Reply   {now in ms, "1" when it is paused, weight, limits of each group or "", tasks with a permit,
--         arrival time of its bucket in µs}
--- @include "lib/now"
--- @include "lib/keys"

local gate = 'g:' .. ARGV[1] .. ':' .. ARGV[2]
return {
  format('%d', now()),
  call('ZSCORE', prefix .. 'closed', gate) == 'inf' and '1' or '0',
  call('HGET', prefix .. 'weights:' .. ARGV[1], ARGV[2]) or '1',
  call('HGET', prefix .. 'gates', 'g:' .. ARGV[1]) or '',
  call('ZCARD', prefix .. 'held:' .. gate),
  call('GET', prefix .. 'bucket:' .. gate) or '0'
}
