-- reach.lua - finds the value or the class of an expression of names, indexes and calls, without running it.
--
-- Tokens are those of lexer.lua after lexer.nest. The result is a "thing" of things.lua, nil if not even the class is
-- known. A chain is an expression such as a.b[1]:c(2).

local locals = require "moongrad.syntax.locals"
local things_of = require "moongrad.prompt.complete.things"

local setmetatable, sub, tointeger, tonumber = setmetatable, string.sub, math.tointeger, tonumber

local reach = {} -- the methods
reach.__index = reach

--- Makes one that looks names up in the table globals, and in the session if it is not nil.
function reach.new(globals, session) return setmetatable({ things = things_of.new(globals, session) }, reach) end

-- --- names ----------------------------------------------------------------------

-- The declaration of the local that a name at token i stands for; nil if it is a global.
local function local_at(t, name, i)
  t.locals = t.locals or locals(t)
  i = t.before or i
  for k = #t.locals, 1, -1 do
    if t.locals[k].name == name and t.locals[k].at < i then return t.locals[k] end
  end
end

-- The initial value of a local, if it is an expression that this file understands.
function reach:initial(t, known)
  if not known.init then return nil end
  local before = t.before
  t.before = known.at -- in the initialiser itself the name still has its earlier meaning
  local thing, after = self:expression(t, known.init)
  t.before = before
  local text, kind = t.text[after], t.kind[after]
  local ends = after > t.n or kind == "name" or kind == "keyword" and text ~= "and" and text ~= "or"
    or text == "," or text == ";"
  return ends and thing or nil
end

--- The value of a name at token i, by default at the end.
function reach:name(t, name, i)
  local known = local_at(t, name, i or t.n + 1)
  if known then return self:initial(t, known) end
  return self.things:global(name)
end

--- The list of the locals that are visible at the end of the tokens.
function reach.local_names(t)
  t.locals = t.locals or locals(t)
  local list = {}
  for _, known in next, t.locals do list[#list + 1] = known.name end
  return list
end

-- --- expressions -------------------------------------------------------------------

-- The key between two brackets, if it is a single string or number; else nil.
local function key_between(t, open, close)
  if close ~= open + 2 then return nil end
  if t.kind[open + 1] == "string" then return sub(t.text[open + 1], 2) end
  local n = t.kind[open + 1] == "number" and tonumber(t.text[open + 1])
  return n and (tointeger(n) or n) or nil
end

-- The value of the name, string or expression in brackets at token i, and the token after it.
function reach:primary(t, i)
  if t.kind[i] == "name" then return self:name(t, t.text[i], i), i + 1 end
  if t.kind[i] == "string" then return { value = sub(t.text[i], 2) }, i + 1 end
  local close = t.text[i] == "(" and t.match[i]
  if not close then return nil, i + 1 end
  local thing, after = self:expression(t, i + 1, close)
  return after == close and thing or nil, close + 1
end

--- The value of the chain that begins at token i and ends before stop, and the token after the part that was read.
function reach:expression(t, i, stop)
  stop = stop or t.n + 1
  local things = self.things
  local thing, at = self:primary(t, i)
  while at < stop do
    local text, close = t.text[at], t.match[at]
    if (text == "." or text == ":") and t.kind[at + 1] == "name" and at + 1 < stop then
      thing, at = thing and things:field(thing, t.text[at + 1]), at + 2
    elseif text == "[" and close then
      thing, at = thing and things:field(thing, key_between(t, at, close)), close + 1
    elseif t.kind[at] == "string" then
      thing, at = thing and things:call(thing), at + 1
    elseif (text == "(" or text == "{") and close then
      thing, at = thing and things:call(thing), close + 1
    else
      break
    end
  end
  return thing, at
end

--- Can token i be the end of an expression that is indexed or called?
function reach.is_operand(t, i)
  local text = t.text[i]
  return t.kind[i] == "name" or t.kind[i] == "string" or text == ")" or text == "]" or text == "}"
end

--- The first token of the chain that ends at token i; nil if there is no chain.
function reach.start_of(t, i)
  while reach.is_operand(t, i) do
    local text = t.text[i]
    if t.kind[i] == "name" then
      if t.text[i - 1] ~= "." and t.text[i - 1] ~= ":" then return i end
      i = i - 2
    else
      local open = t.kind[i] == "string" and i or t.match[i]
      if not open then return nil end
      if not reach.is_operand(t, open - 1) then return text == ")" and open or nil end
      i = open - 1
    end
  end
end

--- The value of the chain that ends at token i, and its first token; nil if there is no chain.
function reach:ending_at(t, i)
  local first = reach.start_of(t, i)
  if not first then return nil end
  local thing, after = self:expression(t, first, i + 1)
  return after == i + 1 and thing or nil, first
end

return reach
