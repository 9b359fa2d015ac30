-- calls.lua - finds out which function a call among the tokens calls, as the options and the help name it ("train").
--
-- As in options.lua, that name is called who.

local classof, set_class = debug.getmetatable, debug.setmetatable
local find, gmatch, match = string.find, string.gmatch, string.match
local error, next, pcall, rawget, setmetatable, type = error, next, pcall, rawget, setmetatable, type
local own = _ENV -- complete.lua: Lua's functions as they were at the start

local calls = {} -- the methods
calls.__index = calls

--- Makes one from a reach, which finds the values of expressions, and the session, nil in plain Lua. Its field options
-- is moongrad.options, or an empty table in plain Lua.
function calls.new(reach, session)
  local self = setmetatable({ reach = reach, session = session, options = { of = {}, arguments = {} } }, calls)
  self.who_is, self.who_by_name = {}, {} -- function -> who in options; last part of its name -> who
  if session then self:learn() end
  return self
end

-- Calls a function of one of the help's files and returns its result. These files use s:match(), so the methods of
-- strings are Lua's own during the call.
function calls.ask_help(module, name, ...)
  local class = classof ""
  set_class("", { __index = own.string })
  local ok, result = pcall(function(...) return require(module)[name](...) end, ...)
  set_class("", class)
  if not ok then error(result, 0) end
  return result
end

--- The list of the names that have help. If the text typed has an owner, it has paths such as "net:step", too.
function calls.topics(typed)
  local list = calls.ask_help("moongrad.help.help", "names")
  for _, entry in next, find(typed, "[.:]") and calls.ask_help("moongrad.help.entries", "all") or {} do
    list[#list + 1] = entry.path
  end
  return list
end

-- What stands before a name in `who`, by its owner; of others it is "mg." or "data.".
local in_front = { net = "", session = "", prompt = "", m = "m:", l = "l:", g = "g:", w = "w:" }

-- Adds the arguments that the records in commands.lua declare: who -> list with one of options.kinds for each argument.
local function add_commands(arguments, kinds)
  for of, records in next, require("moongrad.commands").of do
    for name, record in next, records do
      local list, place = {}, 0
      for kind in gmatch(record.takes, "%a+") do
        place = place + 1
        list[place] = kinds[kind]
      end
      if next(list) then arguments[(in_front[of] or of .. ".") .. name] = list end
    end
  end
end

-- Notes the functions that take options, or arguments of a known kind.
function calls:learn()
  local options = require "moongrad.options"
  for _, module in next, { "check.check", "custom.trial", "network.train" } do -- they declare options
    require("moongrad." .. module)
  end
  options.kinds.topic.choices, options.kinds.subject.choices = calls.topics, calls.topics
  add_commands(options.arguments, options.kinds)
  for _, takes in next, { options.of, options.arguments } do
    for who in next, takes do
      self.who_by_name[match(who, "[%w_]+$")] = who
      for _, f in next, self:functions_named(who) do self.who_is[f] = who end
    end
  end
  self.options = options
end

-- The value at a dotted path in nested tables; nil if there is none.
local function lookup(v, path)
  for part in gmatch(path, "[%w_]+") do v = type(v) == "table" and rawget(v, part) or nil end
  return v
end

local owner_class = { net = "network", m = "matrix", g = "generator", file = "file" } -- owner in the help -> class

--- The list of functions that a name in the help or the options may mean: "net:step", "data.parity", "train".
function calls:functions_named(path)
  local things, session = self.reach.things, self.session
  local owner, name = match(path, "^(.*)[.:]([%w_]+)$")
  if owner_class[owner] and owner ~= "net" then return { things:method(owner_class[owner], name) } end
  name = name or path
  if owner and owner ~= "net" and owner ~= "mg" then
    return { session and lookup(require "moongrad", path) or lookup(own, path) }
  end
  if not session then return { lookup(own, name) } end
  local list = { lookup(require "moongrad", name) or things:method("network", name) or lookup(own, name) }
  list[#list + 1] = session.own(name)
  return list
end

-- Is f a method of walks? Their class is loaded at its first use, so learn() leaves its functions out.
function calls:is_of_walk(f)
  if not self.session or type(f) ~= "function" or self.who_is[f] then return false end
  for _, method in next, require("moongrad.explain.walk").methods do
    if method == f then return true end
  end
  return false
end

--- Which function does the expression that ends at token i stand for? It is found by its value, or by its last name if
-- the value is not known. nil if it is none of those known.
function calls:who_at(t, i)
  local thing, first = self.reach:ending_at(t, i)
  if not first then return nil end
  if thing and not self:is_of_walk(thing.value) then return self.who_is[thing.value] end
  return (thing or first < i) and t.kind[i] == "name" and self.who_by_name[t.text[i]] or nil
end

--- The last token of the expression that is called by the bracket or string at token opener; nil if that is no call.
function calls:callee(t, opener)
  local last = opener - 1
  if not self.reach.is_operand(t, last) then return nil end
  local first = self.reach.start_of(t, last)
  return first and t.text[first - 1] ~= "function" and last or nil
end

return calls
