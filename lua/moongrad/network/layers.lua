-- layers.lua - what network{...} is given: its layers and its options, and what they come to together.

local core = require "moongrad.core"
local options = require "moongrad.options"
local raise = require "moongrad.raise"
local format = string.format
local show = options.show

local layers = {}

-- What one positional entry says: {size=, activation=, bias=, eta_scale=, dropout=}.
local function layer(l, v)
  local entry = type(v) == "table" and v or { v }
  local who = format("network: layer %d", l)
  if l == 1 and (entry[2] ~= nil or entry.bias ~= nil or entry.eta_scale ~= nil or entry.dropout ~= nil) then
    raise("network: layer 1 is the input: it has a size only, network{2, 2, 1}")
  end
  local size = type(entry[1]) == "number" and math.tointeger(entry[1])
  if not size or size < 1 then
    raise("%s: expected a whole number of units from 1, got %s", who, show(entry[1]))
  end
  local activation = entry[2]
  if activation ~= nil then activation = options.function_of(who, "activation", activation) end
  if entry.bias ~= nil and type(entry.bias) ~= "boolean" then
    raise("%s: bias: expected true or false, got %s", who, show(entry.bias))
  end
  local eta_scale = entry.eta_scale
  if eta_scale ~= nil and not (options.finite(eta_scale) and eta_scale >= 0) then
    raise("%s: eta_scale: expected a number from 0, got %s", who, show(eta_scale))
  end
  local dropout = entry.dropout
  if dropout ~= nil and not (options.finite(dropout) and dropout >= 0 and dropout < 1) then
    raise("%s: dropout: expected a number from 0, below 1, got %s", who, show(dropout))
  end
  if dropout == 0 then dropout = nil end
  for key in pairs(entry) do
    if key ~= 1 and key ~= 2 and key ~= "bias" and key ~= "eta_scale" and key ~= "dropout" then
      raise("%s: no option %s; a layer is a size or {size, activation, dropout = .5, bias = false, eta_scale = 2}",
        who, show(key))
    end
  end
  return { size = size, activation = activation, bias = entry.bias ~= false, eta_scale = eta_scale, dropout = dropout }
end

-- The positional entries of network{...} as layers, and its options, all checked.
function layers.read(spec)
  if type(spec) ~= "table" then raise("network: expected a table, network{2, 2, 1}, got %s", show(spec)) end
  local list, given = {}, {}
  for l = 1, #spec do list[l] = layer(l, spec[l]) end
  for name, v in pairs(spec) do
    if not (math.type(name) == "integer" and list[name]) then given[name] = options.check(name, v) end
  end
  if #list < 2 then
    raise("network: expected at least an input and an output size, network{2, 2, 1}, got %d size%s", #list,
      #list == 1 and "" or "s")
  end
  if list[#list].dropout then
    raise("network: layer %d: dropout: the last layer gives the prediction; give it to a hidden layer", #list)
  end
  options.rate(given.eta or options.defaults.eta, given)
  return list, given
end

-- What layers and options come to: the activation of each weight layer, the cost and its scale; the user's own as
-- objects.
-- Raises for an output and a cost that do not go together, and for a softmax or an svm of one unit.
function layers.resolve(specification, given)
  local cost, scale = options.cost("cost", given.cost or options.defaults.cost)
  local hidden = given.activation or options.defaults.activation
  local goes_with = core.cost_outputs[cost]
  local activations = {}
  for l = 2, #specification do activations[l - 1] = specification[l].activation or hidden end
  activations[#activations] = specification[#specification].activation or given.output or goes_with or hidden
  for l, v in ipairs(activations) do activations[l] = options.function_of("network", "activation", v) end
  local output = activations[#activations]
  if goes_with and output ~= goes_with then
    raise("cost %q goes with a %s output, not %s", cost, goes_with, options.name_of(output))
  elseif core.cost_scores[cost] and output ~= "linear" and output ~= "tanh" then
    raise("cost %q goes with a linear or a tanh output, not %s", cost, options.name_of(output))
  elseif not goes_with and output == "softmax" and not core.custom(cost) then
    raise('a softmax output goes with cost "softmax", not %q', cost)
  elseif output == "softmax" and specification[#specification].size == 1 then
    raise('a softmax output of one unit is always 1: take two units, one for each class, or output = "sigmoid" with '
      .. 'cost = "cross-entropy"')
  elseif cost == "svm" and specification[#specification].size == 1 then
    raise('cost "svm" of one output unit is always 0: take two units, one for each class, or cost = "hinge"')
  end
  return activations, cost, scale
end

return layers
