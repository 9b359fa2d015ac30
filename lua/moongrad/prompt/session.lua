-- session.lua - the session names: LAYERS, ETA, THETA and the rest as live globals, step and the rest as functions.
--
-- They are in no table that one could see: a metatable on _G gives and takes them. What a
-- script or the prompt assigns under another name is a plain global.

local require = require -- the user may take the global away

local again = require "moongrad.past.again"
local core = require "moongrad.core"
local inputs = require "moongrad.prompt.inputs"
local kept = require "moongrad.prompt.kept"
local mg = require "moongrad"
local options = require "moongrad.options"
local past = require "moongrad.past.past"
local raise = require "moongrad.raise"
local running = require "moongrad.running"
local show = require "moongrad.show"
local source = require "moongrad.source"

local session = {}

local NET                 -- the current network, nil before there is one
local most_before = 10    -- networks that undo can bring back after LAYERS = ...
local held = {}           -- ETA, X, y as last assigned: a network without data gets these
local replaced = {}       -- session functions that the user has replaced by functions
local classof = debug.getmetatable -- also where __metatable hides it

-- The methods of a network that are functions on the current one.
local commands = {
  "init", "forward", "backward", "update", "step", "train", "predict", "cost", "accuracy", "check", "bug", "explain",
  "diagnose", "undo", "seek", "watch", "watched", "unwatch",
}

-- What is the engine's to write.
local readonly = {
  --- A[l]  N x (1 + n(l))
  -- The activations of layer l: what its N rows send on, behind a column of ones; the constant that the bias
  -- weighs. A[1] is [1 X]; the last one is the prediction, without ones.
  --   A[l+1] = [1 g(Z[l])]
  -- > A[3]
  A = "a",

  --- Z[l]  N x n(l+1)
  -- The pre-activations: what each unit of layer l + 1 sums up for each row, before its activation g.
  --   Z[l] = A[l] THETA[l]^T
  -- > Z[2]
  Z = "z",

  --- DELTA[l]  N x n(l+1)
  -- dJ/dZ[l]: how J changes with each pre-activation. Backpropagation carries it from the last layer back.
  --   DELTA[L] = dJ/dA[L+1] * g'(Z[L])
  --   DELTA[l] = (DELTA[l+1] THETA[l+1], without the bias's column) * g'(Z[l])
  -- > DELTA[2]
  DELTA = "delta",

  --- GRAD[l]  as THETA[l]
  -- dJ/dTHETA[l], the gradient: how J changes with each weight.
  --   GRAD[l] = DELTA[l]^T A[l] + l1 sign(THETA[l]) + l2 THETA[l], the last two not for biases
  -- > GRAD[1]
  GRAD = "grad",

  --- DTHETA[l]  as THETA[l]
  -- The last update that was applied.
  --   DTHETA[l] = -ETA GRAD[l] in plain descent
  -- > DTHETA[1]
  DTHETA = "dtheta",
}

local function is_network(v)
  local meta = type(v) == "userdata" and classof(v)
  return meta and rawget(meta, "__name") == "network"
end

-- The current network; raises, naming what needs it, when there is none.
local function current(who)
  return NET or raise("%s needs a network: make one first, LAYERS = {2, 2, 2, 1}", who)
end

-- --- live names ----------------------------------------------------------------

-- The list, or nil when there has been no pass that filled it.
local function filled(list) return #list > 0 and list or nil end

local read = {
  --- NET
  -- The current network, the one that step() and the rest work on; nil before there is one. NET = network{...}
  -- selects another. What it has, in front of each NET: or NET., the matrices of THETA and their kin in small letters:
  -- {network}
  -- > NET
  -- > NET = network{2, 8, 1, activation = "tanh", seed = 7}
  NET = function() return NET end,

  --- LAYERS  L + 1 numbers
  -- The units of each layer, input first. Assigning makes a new network, its THETA drawn at once, that keeps ETA,
  -- X, y and every other option.
  -- > LAYERS = {2, 3, 1}
  -- > LAYERS
  LAYERS = function() return NET and NET.layers end,

  --- THETA[l]  n(l+1) x (1 + n(l))
  -- The weights into layer l + 1: a row for each unit that receives, column 1 the bias, the weight of a constant 1.
  -- Writing changes the network: one weight, one row, THETA[l] = m copies a matrix in, THETA = {} draws all anew.
  -- > THETA[1][1][2] = 0.5
  -- > THETA[1]
  THETA = function() return NET and NET.theta end,

  --- J
  -- The cost of the last pass, the one whose gradient is taken; NET.options.cost says which. cost() is that of
  -- THETA as it now is.
  -- > J
  J = function() return NET and NET.J end,

  --- ETA
  -- The learning rate: how far a step goes along the gradient.
  --   THETA[l] = THETA[l] - ETA GRAD[l]
  -- > ETA = 0.5
  ETA = function() if NET then return NET.eta end return held.ETA end,

  --- X  N x n(1)
  -- The data, a row for each example; a table of rows becomes a matrix.
  -- > X = {{0, 0}, {0, 1}, {1, 0}, {1, 1}}
  X = function() if NET then return NET.X end return held.X end,

  --- y  N x K
  -- The targets, a row for each row of X; N numbers become a column.
  -- > y = {0, 1, 1, 0}
  y = function() if NET then return NET.y end return held.y end,
}
for name, field in pairs(readonly) do
  read[name] = function() return NET and filled(NET[field]) end
end

session.live = read -- name -> function that gives its value

-- Makes net the current network; data that it lacks comes from the session.
local function select_network(net)
  if net.X == nil and net.y == nil then
    if held.X ~= nil then net.X = held.X end
    if held.y ~= nil then net.y = held.y end
  end
  NET = net
end

-- LAYERS = {...}: a new network, in everything else like the one before it.
local function new_network(layers)
  local spec = {}
  for k, v in pairs(layers) do
    if type(k) ~= "number" then
      raise("LAYERS: expected sizes only; an option goes into NET = network{2, 2, 1, %s = ...}", tostring(k))
    end
    spec[k] = v
  end
  if NET then
    local net = NET:like(spec)
    core.network_state(net).before = NET -- for undo
    local distant = NET
    for _ = 1, most_before do distant = distant and core.network_state(distant).before end
    if distant then core.network_state(distant).before = nil end
    return net
  end
  spec.eta = held.ETA
  return mg.network(spec)
end

-- X = v or y = v: a matrix from here on, whether there is a network or not.
local function keep(name)
  return function(v)
    if type(v) == "table" or type(v) == "userdata" then
      v = core.as_matrix(v, name, name == "y")
    elseif v ~= nil then
      raise("%s: expected a matrix or a table of rows, got %s; for a variable of your own choose another name or "
        .. "write local %s = ...", name, core.kind(v), name)
    end
    if NET then NET[name] = v end
    held[name] = v
  end
end

local write = {
  NET = function(v)
    if v == nil then
      NET = nil
    elseif is_network(v) then
      select_network(v)
    else
      raise("NET: expected a network, NET = network{2, 2, 1}, got %s", options.show(v))
    end
  end,
  LAYERS = function(v)
    if type(v) ~= "table" then
      raise("LAYERS: expected the sizes of the layers, LAYERS = {2, 2, 2, 1}, got %s", options.show(v))
    end
    select_network(new_network(v))
  end,
  THETA = function(v)
    if NET == nil and type(v) == "table" and next(v) == nil then return end -- nothing to draw yet
    local net = current "THETA"
    if type(v) == "table" and next(v) == nil and classof(v) == nil then
      net:init()
    else
      net.theta = v
    end
  end,
  ETA = function(v)
    if NET then NET.eta = v else options.check("eta", v) end
    held.ETA = v
  end,
  X = keep "X",
  y = keep "y",
}
for _, name in ipairs { "A", "Z", "DELTA", "GRAD", "DTHETA", "J" } do
  write[name] = function()
    raise("%s is the engine's: it holds the last pass; for a variable of your own write local %s = ...", name, name)
  end
end

-- --- session functions -----------------------------------------------------------

local functions = {} -- name -> function, besides those of mg

-- Compiled one by one, so that an error names the method as if the user had called it.
local template = "local current = ... return function(...) return current '%s':%s(...) end"
for _, name in ipairs(commands) do
  functions[name] = load(template:format(name, name), debug.getinfo(1, "S").source, "t")(current)
end

local undo = functions.undo

-- The commands of net, up to most, and those of the networks that LAYERS = ... replaced.
local function commands_left(net, most)
  local n, before = again.depth(net, most), core.network_state(net).before
  return before and n < most and n + 1 + commands_left(before, most - n - 1) or n
end

-- undo also takes LAYERS = ... back: the network before it is the current one again.
function functions.undo(n, ...)
  local wanted = n == nil and 1 or math.type(n) == "integer" and n or 0
  local labels = {}
  if NET and wanted > 0 and select("#", ...) == 0 and commands_left(NET, wanted) == wanted then
    local there = again.depth(NET, wanted)
    while there < wanted do
      labels[#labels + 1] = ("LAYERS = %s"):format(NET.layers)
      NET, wanted = core.network_state(NET).before, wanted - there - 1
      there = again.depth(NET, wanted)
    end
    n = wanted
  end
  local r = undo(n, ...)
  table.move(r.undone, 1, #r.undone, #labels + 1)
  table.move(labels, 1, #labels, 1, r.undone)
  r.n, r.left = r.n + #labels, commands_left(NET, 1001)
  return r
end

-- A function whose module is loaded only when it is called.
local function when_called(module, name)
  return function(...) return require(module)[name](...) end
end

-- f, to be called or, as what it says of itself, typed by its name alone.
local function by_name(name, f)
  return setmetatable({}, {
    __name = name,
    __call = function(_, ...) return f(...) end,
    __tostring = function() return tostring(f()) end,
  })
end

function functions.walk(...)
  return require("moongrad.inside.walk").current(read.NET, ...)
end

functions.help = by_name("help", when_called("moongrad.help.help", "help"))
functions.who = by_name("who", when_called("moongrad.prompt.who", "who"))
functions.apropos = when_called("moongrad.help.help", "apropos")
functions.traceback = when_called("moongrad.prompt.errors", "traceback")

local recorded = { "history", "save_session", "run", "edit", "reset" } -- what recording.lua has, loaded when it is used
for _, name in ipairs(recorded) do
  functions[name] = load(("local recording = ... return function(...) return recording().%s(...) end"):format(name),
    debug.getinfo(1, "S").source, "t")(function() return session.recording() end)
end

-- The session's own value of a name that is not live: a function, or a part of mg.
local function provided(name)
  if functions[name] then return functions[name] end
  if name == "mg" then return mg end
  return mg[name]
end

-- What to write instead of giving a session function a value.
local function instead(name, v)
  if name == "cost" or name == "init" or name == "activation" then
    return ("to choose one write NET.options.%s = %s"):format(name, type(v) == "string" and ("%q"):format(v) or "...")
  end
  local text = type(v) == "number" and tostring(v) or "..."
  return ("to call it write %s(%s)"):format(name, text)
end

local function assign_function(name, v)
  if v ~= nil and type(v) ~= "function" then
    raise("%s is a function: %s; for a variable of your own choose another name or write local %s = ...", name,
      instead(name, v), name)
  end
  replaced[name] = v -- nil brings the session's own back
end

-- --- the metatable on _G -----------------------------------------------------------

-- An error of the core stands where one of these files called it: it belongs to the user's line.
local function assign(set, v)
  local ok, message = pcall(set, v)
  if ok then return end
  local text = type(message) == "string" and message:match "^[^:\n]*moongrad/[%w_/]+%.lua:%d+: (.*)"
  if text then raise("%s", text) end
  error(message, 0)
end

local globals = {
  __index = function(_, name)
    local get = read[name]
    if get then return get() end
    return replaced[name] or provided(name) or kept.values[name]
  end,
  __newindex = function(_, name, v)
    if write[name] then
      assign(write[name], v)
    elseif functions[name] or type(mg[name]) == "function" then
      assign_function(name, v)
    else
      rawset(_G, name, v)
    end
  end,
}

session.at_start = {} -- the globals that are Lua's own

-- The session's functions that the user has replaced.
function session.replaced() return next, replaced end

local utf8_wanted -- may the prompt have what ASCII has not?

-- Puts the session names in place. host.width() is the width of the terminal; host.utf8, is it in UTF-8?
function session.install(host)
  utf8_wanted = host.utf8
  show.width = host.width
  show.height = host.height or show.height
  show.color = host.color
  session.color = host.color
  if host.progress then
    running.over = host.progress
    core.progress(function(...) return require "moongrad.prompt.progress".tick(host.progress, ...) end, 0.1)
  end
  source.only()
  for name, v in next, _G do session.at_start[name] = v end
  setmetatable(_G, globals)
end

-- --- for the shell ---------------------------------------------------------------------

-- What the prompt does with an input: before it is compiled, and after it ran and was printed.
session.open_input = inputs.open
function session.close_input(n, status) return require("moongrad.prompt.remarks").on(n, status) end

-- And with the values of an input, when it is quiet without printing them; true when an empty input
-- may repeat it.
function session.results(quiet, ...) return require("moongrad.prompt.print").results(quiet, ...) end

-- The text of the prompt, for Readline or not; that for more of an input.
function session.prompt(readline, more)
  return require "moongrad.prompt.prompt".text(NET, utf8_wanted, readline, more)
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

-- Every name that _G gives without holding it.
function session.names()
  local list = { "mg" }
  for _, t in ipairs { read, functions, mg } do
    for name in pairs(t) do list[#list + 1] = name end
  end
  return list
end

-- The value of such a name.
function session.value(name) return globals.__index(_G, name) end

-- The session's own function of a name, also where the user has another.
function session.own(name) return functions[name] end

-- --- what is recorded --------------------------------------------------------------------

-- What recording.lua and the journal see of the session.
local inside = { noted = {}, names = session.names, live = session.value }

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
function inside.replaced() return replaced end

-- Is a global the session's, not the user's? Is it known to the session at all? Is it what Lua began with?
function inside.is_known(name) return read[name] ~= nil or provided(name) ~= nil end
function inside.is_own(name)
  return inside.is_known(name) and rawget(_G, name) == nil and replaced[name] == nil
end
function inside.is_base(name) return rawequal(rawget(_G, name), inside.base[name]) end

-- For reset: without network, data, replaced functions and last values.
function inside.clear()
  NET, held, replaced = nil, {}, {}
  kept.clear()
end

-- What runs before the prompt: how is "script", "init.lua" (what is the file), "-e" or "-l" (what is the text).
function session.note(how, what)
  if not inside.host.prompt then return end
  local noted = { kind = how, what = what, args = {} }
  if how == "script" and type(arg) == "table" then table.move(arg, 1, #arg, 1, noted.args) end
  local file = (how == "script" or how == "init.lua") and what and io.open(what, "rb")
  if file then
    noted.text = file:read "a"
    file:close()
  end
  inside.noted[#inside.noted + 1] = noted
end

local recording -- the module, once it is needed

function session.recording()
  if not recording then
    recording = require "moongrad.journal.recording"
    recording.begin(inside)
  end
  return recording
end

local open_input, close_input, results = session.open_input, session.close_input, session.results

function session.open_input(text)
  local n, code = open_input(text)
  session.recording().open(n, text, code)
  return n, code
end

function session.results(...)
  if recording then recording.computed() end
  return results(...)
end

function session.close_input(n, status)
  if NET then past.settle(NET) end -- its edits are a command
  local unkept = recording and recording.close(status)
  local message = close_input(n, status)
  return unkept and message and message .. "\n" .. unkept or unkept or message
end

-- Writes what there is to keep when the program is ended by a signal: the file's name, nil without one.
function session.recover()
  return recording and recording.recover()
end

return session
