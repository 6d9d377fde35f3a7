-- Unique keys: of all tasks with the same key one holds it, which unique:<digest> names. A task's link to
-- its key is 48 characters of its flow block:
--   0 digest of the key 26   26 until when it is held 1: s its start, f its end, t for a time
--  27 what becomes of another one that finds it held 1: h nothing, r it takes the holder's place
--  28 ms that it is held 10   38 ms that a holder may be put off, 0 for any number 10
--- @include "lib/plan"

-- key_of(link): the key that names the holder.
local function key_of(link)
  return UNIQUE .. sub(link, 1, 26)
end

-- take_key(link, id): plans that a task holds its key.
local function take_key(link, id)
  if sub(link, 27, 27) == 't' then
    write('SET', key_of(link), id, 'PX', format('%d', sub(link, 29, 38)))
  else
    -- One command for all of a plan.
    local taken = planned('taken')
    taken.command = taken.command or write('MSET')
    table.insert(taken.command, key_of(link))
    table.insert(taken.command, id)
  end
end

-- free_key(link, id, to): plans what becomes of the key of a task that goes to a state. Who holds it for
-- a time keeps it when it has succeeded, which is when it was worth to have it alone.
local function free_key(link, id, to)
  local held_until = sub(link, 27, 27)
  local frees = FINAL[to] and (held_until ~= 't' or to ~= 'D') or to == 'R' and held_until == 's'
  if frees and call('GET', key_of(link)) == id then
    delete(key_of(link))
  end
end
