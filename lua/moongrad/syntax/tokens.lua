-- tokens.lua - the tokens of a piece of Lua as a list, as they are written. For reading inputs, not for running them.

local lexer = require "moongrad.syntax.lexer"
local sub = string.sub

local tokens = {}

-- The tokens of text in their order: {kind=, text=, from=, to=}, kind being "name", "keyword", "number", "string" or
-- "other", and text what is written. nil when a string does not end.
function tokens.of(text)
  local t, list = lexer.tokens(text), {}
  if t.broken or t.open and t.open.kind == "string" then return nil end
  for i = 1, t.n do
    list[i] = { kind = t.kind[i], text = sub(text, t.at[i], t.last[i]), from = t.at[i], to = t.last[i] }
  end
  return list
end

-- What a chunk has at its top level that would not mean the same inside a larger one: locals and labels,
-- which a block keeps in; and return and ..., which need a function of their own.
function tokens.top(list)
  local found, open, depth = {}, {}, 0 -- depth: of functions
  for _, t in ipairs(list) do
    if lexer.closers[t.text] then
      open[#open + 1] = t.text
      if t.text == "function" then depth = depth + 1 end
    elseif lexer.closes[t.text] then
      if table.remove(open) == "function" then depth = depth - 1 end
    elseif #open == 0 and (t.text == "local" or t.text == "::") then
      found.block = true
    elseif depth == 0 and (t.text == "return" or t.text == "...") then
      found.call = true
    end
  end
  return found
end

return tokens
