-- options.lua - declares the named options of network{...} and of every function that takes a table of options, and
-- checks the values that users give.

local core = require "moongrad.core"
local names = require "moongrad.names"
local optimisers = require "moongrad.optimisers"
local quantities = require "moongrad.quantities"
local raise = require "moongrad.raise"
local values = require "moongrad.values"
local format, match = string.format, string.match

local options = {}

-- Throughout this file `who` is the name of the function that takes the options, as errors show it: "network", "check".

-- The options that each function takes: who -> list of {name=, default=, choices=, about=, example=}, in the order in
-- which help shows them. without= stands for default= where the default is said in words. Help and completion read the
-- list; an option that is not in it is refused.
options.of = {}

local names_of = {} -- who -> list of the option names
local calls = {}    -- who -> an example of a call with one option

-- Declares the options of a function; returns the defaults, option name -> default. call is an example of a call with
-- an option, 'step(10, {every = 2})'; nil if that is who{option = example}.
function options.declare(who, list, call)
  local defaults = {}
  options.of[who], names_of[who] = list, {}
  calls[who] = call or format("%s{%s = %s}", who, list[1].name, list[1].example)
  for i, option in ipairs(list) do
    names_of[who][i] = option.name
    defaults[option.name] = option.default
  end
  return defaults
end

-- An example of a call with the given option: "check{layer = 1}".
function options.call(who, option)
  local before, after = match(calls[who], "^([^{]*{).*(}%)?)$")
  return format("%s%s = %s%s", before, option.name, option.example, after)
end

-- --- activations, costs and optimisers that are the user's own -------------------------------------

local functions = {
  activation = { names = core.activations, built_in = #core.activations, own = {} },
  cost = { names = core.costs, built_in = #core.costs, own = {} },
  optimizer = { names = core.optimizers, built_in = #core.optimizers, own = {} },
}

-- Is name a built-in function of this kind, "activation" or "cost"?
function options.is_built_in(kind, name)
  local f = functions[kind]
  for i = 1, f.built_in do
    if f.names[i] == name then return true end
  end
  return false
end

-- Makes name stand for the user's own activation or cost, object. Networks that exist keep the object they have.
function options.define(kind, name, object)
  local f = functions[kind]
  if not f.own[name] then f.names[#f.names + 1] = name end
  f.own[name] = object
end

-- The name of an option's value: if it is the user's own activation or cost, the object's name, else the value itself.
function options.name_of(v)
  local _, self = core.custom(v)
  return self and self.name or v
end

-- Applies options.name_of to each value of a list; returns the list of names.
function options.names_of(list)
  local all = {}
  for i, v in ipairs(list) do all[i] = options.name_of(v) end
  return all
end

for _, name in ipairs { "orthogonal", "auto" } do core.inits[#core.inits + 1] = name end -- network/init.lua has them

local precisions = { "double", "single" }

options.defaults = options.declare("network", {
  { name = "activation", default = "sigmoid", choices = core.activations, about = "of the hidden layers",
    example = '"tanh"' },
  { name = "output", without = "as activation", choices = core.activations,
    about = "of the last layer; a cost that needs a certain one chooses it", example = '"linear"' },
  { name = "cost", default = "sse", choices = core.costs,
    about = 'J, whose gradient is taken; also {"squares", scale = c}', example = '"mse"' },
  { name = "eta", default = 0.1, about = "the learning rate", example = "0.5" },
  { name = "optimizer", default = "sgd", choices = core.optimizers, about = "how the gradient becomes an update",
    example = '"sgd"' },
  { name = "l1", default = 0, about = "J gains l1 times the sum of |w|, biases excluded", example = "1e-4" },
  { name = "l2", default = 0, about = "J gains l2/2 times the sum of w^2, biases excluded", example = "1e-4" },
  { name = "bias_l1", default = 0, about = "as l1, of the biases alone", example = "1e-4" },
  { name = "bias_l2", default = 0, about = "as l2, of the biases alone", example = "1e-4" },
  { name = "init", default = "uniform", choices = core.inits,
    about = 'how THETA is drawn; also {"epsilon", epsilon = .5}, a list of matrices', example = '"xavier"' },
  { name = "seed", without = "none",
    about = "seeds a generator of the network's own; without it THETA is drawn from the generator of seed(k)",
    example = "7" },
  { name = "X", without = "none", about = "the data, a row for each example", example = "{{0, 1}, {1, 0}}" },
  { name = "y", without = "none", about = "the targets, a row for each row of X", example = "{1, 0}" },
  { name = "undo", default = 64, about = "megabytes that a network may use to keep its past for undo and seek; 0: none",
    example = "256" },
  { name = "precision", default = "double", choices = precisions,
    about = "of the network's numbers; cannot be changed later", example = '"single"' },
})

options.names = names_of.network -- also those of net.options

-- Each method that draws THETA: the name of its number, the default of that number, and the distribution in words.
options.init_numbers = {
  uniform = { "high", 1, draws = "U[0, high)" },
  epsilon = { "epsilon", .12, draws = "U[-epsilon, epsilon)" },
  normal = { "sigma", 1, draws = "N(0, sigma^2)" },
  xavier = { "gain", 1, draws = "U[-r, r), r = gain sqrt(6 / (n_in + n_out)); biases 0" },
  he = { "gain", 1, draws = "N(0, gain^2 2 / n_in); biases 0" },
  ["xavier-normal"] = { "gain", 1, draws = "N(0, gain^2 2 / (n_in + n_out)); biases 0" },
  ["he-uniform"] = { "gain", 1, draws = "U[-r, r), r = gain sqrt(6 / n_in); biases 0" },
  lecun = { "gain", 1, draws = "N(0, gain^2 / n_in); biases 0" },
  orthogonal = { "gain", 1, draws = "orthonormal rows, or columns where there are more rows, times gain; biases 0" },
  auto = { "gain", 1, draws = "he where the activation is a relu of some kind, gelu or softplus, else xavier" },
  constant = { "value", 0, draws = "value, all alike" },
}

local cost_numbers = { squares = { "scale" } }

local optimizer_keys = {} -- "adam" -> {"beta1", "beta2", ...}
for name, list in pairs(core.optimizer_numbers) do
  local keys = {}
  for k, number in ipairs(list) do keys[k] = number.name end
  optimizer_keys[name] = keys
end

-- Options that may be {choice, key = number}: option name -> choice -> list whose strings are the keys.
options.numbers = { init = options.init_numbers, cost = cost_numbers, of = cost_numbers, optimizer = optimizer_keys }

-- The names of the operations of a step, in their order.
options.operations = { "z", "a", "dropout", "cost", "delta", "grad", "update" }

local explained = table.move(quantities.matrices, 1, #quantities.matrices, 1, {})
table.move({ "x", "cost", "J" }, 1, 3, #explained + 1, explained)

-- The kinds of positional arguments that the records in commands.lua name in `takes`:
--   choices    the names that the argument may be; {} if it is never a string, nil if any string will do
--   is_text    true if it is a string
--   numbers    the keys of the table that may follow it, choice -> {key, ...}
--   is_source  true if the string is Lua source
-- Completion fills in the choices of topic and subject: the names that have help.
options.kinds = {
  init = { choices = core.inits, numbers = options.init_numbers, is_text = true },
  quantity = { choices = explained, is_text = true },
  mistake = { choices = { "any", table.unpack(core.bugs) }, is_text = true },
  operation = { choices = options.operations, is_text = true },
  expression = { is_source = true, is_text = true },
  topic = { is_text = true }, subject = { is_text = true }, file = { is_text = true },
  text = { choices = {}, is_text = true }, number = { choices = {} }, network = { choices = {} },
}

-- The arguments of Lua's own functions, as kinds like those above: who -> list with a kind for each argument.
options.arguments = {
  collectgarbage = { { choices = { "collect", "count", "stop", "restart", "step", "isrunning", "incremental",
    "generational" } } },
}

options.frozen = { "bias", "weights" } -- the parts of a layer that may be frozen alone

options.show, options.is_callable, options.whole = values.show, values.is_callable, values.whole
options.finite, options.one_of = values.finite, values.one_of
local show, finite, one_of = values.show, values.finite, values.one_of

-- An activation, a cost or an optimiser: one of the user's own, by its name or itself, as the object, a built-in one
-- as its name.
function options.function_of(who, kind, v)
  local f = functions[kind]
  if core.custom(v) == kind then return v end
  if type(v) == "userdata" and core.custom(v) then
    raise("%s: expected one of %s, got the %s %s", who, table.concat(f.names, ", "), core.custom(v), options.name_of(v))
  end
  one_of(who, kind, v, f.names)
  return f.own[v] or v
end

local function_of = options.function_of

-- Checks an option that is a name or {name, key = number}. Returns the name and the number, or its default.
local function named(who, kind, v, list, numbers)
  local name, given = v, {}
  if type(v) == "table" then name, given = v[1], v end
  if functions[kind] then name = function_of(who, kind, name) else one_of(who, kind, name, list) end
  local number = numbers[name]
  local value = number and number[2]
  for key, x in pairs(given) do
    if number and key == number[1] then
      if not finite(x) then raise("%s: %s: expected a number, got %s", who, key, show(x)) end
      value = x
    elseif key ~= 1 then
      raise("%s: %q has no option %s%s", who, options.name_of(name), show(key),
        number and names.suggest(tostring(key), { number[1] }) or "")
    end
  end
  return name, value
end

-- The cost and its scale: "mse", {"squares", scale = c}.
function options.cost(who, v)
  local cost, scale = named(who, "cost", v, core.costs, cost_numbers)
  if cost == "squares" and not scale then raise('%s: write {"squares", scale = c}', who) end
  return cost, scale
end

-- The cost of a network and its scale. A cost of the user's own is the object that the network was made with, even if
-- its name was defined anew since.
function options.cost_of(net)
  return options.cost("cost", core.network_state(net).given.cost or options.defaults.cost)
end

-- Is v, the option init, a list of matrices? core.kind names net.theta and its kin so.
function options.is_matrices(v)
  if type(v) == "userdata" then return core.kind(v) == "a list of matrices" end
  return type(v) == "table" and v[1] ~= nil and type(v[1]) ~= "string"
end

-- The method that draws THETA and its number: "he", {"epsilon", epsilon = .5}; or a list of matrices.
function options.init(who, v)
  if options.is_matrices(v) then
    local list = {}
    for l, m in ipairs(v) do list[l] = core.as_matrix(m, format("init[%d]", l)) end
    return list
  end
  return named(who, "method", v, core.inits, options.init_numbers)
end

-- Checks a number of an optimiser against its range. number is its record in core.optimizer_numbers. Returns v, or the
-- default if v is nil.
local function optimizer_number(who, number, v)
  if v == nil then v = number.default end
  if number.is_choice then
    if type(v) == "boolean" then return v and 1 or 0 end
    raise("%s: %s: expected true or false, got %s", who, number.name, show(v))
  end
  if finite(v) and v >= number.least and v < number.below then return v end
  raise("%s: %s: expected a number%s%s, got %s", who, number.name,
    number.least > -math.huge and format(" from %g", number.least) or "",
    number.below < math.huge and format(", below %g", number.below) or "", show(v))
end

-- An optimiser, one of the user's own as the object, and its numbers in core's order: "sgd", {"adam", beta1 = .9}.
function options.optimizer(who, v)
  local name, given = v, {}
  if type(v) == "table" then name, given = v[1], v end
  name = function_of(who, "optimizer", name)
  local keys, list, by_name = { [1] = true }, {}, {}
  for k, number in ipairs(core.optimizer_numbers[name] or {}) do
    keys[number.name], list[k] = true, optimizer_number(who, number, given[number.name])
    by_name[number.name] = list[k]
  end
  local record = optimisers[name] or {}
  if record.wrong and record.wrong(by_name) then raise("%s: %s: %s", who, record.wrong(by_name)) end
  for key in pairs(given) do
    if not keys[key] then
      raise("%s: %q has no option %s%s", who, options.name_of(name), show(key),
        names.suggest(tostring(key), optimizer_keys[name] or {}))
    end
  end
  return name, list
end

-- The optimiser and its numbers of a network that was made with the options given.
function options.optimizer_of(given)
  return options.optimizer("optimizer", given.optimizer or options.defaults.optimizer)
end

-- Raises when the optimiser of options as given refuses a learning rate.
function options.rate(eta, given)
  local name = options.optimizer_of(given)
  if eta < 0 and (optimisers[name] or {}).from_0 then
    raise("eta: expected a number from 0 with optimizer %q, got %s", name, show(eta))
  end
end

-- A name, or a copy of {name, key = number}, so that later writes to the user's table change nothing here.
local function own(v)
  if type(v) ~= "table" then return v end
  local copy = {}
  for key, x in pairs(v) do copy[key] = x end
  return copy
end

-- option name -> function that checks a value and returns the value to keep.
local check = {
  activation = function(v) return function_of("activation", "activation", v) end,
  output = function(v) return function_of("output", "activation", v) end,
  cost = function(v)
    local cost = options.cost("cost", v)
    return core.custom(cost) and cost or own(v)
  end,
  optimizer = function(v)
    local optimizer = options.optimizer("optimizer", v)
    return core.custom(optimizer) and optimizer or own(v)
  end,
  precision = function(v) return one_of("precision", "precision", v, precisions) end,
  init = function(v)
    local method = options.init("init", v)
    return type(method) == "table" and method or own(v)
  end,
  seed = function(v)
    local n = type(v) == "number" and math.tointeger(v)
    if not n or n < 0 or n >= 2 ^ 32 then
      raise("seed: expected a whole number from 0 to 2^32 - 1, got %s", show(v))
    end
    return n
  end,
  eta = function(v)
    if not finite(v) then raise("eta: expected a number, the learning rate, got %s", show(v)) end
    return v
  end,
}
for _, name in ipairs { "l1", "l2", "bias_l1", "bias_l2", "undo" } do
  check[name] = function(v)
    if not finite(v) or v < 0 then raise("%s: expected a number from 0, got %s", name, show(v)) end
    return v
  end
end

-- Raises an error that suggests the nearest name if who has no option of this name.
function options.exists(who, name)
  local list = names_of[who] or options.names
  for _, known_name in ipairs(list) do
    if name == known_name then return end
  end
  raise("%s: no option %s%s", who, show(name), type(name) == "string" and names.suggest(name, list)
    or "; each has a name: " .. table.concat(list, ", "))
end

-- --- what a function was called with -----------------------------------------------------

-- A function calls this with the arguments that follow the ones it takes: raises message if there are any.
function options.no_more(message, ...)
  if select("#", ...) > 0 then raise(message) end
end

-- A function without arguments calls this with the arguments it got: raises if there are any.
function options.none(who, ...)
  if select("#", ...) > 0 then raise("%s: takes no arguments", who) end
end

-- Returns the table of options t that a function was called with, {} if t is nil. Raises if t is anything else, if it
-- has an option that the function does not take, and if further arguments follow. It does not check the values.
function options.take(who, t, ...)
  if select("#", ...) > 0 then raise("%s: expected one table of options, %s", who, calls[who]) end
  if t == nil then return {} end
  if type(t) ~= "table" then raise("%s: expected a table of options, %s, got %s", who, calls[who], show(t)) end
  for name in pairs(t) do options.exists(who, name) end
  return t
end

-- --- the options of a network ------------------------------------------------------------

-- Checks the value of one option of network{...} and returns the value to keep. The network itself checks X and y.
function options.check(name, v)
  options.exists("network", name)
  if v == nil or not check[name] then return v end
  return check[name](v)
end

-- What a positional entry of network{...} takes: {size, activation, dropout = .5, bias = false, eta_scale = 2}.
options.layer = { options = { { name = "bias" }, { name = "dropout" }, { name = "eta_scale" } },
  arguments = { [2] = { choices = core.activations } } }

return options
