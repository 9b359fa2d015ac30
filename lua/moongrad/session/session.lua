-- session.lua - the session: makes LAYERS, ETA, THETA ... and step, train ... globals, and follows each input.
--
-- The names are not in _G itself: its metatable reads and writes them (live.lua has the quantities, commands.lua the
-- functions, results.lua _ and _1 to _9). A global of any other name is a plain one. So is one that hides a name of the
-- session's: it is in _G, and NAME = nil brings the session's back.

local commands = require "moongrad.session.commands"
local core = require "moongrad.core"
local inputs = require "moongrad.session.inputs"
local live = require "moongrad.session.live"
local long_call = require "moongrad.long_call"
local mg = require "moongrad"
local own_names = require "moongrad.session.own_names"
local past = require "moongrad.past.past"
local raise = require "moongrad.raise"
local results = require "moongrad.session.results"
local match = string.match

local session = {
  inputs = inputs,
  at_start = {}, -- Lua's own globals: name -> value at the start
  fresh = {},    -- name -> true for the globals that the last input made
}

-- --- the values of its names --------------------------------------------------------------------

-- Returns the session's value of a name; nil if the session has none. It does not look in _G itself.
function session.value(name)
  local get = live.read[name]
  if get then return get() end
  return commands.value(name) or results.values[name]
end

-- Returns a list of the session's names; a name may be twice in it.
function session.names()
  local list = { "mg" }
  for _, t in ipairs { live.read, commands.functions, mg } do
    for name in pairs(t) do list[#list + 1] = name end
  end
  return list
end

-- Is a global one of the session's names, whether the user has replaced it or not?
function session.is_known(name) return live.read[name] ~= nil or commands.provided(name) ~= nil end

-- Is it one that a global or a function of the user's hides?
function session.is_hidden(name)
  return session.is_known(name) and (rawget(_G, name) ~= nil or commands.replaced()[name] ~= nil)
end

-- Is a name one of NET, LAYERS, ETA ..., whose values come from the current network?
function session.is_live(name) return live.read[name] ~= nil end

-- The session's own function of this name, even if the user has replaced it.
function session.own(name) return commands.functions[name] end

local recording -- the module recording.lua, from the first input on

local is_last = { _ = true } -- the names of the last values
for i = 1, 9 do is_last["_" .. i] = true end

-- Tells the recording that one of the last values is read.
local function note_read(name)
  if recording and is_last[name] then recording.read_last(name) end
end

-- --- the metatable on _G -----------------------------------------------------------

-- Calls set(v). The position of an error from the core is a line of moongrad's; it is replaced by the user's line.
local function assign(set, v)
  local ok, message = pcall(set, v)
  if ok then return end
  local text = type(message) == "string" and match(message, "^[^:\n]*moongrad/[%w_/]+%.lua:%d+: (.*)")
  if text then raise("%s", text) end
  error(message, 0)
end

function session.metatable() end -- install() replaces it with host.metatable, and sets is_file to host.is_file

-- A field of the metatable that the user gave _G. It applies to the names that are not the session's.
local function theirs(field)
  local meta = session.metatable()
  return meta and rawget(meta, field)
end

local metatable = {
  __index = function(t, name)
    if next(live.growing) and live.read[name] and name ~= "X" and name ~= "y" then assign(live.grow_all) end
    local v = session.value(name)
    note_read(name)
    if v ~= nil or live.read[name] then return v end
    local index = theirs "__index"
    if type(index) == "function" then return index(t, name) end -- a tail call: index may look at its caller's level
    return index and index[name]
  end,
  __newindex = function(t, name, v)
    if live.write[name] then
      assign(live.write[name], v)
    elseif commands.keeps(name) then
      commands.assign(name, v)
      session.fresh[name] = true
    else
      if session.is_known(name) then
        if v == nil or rawequal(v, commands.provided(name)) then return end -- plot = plot hides nothing
        own_names.note(name, v)
      end
      local newindex = theirs "__newindex"
      session.fresh[name] = true
      if type(newindex) == "function" then return newindex(t, name, v) end
      if newindex then newindex[name] = v else rawset(t, name, v) end
    end
  end,
}

-- --- the session's interface for its modules ---------------------------------------------------

-- A module of the session gets this table through begin. install() adds host, what the program provides, and seeds,
-- the two numbers that seeded math.random at the start.
local interface = { noted = {}, names = session.names, live = session.value, value = session.value, own = session.own,
  replaced = commands.replaced, base = session.at_start, is_known = session.is_known }

function interface.seed() return math.tointeger(tonumber(interface.host.seed)) or 0 end
function interface.last() return results.values end

-- Is a global one of the session's names, and not hidden?
function interface.is_own(name) return session.is_known(name) and not session.is_hidden(name) end

-- For reset: forgets the network, the data, the user's replacements of functions and the last values.
function interface.clear()
  live.NET, live.held, live.growing = nil, {}, {}
  commands.clear()
  results.clear()
end

-- Tells the recording that a file was run; words is its text.
function interface.ran(path, words)
  if recording then recording.file(path, words) end
end

local modules = {} -- name -> module of which begin was called

-- Returns a module of the session. At the first use it is loaded and its begin is called.
function session.module(name)
  if not modules[name] then
    local module = require(name)
    if module.begin then module.begin(interface) end
    modules[name] = module -- after begin: if begin runs out of memory, the next use calls it again
  end
  return modules[name]
end

function interface.expand(path) return session.module "moongrad.session.files".expand(path) end

commands.add("session", session.module)

-- --- the beginning ---------------------------------------------------------------------------

-- Installs the session's names, before any code of the user's runs. host is what the program provides: metatable()
-- returns the metatable that the user gave _G; is_file(path) is true for a plain file, which can be read twice; prompt
-- is true if there will be a prompt. With a prompt host also has version, seed (the option --seed, or nil), save(path,
-- text, head), recover(text) and former(), which returns the inputs of earlier sessions.
function session.install(host)
  session.metatable, session.is_file = host.metatable, host.is_file
  for name, v in next, _G do session.at_start[name] = v end
  setmetatable(_G, metatable)
  interface.host, interface.seeds = host, { math.randomseed() }
end

-- Notes what runs before the prompt. how is "script" or "init.lua", and what the file; or how is "-e" or "-l", and what
-- the text of the option.
function session.note(how, what)
  if not interface.host.prompt then return end
  local noted = { kind = how, what = what, args = {} }
  if how == "script" and type(_G.arg) == "table" then table.move(_G.arg, 1, #_G.arg, 1, noted.args) end
  local file = (how == "script" or how == "init.lua") and what and io.open(what, "rb")
  if file then
    noted.text = file:read "a"
    file:close()
  end
  interface.noted[#interface.noted + 1] = noted
end

-- --- inputs -----------------------------------------------------------------------------------

-- Called before an input is compiled. Returns its number and the text to compile.
function session.open_input(text)
  local n, code = inputs.open(text)
  session.fresh = {}
  recording = session.module "moongrad.session.journal.recording"
  recording.open(n, text, code)
  return n, code
end

-- Keeps the values of an input as _, _1 ... Returns true if the first is an object that was not the first value of an
-- earlier input.
function session.keep(...) return select("#", ...) > 0 and results.keep(...) end

local show -- the prompt's function for the values of an input, nil without a prompt

-- Sets the function f(quiet, ...) that keeps the values of an input; session.results returns its results.
function session.register(f) show = f end

-- Called with the values of an input; quiet: are they not to be printed? Returns what a following empty input runs,
-- true for the same input, a string for another one, false for nothing; then the function that prints the values, nil
-- if they are not to be printed.
function session.results(quiet, ...)
  if recording then recording.computed(quiet, ...) end
  if show then return show(quiet, ...) end
  session.keep(...)
  return false
end

-- Makes the edits of THETA in an input one command for undo, and ends any open command. Returns true if anything was
-- edited.
function session.settle()
  local noted = past.ended()
  return live.NET ~= nil and past.settle(live.NET) or noted
end

-- Makes matrices of X and y if an input filled a table for them row by row. Returns the list of these names.
local function grown()
  local list = {}
  for _, name in ipairs { "X", "y" } do
    local before = live.growing[name]
    if before and pcall(live.grow, name) and not live.growing[name] then list[#list + 1] = name end
  end
  return list
end

-- Called after an input ran and was printed. Returns a remark for the user if something was too large to keep.
function session.close_input(status)
  local names = grown()
  local settled = session.settle()
  return recording and recording.close(status, settled, names)
end

-- Returns the line about the run that Ctrl-C stopped last, and forgets it; nil if none was stopped since.
function session.interrupted()
  local step = core.interrupted() -- the run of the engine that was stopped: within train that is one epoch
  local report = long_call.take() or step
  return report and tostring(report)
end

-- Called when a signal ends the program: writes the session to a recovery file. Returns its name; nil if there was
-- nothing to keep.
function session.recover()
  if recording then return recording.recover() end
end

return session
