-- save.lua - m:save: a matrix as a file.

local core = require "moongrad.core"
local files = require "moongrad.data.files"
local formats = require "moongrad.data.formats"
local options = require "moongrad.options"
local parts = require "moongrad.parts"
local raise = require "moongrad.raise"
local values = require "moongrad.values"
local find, format = string.find, string.format

local rows_at_once = 1 << 16 -- numbers, divided by columns

-- Writes a file whole: write(put, m) calls put(text) for each piece. Returns true, or nil and a message.
local function save(path, is_packed, write)
  local packer
  if is_packed then
    local gzip, why = parts.need "gzip"
    if not gzip then return nil, path .. ": " .. why end
    packer = gzip.packer()
  end
  local file <close>, message = core.save(path)
  if not file then return nil, message end
  local failed
  local function put(text)
    if failed then return end
    local ok, why = file:write(packer and packer:add(text) or text)
    if not ok then failed = why end
  end
  write(put)
  if packer and not failed then
    local ok, why = file:write(packer:add("", true))
    if not ok then failed = why end
  end
  if failed then return nil, failed end
  return file:finish()
end

-- Calls put with the rows of m, made into texts by f, some at a time.
local function put_rows(put, m, f)
  local some = math.max(1, rows_at_once // m.ncols)
  for first = 1, m.nrows, some do put(f(m, first, math.min(first + some - 1, m.nrows))) end
end

local writers = {}

function writers.csv(put, m) put_rows(put, m, core.rows_text) end

-- The head of an npy file of version 1: its length is a multiple of 64 (NumPy's format, NEP 1).
function writers.npy(put, m)
  local head = format("{'descr': '<f8', 'fortran_order': False, 'shape': (%d, %d), }", m.nrows, m.ncols)
  head = head .. string.rep(" ", -(10 + #head + 1) % 64) .. "\n"
  put("\x93NUMPY\x01\x00" .. string.pack("<I2", #head) .. head)
  put_rows(put, m, core.rows_bytes)
end

--- m:save(path)
-- Writes the matrix to a file: x.npy, as NumPy reads it, or x.csv, a line a row; .gz may follow. The file is written
-- whole or not at all. Numbers are written with all their digits. Returns true, or nil and a message.
-- > X:save "/nonexistent/x.npy"
local function save_matrix(m, path, ...)
  options.no_more("save: expected the name of a file", ...)
  if not core.is_matrix(m) then raise("save: expected a matrix, got %s; write m:save(path)", values.show(m)) end
  files.check_path("save", path)
  local f, is_packed = formats.of(path)
  if not f or not f.saves then
    raise("save: %s: the end of the name tells no format; there are %s", values.show(path), formats.ends "saves")
  end
  return save(path, is_packed, function(put) writers[f.name](put, m) end)
end

-- --- tables of matrices -----------------------------------------------------------------------------

-- The names of a table of matrices, sorted; each becomes a matrix.
local function checked(t)
  if type(t) ~= "table" then
    raise("data.save: expected a table of matrices, {X = X, y = y}, got %s", values.show(t))
  end
  local names, matrices = {}, {}
  for name, m in pairs(t) do
    if type(name) ~= "string" or name == "" or find(name, "[%c/\\]") then
      raise("data.save: expected names of matrices, {X = X}, got %s", values.show(name))
    end
    names[#names + 1], matrices[name] = name, core.as_matrix(m, name)
  end
  if #names == 0 then raise "data.save: expected matrices by name, {X = X, y = y}, got none" end
  table.sort(names)
  return names, matrices
end

local table_writers = {}

function table_writers.npz(names, matrices)
  local zip, why = parts.need "zip"
  if not zip then return nil, why end
  local list = {}
  for i, name in ipairs(names) do
    local pieces = {}
    writers.npy(function(text) pieces[#pieces + 1] = text end, matrices[name])
    list[i] = { name = name .. ".npy", text = table.concat(pieces) }
  end
  local bytes, wrong = zip.pack(list)
  if not bytes then return nil, wrong end
  return function(put) put(bytes) end
end

function table_writers.mat(names, matrices)
  local bytes, why = require "moongrad.data.mat".bytes(names, matrices)
  if not bytes then return nil, why end
  return function(put) put(bytes) end
end

function table_writers.safetensors(names, matrices)
  local json, why = parts.need "json"
  if not json then return nil, why end
  local fields, at = {}, 0
  for i, name in ipairs(names) do
    local m = matrices[name]
    local bytes, quoted = 8 * m.nrows * m.ncols, json.quote(name)
    if not quoted then return nil, "the name " .. values.show(name) .. " is no UTF-8" end
    fields[i] = format('%s:{"dtype":"F64","shape":[%d,%d],"data_offsets":[%d,%d]}', quoted, m.nrows, m.ncols, at,
      at + bytes)
    at = at + bytes
  end
  local head = "{" .. table.concat(fields, ",") .. "}"
  head = head .. string.rep(" ", -#head % 8) -- so that the numbers are aligned
  return function(put)
    put(string.pack("<I8", #head) .. head)
    for _, name in ipairs(names) do put_rows(put, matrices[name], core.rows_bytes) end
  end
end

--- data.save(path, matrices)
-- Writes a table of matrices by name, {X = X, y = y}, to a file: x.npz, as NumPy reads it, x.mat, as MATLAB, Octave
-- and SciPy read it, or x.safetensors. The file is written whole or not at all. Returns true, or nil and a message.
-- > data.save("/nonexistent/x.npz", {X = X})
local function save_table(path, t, ...)
  options.no_more("data.save: expected the name of a file and a table of matrices", ...)
  files.check_path("data.save", path)
  local f, is_packed = formats.of(path)
  if not f or not f.saves_tables or is_packed then
    raise("data.save: %s: the end of the name tells no format of tables; there are %s", values.show(path),
      formats.ends "saves_tables")
  end
  local write, why = table_writers[f.name](checked(t))
  if not write then return nil, path .. ": " .. why end
  return save(path, false, write)
end

return { save = save_matrix, save_table = save_table }
