-- commands.lua - the session's functions: the methods of a network on the current one, and what belongs to none.

local core = require "moongrad.core"
local declared = require "moongrad.commands"
local live = require "moongrad.session.live"
local mg = require "moongrad"
local raise = require "moongrad.raise"
local format = string.format

local commands = {}

local functions = {} -- name -> function, besides those of mg
local replaced = {}  -- those that the user has replaced by functions

commands.functions = functions

-- return function(...) return CALL(...) end, get being a local of it: compiled, so that an error names what is called
-- as if the user had called it.
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

-- The commands of net, up to most, and those of the networks that LAYERS = ... replaced.
local function commands_left(net, most)
  local n, before = depth(net, most), core.network_state(net).before
  return before and n < most and n + 1 + commands_left(before, most - n - 1) or n
end

-- undo also takes LAYERS = ... back: the network before it is the current one again.
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

-- --- those of modules that know the session -----------------------------------------------------

-- f, to be called or, as what it says of itself, typed by its name alone.
local function by_name(name, f)
  return setmetatable({}, {
    __name = name, __metatable = false,
    __call = function(_, ...) return f(...) end,
    __tostring = function() return tostring(f()) end,
  })
end

-- Adds the commands of one of commands.of: module(name) is the module of this name, which is loaded at the first call.
function commands.add(of, module)
  for name, record in pairs(declared.of[of]) do
    local function get() return module("moongrad." .. record.from) end
    local f = record.call or calling("get()." .. name, get)
    functions[name] = record.alone and by_name(name, f) or f
  end
end

-- --- what stands for what ---------------------------------------------------------------------

-- Is a name one of them, here or in mg?
function commands.has(name) return functions[name] ~= nil or type(mg[name]) == "function" end

-- The value of a name: the user's, or else the session's own.
function commands.value(name) return replaced[name] or commands.provided(name) end

-- The session's own value of a name that is not live: a function, or a part of mg.
function commands.provided(name)
  if functions[name] then return functions[name] end
  if name == "mg" then return mg end
  return mg[name]
end

-- What to write instead of giving a session function a value.
local function instead(name, v)
  if name == "cost" or name == "init" or name == "activation" then
    return format("to choose one write NET.options.%s = %s", name, type(v) == "string" and format("%q", v) or "...")
  end
  local text = type(v) == "number" and tostring(v) or "..."
  return format("to call it write %s(%s)", name, text)
end

function commands.assign(name, v)
  if v ~= nil and type(v) ~= "function" then
    raise("%s is a function: %s; %s", name, instead(name, v), live.own_name(name))
  end
  replaced[name] = v -- nil brings the session's own back
end

-- Those that the user has replaced; forgets them.
function commands.replaced() return replaced end
function commands.clear() replaced = {} end

return commands
