-- formats.lua - the formats of data files by the ends of their names, and data.read.

local files = require "moongrad.data.files"
local raise = require "moongrad.raise"
local values = require "moongrad.values"
local find, gsub, lower, match, sub = string.find, string.gsub, string.lower, string.match, string.sub

local formats = {}

-- The formats: the function of mg.data that reads one, and its module; the ends of names, the usual one first; whether
-- m:save writes it, and whether data.save writes a table of matrices so.
formats.list = {
  { name = "csv", from = "moongrad.data.csv", ends = { "csv", "tsv", "txt", "data" }, saves = true },
  { name = "npy", from = "moongrad.data.npy", ends = { "npy" }, saves = true },
  { name = "idx", from = "moongrad.data.idx", ends = { "idx", "idx1-ubyte", "idx3-ubyte", "ubyte" } },
  { name = "npz", from = "moongrad.data.npz", ends = { "npz" }, saves_tables = true },
  { name = "mat", from = "moongrad.data.mat", ends = { "mat" }, saves_tables = true },
  { name = "safetensors", from = "moongrad.data.safetensors", ends = { "safetensors" }, saves_tables = true },
}

-- The format of a name and whether .gz follows, or nil.
function formats.of(path)
  local name = lower(match(path, "[^/]*$"))
  local is_packed = find(name, "%.gz$") ~= nil
  name = gsub(name, "%.gz$", "")
  for _, f in ipairs(formats.list) do
    for _, ending in ipairs(f.ends) do
      if sub(name, -#ending - 1) == "." .. ending or sub(name, -#ending - 1) == "-" .. ending then
        return f, is_packed
      end
    end
  end
end

-- The ends of names, for messages: ".csv, .npy".
function formats.ends(wanted)
  local list = {}
  for _, f in ipairs(formats.list) do
    if not wanted or f[wanted] then list[#list + 1] = "." .. f.ends[1] end
  end
  return table.concat(list, ", ")
end

--- data.read(path [, options])
-- Reads a data file by the function that the end of its name tells: .csv, .tsv, .txt and .data by data.csv, .npy by
-- data.npy, .idx and -ubyte by data.idx, .npz by data.npz, .mat by data.mat, .safetensors by data.safetensors; .gz may
-- follow. Returns what that returns, or nil and a message.
-- > X = data.read "missing.npy"
function formats.read(path, o, ...)
  files.check_path("data.read", path)
  local f = formats.of(path)
  if not f then
    raise("data.read: %s: the end of the name tells no format; there are %s", values.show(path), formats.ends())
  end
  return require(f.from)[f.name](path, o, ...)
end

return formats
