-- check.lua - net:check, the gradient check: compares backpropagation's gradient with differences of J. This file reads
-- the options and runs the check. verdict.lua makes the report, resolved.lua and reasons.lua its words, epsilons.lua
-- the table of the option sweep; the rule is in src/engine/check.h.

local core = require "moongrad.core"
local long_call = require "moongrad.long_call"
local options = require "moongrad.options"
local raise = require "moongrad.raise"
local verdict = require "moongrad.check.verdict"
local format = string.format

local methods = { "central", "forward", "five-point" }
local known_methods = { central = true, forward = true, ["five-point"] = true }

local defaults = options.declare("check", {
  { name = "epsilon", default = 1e-5, about = "how far each parameter is moved; in single precision 1e-2",
    example = "1e-4" },
  { name = "layer", without = "all", about = "the layer of weights whose gradient is checked", example = "1" },
  { name = "tolerance", default = 1e-6, example = "1e-5",
    about = "the relative error that is accepted; in single precision at least 1e-2" },
  { name = "method", default = "central", choices = methods, about = "how differences are taken",
    example = '"five-point"' },
  { name = "of", without = "the network's", choices = core.costs, about = "the cost that is differenced",
    example = '"mse"' },
  { name = "samples", without = "all", example = "5",
    about = "about how many elements are checked, spread over the weights and biases of every layer" },
  { name = "grad", without = "GRAD", about = "the gradients to check, a list of matrices",
    example = "GRAD" },
  { name = "sweep", default = false, about = "a table of the error against epsilon, for each method",
    example = "true" },
})

-- The smallest tolerance in single precision: at the best epsilon the rounding of J over epsilon and the truncation,
-- epsilon^2, are both near u^(2/3) = 2e-5 of J, and gradients are some hundredths of J.
local coarse = 1e-2

-- Which elements of each layer to check with the option samples: some spread evenly over its weights, and some over its
-- biases. Returns layer -> a matrix of 0 and 1 shaped as THETA[l]; an empty table means all elements.
local function choose(net, layers, samples)
  if not samples then return {} end
  local total, chosen = 0, {}
  for _, l in ipairs(layers) do total = total + #net.theta[l] * net.theta[l].ncols end
  if samples >= total then return {} end
  local function spread(m, rows, first, last, count) -- puts count ones into columns first .. last
    local cols = last - first + 1
    local places = rows * cols
    for k = 0, math.min(count, places) - 1 do
      local at = k * places // math.min(count, places)
      m[at // cols + 1][first + at % cols] = 1
    end
  end
  for _, l in ipairs(layers) do
    local theta = net.theta[l]
    local rows, cols = #theta, theta.ncols
    local share = math.max(2, samples * rows * cols // total)
    local m = core.matrix(rows, cols)
    local biases = math.max(1, share // cols)
    spread(m, rows, 1, 1, biases)
    spread(m, rows, 2, cols, math.max(1, share - biases))
    chosen[l] = m
  end
  return chosen
end

-- --- what is asked for --------------------------------------------------------------------

-- The number v of an option; raises when it is not above 0 and finite.
local function above_0(name, v)
  if type(v) ~= "number" or not (v > 0 and v < math.huge) then
    raise("check: %s: expected a number above 0, got %s", name, options.show(v))
  end
  return v
end

-- The list of layers to check, by the option layer.
local function layers_of(net, layer)
  if layer == nil then
    local all = {}
    for l = 1, #net.theta do all[l] = l end
    return all
  end
  local l = type(layer) == "number" and math.tointeger(layer)
  if not l or l < 1 or l > #net.theta then
    raise("check: layer: expected a layer from 1 to %d, got %s", #net.theta, options.show(layer))
  end
  return { l }
end

-- Copies of the option grad for these layers: layer -> matrix.
local function own_gradients(net, given, layers)
  if type(given) ~= "table" and not options.is_matrices(given) then
    raise("check: grad: expected a list of matrices, one for each layer, got %s", options.show(given))
  end
  local own = {}
  for _, l in ipairs(layers) do
    if given[l] == nil then raise("check: grad: expected %d matrices, grad[%d] is missing", #net.theta, l) end
    local m, theta = core.as_matrix(given[l], format("check: grad[%d]", l)), net.theta[l]
    if #m ~= #theta or m.ncols ~= theta.ncols then
      raise("check: grad[%d]: expected %d x %d, as THETA[%d], got %d x %d", l, #theta, theta.ncols, l, #m, m.ncols)
    end
    own[l] = m:copy()
  end
  return own
end

-- Reads options o. Returns the report that is to be filled in, the layers to check, and the option samples.
local function read(net, o)
  local single = net.options.precision == "single"
  if o.sweep ~= nil and type(o.sweep) ~= "boolean" then
    raise("check: sweep: expected true or false, got %s", options.show(o.sweep))
  end
  if o.sweep and (o.epsilon or o.method) then
    raise("check: sweep tries every epsilon and method: leave %s out", o.epsilon and "epsilon" or "method")
  end
  local self = verdict.new({ epsilon = above_0("epsilon", o.epsilon or single and 1e-2 or defaults.epsilon),
    tolerance = above_0("tolerance", o.tolerance or defaults.tolerance), method = o.method or defaults.method })
  if not known_methods[self.method] then
    raise('check: method: expected "central", "forward" or "five-point", got %s', options.show(self.method))
  end
  local cost
  cost, self.scale = options.cost_of(net)
  self.cost_name, self.differenced = options.name_of(cost), cost
  if o.of ~= nil then self.differenced, self.scale = options.cost("check: of", o.of) end
  self.of = options.name_of(self.differenced)
  local output = net.options.output
  local goes_with = core.cost_outputs[self.of]
  if goes_with and output ~= goes_with then
    raise("check: of: %q goes with a %s output, not %s", self.of, goes_with, output)
  end
  if single and self.tolerance < coarse then
    self.warning = format("single precision cannot resolve %g: the tolerance is %g instead", self.tolerance, coarse)
    self.tolerance = coarse
  end
  return self, layers_of(net, o.layer), o.samples and options.whole("check: samples", o.samples, 1)
end

-- Makes GRAD by a pass on X, y. Returns J by the cost that is differenced. Raises when there are no data, or J is not
-- finite.
local function ready(self, net)
  local X, y = core.network_data(net)
  if not X then raise "check: no data yet: set X = {{0, 0}, {0, 1}, ...} first" end
  if not y then raise "check: no targets yet: set y = {0, 1, ...} first" end
  core.check_data(net, "check", X, y)
  core.forward_whole(net)
  net:backward()
  local j = core.cost_of(net, self.differenced, self.scale)
  if j ~= j or j == math.huge then
    raise("check: J is %s for THETA as it is; look at THETA, or draw it anew with init()", options.show(j))
  end
  return j
end

-- Judges the gradients of these layers, or the chosen elements of each, and fills in report self. chosen: of choose().
local function judge(self, net, gradients, layers, chosen)
  local rule, floor = core.check_rule(net, self.method, self.epsilon, self.differenced, self.scale, self.tolerance,
    self.is_finer, self.cost)
  self.floor = floor
  local sizes, total = {}, 0
  for _, l in ipairs(layers) do
    sizes[l] = math.tointeger(chosen[l] and chosen[l]:sum()) or #net.theta[l] * net.theta[l].ncols
    total = total + sizes[l]
  end
  local progress <close> = long_call.watch(net, total, "gradient")
  for _, l in ipairs(layers) do
    progress.part = sizes[l]
    local backprop = gradients[l]:copy()
    local numeric, noise, state = core.judge_layer(rule, l, backprop, chosen[l])
    self.layers[l] = { backprop = backprop, numeric = numeric, noise = noise, state = state }
    progress.done = progress.done + sizes[l]
  end
  verdict.settle(self, layers, function(l, i, j)
    return core.confirm(rule, l, i, j, self.layers[l].backprop[i][j])
  end)
end

--- net:check{epsilon=, layer=, tolerance=, method=, of=, samples=, grad=, sweep=}
-- Compares GRAD, the gradient of J on X, y by backpropagation, with differences of J at the same THETA. THETA is
-- afterwards what it was, bit for bit. GRAD is made anew; grad = GRAD checks a GRAD that you wrote to as it stands.
-- A pair, b by backpropagation and n by differences, agrees when
--   |b - n| <= tolerance max(|b|, |n|) + a bound of the rounding errors in b and n
-- A pair whose difference is too coarse or too noisy is compared again, by five points and epsilons up to 1e-2. A
-- pair is wrong when rounding and truncation cannot explain |b - n|, or when two epsilons show the same error. Any
-- other pair is undecided.
-- Returns a report with the fields:
--   verdict      "failed": a pair is wrong; "undecided": no pair could be decided; else "ok"
--   ok           true unless the verdict is "failed"; a right gradient never fails
--   compared     how many pairs were compared; undecided, how many of them are undecided
--   reason       what is wrong, in words: the weights and the biases of each layer are told apart
--   table        all pairs, the worst first: backprop | numeric | relative
--   norm_ratio   ||b - n|| / (||b|| + ||n||) over all pairs, the measure of Ng's course
--   relative     the largest |b - n| / max(|b|, |n|, floor)
--   worst        the pair that has it: {layer, i, j, backprop, numeric, relative}
--   layers[l]    {backprop, numeric, relative, kinked}, matrices shaped as THETA[l]
--   kinks        the pairs left out because their difference crosses a kink
--   floor        the size of gradient below which rounding hides digits
--   mistakes     of a failed check: the names of those mistakes of bug() that give this GRAD
--   ratio        of a failed check: backprop / numeric, where it is one number everywhere; ratio_names: what it may be
-- With sweep = true it returns a table of errors against epsilon: epsilons[k], errors[method][k], slopes[method], and
-- best {method, epsilon, error}. help "checking" explains the method.
-- > check()
-- > check().table
-- > check{method = "forward", layer = 1}
-- > check{of = "mse"}.reason
-- > check{sweep = true}
local function run(net, o, ...)
  core.network_self(net, "check")
  o = options.take("check", o, ...)
  local self, layers, samples = read(net, o)
  local gradients = o.grad ~= nil and own_gradients(net, o.grad, layers) or net.grad -- copied: ready() makes GRAD anew
  self.cost = ready(self, net)
  local chosen = choose(net, layers, samples)
  local u = net.options.precision == "single" and 2 ^ 29 or 1 -- rounding unit, in units of 2^-52
  self.is_finer = o.method == nil and (o.epsilon == nil or o.epsilon == defaults.epsilon)
  judge(self, net, gradients, layers, chosen)
  if o.sweep then return require "moongrad.check.epsilons"(self, net, layers, chosen, u) end
  self.reason = self.ok and require("moongrad.check.resolved").of(self, net, u)
    or require("moongrad.check.reasons").of(self, net)
  return self
end

return run
