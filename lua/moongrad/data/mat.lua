-- mat.lua - MATLAB's files of matrices, versions 5 to 7, read and written in a process of its own.

local core = require "moongrad.core"
local files = require "moongrad.data.files"
local options = require "moongrad.options"
local parts = require "moongrad.parts"
local find, format, match, sub = string.find, string.format, string.match, string.sub

local mat = {}

options.declare("data.mat", {
  { name = "limit", without = "16 GiB", about = "bytes that the process which reads may take", example = "1e9" },
}, 'data.mat("x.mat", {limit = 1e9})')

local most_seconds = 600  -- that the process may work
local most_unpacked = 8256 -- bytes of doubles from one of the file: deflate makes 1032 of it, a byte is a number

-- Runs f(part, send) in a process of its own; take(text) is called with each text that it sends. Returns true; or nil
-- and why it failed: what f returned as its second value, or how the process ended.
local function apart(limit, f, take)
  local worker <close>, refused = core.worker(function(peer)
    local part, missing = parts.need "mat"
    local ok, why = nil, missing
    if part then
      part.limits(limit, most_seconds)
      local alive
      alive, ok, why = pcall(f, part, function(text) peer:send(text) end)
      if not alive then ok, why = nil, tostring(ok) end
    end
    peer:send(ok and "end" or "bad " .. tostring(why))
  end)
  if not worker then return nil, "the system starts no process: " .. refused end
  while true do
    local i, text, reason = core.await({ worker }, 3600)
    if not i and text then return nil, "interrupted" end
    if i and not text then return nil, "the process that reads it failed: " .. reason end
    if text == "end" then return true end
    if text and sub(text, 1, 4) == "bad " then return nil, sub(text, 5) end
    if text then take(text) end
  end
end

-- What a file begins with, if it is none of version 5 to 7; else nil.
local function foreign(start)
  if find(start, "^MATLAB 7%.3") then
    return "it is of version 7.3, which is HDF5; save it in MATLAB by save('x.mat', 'X', '-v7')"
  end
  if find(start, "^# Created by Octave") then return "it is Octave's text format; save it by save -v7 x.mat X" end
  if not find(start, "^MATLAB 5%.0") and not find(start, "^.?Octave") then
    return "it is no MATLAB file of version 5 to 7: it does not begin with MATLAB 5.0"
  end
end

-- Collects what the process sends: takes a text; .matrices by name, .others.
local function collector(path)
  local self = { matrices = {}, others = {} }
  local name, nrows, ncols, pieces
  local function close()
    if not name then return end
    local source <close> = core.source_of(table.concat(pieces), path)
    self.matrices[name] = core.read_numbers(source, "f8", false, nrows, ncols, true)
    name = nil
  end
  function self.take(text)
    if sub(text, 1, 1) == "n" then
      pieces[#pieces + 1] = sub(text, 2)
      return
    end
    close()
    if sub(text, 1, 1) == "o" then
      self.others[#self.others + 1] = sub(text, 2)
      return
    end
    local rows, columns, of = match(text, "^m(%d+) (%d+) (.*)$")
    nrows, ncols, pieces = math.tointeger(tonumber(rows)), math.tointeger(tonumber(columns)), {}
    if nrows > 0 and ncols > 0 then name = of else self.others[#self.others + 1] = of end
  end
  self.close = close
  return self
end

--- data.mat(path [, {limit=}])
-- Reads the matrices of a MATLAB file, version 5 to 7, also as Octave and SciPy write them. Returns a table of matrices
-- by name, and a list of the names that hold none: texts, structs, cells, sparse, complex and empty ones; or nil and a
-- message. Of three and more dimensions all but the first become columns.
-- > course = data.mat "ex4data1.mat"
function mat.mat(path, o, ...)
  files.check_path("data.mat", path)
  o = options.take("data.mat", o, ...)
  local start, size, _
  do
    local source <close>, message = core.source(path)
    if not source then return nil, message end
    start, message = source:peek(128)
    if not start then return nil, message end
    _, size = source:place()
  end
  local why = foreign(start)
  if why then return files.failed(path, why) end
  local all = collector(path)
  local most = most_unpacked * size -- bytes of numbers; the process may need twice as much, and itself
  local limit = math.min(o.limit or 2 ^ 34, 2 ^ 29 + 2.0 * most)
  local ok, wrong = apart(math.tointeger(limit // 1), function(part, send)
    return part.read(path, function(what, name, nrows, ncols)
      if what == "numbers" then return send("n" .. name) end
      send(what == "other" and "o" .. name or format("m%d %d %s", nrows, ncols, name))
    end, most)
  end, all.take)
  if not ok then return files.failed(path, wrong) end
  all.close()
  if next(all.matrices) == nil and #all.others == 0 then
    return files.failed(path, "it holds nothing that can be read")
  end
  return all.matrices, all.others
end

-- The bytes of a file of these matrices, by name in the order of names; or nil and why not.
function mat.bytes(names, matrices)
  for _, name in ipairs(names) do
    if not match(name, "^%a[%w_]*$") or #name > 63 then
      return nil, format("MATLAB has no name %q: letters, digits and _, 63 at most", name)
    end
  end
  local temporary = os.tmpname()
  local ok, why = apart(0, function(part)
    local list = {}
    for i, name in ipairs(names) do
      local m = matrices[name]
      list[i] = { name = name, nrows = m.nrows, ncols = m.ncols, bytes = core.rows_bytes(m.T, 1, m.ncols) }
    end
    return part.write(temporary, list)
  end, function() end)
  local file = ok and io.open(temporary, "rb")
  local bytes = file and file:read "a"
  if file then file:close() end
  os.remove(temporary)
  return bytes or nil, not bytes and (why or "it cannot be written") or nil
end

return mat
