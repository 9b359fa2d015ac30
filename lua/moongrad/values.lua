-- values.lua - checks of single values (finite, whole, callable, one of a list of names) and their text in errors.

local core = require "moongrad.core"
local names = require "moongrad.names"
local raise = require "moongrad.raise"
local format = string.format

local values = {}

-- A value as errors show it: a string in quotes, a number, or the kind of an object.
function values.show(v)
  if type(v) == "string" then return format("%q", v) end
  if v ~= v then return "NaN" end
  if v == math.huge or v == -math.huge then return v > 0 and "Inf" or "-Inf" end
  if type(v) == "number" or type(v) == "boolean" or v == nil then return tostring(v) end
  return core.kind(v)
end
local show = values.show

-- Can v be called? Also true for an object with __call that hides its metatable.
function values.is_callable(v)
  local meta = type(v) ~= "function" and debug.getmetatable(v)
  return type(v) == "function" or type(meta) == "table" and type(rawget(meta, "__call")) == "function"
end

-- Is v a number that is neither NaN nor infinite?
function values.finite(v) return type(v) == "number" and v == v and v ~= math.huge and v ~= -math.huge end

-- Returns v if it is one of the names in list, else raises. who is the option or function that v is for ("output"),
-- kind what the names stand for ("activation").
function values.one_of(who, kind, v, list)
  for _, name in ipairs(list) do
    if v == name then return v end
  end
  if type(v) ~= "string" then
    raise("%s: expected one of %s, got %s", who, table.concat(list, ", "), show(v))
  end
  raise("%sno %s %s%s", who == kind and "" or who .. ": ", kind, show(v), names.suggest(v, list))
end

-- Returns v as an integer if it is a whole number (a float such as 2.0, too) not below from; raises otherwise.
function values.whole(who, v, from)
  local n = type(v) == "number" and math.tointeger(v)
  if not n or n < from then raise("%s: expected a whole number from %d, got %s", who, from, show(v)) end
  return n
end

return values
