-- source_of.lua - finds the source text of a Lua function, if it is certain which text that is.

local tokens = require "moongrad.syntax.tokens"
local find, gsub, match, sub = string.find, string.gsub, string.match, string.sub

-- Returns a list of the functions whose keyword "function" is on the given line of text, each as the source of an
-- expression. A function ends at the first "end" with which it compiles.
local function functions_in(text, line)
  local list, found, at, seen = tokens.of(text) or {}, {}, 1, 1
  for i, t in ipairs(list) do
    local _, newlines = gsub(sub(text, at, t.from - 1), "\n", "")
    at, seen = t.from, seen + newlines
    if seen == line and t.kind == "keyword" and t.text == "function" then
      local name, rest = match(text, "^%s*([^(]*)%(()", t.to + 1)
      local head = "function(" .. (find(name, ":") and (find(text, "^%s*%)", rest) and "self" or "self, ") or "")
      for k = i + 1, #list do
        local source = list[k].text == "end" and head .. sub(text, rest, list[k].to)
        if source and load("return " .. source, "=function", "t") then
          found[#found + 1] = source
          break
        end
      end
    end
  end
  return found
end

-- The names of a function's parameters and upvalues, as one string.
local function names_of(f)
  local names, i, info = {}, 0, debug.getinfo(f, "u")
  for k = 1, info.nparams do names[k] = debug.getlocal(f, k) end
  if info.isvararg then names[#names + 1] = "..." end
  repeat
    i = i + 1
    names[#names + 1] = debug.getupvalue(f, i)
  until not debug.getupvalue(f, i)
  return table.concat(names, " ")
end

-- Returns the source of f as an expression. texts(chunkname) returns the text of a chunk, or nil. Returns nil if f has
-- local variables of enclosing functions as upvalues, if the text of its chunk is not known, or if several different
-- functions that begin on the same line fit.
return function(f, texts)
  local info = debug.getinfo(f, "S")
  local text = info.what == "Lua" and texts(info.source)
  local found
  for _, source in ipairs(text and functions_in(text, info.linedefined) or {}) do
    local made = assert(load("return " .. source, "=function", "t"))()
    local _, lines = gsub(source, "\n", "")
    if lines == info.lastlinedefined - info.linedefined and names_of(made) == names_of(f) then
      if found and found ~= source then return nil end
      found = source
    end
  end
  return found
end
