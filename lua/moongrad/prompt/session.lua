-- session.lua - the session names: LAYERS, ETA, THETA and the rest as live globals, step and the rest as functions.
--
-- They are in no table that one could see: a metatable on _G gives and takes them. What a
-- script or the prompt assigns under another name is a plain global.

local commands = require "moongrad.prompt.commands"
local core = require "moongrad.core"
local globals = require "moongrad.prompt.globals"
local inputs = require "moongrad.prompt.inputs"
local kept = require "moongrad.prompt.kept"
local live = require "moongrad.prompt.live"
local past = require "moongrad.past.past"
local raise = require "moongrad.raise"
local running = require "moongrad.running"
local show = require "moongrad.show"
local source = require "moongrad.source"
local match = string.match

local session = { value = globals.value, names = globals.names, own = globals.own }

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
    local v = globals.value(name)
    session.note_read(name)
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
      globals.fresh[name] = true
      if type(newindex) == "function" then return newindex(t, name, v) end
      if newindex then newindex[name] = v else rawset(t, name, v) end
    end
  end,
}

local utf8_wanted -- may the prompt have what ASCII has not?

-- Puts the session names in place. host.width() is the width of the terminal; host.utf8, is it in UTF-8?
function session.install(host)
  utf8_wanted = host.utf8
  show.width = host.width
  show.height = host.height or show.height
  show.color = host.color
  session.color = host.color
  session.metatable = host.metatable
  if host.progress then
    running.over = host.progress
    core.progress(function(...) return require "moongrad.prompt.progress".tick(host.progress, ...) end, 0.1)
  end
  source.only()
  for name, v in next, _G do globals.at_start[name] = v end
  setmetatable(_G, metatable)
end

-- --- for the shell ---------------------------------------------------------------------

-- What the prompt does with an input: before it is compiled, and after it ran and was printed.
session.open_input = inputs.open
function session.close_input(n, status) return require("moongrad.prompt.remarks").on(n, status) end

-- And with the values of an input. Returns true when an empty input may repeat it, and the function that prints
-- them, nil when it is to be quiet.
function session.results(quiet, ...)
  if select("#", ...) == 1 and (...) == nil then
    quiet = quiet or require("moongrad.prompt.remarks").says_all(inputs.text(inputs.last))
  end
  return require("moongrad.prompt.print").results(quiet, ...)
end

-- The text of the prompt, for Readline or not; that for more of an input.
function session.prompt(readline, more)
  return require "moongrad.prompt.prompt".text(live.NET, utf8_wanted, readline, more)
end

-- The inputs in a text of several lines, and the blanks that a line after it begins with.
function session.inputs(text, judge) return require "moongrad.prompt.paste".inputs(text, judge) end
function session.indent(text) return require "moongrad.syntax.lines".indent(text) end

-- The line about the run that was stopped last, nil if none was since it was asked.
function session.interrupted()
  local step = core.interrupted() -- inside train, one epoch
  local report = running.take() or step
  return report and tostring(report)
end

-- What to add to an error that is being handled: a message, "; " and the next step; nil without one.
function session.hint(message) return require("moongrad.prompt.undefined").hint(message) end

-- What is said at the prompt of an error that thread handles, and of an input that does not compile.
function session.failed(thread, message) return require("moongrad.prompt.errors").failed(thread, message) end
function session.unreadable(thread, message) return require("moongrad.prompt.errors").unreadable(thread, message) end

-- Likewise of a script: a file, or else the text of it.
function session.unloadable(message, name, text)
  return require("moongrad.prompt.unloadable").explain(message, name, text)
end

-- --- what is recorded --------------------------------------------------------------------

-- What the modules that know the session see of it.
local inside = { noted = {}, names = globals.names, live = globals.value }

local function copy_of(t)
  local copy = {}
  for key, v in next, t do copy[key] = v end
  return copy
end

local install = session.install

-- Called before anything of the user's is run. host.prompt: will there be one? Then host has version, seed (of
-- --seed, or nil), save(path, text, head), recover(text) and former(), the inputs of former sessions.
function session.install(host)
  install(host)
  inside.host, inside.base = host, copy_of(_G)
  inside.seeds = { math.randomseed() }
end

function inside.seed() return math.tointeger(tonumber(inside.host.seed)) or 0 end
inside.replaced = commands.replaced
function inside.last() return kept.values end

-- Is a global the session's, not the user's? Is it known to the session at all?
function inside.is_known(name) return live.read[name] ~= nil or commands.provided(name) ~= nil end
function inside.is_own(name)
  return inside.is_known(name) and rawget(_G, name) == nil and commands.replaced()[name] == nil
end

-- For reset: without network, data, replaced functions and last values.
function inside.clear()
  live.NET, live.held = nil, {}
  commands.clear()
  kept.clear()
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

local modules = {} -- name -> those that were begun

-- A module that knows the session, begun when it is first used.
function session.module(name)
  if not modules[name] then
    local module = require(name)
    module.begin(inside)
    modules[name] = module -- now that it has begun: what fails for want of memory is begun again
  end
  return modules[name]
end

local recording -- the module, once there was an input

function inside.ran(path, words)
  if recording then recording.file(path, words) end
end

function inside.expand(path) return session.module "moongrad.prompt.files".expand(path) end

-- --- commands that know the session ----------------------------------------------------------

-- A function of the help, which is loaded when it is used, and says how one types it in this session.
local function of_help(name)
  return function(...)
    local help = require "moongrad.help.help"
    help.session = globals
    return help[name](...)
  end
end

commands.add("help", commands.by_name("help", of_help "help"))
commands.add("apropos", of_help "apropos")
commands.add("who", commands.by_name("who", function(...) return require("moongrad.prompt.who").who(...) end))
commands.add("traceback", function(...) return require("moongrad.prompt.errors").traceback(...) end)
for name, module in pairs {
  history = "moongrad.prompt.history", run = "moongrad.prompt.files", edit = "moongrad.prompt.files",
  reset = "moongrad.prompt.reset", save_session = "moongrad.journal.recording",
} do
  commands.add(name, commands.of_module(name, function() return session.module(module) end))
end

-- --- inputs, as they are recorded -------------------------------------------------------------

local is_last = { _ = true } -- the names of the last values
for i = 1, 9 do is_last["_" .. i] = true end

-- What runs reads a name.
function session.note_read(name)
  if recording and is_last[name] then recording.read_last(name) end
end

local open_input, close_input, results = session.open_input, session.close_input, session.results

function session.open_input(text)
  local n, code = open_input(text)
  globals.fresh = {}
  recording = session.module "moongrad.journal.recording"
  recording.open(n, text, code)
  return n, code
end

function session.results(...)
  if recording then recording.computed(...) end
  return results(...)
end

-- What an input edited in THETA becomes a command, for undo, and none goes on. Returns true when it edited anything.
function session.settle()
  local noted = past.ended()
  return live.NET ~= nil and past.settle(live.NET) or noted
end

-- For saved sessions: what they compute as _, _1 and so on.
function session.keep(...) results(true, ...) end

function session.close_input(n, status)
  local settled = session.settle()
  local unkept = recording and recording.close(status, settled)
  local message = close_input(n, status)
  return unkept and message and message .. "\n" .. unkept or unkept or message
end

-- Writes what there is to keep when the program is ended by a signal: the file's name, nil without one.
function session.recover()
  if recording then return recording.recover() end
end

return session
