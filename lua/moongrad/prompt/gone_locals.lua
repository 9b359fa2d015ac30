-- gone_locals.lua - the locals of inputs: each input is a chunk of its own, so its locals end with it. Errors and
-- remarks name the input that had a local which the user still means.

local lexer = require "moongrad.syntax.lexer"
local find, format = string.find, string.format

local gone_locals = {}

local most_text = 100000 -- bytes of an input that are looked through

local inputs = {} -- name of a local -> number of the last input that declared it at its top level

-- Returns the names that the keyword local at token i declares, and the last token of the declaration.
local function declared(t, i)
  if t.text[i + 1] == "function" then return { t.text[i + 2] }, t.match[i + 1] or t.n end
  local list = {}
  repeat
    i = i + 1
    list[#list + 1] = t.text[i]
    if t.text[i + 1] == "<" then i = i + 3 end -- <const>
    i = i + 1
  until t.text[i] ~= ","
  return list, i
end

-- Is there a token with this name from index `from` on?
local function is_used(t, name, from)
  for i = from, t.n do
    if t.kind[i] == "name" and t.text[i] == name then return true end
  end
  return false
end

--- Notes the locals that input n declares. Returns the name of the first that the input does not use; nil if there is
-- none.
function gone_locals.note(text, n)
  if not find(text, "local", 1, true) or #text > most_text then return nil end
  local t = lexer.nest(lexer.tokens(text))
  local unused
  local i = 1
  while i <= t.n do
    if t.kind[i] == "keyword" and t.text[i] == "local" then
      local list, last = declared(t, i)
      for _, name in ipairs(list) do
        inputs[name] = n
        if not unused and not is_used(t, name, last + 1) then unused = name end
      end
    end
    i = math.max(i, t.match[i] or i) + 1
  end
  return unused
end

--- Returns "the local sq of [5] has gone with that input"; nil if no input had a local of this name.
function gone_locals.words(name)
  return inputs[name] and format("the local %s of [%d] has gone with that input", name, inputs[name])
end

return gone_locals
