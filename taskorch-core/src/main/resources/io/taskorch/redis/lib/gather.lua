-- Gathers tasks for handlers that take several at once. Those of a type that a worker gathers stand aside
-- in lanes; the ones of a lane, a priority and a group are a key. A key is handed over when so many of its
-- tasks are ready as one call takes, or when the first has been ready for so long. Until then it is parked
-- at a gate of its own, a:<queue>:<lane>:<priority>:<group>, which opens at that time. Its score there is
-- how many it waits for, so whoever adds to it, of whatever handlers, sees that they are together.
--- @include "lib/ring"

-- So many keys are looked at in a call.
local MOST_KEYS = 100

-- open_gathered(sections, gathered, queue, lane, at): opens a lane as a section if its type is gathered;
-- whether it is.
local function open_gathered(sections, gathered, queue, lane, at)
  local type, weight = string.match(lane, '^([^+#]+)[^#]*#?(%d*)$')
  local gathering = gathered[type]
  if gathering then
    local section = open_section(queue, lane, at)
    section.name = queue
    section.gathering = gathering
    section.weight = tonumber(weight) or 1
    section.bands = {}
    sections[#sections + 1] = section
  end
  return gathering ~= nil
end

-- key_gate(queue, lane, band, group): the name of a key's gate.
local function key_gate(queue, lane, band, group)
  return 'a:' .. queue .. ':' .. lane .. ':' .. band .. ':' .. group
end

-- are_together(part, at): whether a key is to be handed over now. It is parked else.
local function are_together(part, at)
  local section, first = part.section, part.ids[1]
  local size = section.gathering.size
  if not first or part.most >= size then
    return first
  end
  local since = tonumber(call('GETRANGE', RECORD .. first, '78', '90'))
  if not since or since + section.gathering.within <= at then
    return true
  end
  local gate = key_gate(section.queue, section.lane, part.band, part.group)
  part.is_parked = true
  index_add(part.ring, format('%d', PARKED + part.start), part.group)
  add_one(prefix .. 'parked:' .. gate, size,
    parked_name(section.queue, section.lane, part.band, part.group, '-'))
  note_opening(gate, since + section.gathering.within)
  return false
end

-- gather(sections, most, slots, lacks, at, list, append): the tasks of keys that are together, at most so
-- many for so many slots, where a key takes those of one task: first what each priority lacks of its share,
-- then from the highest down. Returns the keys; whether others are left to be looked at; the task that is
-- next, but needs more slots.
local function gather(sections, most, slots, lacks, at, list, append)
  local keys, looked_at = {}, 0
  for pass = 1, 2 do
    for band = 1, 4 do
      local places = pass == 1 and lacks[band] or slots
      for _, section in ipairs(sections) do
        local groups = section.bands[band]
        if not groups and places > 0 then
          groups = parts_of(section, format('%d', band - 1), MOST_KEYS)
          groups.next = 1
          section.bands[band] = groups
        end
        while places > 0 and groups[groups.next] do
          local part = groups[groups.next]
          if slots < 1 or looked_at == MOST_KEYS then
            return keys, true
          end
          groups.next, looked_at = groups.next + 1, looked_at + 1
          look_into(section, part, section.gathering.size, at)
          if part.ids and are_together(part, at) then
            local n = math.min(part.most, part.room)
            if section.weight > slots then
              return keys, false, part.ids[1]
            elseif list.n + n > most then
              return keys, true
            end
            for i = 1, n do
              local line = part.line or part.from[i]
              append(list, part.ids[i], line.key, line)
            end
            keys[#keys + 1] = part
            slots, places = slots - section.weight, places - 1
          end
        end
      end
    end
  end
  return keys, false
end
