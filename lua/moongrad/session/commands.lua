-- commands.lua - the session's functions: step() for NET:step() and so on, and those that belong to no network.
--
-- The records in moongrad/commands.lua declare them; session.lua makes them globals.

local core = require "moongrad.core"
local declared = require "moongrad.commands"
local live = require "moongrad.session.live"
local mg = require "moongrad"
local own_names = require "moongrad.session.own_names"
local raise = require "moongrad.raise"
local format = string.format

local commands = {}

local functions = {} -- name -> function; those of mg are not among them
local replaced = {}  -- name -> the user's function in place of one whose name the session keeps

commands.functions = functions

-- Returns function(...) return CALL(...) end, where call is the text of CALL and may use get. It is compiled from text
-- so that Lua's error messages name the function as if the user had called it directly.
local this = debug.getinfo(1, "S").source
local function calling(call, get)
  local text = format("local get = ... return function(...) return %s(...) end", call)
  return assert(load(text, this, "t"))(get)
end

for name, record in pairs(declared.of.net) do
  if not record.only_net then functions[name] = calling(format("get '%s':%s", name, name), live.current) end
end

local undo = functions.undo

local function depth(net, most) return require("moongrad.past.places").depth(net, most) end

-- How many commands can be undone, up to most: those of net, and those of the networks that LAYERS = ... replaced.
local function commands_left(net, most)
  local n, before = depth(net, most), core.network_state(net).before
  return before and n < most and n + 1 + commands_left(before, most - n - 1) or n
end

-- The session's undo also takes back LAYERS = ...: the network before it becomes the current one again.
function functions.undo(n, ...)
  local wanted = n == nil and 1 or math.type(n) == "integer" and n or 0
  local labels = {}
  if live.NET and wanted > 0 and select("#", ...) == 0 and commands_left(live.NET, wanted) == wanted then
    local there = depth(live.NET, wanted)
    while there < wanted do
      labels[#labels + 1] = format("LAYERS = %s", live.NET.layers)
      live.NET, wanted = core.network_state(live.NET).before, wanted - there - 1
      there = depth(live.NET, wanted)
    end
    n = wanted
  end
  local r = undo(n, ...)
  table.move(r.undone, 1, #r.undone, #labels + 1)
  table.move(labels, 1, #labels, 1, r.undone)
  r.n, r.left = r.n + #labels, commands_left(live.NET, 1001)
  return r
end

function functions.walk(...)
  return require("moongrad.explain.walk").current(live.read.NET, ...)
end

for name, f in pairs(functions) do functions[name] = core.entry(f) end

-- --- functions in modules of the session ---------------------------------------------------------

-- Returns an object that can be called like f; its text, when its name alone is typed, is that of f().
local function by_name(name, f)
  return setmetatable({}, {
    __name = name, __metatable = false,
    __call = core.entry(function(_, ...) return f(...) end),
    __tostring = function() return tostring(f()) end,
  })
end

-- Adds the functions of one owner, "session" or "prompt". module(name) returns the module of this name; it is called at
-- each call of a function, so that the module is loaded when it is first needed.
function commands.add(of, module)
  for name, record in pairs(declared.of[of]) do
    local function get() return module("moongrad." .. record.from) end
    local f = core.entry(record.call or calling("get()." .. name, get))
    functions[name] = record.alone and by_name(name, f) or f
  end
end

-- --- the values of the names -------------------------------------------------------------------

-- Is this the name of a function that only another function may replace?
function commands.keeps(name) return declared.kept[name] and functions[name] ~= nil end

-- The value of a name: the user's replacement, or else the session's own value.
function commands.value(name) return replaced[name] or commands.provided(name) end

-- The session's own value of a name that is not live: a function, mg, or a field of mg.
function commands.provided(name)
  if functions[name] then return functions[name] end
  if name == "mg" then return mg end
  return mg[name]
end

-- Advice for a user who assigned the value v to a function of the session: what to write instead.
local function instead(name, v)
  if name == "cost" or name == "init" or name == "activation" then
    return format("to choose one write NET.options.%s = %s", name, type(v) == "string" and format("%q", v) or "...")
  end
  local text = type(v) == "number" and tostring(v) or "..."
  return format("to call it write %s(%s)", name, text)
end

-- For NAME = v: replaces a function of the session by the user's function v, or restores it if v is nil.
function commands.assign(name, v)
  if v ~= nil and type(v) ~= "function" then
    raise("%s is a function: %s; %s", name, instead(name, v), own_names.advice(name))
  end
  replaced[name] = not rawequal(v, functions[name]) and v or nil
end

-- name -> function of the user's in place of the session's; clear() restores the session's.
function commands.replaced() return replaced end
function commands.clear() replaced = {} end

return commands
