-- npz.lua - NumPy's files of several arrays: zip archives of npy files.

local core = require "moongrad.core"
local files = require "moongrad.data.files"
local npy = require "moongrad.data.npy"
local options = require "moongrad.options"
local parts = require "moongrad.parts"
local format, match = string.format, string.match

local npz = {}

options.declare("data.npz", {
  { name = "limit", without = "16 GiB", about = "bytes that an array may become", example = "1e9" },
}, 'data.npz("x.npz", {limit = 1e9})')

-- Reads all arrays of an open archive into a table by name. Returns nil and why not.
local function arrays_of(archive, path, limit)
  local arrays, count = {}, 0
  for _, member in ipairs(archive:list()) do
    local name = match(member.name, "^(.+)%.npy$")
    if not name then return nil, format("%q is no array, its name does not end in .npy", member.name) end
    if arrays[name] then return nil, format("there are two arrays %q", name) end
    if member.size > limit or member.size > 1032 * member.packed + 64 then -- what deflate can do at best
      return nil, format("%q is said to have %d bytes; limit = bytes raises what is read", name, member.size)
    end
    local text, why = archive:read(member.index, member.size)
    if not text then return nil, format("%q: %s", name, why) end
    local source <close> = core.source_of(text, path .. ": " .. name)
    local m, message = npy.of_source(source, path .. ": " .. name)
    if not m then return nil, message end
    arrays[name], count = m, count + 1
  end
  if count == 0 then return nil, "it has no arrays" end
  return arrays
end

--- data.npz(path [, {limit=}])
-- Reads the arrays that NumPy saved in one file by np.savez or np.savez_compressed. Returns a table of matrices by
-- name, each as data.npy reads it, or nil and a message.
-- > arrays = data.npz "weights.npz"
function npz.npz(path, o, ...)
  files.check_path("data.npz", path)
  o = options.take("data.npz", o, ...)
  local source <close>, message = core.source(path) -- that it is a regular file
  if not source then return nil, message end
  local zip, missing = parts.need "zip"
  if not zip then return nil, path .. ": " .. missing end
  local archive <close>, why = zip.open(path)
  if not archive then return nil, format("%s: it is no zip archive as np.savez writes them: %s", path, why) end
  local arrays, wrong = arrays_of(archive, path, o.limit or 2 ^ 34)
  if not arrays then return files.failed(path, wrong) end
  return arrays
end

return npz
