-- inputs.lua - what was typed at the prompt: each input has a number, by which errors name it.

local format, match = string.format, string.match

local inputs = {}

local most = 1000 -- texts that are kept

local texts = {} -- number -> text, of the last ones

inputs.last = 0 -- the number of the last input

-- ?step is short for help "step", a lone ? for help().
local function expand(text)
  local name = match(text, "^%s*%?%s*(.-)[%s?]*$")
  if not name then return text end
  return name == "" and "return help()" or format("return help(%q)", name)
end

-- A new input. Returns its number and what is to be compiled, under the name "=[number]".
function inputs.open(text)
  inputs.last = inputs.last + 1
  texts[inputs.last] = text
  texts[inputs.last - most] = nil
  return inputs.last, expand(text)
end

-- The text of input n; nil when there was none, or too long ago.
function inputs.text(n)
  return texts[n]
end

return inputs
