-- Prints each function of the Lua files named that is longer than 50 lines: file:line: lines.

local lexer = require "moongrad.syntax.lexer"

local function line_of(text, at) return select(2, text:sub(1, at):gsub("\n", "")) + 1 end

for _, path in ipairs(arg) do
  local file = assert(io.open(path))
  local text = file:read "a"
  file:close()
  local t = lexer.nest(lexer.tokens(text))
  for i = 1, t.n do
    if t.kind[i] == "keyword" and t.text[i] == "function" then
      local first, last = line_of(text, t.at[i]), line_of(text, t.at[t.match[i]])
      if last - first >= 50 then print(("%s:%d: %d lines"):format(path, first, last - first + 1)) end
    end
  end
end
