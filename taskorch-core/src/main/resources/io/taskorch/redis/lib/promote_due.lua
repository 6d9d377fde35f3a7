-- promote_due(queue, at, most): moves tasks of a queue whose time has come to PENDING, in the order
-- of their times, and writes that at once. Returns how many, and when the next one is due (nil when none is).
--- @include "lib/ready"
local function promote_due(queue, at, most)
  local due, next_due
  for i = 1, 2 do
    local key = index_key(queue, i == 1 and 'S' or 'T')
    local head = call('ZRANGE', key, '0', '0', 'WITHSCORES')
    if head[2] and tonumber(head[2]) <= at then
      due = due or {}
      local found = call('ZRANGE', key, '-inf', at, 'BYSCORE', 'LIMIT', '0', most, 'WITHSCORES')
      for j = 1, #found, 2 do
        due[#due + 1] = {id = found[j], time = tonumber(found[j + 1]), from = key}
      end
      head = call('ZRANGE', key, #found / 2, #found / 2, 'WITHSCORES')
    end
    if head[2] then
      local score = tonumber(head[2])
      next_due = next_due and math.min(next_due, score) or score
    end
  end
  if not due then
    return 0, next_due
  end
  table.sort(due, function(a, b)
    return a.time < b.time or a.time == b.time and a.id < b.id
  end)
  local tasks = {}
  for _, entry in ipairs(due) do
    index_remove(entry.from, entry.id)
    local bytes = read_beginning(RECORD .. entry.id)
    if bytes then
      tasks[#tasks + 1] = open_record(entry.id, bytes)
    end
  end
  become_ready(tasks, at)
  flush()
  return #tasks, next_due
end
