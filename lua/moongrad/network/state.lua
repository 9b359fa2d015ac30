-- state.lua - the state of a network as a Lua value: everything that a network carries from one step to the next.
--
-- A state has settings, which the user chose, and numbers, which training made. settings() returns the settings alone,
-- with X, y and the generator by reference, and apply() gives them to a network; undo keeps them for each event, beside
-- images (saved copies) of the numbers. take() returns settings and copies of the numbers as plain data: numbers,
-- strings, matrices, tables of them, and the user's own activations and costs. put() gives such a state to a network of
-- the same layers, make() makes a new network from it.

local core = require "moongrad.core"
local options = require "moongrad.options"
local specification = require "moongrad.network.layers"
local format, gmatch, gsub = string.format, string.gmatch, string.gsub

local state = {}

-- core's number for what is frozen in a layer -> the value that users see.
state.frozen_parts = { [0] = false, "bias", "weights", true }

-- --- options ------------------------------------------------------------------------------

-- Sets the layers and options of net; options.lua has checked them. Raises, with nothing changed, when an output and a
-- cost do not go together.
function state.set_options(net, layers, given)
  local activations, cost, scale = specification.resolve(layers, given)
  core.set_optimizer(net, options.optimizer_of(given)) -- first, because it may fail for want of memory
  local s = core.network_state(net)
  s.layers, s.given, s.activations = layers, given, options.names_of(activations)
  for l, activation in ipairs(activations) do
    core.set_activation(net, l, activation)
    core.eta_scale(net, l, layers[l + 1].eta_scale or 1)
  end
  core.set_cost(net, cost, scale)
  for _, name in ipairs { "l1", "l2", "bias_l1", "bias_l2" } do core.numbers(net, name, given[name] or 0) end
end

-- What is frozen, as a string of digits: core's number for each layer.
local function frozen_of(net)
  local parts = {}
  for l = 1, #core.network_state(net).layers - 1 do parts[l] = core.frozen(net, l) end
  return table.concat(parts)
end

local function freeze(net, digits)
  local l = 0
  for part in gmatch(digits, "%d") do
    l = l + 1
    if core.frozen(net, l) ~= tonumber(part) then core.frozen(net, l, tonumber(part)) end
  end
end

-- The state of generator g as hexadecimal digits, and back. g is nil for the generator that networks share.
function state.digits(g)
  return (gsub(core.rng_state(g), ".", function(c) return format("%02x", string.byte(c)) end))
end

function state.set_digits(g, digits)
  local bytes = gsub(digits, "%x%x", function(byte) return string.char(tonumber(byte, 16)) end)
  core.rng_state(g, bytes)
end

-- --- what a state is made of -----------------------------------------------------------------

-- The parts of a state: name, the key in the state; get(net), which returns the value; put(net, value, state), which
-- sets it. layers and given, the options as the user gave them, are never changed in place: a change of options makes
-- new tables of both.
local settings = {
  { name = "layers", get = function(net) return core.network_state(net).layers end, put = function() end },
  { name = "given", get = function(net) return core.network_state(net).given end,
    put = function(net, given, s) state.set_options(net, s.layers, given) end },
  { name = "eta", get = function(net) return (core.numbers(net)) end,
    put = function(net, eta) core.numbers(net, "eta", eta) end },
  { name = "frozen", get = frozen_of, put = freeze },
  { name = "bug", get = function(net) return core.bug(net) end, put = function(net, name) core.bug(net, name) end },
  { name = "rng", get = core.own_rng, put = function(net, rng) core.set_rng(net, rng) end },
  { name = "X", get = function(net) return (core.network_data(net)) end,
    put = function(net, X) core.network_data(net, "X", X) end },
  { name = "y", get = function(net) return (select(2, core.network_data(net))) end,
    put = function(net, y) core.network_data(net, "y", y) end },
}

-- Copies of a list's matrices.
local function copies(list)
  local all = {}
  for l, m in ipairs(list) do all[l] = m:copy() end
  return all
end

-- Makes A, Z, DELTA and J by a pass at THETA, and sets GRAD, which a later update() uses. Does nothing without data.
local function put_grad(net, grad)
  local methods = core.network_class.methods
  if not pcall(function() methods.forward(net) methods.backward(net) end) then return end
  for l, m in ipairs(grad) do net.grad[l]:set(m) end
end

-- The optimiser's states by name; nil where it has none.
local function states_of(net)
  local all = {}
  for name, list in pairs(net.state) do all[name] = copies(list) end
  return next(all) and all
end

local function put_states(net, all)
  for name, list in pairs(all) do
    for l, m in ipairs(list) do net.state[name][l] = m end
  end
end

-- Likewise the parts that are numbers; put is not called for nil.
local numbers = {
  { name = "epoch", get = function(net) return net.epoch end, put = core.set_epoch },
  { name = "theta", get = function(net) return copies(net.theta) end, put = function(net, theta)
    for l, m in ipairs(theta) do core.set_theta(net, l, m) end
  end },
  { name = "states", get = states_of, put = put_states },
  { name = "updates", get = core.updates, put = core.updates },
  { name = "grad", get = function(net)
    return not core.walk_state(net) and core.view(net, "grad", 1) and copies(net.grad) or nil
  end, put = put_grad },
  { name = "random", get = function(net) -- of a generator of its own; last: a pass may draw
    local own = core.own_rng(net)
    return own and state.digits(own)
  end, put = function(net, digits) state.set_digits(core.own_rng(net), digits) end },
}

-- --- settings alone --------------------------------------------------------------------------

-- The settings of net: {layers=, given=, eta=, frozen=, bug=, rng=, X=, y=}.
function state.settings(net)
  local s = {}
  for _, field in ipairs(settings) do s[field.name] = field.get(net) end
  return s
end

-- Gives net the settings in s.
function state.apply(net, s)
  for _, field in ipairs(settings) do
    local v = s[field.name]
    if not rawequal(field.get(net), v) then field.put(net, v, s) end
  end
end

-- Do two states have the same settings?
function state.same(a, b)
  for _, field in ipairs(settings) do
    if not rawequal(a[field.name], b[field.name]) then return false end
  end
  return true
end

-- --- whole states ---------------------------------------------------------------------------

-- The state of net, with copies of its numbers.
function state.take(net)
  local s = state.settings(net)
  s.rng = nil
  for _, field in ipairs(numbers) do s[field.name] = field.get(net) end
  return s
end

-- Gives net the state s that take() made. The layers of net must be those of s.
function state.put(net, s)
  local all = {}
  for _, field in ipairs(settings) do all[field.name] = s[field.name] end
  all.rng = s.random and (core.own_rng(net) or core.generator(0))
  state.apply(net, all)
  for _, field in ipairs(numbers) do
    local v = s[field.name]
    if v ~= nil then field.put(net, v) end
  end
end

-- A new network with the layers, the options and the other settings in s; a setting may be missing. THETA is 0.
function state.make(s)
  local activations = specification.resolve(s.layers, s.given)
  local spec = { { size = s.layers[1].size } }
  for l = 2, #s.layers do
    spec[l] = { size = s.layers[l].size, activation = activations[l - 1], bias = s.layers[l].bias,
      dropout = s.layers[l].dropout }
  end
  local net = core.network(spec, s.given.precision)
  state.set_options(net, s.layers, s.given)
  for _, field in ipairs(settings) do
    local v = s[field.name]
    if v ~= nil and not rawequal(field.get(net), v) then field.put(net, v, s) end
  end
  return net
end

-- --- what differs -----------------------------------------------------------------------------

local function cost_of(s)
  local _, cost, scale = specification.resolve(s.layers, s.given)
  return { cost, scale }
end

local function optimizer_of(s)
  local name, values = options.optimizer_of(s.given)
  return { name, table.unpack(values) }
end

-- "sgd", "adam {0.9, 0.999, 1e-08}"
local function optimizer_words(v)
  return v[2] and format("%s {%s}", v[1], table.concat(v, ", ", 2)) or options.name_of(v[1])
end

local function biases(s)
  local list = {}
  for l = 2, #s.layers do list[l - 1] = s.layers[l].bias end
  return list
end

local function eta_scales(s)
  local list = {}
  for l = 2, #s.layers do list[l - 1] = s.layers[l].eta_scale or 1 end
  return list
end

local function dropouts(s)
  local list = {}
  for l = 2, #s.layers do list[l - 1] = s.layers[l].dropout or 0 end
  return list
end

local function frozen_parts(s)
  local list = {}
  for part in gmatch(s.frozen, "%d") do list[#list + 1] = state.frozen_parts[tonumber(part)] end
  return list
end

local function option(name) return function(s) return s.given[name] or options.defaults[name] end end

-- What a step depends on besides THETA, data and the generator: {name, get(state)}; words(value) gives it as text.
local moving = {
  { "activations", function(s) return (specification.resolve(s.layers, s.given)) end },
  { "biases", biases },
  { "optimizer", optimizer_of, words = optimizer_words },
  { "cost", cost_of, words = function(v) return options.name_of(v[1]) .. (v[2] and format(" * %g", v[2]) or "") end },
  { "eta", function(s) return s.eta end },
  { "eta_scale", eta_scales },
  { "dropout", dropouts },
  { "l1", option "l1" },
  { "l2", option "l2" },
  { "bias_l1", option "bias_l1" },
  { "bias_l2", option "bias_l2" },
  { "frozen", frozen_parts },
  { "bug", function(s) return s.bug end },
  { "precision", option "precision" },
}

local function equal(a, b)
  if type(a) ~= "table" or type(b) ~= "table" then return rawequal(a, b) end
  for i = 1, math.max(#a, #b) do
    if not rawequal(a[i], b[i]) then return false end
  end
  return true
end

local function words(v)
  if type(v) ~= "table" then return tostring(v) end
  local list = {}
  for i, one in ipairs(v) do list[i] = tostring(options.name_of(one)) end
  return "{" .. table.concat(list, ", ") .. "}"
end

-- The settings that make steps from two states differ, as a list of texts, "eta 0.1 and 0.5". The layers of both have
-- the same sizes.
function state.differences(a, b)
  local list = {}
  for _, one in ipairs(moving) do
    local name, get, say = one[1], one[2], one.words or words
    local of_a, of_b = get(a), get(b)
    if not equal(of_a, of_b) then list[#list + 1] = format("%s %s and %s", name, say(of_a), say(of_b)) end
  end
  return list
end

return state
