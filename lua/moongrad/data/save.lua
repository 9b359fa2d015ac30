-- save.lua - m:save: a matrix as a file.

local core = require "moongrad.core"
local files = require "moongrad.data.files"
local formats = require "moongrad.data.formats"
local options = require "moongrad.options"
local parts = require "moongrad.parts"
local raise = require "moongrad.raise"
local values = require "moongrad.values"
local format = string.format

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
    local ok, why = file:write(packer and packer:pack(text) or text)
    if not ok then failed = why end
  end
  write(put)
  if packer and not failed then
    local ok, why = file:write(packer:pack("", true))
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

return { save = save_matrix }
