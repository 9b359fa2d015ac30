-- looks.lua - is it certain that an input only looked? What it would take to know is asked of its tokens.
--
-- Certain is an expression of constants, operators, live names, the user's own plain values and calls of
-- functions that are known to change nothing. Anything else may have changed something.

local exact = require "moongrad.journal.exact"
local report = require "moongrad.report"

local looks = {}

local function set(words)
  local t = {}
  for word in words:gmatch "%S+" do t[word] = true end
  return t
end

-- Session functions, and methods of networks and matrices, that change nothing.
local functions = set [[
  predict cost accuracy explain diagnose help apropos who history traceback save_session save
  matrix zeros ones eye linspace hstack vstack is_matrix eq lt gt exp log sqrt abs sin cos floor sign
  sigmoid tanh relu leaky_relu elu gelu softplus softmax generator]]
local methods = set [[
  predict cost accuracy explain diagnose copy
  rows cols reshape totable matmul sum mean min max norm argmax]]

-- Lua's own, as long as they are Lua's own.
local pure = {}
for name in pairs(set "print tostring tonumber type rawlen rawequal math.type") do
  local base, field = name:match "^(%w+)%.?(%w*)$"
  pure[name] = field ~= "" and _G[base][field] or _G[base]
end
for name, f in pairs(math) do
  if name ~= "random" and name ~= "randomseed" then pure["math." .. name] = f end
end

local objects = { matrix = true, row = true, network = true }
local quiet = { [report.history] = true } -- metatables of ours, whose printing is harmless

-- Can v be printed, and have operators at it, without code of the user's?
local function is_plain(v)
  local t = exact.kind(v)
  if t == "table" then
    local meta = debug.getmetatable(v)
    return meta == nil or quiet[meta] or false
  end
  return t == "report" or t ~= "userdata" and t ~= "thread"
end

-- Is a token the beginning of a call's arguments?
local function is_call(t)
  return t and (t.text == "(" or t.text == "{" or t.kind == "string")
end

-- What list[i], a name that is no field, leads to when it is the user's global, or one of the values kept: true when
-- following the constant keys behind it meets plain values only.
local function follows_plain(list, i, kept)
  local v = rawget(_G, list[i].text)
  if v == nil then v = kept and kept[list[i].text] end
  while true do
    if objects[exact.kind(v)] then return true end
    if not is_plain(v) then return false end
    local dot, key, close = list[i + 1], list[i + 2], list[i + 3]
    if not dot or (dot.text ~= "." and dot.text ~= "[" and dot.text ~= ":") then return not is_call(dot) end
    if dot.text == ":" or type(v) ~= "table" then return false end
    local number = key and key.kind == "number" and tonumber(key.text)
    if dot.text == "[" and not (number and close and close.text == "]") then return false end
    v = rawget(v, number or key.text)
    i = i + (number and 3 or 2)
  end
end

-- Does the call whose function's name is list[i] change nothing?
local function is_pure_call(list, i, session)
  local name, before, base = list[i].text, list[i - 1], list[i - 2]
  if before and before.text == ":" then return methods[name] end
  if before and before.text == "." then
    if list[i - 3] and (list[i - 3].text == "." or list[i - 3].text == ":") then return false end
    local whole = base.text .. "." .. name
    if base.text == "data" then return session.is_own "data" end
    if base.text == "mg" then return session.is_own "mg" and functions[name] end
    return pure[whole] ~= nil and rawequal(pure[whole], rawget(rawget(_G, base.text) or {}, name))
  end
  if functions[name] then return session.is_own(name) end
  if rawget(_G, name) == nil and not session.is_known(name) then return true end -- no such thing: an error
  return pure[name] ~= nil and rawequal(pure[name], rawget(_G, name))
end

local words = { ["and"] = true, ["or"] = true, ["not"] = true, ["nil"] = true, ["true"] = true, ["false"] = true }

-- Is it certain that the expression of these tokens changed nothing? session.is_own(name): is that
-- global the session's, and not the user's? session.is_known(name): is it the session's or the user's in its place?
-- kept: the values of _ and its kin.
function looks.only(list, session, kept)
  local braces = 0
  for i, t in ipairs(list) do
    local before, after = list[i - 1], list[i + 1]
    if t.text == "{" then braces = braces + 1 end
    if t.text == "}" then braces = braces - 1 end
    local is_key = t.kind == "name" and braces > 0 and after and after.text == "="
    local is_field = before and (before.text == "." or before.text == ":")
    if t.kind == "keyword" and not words[t.text] then return false end
    if t.text == "=" and braces == 0 then return false end
    if t.kind == "name" and is_call(after) and not is_key then
      if not is_pure_call(list, i, session) then return false end
    elseif (t.text == ")" or t.text == "]" or t.text == "}" or t.kind == "string") and is_call(after) then
      return false
    end
    if t.kind == "name" and not is_key and not is_field and not is_call(after) then
      local is_library = after and after.text == "." and (t.text == "math" or session.is_own(t.text))
      if not (is_library or session.is_own(t.text) or follows_plain(list, i, kept)) then return false end
    end
  end
  return true
end

return looks
