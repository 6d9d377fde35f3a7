-- queue_settings(queue): the settings of a queue in this partition.
--   version, paused        a number, 0 when it has none; "1" or "0"
--   together, per_group    limits of the queue and of each of its groups, "" for none
--   digest                 of its groups' weights, "" for none
--- @include "lib/keys"
local function queue_settings(queue)
  local version, digest = string.match(call('HGET', prefix .. 'settings', queue) or '0',
    '^(%d+) ?(%S*)$')
  local gates = call('HMGET', prefix .. 'gates', 'q:' .. queue, 'g:' .. queue)
  return {
    version = tonumber(version),
    paused = format('%d', call('SISMEMBER', PAUSED, queue)),
    together = gates[1] or '',
    per_group = gates[2] or '',
    digest = digest
  }
end
