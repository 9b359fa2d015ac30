-- written.lua - a function as its own source, when it is certain which that is.

local lexer = require "moongrad.syntax.lexer"
local tokens = require "moongrad.syntax.tokens"

-- Does f refer to nothing outside itself but globals?
local function is_closed(f)
  for i = 1, math.huge do
    local name = debug.getupvalue(f, i)
    if not name then return true end
    if name ~= "_ENV" then return false end
  end
end

-- The functions written in text, as expressions, each with the line it begins in.
local function written(text)
  local list, found, opened = tokens.of(text) or {}, {}, {}
  for i, t in ipairs(list) do
    if lexer.closers[t.text] then
      opened[#opened + 1] = i
    elseif lexer.closes[t.text] then
      local open = table.remove(opened)
      if open and list[open].text == "function" then
        local from, self = open + 1, ""
        while list[from].text ~= "(" do -- its name
          if list[from].text == ":" then self = list[from + 2].text == "(" and list[from + 3].text == ")"
            and "self" or "self, " end
          from = from + 1
        end
        local _, line = text:sub(1, list[open].from):gsub("\n", "")
        found[#found + 1] = { line = line + 1,
          text = "function(" .. self .. text:sub(list[from].to + 1, t.to) }
      end
    end
  end
  return found
end

-- The text of f as an expression: the one among the functions in its chunk's text that compiles to the same code;
-- nil when there is none. texts(chunkname): the source of a chunk.
return function(f, texts)
  local info = debug.getinfo(f, "S")
  local text = info.what == "Lua" and is_closed(f) and texts(info.source)
  if not text then return nil end
  local code = string.dump(f, true)
  for _, candidate in ipairs(written(text)) do
    local again = candidate.line == info.linedefined
      and load("return" .. ("\n"):rep(candidate.line - 1) .. " " .. candidate.text, "=again", "t")
    if again and string.dump(again(), true) == code then return candidate.text end
  end
end
