-- inputs.lua - keeps the texts of the inputs at the prompt by number; errors name an input by its number, [3].

local format, match = string.format, string.match

local inputs = {}

local most = 1000 -- texts that are kept

local texts = {} -- number -> text

inputs.last = 0 -- the number of the last input

-- Expands ?step to return help("step"), and a lone ? to return help(); returns other inputs as they are. If a global
-- of the user's hides help, the session's is called by its module.
local function expand(text)
  local name = match(text, "^%s*%?%s*(.-)[%s?]*$")
  if not name then return text end
  local help = rawget(_G, "help") == nil and "help" or '(require "moongrad.session.session".own "help")'
  return name == "" and format("return %s()", help) or format("return %s(%q)", help, name)
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
