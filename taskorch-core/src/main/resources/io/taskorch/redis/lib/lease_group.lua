-- LEASES tells the reaper where to look and when: tasks of a queue whose leases one call gave or
-- prolonged share a member, "<queue>:<ids…>", whose score is their common expiry. It stays when they
-- end or their leases are prolonged: what counts is the expiry in the record. So every running task
-- stands in a member whose score is the expiry of its lease.

-- lease_together(queue, ids, expiry): plans to look at some tasks at the expiry of their leases, which
-- is text.
--- @include "lib/group"
local function lease_together(queue, ids, expiry)
  each_group(ids, function(text)
    index_add(LEASES, expiry, queue .. ':' .. text)
  end)
end
