-- state.lua - the state of a network as a value: all that makes up a network between two steps.
--
-- A state has settings, which the user chose, and numbers, which training made. settings() and apply() give and take
-- the settings alone, X, y and the generator by reference: undo keeps them for each event, beside images of the
-- numbers. take() copies the numbers, too. What take() returns is plain data: numbers, strings, matrices and tables
-- of them, and in the options the user's own activations and costs. put() puts it into a network of the same layers,
-- make() makes a network of it.

local core = require "moongrad.core"
local options = require "moongrad.options"
local specification = require "moongrad.network.layers"
local format, gmatch, gsub = string.format, string.gmatch, string.gsub

local state = {}

-- What of a layer is frozen, by core's numbers.
state.frozen_parts = { [0] = false, "bias", "weights", true }

-- --- options ------------------------------------------------------------------------------

-- The layers and options of net become these, which options.lua has checked. Raises, with nothing changed, when an
-- output and a cost do not go together.
function state.set_options(net, layers, given)
  local activations, cost, scale = specification.resolve(layers, given)
  core.set_optimizer(net, options.optimizer_of(given)) -- first: it may want memory
  local s = core.network_state(net)
  s.layers, s.given, s.activations = layers, given, options.names_of(activations)
  for l, activation in ipairs(activations) do
    core.set_activation(net, l, activation)
    core.eta_scale(net, l, layers[l + 1].eta_scale or 1)
  end
  core.set_cost(net, cost, scale)
  for _, name in ipairs { "l1", "l2" } do core.numbers(net, name, given[name] or 0) end
end

-- A digit for each layer: what of it is frozen.
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

-- The state of a generator, nil for the shared one, as hexadecimal digits; and back.
function state.digits(g)
  return (gsub(core.rng_state(g), ".", function(c) return format("%02x", string.byte(c)) end))
end

function state.set_digits(g, digits)
  local bytes = gsub(digits, "%x%x", function(byte) return string.char(tonumber(byte, 16)) end)
  core.rng_state(g, bytes)
end

-- --- what a state is made of -----------------------------------------------------------------

-- Each has a name in the state; get(net), its value; and put(net, value, state). layers and given, the options as
-- given, are never changed in place: a change of options makes new tables of both.
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

-- A copy of one matrix for each layer.
local function copies(list)
  local all = {}
  for l, m in ipairs(list) do all[l] = m:copy() end
  return all
end

-- A pass at THETA makes A, Z, DELTA and J; GRAD becomes what it was, for update(). Without data there is no pass.
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

-- As settings; a value that is nil is not put.
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

-- The settings of net become those of s.
function state.apply(net, s)
  for _, field in ipairs(settings) do
    local v = s[field.name]
    if not rawequal(field.get(net), v) then field.put(net, v, s) end
  end
end

-- Are two states the same but for their numbers?
function state.same(a, b)
  for _, field in ipairs(settings) do
    if not rawequal(a[field.name], b[field.name]) then return false end
  end
  return true
end

-- --- whole states ---------------------------------------------------------------------------

-- The state of net, its numbers copied.
function state.take(net)
  local s = state.settings(net)
  s.rng = nil
  for _, field in ipairs(numbers) do s[field.name] = field.get(net) end
  return s
end

-- The state of net, which has these layers, becomes s, which take() made.
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

-- A network of the layers and options of s, and of those of its other settings that s has. THETA is all 0.
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

-- What moves THETA in a step besides data and the generator: its name and its value in a state.
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

-- In what two states, of layers of the same sizes, move THETA differently: a list of texts, "eta 0.1 and 0.5".
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
