-- tokens.lua - the tokens of Lua source as a list with their text as written, for analysing inputs.

local lexer = require "moongrad.syntax.lexer"
local sub = string.sub

local tokens = {}

-- Returns the list of the tokens of text, each {kind=, text=, from=, to=}: kind is "name", "keyword", "number",
-- "string" or "other", text the source of the token. Returns nil if a string does not end.
function tokens.of(text)
  local t, list = lexer.tokens(text), {}
  if t.broken or t.open and t.open.kind == "string" then return nil end
  for i = 1, t.n do
    list[i] = { kind = t.kind[i], text = sub(text, t.at[i], t.last[i]), from = t.at[i], to = t.last[i] }
  end
  return list
end

-- Finds what would change its meaning if the chunk with this list of tokens were put into a larger one. Returns {block
-- = true if it declares locals or labels at its top level, call = true if it uses return or ... outside functions}: the
-- chunk then needs a block, or a function, around it.
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
