#!lua flags=allow-oom
-- undecided.lua: steps on which a program is to decide, for one caller at a time.
-- KEYS[1] {<ns>:<p>}:   prefix of the partition
-- ARGV[1] most steps   ARGV[2] ms after which another caller gets them, unless they are decided
-- ARGV[3] bytes after which no further one is added
-- Reply   {now in ms, when the next one is due in ms or "", "1" when run/advance has something to do, then
--         of each: run id; step index; state of
--         the run; "1" when its cancelling was asked for; the run that the step began, as it is remembered, or "";
--         state of that one, or ""; how many runs began one another up to this one; id of the task; its
--         record. Task and record are "" for index -1}
--- @include "lib/now"
--- @include "lib/end_task"

local at = now()
local bytes = 0
local reply = {format('%d', at), '', call('EXISTS', ADVANCE)}
for _, entry in ipairs(call('ZRANGE', UNDECIDED, '-inf', at, 'BYSCORE', 'LIMIT', 0, ARGV[1])) do
  local run, index = sub(entry, 1, 26), tonumber(sub(entry, 28))
  local r = open_run(run)
  local id = r and index >= 0 and step_id(r, index) or ''
  local record = id ~= '' and call('GET', RECORD .. id) or ''
  if bytes > tonumber(ARGV[3]) then
    break
  elseif not r or (record == '' and index >= 0) then
    index_remove(UNDECIDED, entry)
  else
    bytes = bytes + #record
    index_add(UNDECIDED, format('%d', at + tonumber(ARGV[2])), entry)
    local begun, remembered = child_of(r, index)
    local child = begun and open_run(begun)
    local n = #reply
    reply[n + 1], reply[n + 2], reply[n + 3] = run, format('%d', index), r.state
    reply[n + 4], reply[n + 5] = r.cancel and '1' or '0', remembered or ''
    reply[n + 6], reply[n + 7] = child and child.state or '', call('HGET', r.key, 'depth') or '0'
    reply[n + 8], reply[n + 9] = id, record
  end
end
flush()
reply[2] = call('ZRANGE', UNDECIDED, 0, 0, 'WITHSCORES')[2] or ''
return reply
