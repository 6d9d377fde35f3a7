-- forget_steps(r, most): plans the deletion of some steps of a run, the last first, and of the run
-- itself once none is left. Returns how many.
--- @include "lib/forget"
--- @include "lib/run"
local function forget_steps(r, most, index)
  local left = math.floor(call('STRLEN', r.key .. ':ids') / 26)
  local first = math.max(0, left - most)
  -- Runs that it began go next.
  local function forget_child(step)
    local child = child_of(r, step)
    if child then
      index_add(EXPIRING_RUNS, '0', child)
    end
  end
  for i = first, left - 1 do
    forget_child(i)
    local id = step_id(r, i)
    local bytes = read_beginning(RECORD .. id)
    if bytes then
      if state_of(bytes) == 'B' then
        delete(RECORD .. id)
      else
        forget(id, bytes)
      end
    end
  end
  if first == 0 then
    index_remove(index, r.id)
    index_remove(prefix .. 'runs:' .. r.state, r.id)
    forget_child(-1)
    local keys = {}
    for i, part in ipairs(RUN_PARTS) do
      keys[i] = r.key .. part
    end
    write('UNLINK', unpack(keys))
  else
    touch(r.key .. ':ids')
    write('SET', r.key .. ':ids', call('GETRANGE', r.key .. ':ids', 0, first * 26 - 1))
  end
  return left - first
end
