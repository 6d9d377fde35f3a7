-- add_waits(key, holding, index): the edges that hold back a step of a run that is being uploaded; holding
-- is the indexes of the steps that they come from.
--- @include "lib/plan"
local function add_waits(key, holding, index)
  local edges = {}
  for from in string.gmatch(holding, '%d+') do
    edges[#edges + 1] = from .. '>' .. index
  end
  each_chunk(edges, 400, function(list, from, to)
    write('SADD', key .. ':waits', unpack(list, from, to))
  end)
end
