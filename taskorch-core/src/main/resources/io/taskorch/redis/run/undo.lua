#!lua flags=allow-oom
-- undo.lua: what a program has decided of a run that is to be undone.
-- KEYS[1] {<ns>:<p>}:   prefix of the partition
-- ARGV[1] run id   ARGV[2] "N" it has begun the run that undoes it; "W" it waits for that run; "U", "F"
--         the state that it ends in
-- ARGV[3] N: id of that run   ARGV[4] N: when to look whether that run has been stored, in ms
-- Reply   "ok" | "gone" when it is not to be undone
--- @include "lib/now"
--- @include "lib/run"

local r = open_run(ARGV[1])
local entry = ARGV[1] .. ' -1'
if not r or r.state ~= 'M' then
  index_remove(UNDECIDED, entry)
  flush()
  return 'gone'
elseif ARGV[2] == 'N' then
  touch(r.key .. ':children')
  write('HSET', r.key .. ':children', -1, ARGV[3])
  index_add(UNDECIDED, ARGV[4], entry)
elseif ARGV[2] == 'W' then
  stop_looking(r, -1)
elseif state_of_child(r, -1) == 'R' then
  -- It goes on with what was over when the program looked.
  return 'gone'
else
  index_remove(UNDECIDED, entry)
  end_run(r, ARGV[2], now())
end
flush()
return 'ok'
