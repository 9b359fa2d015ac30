-- network.lua - networks in Lua: mg.network makes one; its methods, its fields and its options. state.lua has the state
-- of a network as a value, lists.lua the fields that are lists.

local commands = require "moongrad.commands"
local core = require "moongrad.core"
local labels = require "moongrad.labels"
local lists = require "moongrad.network.lists"
local names = require "moongrad.names"
local init = require "moongrad.network.init"
local options = require "moongrad.options"
local specification = require "moongrad.network.layers"
local past = require "moongrad.past.past"
local quantities = require "moongrad.quantities"
local raise = require "moongrad.raise"
local states = require "moongrad.network.state"
require "moongrad.network.report"
require "moongrad.network.text"
local format = string.format

local class = core.network_class
local methods, getters, setters = class.methods, class.getters, class.setters
local matrix_methods = debug.getmetatable(core.zeros(1, 1)).methods
local show = options.show

-- A table for each network: layers (specifications, the input first), given (the options as the user gave them),
-- activations (names), and lists, its live lists, made when they are first read.
local state = core.network_state

-- --- making -------------------------------------------------------------------------

-- A network of these layers and options, which have been checked.
local function make(layers, given)
  local settings = { layers = layers, given = given, eta = given.eta, X = given.X, y = given.y,
    rng = given.seed and core.generator(given.seed) }
  given.X, given.y, given.eta = nil, nil, nil -- the network itself has them from here on
  return states.make(settings)
end

--- mg.network{sizes..., option = value, ...}
-- Makes a feed-forward network and draws its THETA. The numbers are the layer sizes, the input first; in place of a
-- size there may be {size, activation, dropout = .5, bias = false, eta_scale = 2}. dropout is the share of the layer's
-- activations that each pass of forward, step, train and walk leaves out, by a mask from the network's generator; the
-- others are divided by 1 - dropout; predict, cost and check leave out none. The layer's updates use eta_scale times
-- ETA. Raises for an option that does not exist, for an output and a cost that do not go together, and for a softmax
-- of one unit, which is always 1. NET = network{...} makes it the current network.
-- > wide = network{2, 8, 1, activation = "tanh", output = "sigmoid", cost = "cross-entropy", eta = 0.5}
-- > NET = network{2, {4, "relu"}, {1, "sigmoid"}, init = "he", seed = 7}
local function network(spec, ...)
  options.no_more("network: expected one table, network{2, 2, 1}", ...)
  local net = make(specification.read(lists.plain(spec)))
  net:init()
  past.begin(net)
  return net
end

-- --- methods -------------------------------------------------------------------------

-- The module of a method is loaded when the method is first called, so that the program starts fast.
for name, record in pairs(commands.of.net) do
  methods[name] = commands.func(name, record) or methods[name]
end
for name, record in pairs(commands.of.m) do -- m:explain(i, j) explains an element of a live matrix
  matrix_methods[name] = commands.func(name, record) or matrix_methods[name]
end

core.set_steps(function(...) return require("moongrad.network.watch").step(...) end)

options.declare("walk", {
  { name = "rows", without = "all", about = "the number of the only row of X that the step uses", example = "3" },
})
options.declare("explain", {
  { name = "depth", default = 1, about = "how many levels of terms are explained in turn", example = "2" },
}, 'explain("grad", 1, 2, 3, {depth = 2})')

--- net:init([method, options])
-- Draws THETA anew from the network's generator, layer by layer, row by row, the bias first, and sets epoch to 0. The
-- results of the old THETA, A Z DELTA GRAD DTHETA J, are gone. The method is by default the network's option init;
-- options hold the number that goes with the method:
-- {inits}
-- > init("epsilon", {epsilon = .5})
function methods.init(net, method, o, ...)
  core.network_self(net, "init")
  options.no_more("init: expected a method and its options", ...)
  if o ~= nil and type(o) ~= "table" then raise("init: options: expected a table, got %s", show(o)) end
  local wanted = method
  if wanted == nil then wanted = state(net).given.init or options.defaults.init end
  if o ~= nil then
    if o[1] ~= nil then raise("init: options: expected named numbers, {epsilon = .5}, got %s", show(o[1])) end
    if type(wanted) == "table" then wanted = wanted[1] end
    local merged = { wanted }
    for key, v in pairs(o) do merged[key] = v end
    wanted = merged
  end
  local way, number = options.init("init", wanted)
  past.before(net, method == nil and "init()" or format("init(%s)", show(method)))
  init.draw(net, way, number)
  past.settle(net) -- here and below: undo takes a write to a matrix that follows as a command of its own
end

-- The layers and options of net, as new tables that the caller may change.
local function description(net)
  local s = state(net)
  local layers, given = {}, {}
  for l, layer in ipairs(s.layers) do
    layers[l] = { size = layer.size, activation = layer.activation, bias = layer.bias, eta_scale = layer.eta_scale,
      dropout = layer.dropout }
  end
  for name, v in pairs(s.given) do given[name] = v end
  given.eta = net.eta
  given.X, given.y = core.network_data(net)
  return layers, given
end

--- net:copy()
-- Returns a copy of the network that is the same in every bit: THETA, epoch, options, X, y, the live state, the state
-- of a generator of its own, and its past, for undo and seek. The two share nothing: a change of one leaves the other
-- as it is.
-- > twin = NET:copy()
function methods.copy(net, ...)
  core.network_self(net, "copy")
  options.none("copy", ...)
  local s = states.settings(net)
  s.X, s.y, s.rng = s.X and s.X:copy(), s.y and labels.remember(s.y:copy(), labels.remembered(s.y)), nil
  local twin = core.network_copy(states.make(s), net) -- with a generator of its own, if net has one
  past.fork(twin, net)
  return twin
end

--- net:like(layers)
-- Returns a new network of these layer sizes with the options, eta, X and y of this one. Its THETA is drawn from the
-- current generator. When there are as many layers as before, each layer keeps its activation, its bias and what is
-- frozen; else only the output keeps its activation and bias.
-- > wider = NET:like{2, 3, 1}
function methods.like(net, sizes, ...)
  core.network_self(net, "like")
  options.no_more("like: expected one table of layer sizes", ...)
  sizes = lists.plain(sizes)
  if type(sizes) ~= "table" then raise("like: expected one table of layer sizes, got %s", show(sizes)) end
  local layers, given = description(net)
  local spec = {}
  for i, size in ipairs(sizes) do
    local old = #sizes == #layers and layers[i] or i == #sizes and layers[#layers] or {}
    spec[i] = i > 1 and type(size) ~= "table" and { size, old.activation, bias = old.bias, eta_scale = old.eta_scale,
      dropout = i < #sizes and old.dropout or nil } or size
  end
  if options.is_matrices(given.init) then given.init = nil end
  for name, v in pairs(given) do spec[name] = v end
  local new = network(spec)
  if #sizes == #layers then
    for l, parts_frozen in ipairs(net.frozen) do new.frozen[l] = parts_frozen end
  end
  return new
end

-- --- lists: net.theta[l], net.a[l] and so on ----------------------------------------------------

for _, what in ipairs(quantities.matrices) do
  getters[what] = function(net) return lists.of(net, what) end
end

--- net.trace
-- The cost as the network was trained, {epoch =, cost =}, two matrices of a column; nil before it was. Up to 1000
-- points: of each epoch at first, then of every second, fourth, ... one. step notes J of the pass that goes out from an
-- epoch's THETA, train the epoch's mean over its batches.
-- > NET.trace.cost
function getters.trace(net)
  local epochs, costs = core.trace(net)
  return epochs and { epoch = epochs, cost = costs }
end

--- net.state
-- What the optimiser carries from one update to the next, by name: net.state.v[l], the same as V[l], net.state.s[l],
-- net.state.steps[l] of "rprop", those of an optimiser of your own. They are 0 before the first update, after init()
-- and with another optimiser, and writing into one changes the updates to come.
-- > NET.options.optimizer = "rprop"
-- > step(3)
-- > NET.state.steps[1]
function getters.state(net) return lists.states(net) end

-- net.theta = {m1, ...} checks all shapes before it copies anything.
function setters.theta(net, matrices)
  matrices = lists.plain(matrices)
  if type(matrices) ~= "table" then raise("theta: expected a list of matrices, got %s", show(matrices)) end
  local n = #net.theta
  if #matrices ~= n then raise("theta: expected %d matrices, one for each layer, got %d", n, #matrices) end
  core.set_thetas(net, matrices)
end

-- --- sizes, and what is frozen -------------------------------------------------------------------

function getters.layers(net)
  local layers = state(net).layers
  return lists.settings(#layers, function(l) return layers[l].size end, function(l, v)
    local sizes = {}
    for i, layer in ipairs(layers) do sizes[i] = layer.size end
    local whole = math.type(v) and math.tointeger(v)
    if math.type(l) == "integer" and l >= 1 and l <= #sizes + 1 and whole and whole >= 1 then sizes[l] = whole end
    local text = table.concat(sizes, ", ")
    raise("LAYERS cannot be changed in place: make a new network, LAYERS = {%s} or network{%s}", text, text)
  end, "layers")
end

local part_names = states.frozen_parts
local parts = {} -- true, "bias", "weights", false -> core's number for it
for number, name in pairs(part_names) do parts[name] = number end

--- net.frozen[l]
-- Which parameters of layer l updates leave as they are: true (all), "bias", "weights" or false (none). Assign to
-- change it.
-- > NET.frozen[1] = "bias"
function getters.frozen(net)
  return lists.settings(#state(net).layers - 1, function(l) return part_names[core.frozen(net, l)] end, function(l, v)
    if parts[v] == nil then raise('frozen: expected true, "bias", "weights" or false, got %s', show(v)) end
    past.before(net, format("frozen[%s] = %s", show(l), show(v)))
    core.frozen(net, l, parts[v])
    past.settle(net)
  end, "frozen")
end

-- --- the other fields -----------------------------------------------------------------------

function getters.eta(net) return (core.numbers(net)) end

--- net.epoch
-- How many epochs of training THETA has had since it was drawn; a call of update() counts as one.
-- > NET.epoch
function getters.epoch(net) return (select(4, core.numbers(net))) end
function getters.grad_x(net) return require "moongrad.network.grad_x"(net) end
function getters.J(net) return (select(5, core.numbers(net))) end
function getters.X(net) return (core.network_data(net)) end
function getters.y(net) return (select(2, core.network_data(net))) end

function setters.eta(net, v)
  if v == nil then raise "eta: expected a number, the learning rate, got nil" end
  options.check("eta", v)
  options.rate(v, state(net).given)
  past.before(net, format("ETA = %.6g", v))
  core.numbers(net, "eta", v)
  past.settle(net)
end
for _, name in ipairs { "X", "y" } do
  setters[name] = function(net, v)
    past.before(net, format("%s = %s", name, v == nil and "nil" or "..."))
    core.network_data(net, name, v)
    past.settle(net)
  end
end

-- --- options: net.options.cost = "mse" --------------------------------------------------------

-- The value v of an option as users read it: a table, {"epsilon", epsilon = .5}, becomes one that cannot be changed.
local function fixed(name, v)
  if type(v) ~= "table" then return v end
  return setmetatable({}, {
    __metatable = false,
    __index = v,
    __newindex = function() raise("options: %s cannot be changed in place: assign it whole", name) end,
    __pairs = function() return next, v end,
    __len = function() return #v end,
  })
end

local function get_option(net, name)
  if name == "eta" or name == "X" or name == "y" then return net[name] end
  local s = state(net)
  if name == "output" then return s.activations[#s.activations] end
  local v = s.given[name]
  if v == nil then return options.defaults[name] end
  return fixed(name, options.name_of(v))
end

-- Sets an option. Everything is checked before anything changes.
local function set_option(net, name, v)
  if name == "eta" or name == "X" or name == "y" then
    net[name] = v
    return
  end
  local s = state(net)
  if name == "precision" then
    raise "precision cannot be changed later: give it when you make the network, network{2, 1, precision = ...}"
  end
  local given = {}
  for key, old in pairs(s.given) do given[key] = old end
  given[name] = options.check(name, v)
  if name == "init" and options.is_matrices(given.init) then init.check(net, given.init) end
  local layers = s.layers
  if name == "activation" or name == "output" then -- layers that have an activation of their own lose it
    layers = description(net)
    for l = 2, #layers do
      if (name == "output") == (l == #layers) then layers[l].activation = nil end
    end
  end
  specification.resolve(layers, given)
  options.rate(net.eta, given)
  past.before(net, format("options.%s = %s", name, show(v)))
  local hold <close> = core.hold(net)
  states.set_options(net, layers, given)
  if name == "seed" then core.set_rng(net, v and core.generator(v)) end
  core.release(hold)
  past.settle(net)
end

--- net.options
-- The network's options. Assign to one to change it: NET.options.cost = "mse". Precision and layer sizes cannot be
-- changed.
-- > NET.options
-- > NET.options.cost = "mse"
function getters.options(net)
  return core.object {
    __name = "options", __metatable = false,
    __index = function(_, name)
      options.exists("options", name)
      return get_option(net, name)
    end,
    __newindex = function(_, name, v)
      options.exists("options", name)
      set_option(net, name, v)
    end,
    __pairs = function()
      local i = 0
      return function()
        repeat
          i = i + 1
        until not options.names[i] or get_option(net, options.names[i]) ~= nil
        local name = options.names[i]
        if name then return name, get_option(net, name) end
      end
    end,
    __tostring = function(self)
      local lines = {}
      for name, v in pairs(self) do
        if name ~= "X" and name ~= "y" then
          if type(v) == "table" then
            local inner = { show(v[1]) }
            for key, x in pairs(v) do
              if key ~= 1 then inner[#inner + 1] = key .. " = " .. show(x) end
            end
            v = "{" .. table.concat(inner, ", ") .. "}"
          else
            v = show(v)
          end
          lines[#lines + 1] = format("%-10s = %s", name, v)
        end
      end
      return table.concat(lines, "\n")
    end,
  }
end

-- --- names that do not exist ---------------------------------------------------------------------

local read_only = { layers = "make a new network", state = "set one matrix of it: net.state.v[1] = m",
  epoch = "it counts updates; init() sets it to 0",
  options = "set one: net.options.cost = \"mse\"",
  frozen = "set one: net.frozen[1] = true" }
for _, quantity in ipairs(quantities) do
  if quantity.writer == "engine" then
    read_only[quantity.field] = "the engine makes it" .. (quantity.kind ~= "matrices" and ""
      or format("; one matrix of it can be set, net.%s[1] = m", quantity.field))
  end
end

-- The end of the message about a name that a network does not have: near names, or where help is.
local function suggest(unknown)
  local all = {}
  for name in pairs(methods) do all[#all + 1] = name end
  for name in pairs(getters) do
    if name ~= "_missing" then all[#all + 1] = name end
  end
  local near = names.suggest(tostring(unknown), all)
  return near ~= "" and near or '; help "NET" says what it has'
end

function getters._missing(_, name)
  raise("network has no %s%s", show(name), suggest(name))
end

function setters._missing(_, name)
  local why = read_only[name]
  if why then raise("network: %s cannot be set: %s", name, why) end
  if methods[name] then raise("network: %s cannot be set: it is a method, call it: net:%s()", name, name) end
  raise("network has no %s to set%s", show(name), suggest(name))
end

for _, list in ipairs { methods, matrix_methods } do
  for name, f in pairs(list) do list[name] = core.entry(f) end
end

return network
