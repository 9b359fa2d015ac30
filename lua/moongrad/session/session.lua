-- session.lua - the session names: LAYERS, ETA, THETA and the rest as live globals, step and the rest as functions.
--
-- They are in no table that one could see: a metatable on _G gives and takes them. What a
-- script or the prompt assigns under another name is a plain global.

local commands = require "moongrad.session.commands"
local core = require "moongrad.core"
local inputs = require "moongrad.session.inputs"
local live = require "moongrad.session.live"
local long_call = require "moongrad.long_call"
local mg = require "moongrad"
local past = require "moongrad.past.past"
local raise = require "moongrad.raise"
local results = require "moongrad.session.results"
local match = string.match

local session = {
  inputs = inputs,
  at_start = {}, -- the globals that are Lua's own
  fresh = {},    -- name -> true for the globals that are new since the last input began
}

-- --- what its names stand for -------------------------------------------------------------------

-- What the session has under a name, without holding it in _G.
function session.value(name)
  local get = live.read[name]
  if get then return get() end
  return commands.value(name) or results.values[name]
end

-- Every such name.
function session.names()
  local list = { "mg" }
  for _, t in ipairs { live.read, commands.functions, mg } do
    for name in pairs(t) do list[#list + 1] = name end
  end
  return list
end

-- Is a name one of LAYERS, ETA and the rest, that stand for what the current network has?
function session.is_live(name) return live.read[name] ~= nil end

-- The session's own function of a name, also where the user has another.
function session.own(name) return commands.functions[name] end

local recording -- the module that notes what the inputs do, once there was one

local is_last = { _ = true } -- the names of the last values
for i = 1, 9 do is_last["_" .. i] = true end

-- What runs reads a name.
local function note_read(name)
  if recording and is_last[name] then recording.read_last(name) end
end

-- --- the metatable on _G -----------------------------------------------------------

-- An error of the core stands where one of these files called it: it belongs to the user's line.
local function assign(set, v)
  local ok, message = pcall(set, v)
  if ok then return end
  local text = type(message) == "string" and match(message, "^[^:\n]*moongrad/[%w_/]+%.lua:%d+: (.*)")
  if text then raise("%s", text) end
  error(message, 0)
end

function session.metatable() end -- the host's, once it is installed

-- A field of the metatable that the user's Lua gave _G: it is asked for what is not the session's.
local function theirs(field)
  local meta = session.metatable()
  return meta and rawget(meta, field)
end

local metatable = {
  __index = function(t, name)
    local v = session.value(name)
    note_read(name)
    if v ~= nil or live.read[name] then return v end
    local index = theirs "__index"
    if type(index) == "function" then return index(t, name) end -- a tail call: it may look who asked
    return index and index[name]
  end,
  __newindex = function(t, name, v)
    if live.write[name] then
      assign(live.write[name], v)
    elseif commands.has(name) then
      commands.assign(name, v)
    else
      local newindex = theirs "__newindex"
      session.fresh[name] = true
      if type(newindex) == "function" then return newindex(t, name, v) end
      if newindex then newindex[name] = v else rawset(t, name, v) end
    end
  end,
}

-- --- what the modules of the session see of it -------------------------------------------------

-- Also host, and seeds, those of math.random at the start: see install.
local inside = { noted = {}, names = session.names, live = session.value, value = session.value, own = session.own,
  replaced = commands.replaced, base = session.at_start }

function inside.seed() return math.tointeger(tonumber(inside.host.seed)) or 0 end
function inside.last() return results.values end

-- Is a global the session's, not the user's? Is it known to the session at all?
function inside.is_known(name) return live.read[name] ~= nil or commands.provided(name) ~= nil end
function inside.is_own(name)
  return inside.is_known(name) and rawget(_G, name) == nil and commands.replaced()[name] == nil
end

-- For reset: without network, data, replaced functions and last values.
function inside.clear()
  live.NET, live.held = nil, {}
  commands.clear()
  results.clear()
end

function inside.ran(path, words)
  if recording then recording.file(path, words) end
end

local modules = {} -- name -> those that were begun

-- A module that knows the session, begun when it is first used.
function session.module(name)
  if not modules[name] then
    local module = require(name)
    if module.begin then module.begin(inside) end
    modules[name] = module -- now that it has begun: what fails for want of memory is begun again
  end
  return modules[name]
end

function inside.expand(path) return session.module "moongrad.session.files".expand(path) end

commands.add("session", session.module)

-- --- the beginning ---------------------------------------------------------------------------

-- Puts the session names in place, before anything of the user's is run. host.metatable() is the metatable that the
-- user's Lua gave _G; host.prompt: will there be one? Then host has version, seed (of --seed, or nil),
-- save(path, text, head), recover(text) and former(), the inputs of former sessions.
function session.install(host)
  session.metatable = host.metatable
  for name, v in next, _G do session.at_start[name] = v end
  setmetatable(_G, metatable)
  inside.host, inside.seeds = host, { math.randomseed() }
end

-- What runs before the prompt: how is "script", "init.lua" (what is the file), "-e" or "-l" (what is the text).
function session.note(how, what)
  if not inside.host.prompt then return end
  local noted = { kind = how, what = what, args = {} }
  if how == "script" and type(_G.arg) == "table" then table.move(_G.arg, 1, #_G.arg, 1, noted.args) end
  local file = (how == "script" or how == "init.lua") and what and io.open(what, "rb")
  if file then
    noted.text = file:read "a"
    file:close()
  end
  inside.noted[#inside.noted + 1] = noted
end

-- --- inputs -----------------------------------------------------------------------------------

-- Before an input is compiled. Returns its number and what is to be compiled.
function session.open_input(text)
  local n, code = inputs.open(text)
  session.fresh = {}
  recording = session.module "moongrad.session.journal.recording"
  recording.open(n, text, code)
  return n, code
end

-- What an input computed becomes _, _1 and so on. Returns true when the first is an object that was none before.
function session.keep(...) return select("#", ...) > 0 and results.keep(...) end

local show -- what a prompt does with the values of an input

-- From here on show(quiet, ...) keeps the values of an input, and returns what session.results is to return.
function session.register(f) show = f end

-- After the values of an input were computed; quiet, are they not to be printed? Returns true when an empty input may
-- repeat it, or else what that is to run, and the function that prints the values, nil when it is to be quiet.
function session.results(quiet, ...)
  if recording then recording.computed(quiet, ...) end
  if show then return show(quiet, ...) end
  session.keep(...)
  return false
end

-- What an input edited in THETA becomes a command, for undo, and none goes on. Returns true when it edited anything.
function session.settle()
  local noted = past.ended()
  return live.NET ~= nil and past.settle(live.NET) or noted
end

-- After an input ran and was printed. Returns a remark when what it left is not all results.
function session.close_input(status)
  local settled = session.settle()
  return recording and recording.close(status, settled)
end

-- The line about the run that was stopped last, nil if none was since it was asked.
function session.interrupted()
  local step = core.interrupted() -- inside train, one epoch
  local report = long_call.take() or step
  return report and tostring(report)
end

-- Writes what there is to keep when the program is ended by a signal: the file's name, nil without one.
function session.recover()
  if recording then return recording.recover() end
end

return session
