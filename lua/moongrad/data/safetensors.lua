-- safetensors.lua - files of tensors by name: eight bytes with the size of a head, the head, JSON, and the numbers.

local core = require "moongrad.core"
local files = require "moongrad.data.files"
local options = require "moongrad.options"
local parts = require "moongrad.parts"
local format = string.format

local safetensors = {}

options.declare("data.safetensors", {
  { name = "limit", without = "16 GiB", about = "bytes that a packed file may become", example = "1e9" },
}, 'data.safetensors("x.safetensors", {limit = 1e9})')

local longest_head = 100000000 -- bytes, as the format's own library has it

-- The types of the format, and ours: see files/numbers.h.
local types = { F64 = "f8", F32 = "f4", F16 = "f2", BF16 = "bf", I64 = "i8", I32 = "i4", I16 = "i2", I8 = "i1",
  U64 = "u8", U32 = "u4", U16 = "u2", U8 = "u1", BOOL = "b1" }
local sizes = { f8 = 8, f4 = 4, f2 = 2, bf = 2, i8 = 8, i4 = 4, i2 = 2, i1 = 1, u8 = 8, u4 = 4, u2 = 2, u1 = 1, b1 = 1 }

local function is_whole(v) return math.type(v) == "integer" and v >= 0 end

-- Rows and columns of a shape: a number is 1 x 1, one dimension a row, of three and more all but the first are columns.
local function sizes_of(shape)
  local count = 1.0
  for k = 1, #shape do
    if not is_whole(shape[k]) then return nil, "its shape is none" end
    count = count * shape[k]
  end
  if count == 0 then return nil, "it is empty" end
  if count > 2 ^ 48 then return nil, "its shape is too large" end
  local nrows = #shape > 1 and shape[1] or 1
  return nrows, math.tointeger(count // nrows)
end

-- What the head says of a tensor: {name=, type=, nrows=, ncols=, from=, to=}; or nil and why that is wrong.
local function tensor_of(name, v)
  if type(v) ~= "table" then return nil, "it is no object" end
  for key in pairs(v) do
    if key ~= "dtype" and key ~= "shape" and key ~= "data_offsets" then
      return nil, format("it has an unknown field %q", tostring(key))
    end
  end
  local kind = types[v.dtype]
  if not kind then return nil, "its dtype is unknown: " .. tostring(v.dtype) end
  if type(v.shape) ~= "table" then return nil, "it has no shape" end
  local at = v.data_offsets
  if type(at) ~= "table" or #at ~= 2 or not is_whole(at[1]) or not is_whole(at[2]) then
    return nil, "its data_offsets are not two whole numbers"
  end
  local nrows, ncols = sizes_of(v.shape)
  if not nrows then return nil, ncols end
  if at[2] - at[1] ~= nrows * ncols * sizes[kind] then
    return nil, format("its offsets hold %d bytes, its shape and type want %d", at[2] - at[1],
      nrows * ncols * sizes[kind])
  end
  return { name = name, type = kind, nrows = nrows, ncols = ncols, from = at[1], to = at[2] }
end

-- The tensors of the head in the order of their numbers, and the metadata; or nil and why the head is wrong.
local function tensors_of(head)
  local list, metadata = {}, {}
  if type(head) ~= "table" or #head > 0 then return nil, "its head is no object" end
  for name, v in pairs(head) do
    if name == "__metadata__" then
      metadata = v
      if type(v) ~= "table" then return nil, "__metadata__ is no object" end
      for key, text in pairs(v) do
        if type(key) ~= "string" or type(text) ~= "string" then return nil, "__metadata__ has what is no text" end
      end
    else
      local t, why = tensor_of(name, v)
      if not t then return nil, format("tensor %q: %s", name, why) end
      list[#list + 1] = t
    end
  end
  table.sort(list, function(a, b) return a.from < b.from end)
  local at = 0
  for _, t in ipairs(list) do
    if t.from < at then return nil, format("tensor %q overlaps another", t.name) end
    if t.from > at then return nil, format("%d bytes before tensor %q belong to none", t.from - at, t.name) end
    at = t.to
  end
  return list, metadata
end

-- Reads the head; returns the tensors and the metadata, or nil and why not.
local function head_of(source)
  local bytes, why = files.take(source, 8, "it is no safetensors file: it ends in its head")
  if not bytes then return nil, why end
  local n = string.unpack("<i8", bytes)
  if n < 2 or n > longest_head then return nil, format("it is no safetensors file: its head would have %u bytes", n) end
  local text
  text, why = files.take(source, n, "it ends in its head")
  if not text then return nil, why end
  local json, missing = parts.need "json"
  if not json then return nil, missing end
  local head, wrong = json.decode(text)
  if head == nil then return nil, "its head is no JSON: " .. wrong end
  return tensors_of(head)
end

--- data.safetensors(path [, {limit=}])
-- Reads the tensors of a safetensors file. Returns a table of matrices by name and a table of the texts in its
-- metadata, or nil and a message. A number is 1 x 1, one dimension a row; of three and more all but the first become
-- columns.
-- > weights, notes = data.safetensors "model.safetensors"
function safetensors.safetensors(path, o, ...)
  files.check_path("data.safetensors", path)
  o = options.take("data.safetensors", o, ...)
  local source <close>, message = files.open(path, o.limit)
  if not source then return nil, message end
  local list, metadata = head_of(source)
  if not list then return files.failed(path, metadata) end
  local tensors = {}
  for _, t in ipairs(list) do
    local m, why = core.read_numbers(source, t.type, false, t.nrows, t.ncols, false)
    if not m then return files.failed(path, format("tensor %q: %s", t.name, (string.gsub(why, "^.*: ", "")))) end
    tensors[t.name] = m
  end
  local rest, why = source:peek(1)
  if not rest then return nil, why end
  if rest ~= "" then return nil, path .. ": bytes follow the tensors" end
  return tensors, metadata
end

return safetensors
