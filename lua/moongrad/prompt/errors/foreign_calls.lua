-- foreign_calls.lua - advice on a field or method that a matrix or a network does not have, as in X:dot(w).

local foreign_words = require "moongrad.prompt.errors.foreign_words"
local mg = require "moongrad"
local format, match = string.format, string.match

local foreign_calls = {}

local classes = { matrix = true, row = true, network = true }

--- Returns "; " and advice on a message that a matrix or a network does not have a field; nil if there is none.
function foreign_calls.hint(message)
  local class, name = match(message, "(%l+) has no ['\"]([%a_][%w_]*)['\"]")
  if not classes[class] then return nil end
  local advice = foreign_words.fields[name]
  if advice then return "; " .. advice end
  if class ~= "network" and type(mg[name]) == "function" then
    return format("; %s is a function: %s(X)", name, name)
  end
end

return foreign_calls
