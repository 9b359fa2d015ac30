-- globals.lua - whose the globals of a session are: what its names stand for, and what Lua began with.

local commands = require "moongrad.prompt.commands"
local kept = require "moongrad.prompt.kept"
local live = require "moongrad.prompt.live"
local mg = require "moongrad"

local globals = {
  live = live.read, -- name -> function that gives its value
  at_start = {},    -- the globals that are Lua's own
  fresh = {},       -- name -> true for the globals that are new since the last input began
}

-- What the session has under a name, without holding it in _G.
function globals.value(name)
  local get = live.read[name]
  if get then return get() end
  return commands.value(name) or kept.values[name]
end

-- Every such name.
function globals.names()
  local list = { "mg" }
  for _, t in ipairs { live.read, commands.functions, mg } do
    for name in pairs(t) do list[#list + 1] = name end
  end
  return list
end

-- The session's own function of a name, also where the user has another.
function globals.own(name) return commands.functions[name] end

-- The session's functions that the user has replaced.
function globals.replaced() return next, commands.replaced() end

return globals
