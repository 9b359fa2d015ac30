-- npy.lua - NumPy's files of one array.

local core = require "moongrad.core"
local files = require "moongrad.data.files"
local options = require "moongrad.options"
local find, format, match, sub = string.find, string.format, string.match, string.sub

local npy = {}

local limit = { name = "limit", without = "16 GiB", about = "bytes that a packed file may become", example = "1e9" }
options.declare("data.npy", { limit }, 'data.npy("x.npy.gz", {limit = 1e9})')

local longest_head = 1 << 20 -- bytes; heads are some 100

-- The fields of the head, a literal of Python's: {'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), }. It is
-- read by its own grammar alone; nothing is evaluated. Returns nil and why.
local function fields_of(head)
  local body = match(head, "^%s*{(.*)}%s*$")
  if not body then return nil, "its head is no dictionary" end
  local fields = {}
  while find(body, "%S") do
    local key, rest = match(body, "^%s*'([%w_]+)'%s*:%s*(.*)$")
    if not key then return nil, "its head is no dictionary of names" end
    local v, after = match(rest, "^'([^']*)'%s*(.*)$")
    if not v then v, after = match(rest, "^(%a+)%s*(.*)$") end
    if not v then v, after = match(rest, "^(%b())%s*(.*)$") end
    if not v then v, after = match(rest, "^(%b[])%s*(.*)$") end
    if not v then return nil, format("its head has an unknown value of %s", key) end
    if fields[key] then return nil, format("its head has %s twice", key) end
    fields[key] = v
    body = match(after, "^,(.*)$") or not find(after, "%S") and "" or nil
    if not body then return nil, "its head has no comma between two fields" end
  end
  for _, key in ipairs { "descr", "fortran_order", "shape" } do
    if not fields[key] then return nil, format("its head has no %s", key) end
  end
  return fields
end

-- The type and byte order of '<f8'.
local function type_of(descr)
  if sub(descr, 1, 1) == "[" then return nil, "it is an array of records; save its columns as arrays of numbers" end
  local order, name = match(descr, "^([<>|=]?)(%a%d+)$")
  if name and find(" b1 i1 u1 i2 u2 i4 u4 i8 u8 f2 f4 f8 ", " " .. name .. " ", 1, true) then
    return name, order == ">"
  end
  if find(descr, "O", 1, true) then
    return nil, "it holds Python objects, which moongrad never loads; save numbers: np.save(path, a.astype(float))"
  end
  return nil, format("its type is %s; expected integers, floats or bool: a.astype(float)", descr)
end

-- Rows and columns of '(3, 4)': a number is 1 x 1, one dimension a row 1 x n; of three and more the later ones are
-- one row after the other. Returns nil and why.
local function sizes_of(shape)
  local inner, sizes = match(shape, "^%((.*)%)$"), {}
  if not inner then return nil, "its shape is none" end
  for size in string.gmatch(inner, "[^,]+") do
    local n = match(size, "^%s*(%d+)L?%s*$")
    if not n then return nil, "its shape is none" end
    n = math.tointeger(tonumber(n))
    if not n then return nil, "its shape is too large" end
    sizes[#sizes + 1] = n
  end
  if #sizes == 0 then return 1, 1, sizes end
  local ncols = 1.0
  for k = #sizes == 1 and 1 or 2, #sizes do ncols = ncols * sizes[k] end
  local nrows = #sizes == 1 and 1 or sizes[1]
  if nrows == 0 or ncols == 0 then return nil, "it is empty: its shape is " .. shape end
  if ncols * nrows > 2 ^ 48 then return nil, "its shape is too large" end
  return nrows, math.tointeger(ncols), sizes
end

-- The head of the source: its fields, or nil and why.
local function head_of(source)
  local foreign = "it is no npy file: it does not begin with \\x93NUMPY"
  local start, why = files.take(source, 8, foreign)
  if not start or sub(start, 1, 6) ~= "\x93NUMPY" then return nil, why or foreign end
  local major = string.byte(start, 7)
  if major < 1 or major > 3 then return nil, format("npy version %d; versions 1 to 3 are known", major) end
  local size = major == 1 and 2 or 4
  local bytes, head
  bytes, why = files.take(source, size, "it ends in its head")
  if not bytes then return nil, why end
  local n = string.unpack("<I" .. size, bytes)
  if n > longest_head then return nil, format("its head is said to have %d bytes", n) end
  head, why = files.take(source, n, "it ends in its head")
  if not head then return nil, why end
  return fields_of(head)
end

-- Reads the array of an open source, to its end. path is for messages.
function npy.of_source(source, path)
  local function failed(why) return files.failed(path, why) end
  local fields, wrong = head_of(source)
  if not fields then return failed(wrong) end
  local name, big = type_of(fields.descr)
  if not name then return failed(big) end
  local nrows, ncols, sizes = sizes_of(fields.shape)
  if not nrows then return failed(ncols) end
  local by_columns = fields.fortran_order == "True"
  if not by_columns and fields.fortran_order ~= "False" then
    return failed "its fortran_order is neither True nor False"
  end
  if by_columns and #sizes > 2 then
    return failed "it has three dimensions in Fortran's order; save np.ascontiguousarray(a)"
  end
  local m, message = core.read_numbers(source, name, big, nrows, ncols, by_columns)
  if not m then return nil, message end
  local rest
  rest, message = source:peek(1)
  if not rest then return nil, message end
  if rest ~= "" then return failed "bytes follow the array" end
  return m
end

--- data.npy(path [, {limit=}])
-- Reads an array that NumPy saved: integers, floats or bool, in any byte order, also packed, x.npy.gz. A number is 1 x
-- 1, one dimension a row; of three and more, such as images, all but the first become columns. Python objects are
-- never loaded. Returns a matrix, or nil and a message.
-- > X = data.npy "missing.npy"
function npy.npy(path, o, ...)
  files.check_path("data.npy", path)
  o = options.take("data.npy", o, ...)
  local source <close>, message = files.open(path, o.limit)
  if not source then return nil, message end
  return npy.of_source(source, path)
end

return npy
