#!lua flags=allow-oom
-- purge_queue.lua: ends what waits in a queue as CANCELLED, some tasks a call.
-- KEYS[1] {<ns>:<p>}:   prefix of the partition
-- ARGV[1] queue   ARGV[2] most tasks   ARGV[3] number of lanes   ARGV[…] lanes
-- Reply   number cancelled; call again while this is above 0
--- @include "lib/now"
--- @include "lib/end_task"

local at = now()
local queue, left = ARGV[1], tonumber(ARGV[2])
local sources = {
  index_key(queue, 'P'), base_of(queue) .. 'apart', index_key(queue, 'S'), index_key(queue, 'T')
}
for i = 1, tonumber(ARGV[3]) do
  local base = base_of(queue, ARGV[3 + i])
  sources[#sources + 1] = base .. 'ready'
  sources[#sources + 1] = base .. 'apart'
end
local count = 0
for _, key in ipairs(sources) do
  if left > 0 then
    local ids = call('ZRANGE', key, 0, left - 1)
    left = left - #ids
    for _, id in ipairs(ids) do
      index_remove(key, id)
      local bytes = read_beginning(RECORD .. id)
      if bytes then
        local t = open_record(id, bytes)
        if t.state == 'P' then
          leave(t)
        end
        end_task(t, 'C', 'q', at)
      end
      count = count + 1
    end
  end
end
finish_runs(at)
flush()
return count
