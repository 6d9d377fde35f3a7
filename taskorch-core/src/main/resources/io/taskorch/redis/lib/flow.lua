-- The flow block of a record says what a task waits for besides its priority. FlowBlock.java holds the
-- same layout. Numbers are decimal with leading zeros.
--   0 length of the shared part 3   3 parts that follow it 1: the sum of 1 unique link, 2 turn link,
--     4 batch
--   4 shared part: "<group> <limit> <units> <slots> <labels>", "-" for none, labels with "," between
--     unique link 48, see lib/unique.lua; turn link 27, see lib/turn.lua; id of its batch 26
--- @include "lib/keys"
local UNIQUE_LINK, TURN_LINK, BATCH_ID = 48, 27, 26
-- Length of the parts behind the shared one.
local INDIVIDUAL = {[0] = 0, 48, 27, 75, 26, 74, 53, 101}

-- flow_in(text): the shared part, taken apart once; most tasks of a call share it.
--   group, limit        names, nil for none
--   units, slots        numbers
--   labels              text, nil for none
local function flow_in(text)
  local flows = noted('flows')
  local flow = flows[text]
  if not flow then
    if sub(text, -8) == ' - 1 1 -' then
      -- The common ones need no pattern.
      flow = {group = sub(text, 1, -9), units = 1, slots = 1}
    elseif sub(text, 1, 2) == '- ' and sub(text, -6) == ' 1 1 -' then
      flow = {group = '-', limit = sub(text, 3, -7), units = 1, slots = 1}
    else
      local group, limit, units, slots, labels =
        string.match(text, '^(%S+) (%S+) (%d+) (%d+) (%S+)$')
      flow = {
        group = group, limit = limit ~= '-' and limit or nil, units = units + 0, slots = slots + 0,
        labels = labels ~= '-' and labels or nil
      }
    end
    flow.group = flow.group ~= '-' and flow.group or nil
    flows[text] = flow
  end
  return flow
end

-- read_flow(bytes, at): a block that begins behind a place: the flow, the links to a unique key and a
-- turn, nil for none, where it ends, and the id of its batch, nil for none.
local function read_flow(bytes, at)
  local parts, shared_end = byte(bytes, at + 4) - 48, at + 4 + sub(bytes, at + 1, at + 3)
  local flow = flow_in(sub(bytes, at + 5, shared_end))
  if parts == 0 then
    return flow, nil, nil, shared_end
  end
  local place, unique, turn = shared_end, nil, nil
  if parts % 2 == 1 then
    unique = sub(bytes, place + 1, place + UNIQUE_LINK)
    place = place + UNIQUE_LINK
  end
  if parts % 4 >= 2 then
    turn = sub(bytes, place + 1, place + TURN_LINK)
    place = place + TURN_LINK
  end
  local batch = parts >= 4 and sub(bytes, place + 1, place + BATCH_ID) or nil
  return flow, unique, turn, shared_end + INDIVIDUAL[parts], batch
end
