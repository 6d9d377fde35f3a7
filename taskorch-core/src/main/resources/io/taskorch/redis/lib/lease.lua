-- holds_lease(bytes, generation, nonce): whether the record says that this very lease is held.
local function holds_lease(bytes, generation, nonce)
  return string.sub(bytes, 73, 73) == 'R' and string.sub(bytes, 113, 134) == nonce
    and string.sub(bytes, 177, 180) == generation
end
