-- values.lua - a value in the words of errors, and what it is asked first: finite, whole, callable, one of some names?

local core = require "moongrad.core"
local names = require "moongrad.names"
local raise = require "moongrad.raise"
local format = string.format

local values = {}

-- A value in words, for errors.
function values.show(v)
  if type(v) == "string" then return format("%q", v) end
  if v ~= v then return "NaN" end
  if v == math.huge or v == -math.huge then return v > 0 and "Inf" or "-Inf" end
  if type(v) == "number" or type(v) == "boolean" or v == nil then return tostring(v) end
  return core.kind(v)
end
local show = values.show

-- Is v to be called? What hides its metatable, too.
function values.is_callable(v)
  local meta = type(v) ~= "function" and debug.getmetatable(v)
  return type(v) == "function" or type(meta) == "table" and type(rawget(meta, "__call")) == "function"
end

-- A number, neither NaN nor infinite.
function values.finite(v) return type(v) == "number" and v == v and v ~= math.huge and v ~= -math.huge end

-- Raises unless v is one of the names in list, names of a kind of thing: who "output", kind "activation".
function values.one_of(who, kind, v, list)
  for _, name in ipairs(list) do
    if v == name then return v end
  end
  if type(v) ~= "string" then
    raise("%s: expected one of %s, got %s", who, table.concat(list, ", "), show(v))
  end
  raise("%sno %s %s%s", who == kind and "" or who .. ": ", kind, show(v), names.suggest(v, list))
end

-- A count, a float that is whole allowed; raises otherwise.
function values.whole(who, v, from)
  local n = type(v) == "number" and math.tointeger(v)
  if not n or n < from then raise("%s: expected a whole number from %d, got %s", who, from, show(v)) end
  return n
end

return values
