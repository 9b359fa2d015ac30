-- reach.lua - what an expression stands for: the names, indexes and calls among tokens, as far as they are known.
--
-- Tokens are those of the lexer, nested. What is found is a thing of things.lua, nil when not even its class is known.

local locals = require "moongrad.syntax.locals"
local things_of = require "moongrad.prompt.complete.things"

local setmetatable, sub, tointeger, tonumber = setmetatable, string.sub, math.tointeger, tonumber

local reach = {} -- the methods
reach.__index = reach

--- Looks from globals on, a table, and in a session's live names if there is a session.
function reach.new(globals, session) return setmetatable({ things = things_of.new(globals, session) }, reach) end

-- --- names ----------------------------------------------------------------------

-- The local that a name at token i stands for; nil if it is a global.
local function local_at(t, name, i)
  t.locals = t.locals or locals(t)
  i = t.before or i
  for k = #t.locals, 1, -1 do
    if t.locals[k].name == name and t.locals[k].at < i then return t.locals[k] end
  end
end

-- What a local was given, as far as that is an expression like the ones below.
function reach:initial(t, known)
  if not known.init then return nil end
  local before = t.before
  t.before = known.at -- in its own initialiser the name means what it meant before
  local thing, after = self:expression(t, known.init)
  t.before = before
  local text, kind = t.text[after], t.kind[after]
  local ends = after > t.n or kind == "name" or kind == "keyword" and text ~= "and" and text ~= "or"
    or text == "," or text == ";"
  return ends and thing or nil
end

--- What a name stands for at token i, by default at the end.
function reach:name(t, name, i)
  local known = local_at(t, name, i or t.n + 1)
  if known then return self:initial(t, known) end
  return self.things:global(name)
end

--- The names of the locals that can be seen at the end, a list.
function reach.local_names(t)
  t.locals = t.locals or locals(t)
  local list = {}
  for _, known in next, t.locals do list[#list + 1] = known.name end
  return list
end

-- --- expressions -------------------------------------------------------------------

-- The key between brackets: a string or a number that stands there alone.
local function key_between(t, open, close)
  if close ~= open + 2 then return nil end
  if t.kind[open + 1] == "string" then return sub(t.text[open + 1], 2) end
  local n = t.kind[open + 1] == "number" and tonumber(t.text[open + 1])
  return n and (tointeger(n) or n) or nil
end

function reach:primary(t, i)
  if t.kind[i] == "name" then return self:name(t, t.text[i], i), i + 1 end
  if t.kind[i] == "string" then return { value = sub(t.text[i], 2) }, i + 1 end
  local close = t.text[i] == "(" and t.match[i]
  if not close then return nil, i + 1 end
  local thing, after = self:expression(t, i + 1, close)
  return after == close and thing or nil, close + 1
end

--- What the name, index and call chain that begins at token i, and ends before stop, stands for; and the token
-- after what was understood.
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

--- Can something be indexed or called that ends at token i?
function reach.is_operand(t, i)
  local text = t.text[i]
  return t.kind[i] == "name" or t.kind[i] == "string" or text == ")" or text == "]" or text == "}"
end

--- The token where the chain begins that ends at token i; nil if it is none.
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

--- What the chain that ends at token i stands for, and where it begins; nothing if it is none.
function reach:ending_at(t, i)
  local first = reach.start_of(t, i)
  if not first then return nil end
  local thing, after = self:expression(t, first, i + 1)
  return after == i + 1 and thing or nil, first
end

return reach
