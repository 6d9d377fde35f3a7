-- holds_lease(bytes, generation, nonce): whether the record says that this very lease is held.
local function holds_lease(bytes, generation, nonce)
  return sub(bytes, 73, 73) == 'R' and sub(bytes, 113, 134) == nonce
    and sub(bytes, 177, 180) == generation
end
