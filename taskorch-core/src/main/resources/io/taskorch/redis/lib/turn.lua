-- Turns: of all tasks with the same sequence key one has its turn, which turn:<digest> names, from its
-- submission to its end; turn:<digest>:waiting is a sorted set of the others by the numbers of their
-- submissions. A ready one of these stands in no line, only in :apart. A task's link to its turn is 27
-- characters: digest of the key 26, and o when those behind may step over it while it waits for its next
-- attempt, else w.
--- @include "lib/line"
local function turn_key(link)
  return prefix .. 'turn:' .. sub(link, 1, 26)
end

-- turn_of(link): {holder: who has the turn as of this plan, false for nobody}.
local function turn_of(link)
  local key, turns = turn_key(link), planned('turns')
  local turn = turns[key]
  if not turn then
    turn = {key = key, holder = call('GET', key), gone = {}, n = 0}
    turns[key] = turn
  end
  return turn
end

-- take_turn(link, id, number): whether a task has its turn now. If another one has, that it waits is
-- planned.
local function take_turn(link, id, number)
  local turn = turn_of(link)
  if not turn.holder then
    turn.holder = id
    write('SET', turn.key, id)
  elseif turn.holder ~= id then
    touch(turn.key .. ':waiting')
    write('ZADD', turn.key .. ':waiting', 'NX', format('%d', number), id)
    return false
  end
  return true
end

-- pass_turn(link, id): plans that a task gives up its turn, or that it waits for it.
local function pass_turn(link, id)
  local turn = turn_of(link)
  if turn.holder == id then
    turn.passes = true
  else
    index_remove(turn.key .. ':waiting', id)
    turn.gone[id] = true
    turn.n = turn.n + 1
  end
end

before_flush('turns', function(turns)
  for key, turn in pairs(turns) do
    local waiting = turn.passes and call('ZRANGE', key .. ':waiting', 0, turn.n) or {}
    local next
    for _, id in ipairs(waiting) do
      next = next or not turn.gone[id] and id
    end
    if next then
      write('SET', key, next)
      index_remove(key .. ':waiting', next)
      local t = open_record(next, read_beginning(RECORD .. next))
      if t.state == 'P' then
        if not has_line(t.flow) then
          index_remove(base_of(t.queue) .. 'apart', next)
        end
        stand(t.queue, next, ready_score(t.priority, t.sequence), t.flow)
        hint_queue(t.queue)
      end
    elseif turn.passes then
      delete(key)
    end
  end
end)

-- stand_ready(t, place): plans that an opened task which is ready stands where it belongs, once it has its
-- turn. Among those that wait for it place is its number.
local function stand_ready(t, place)
  local score = ready_score(t.priority, t.sequence)
  if t.turn and not take_turn(t.turn, t.id, place) then
    index_add(base_of(t.queue) .. 'apart', score, t.id)
  else
    stand(t.queue, t.id, score, t.flow)
  end
end
