-- holds_lease(bytes, generation, nonce): whether the record says that this very lease is held.
local function holds_lease(bytes, generation, nonce)
  -- byte and find make no strings, as sub does.
  return byte(bytes, 73) == 82 and find(bytes, nonce, 113, true) == 113
    and find(bytes, generation, 177, true) == 177
end
