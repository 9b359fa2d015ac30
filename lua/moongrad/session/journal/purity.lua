-- purity.lua - decides from the tokens of an input whether it certainly changed nothing.
--
-- journal.lua asks it: a saved session leaves such inputs out. An input certainly changed nothing if it is an
-- expression of constants, operators, the session's names, plain values of the user's (see is_plain) and calls of
-- functions that are known to change nothing. For any other input the answer is no.

local commands = require "moongrad.commands"
local report = require "moongrad.network.report"
local serialise = require "moongrad.session.journal.serialise"
local gmatch = string.gmatch

local purity = {}

local function set(words)
  local t = {}
  for word in gmatch(words, "%S+") do t[word] = true end
  return t
end

-- Lua's own functions that change nothing. A call counts only if the name still stands for Lua's function.
local pure = {} -- "math.sin" -> function
local plain = set "print tostring tonumber type rawlen rawequal select" -- session.base has their functions
for name, f in pairs(math) do
  if name ~= "random" and name ~= "randomseed" then pure["math." .. name] = f end
end

local classes = set "matrix row network report" -- moongrad's objects that print and compute without code of the user's
local most = 10000 -- items of a table that are looked at, tables within it included

-- Is v plain: do printing it, its operators and its fields run no code of the user's? With methods_matter a function
-- is not plain, because the input may call it as a method. left is the number of items that may still be looked at;
-- the number that remains is the second result.
local function is_plain(v, methods_matter, left)
  if type(v) == "userdata" then return classes[serialise.kind(v)], left end
  if type(v) == "function" then return not methods_matter, left end
  if type(v) ~= "table" then return type(v) ~= "thread", left end
  local meta = debug.getmetatable(v)
  if meta then return meta == report.history, left end
  for _, item in next, v do
    local ok
    if left <= 0 then return false, left end
    ok, left = is_plain(item, methods_matter, left - 1)
    if not ok then return false, left end
  end
  return true, left
end

-- Does token t begin the arguments of a call?
local function is_call(t) return t and (t.text == "(" or t.text == "{" or t.kind == "string") end

-- list[i] is the name of the function in a call. Is it certain that the call changes nothing?
local function is_pure_call(list, i, session)
  local name, before, base = list[i].text, list[i - 1], list[i - 2]
  if before and before.text == ":" then return commands.method_looks(name) end
  if before and before.text == "." then
    if list[i - 3] and (list[i - 3].text == "." or list[i - 3].text == ":") then return false end
    if base.text == "data" or base.text == "mg" then
      local command = commands.of[base.text][name]
      return session.is_own(base.text) and command and command.looks
    end
    local whole = base.text .. "." .. name
    return pure[whole] ~= nil and rawequal(pure[whole], rawget(rawget(_G, base.text) or {}, name))
  end
  local command = commands.global(name)
  if command and command.looks then return session.is_own(name) end
  if rawget(_G, name) == nil and not session.is_known(name) then return true end -- a call of nil: an error
  return plain[name] ~= nil and rawequal(rawget(_G, name), session.base[name])
end

local words = set "and or not nil true false"
local closing = set ") ] }"

-- Is it certain that the expression with this list of tokens changed nothing? session has is_own(name), true if the
-- global is the session's and the user has not replaced it; is_known(name), true if it is the session's, replaced or
-- not; base, name -> Lua's own global as it was at the start. last: "_", "_1" ... -> value.
function purity.only_looks(list, session, last)
  local braces, calls_methods = 0, false
  for _, t in ipairs(list) do calls_methods = calls_methods or t.text == ":" end
  for i, t in ipairs(list) do
    local before, after = list[i - 1], list[i + 1]
    braces = braces + (t.text == "{" and 1 or t.text == "}" and -1 or 0)
    local is_key = t.kind == "name" and braces > 0 and after and after.text == "="
    local is_field = before and (before.text == "." or before.text == ":")
    if t.kind == "keyword" and not words[t.text] or t.text == "=" and braces == 0 then return false end
    if is_call(after) and not is_key then
      if closing[t.text] or t.kind == "string" then return false end
      if t.kind == "name" and not is_pure_call(list, i, session) then return false end
    elseif t.kind == "name" and not is_key and not is_field then
      local is_library = after and after.text == "." and t.text == "math"
      local v = rawget(_G, t.text)
      if v == nil then v = last and last[t.text] end
      if not (is_library or session.is_own(t.text) or is_plain(v, calls_methods, most)) then return false end
    end
  end
  return true
end

return purity
