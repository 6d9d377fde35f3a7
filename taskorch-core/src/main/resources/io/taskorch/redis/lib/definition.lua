-- The keys of workflow definitions:
--   definitions                          sorted set of names, all of score 0, so by name
--   definition:<name>                    hash: latest, its digest and operation; v<version> -> created
--   definition:<name>:<version>          hash: number of a part -> bytes
--   definition:<name>:upload-<digest>    the same, before it is a version
--- @include "lib/plan"

local function definitions_key()
  return prefix .. 'definitions'
end
local function definition_key(name)
  return prefix .. 'definition:' .. name
end
local function version_key(name, version)
  return definition_key(name) .. ':' .. version
end
local function upload_key(name, digest)
  return definition_key(name) .. ':upload-' .. digest
end
