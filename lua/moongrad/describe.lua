-- describe.lua - describes a value in a few words: "matrix 4 x 2", "table of 3 items". who() lists names with them.

local core = require "moongrad.core"
local show = require "moongrad.show"
local format, gsub, sub = string.format, string.gsub, string.sub

local describe = {}

local longest = 40 -- bytes of a string that are shown

-- The shape of a matrix or row, "4 x 2"; nil for any other value.
function describe.shape(v)
  return core.is_matrix(v) and format("%d x %d", v.nrows, v.ncols) or nil
end

-- A string as a Lua literal on one line; of a long string only the beginning, with its length.
local function quote(s)
  local cut = s
  if #s > longest then cut = sub(s, 1, utf8.len(s) and utf8.offset(s, 0, longest) - 1 or longest) end
  return (gsub(format("%q", cut), "\\\n", "\\n")) .. (cut ~= s and format(" ... %d bytes", #s) or "")
end

-- The parameters of a function: "function(a, b)".
local function parameters(f)
  local info = debug.getinfo(f, "u")
  local list = {}
  for i = 1, info.nparams do list[i] = debug.getlocal(f, i) end
  if info.isvararg then list[#list + 1] = "..." end
  return "function(" .. table.concat(list, ", ") .. ")"
end

-- The class of a value if it has one ("matrix" also for a row), else its type.
function describe.kind(v)
  local meta = debug.getmetatable(v)
  local name = type(v) ~= "string" and type(meta) == "table" and rawget(meta, "__name")
  if name == "row" then return "matrix" end
  return type(name) == "string" and name or type(v)
end

-- Describes a value in a few words, without running any code of the user's.
function describe.words(v)
  local kind = describe.kind(v)
  if core.is_matrix(v) then return "matrix " .. describe.shape(v) end
  if kind == "network" and type(v) == "userdata" then return tostring(v) end
  if kind == "number" and math.type(v) == "float" then return "number " .. show.number(v) end
  if kind == "number" or kind == "boolean" then return kind .. " " .. tostring(v) end
  if kind == "string" then return "string " .. quote(v) end
  if kind == "function" then return parameters(v) end
  if kind ~= "table" then return kind end
  local n = 0
  for _ in next, v do n = n + 1 end
  return format("table of %d item%s", n, n == 1 and "" or "s")
end

return describe
