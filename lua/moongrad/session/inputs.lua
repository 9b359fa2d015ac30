-- inputs.lua - keeps the texts of the inputs at the prompt by number; errors name an input by its number, [3].

local format, match = string.format, string.match

local inputs = {}

local most = 1000 -- texts that are kept

local texts = {} -- number -> text

inputs.last = 0 -- the number of the last input

-- An expression for the session's function of this name, also when a global of the user's hides it.
local function own(name)
  return rawget(_G, name) == nil and name or format('(require "moongrad.session.session".own %q)', name)
end

-- Expands ?step to help("step"), a lone ? to help(), and !ls to a call of shell whose value is a message if it fails.
-- Returns other inputs as they are.
local function expand(text)
  local command = match(text, "^%s*!%s*(.-)%s*$")
  if command and command ~= "" then return format("select(2, %s(%q))", own "shell", command) end
  local name = match(text, "^%s*%?%s*(.-)[%s?]*$")
  if not name then return text end
  return name == "" and own "help" .. "()" or format("%s(%q)", own "help", name)
end

-- Notes a new input. Returns its number n and the text to compile, for which the chunk name is "=[n]".
function inputs.open(text)
  inputs.last = inputs.last + 1
  texts[inputs.last] = text
  texts[inputs.last - most] = nil
  return inputs.last, expand(text)
end

-- The text of input n; nil if there was none, or if it is no longer kept.
function inputs.text(n)
  return texts[n]
end

return inputs
