-- check.lua - backpropagation's gradient held against differences of J, and a verdict.

local core = require "moongrad.core"
local options = require "moongrad.options"
local page = require "moongrad.help.page"
local raise = require "moongrad.raise"
local running = require "moongrad.running"

local methods = { "central", "forward", "five-point" }
local known_methods = { central = true, forward = true, ["five-point"] = true }

local defaults = options.declare("check", {
  { name = "epsilon", default = 1e-5, about = "how far each parameter is moved; in single precision 1e-2",
    example = "1e-4" },
  { name = "layer", without = "all", about = "the one whose gradient is checked", example = "1" },
  { name = "tolerance", default = 1e-6, about = "the relative error that is ok; in single precision at least 1e-2",
    example = "1e-5" },
  { name = "method", default = "central", choices = methods, about = "of differences", example = '"five-point"' },
  { name = "of", without = "the network's", choices = core.costs, about = "the cost that is differenced",
    example = '"mse"' },
  { name = "samples", without = "all", about = "about so many elements, of every layer some, biases included",
    example = "5" },
  { name = "grad", without = "GRAD", about = "a list of matrices to check instead: gradients of your own",
    example = "GRAD" },
  { name = "sweep", default = false, about = "a table of the error against epsilon, for each method",
    example = "true" },
})

-- What differences in single precision can tell at best: rounding of J over epsilon and epsilon^2 are both
-- near u^(2/3) = 2e-5 of J at the best epsilon, and gradients are some hundredths of J.
local coarse = 1e-2

local check = { __name = "check", __metatable = false }
check.__index = check

-- Which elements of each layer to check when only samples are wanted: spread evenly over its weights,
-- and over its biases, some of each. Returns a list of matrices of 0 and 1, or nothing: all.
local function choose(net, layers, samples)
  if not samples then return {} end
  local total, chosen = 0, {}
  for _, l in ipairs(layers) do total = total + #net.theta[l] * net.theta[l].ncols end
  if samples >= total then return {} end
  local function spread(m, rows, first, last, count) -- count places among columns first .. last
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

-- How many of those that were compared are below the floor: their error is a share of that.
local function below_floor(self)
  local n = 0
  for _, layer in pairs(self.layers) do
    local numeric, kinked = layer.numeric:totable(), layer.kinked:totable()
    for i, row in ipairs(layer.backprop:totable()) do
      for j, b in ipairs(row) do
        local v = numeric[i][j] -- NaN where none was taken
        if kinked[i][j] == 0 and math.max(math.abs(b), math.abs(v)) < self.floor and v == v then n = n + 1 end
      end
    end
  end
  return n
end

-- Why a check that did not fail says so.
local function passed(self, u)
  if self.compared == 0 then
    return "nothing could be checked: every difference crosses a kink; try a smaller epsilon, or another THETA"
  elseif self.compared == self.unresolved then
    local most = 0
    for _, layer in pairs(self.layers) do most = math.max(most, layer.backprop:max(), -layer.backprop:min()) end
    return require "moongrad.inside.unresolved"(most, self.cost, self.epsilon, u)
  end
  local parts = { ("every gradient agrees with its %s difference to %.2g"):format(self.method, self.tolerance) }
  local function add(form, n, ...)
    if n > 0 then parts[#parts + 1] = form:format(n, self.compared, ...) end
  end
  add("%d of %d by five points: the central difference is off by more", self.retaken)
  add("%d of %d are smaller than the floor: rounding hides their last digits, so they agree to within %.2g",
    below_floor(self), self.tolerance * self.floor)
  add("%d of %d are too small to be told from 0", self.unresolved)
  return table.concat(parts, "; ")
end

function check.__tostring(self)
  local verdict = not self.ok and "FAILED" or self.compared == self.unresolved and "UNDECIDED" or "ok"
  local lines = {
    ("check %s   %s differences of %s, epsilon %g, tolerance %g"):format(verdict, self.method, self.of, self.epsilon,
      self.tolerance),
    ("  largest relative error %s over %d gradients, floor %.3g"):format(self.relative == self.relative
      and ("%.3g"):format(self.relative) or "NaN", self.compared, self.floor),
    "  " .. self.reason:gsub("; ", "\n  "),
  }
  if self.warning then lines[#lines + 1] = "  " .. self.warning end
  local kinks = #self.kinks
  if kinks > 0 then
    local k = self.kinks[1]
    lines[#lines + 1] = ("  %d left out: the difference crosses a kink (first GRAD[%d][%d][%d])"):format(kinks,
      k.layer, k.i, k.j)
  end
  return page.layout(table.concat(lines, "\n"))
end

-- Holds the gradient of layer l against its differences, and adds what comes of it to the report.
local function compare(self, l)
  local layer = self.layers[l]
  local backprop, numeric, kinked = layer.backprop, layer.numeric, layer.kinked
  local relative, worst, i, j, compared, kinks, unresolved =
    core.check_relative(backprop, numeric, kinked, self.floor, self.tolerance * self.floor)
  layer.relative = relative
  self.compared, self.unresolved = self.compared + compared, self.unresolved + unresolved
  local worse = worst ~= worst or worst > self.relative or not self.worst
  if compared > 0 and worse and self.relative == self.relative then -- NaN is the worst there is
    self.relative = worst
    self.worst = { layer = l, i = i, j = j, backprop = backprop[i][j], numeric = numeric[i][j], relative = worst }
  end
  if kinks == 0 then return end
  for r, row in ipairs(kinked:totable()) do
    for c, crossed in ipairs(row) do
      if crossed == 1 then self.kinks[#self.kinks + 1] = { layer = l, i = r, j = c } end
    end
  end
end

local function compare_all(self, layers)
  self.kinks, self.relative, self.compared, self.unresolved, self.worst = {}, 0, 0, 0, nil
  for _, l in ipairs(layers) do compare(self, l) end
end

-- The gradients of layer l that are off: a matrix of 0 and 1.
local function off(self, l)
  local layer = self.layers[l]
  local chosen, kinked = core.matrix(layer.relative.nrows, layer.relative.ncols), layer.kinked:totable()
  for i, row in ipairs(layer.relative:totable()) do
    for j, relative in ipairs(row) do
      if relative > self.tolerance and kinked[i][j] == 0 then chosen[i][j] = 1 end
    end
  end
  return chosen
end

-- A central difference is off by epsilon^2 times a third derivative, which for a gradient near 0 may be more than the
-- tolerance of it. Those that are off are taken by five points, off by epsilon^4, if that helps the worst.
local function take_again(self, net, layers)
  local w = self.worst
  local chosen = core.matrix(self.layers[w.layer].numeric.nrows, self.layers[w.layer].numeric.ncols)
  local function by_five_points(l, which)
    return core.check_layer(net, l, "five-point", self.epsilon, self.differenced, self.scale, which)
  end
  chosen[w.i][w.j] = 1
  local better = by_five_points(w.layer, chosen)[w.i][w.j]
  if not (math.abs(w.backprop - better) < math.abs(w.backprop - w.numeric) / 2) then return end
  for _, l in ipairs(layers) do
    local layer = self.layers[l]
    local numeric, kinked = by_five_points(l, off(self, l))
    for i, row in ipairs(numeric:totable()) do
      for j, v in ipairs(row) do
        if v == v and kinked[i][j] == 0 then layer.numeric[i][j], self.retaken = v, self.retaken + 1 end
      end
    end
  end
  compare_all(self, layers)
end

-- --- what is asked for --------------------------------------------------------------------

local function above_0(name, v)
  if type(v) ~= "number" or not (v > 0 and v < math.huge) then
    raise("check: %s: expected a number above 0, got %s", name, options.show(v))
  end
  return v
end

-- The layers to check.
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

-- The user's own gradients for these layers, as they stand.
local function own_gradients(net, given, layers)
  if type(given) ~= "table" then
    raise("check: grad: expected a list of matrices, one for each layer, got %s", options.show(given))
  end
  local own = {}
  for _, l in ipairs(layers) do
    if given[l] == nil then raise("check: grad: expected %d matrices, grad[%d] is missing", #net.theta, l) end
    local m, theta = core.as_matrix(given[l], ("check: grad[%d]"):format(l)), net.theta[l]
    if #m ~= #theta or m.ncols ~= theta.ncols then
      raise("check: grad[%d]: expected %d x %d, as THETA[%d], got %d x %d", l, #theta, theta.ncols, l, #m, m.ncols)
    end
    own[l] = m:copy()
  end
  return own
end

-- The report to be, and what it is to be made from, of options o.
local function read(net, o)
  local single = net.options.precision == "single"
  if o.sweep ~= nil and type(o.sweep) ~= "boolean" then
    raise("check: sweep: expected true or false, got %s", options.show(o.sweep))
  end
  if o.sweep and (o.epsilon or o.method) then
    raise("check: sweep tries every epsilon and method: leave %s out", o.epsilon and "epsilon" or "method")
  end
  local self = setmetatable({ epsilon = above_0("epsilon", o.epsilon or single and 1e-2 or defaults.epsilon),
    tolerance = above_0("tolerance", o.tolerance or defaults.tolerance), method = o.method or defaults.method,
    layers = {}, retaken = 0, mistakes = {} }, check)
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
    self.warning = ("single precision cannot resolve %g: tolerance %g instead"):format(self.tolerance, coarse)
    self.tolerance = coarse
  end
  return self, layers_of(net, o.layer), o.samples and options.whole("check: samples", o.samples, 1)
end

-- Makes GRAD of X, y at THETA; the cost that is differenced, there.
local function ready(self, net)
  local X, y = core.network_data(net)
  if not X then raise "check: no data yet: set X = {{0, 0}, {0, 1}, ...} first" end
  if not y then raise "check: no targets yet: set y = {0, 1, ...} first" end
  core.check_data(net, "check", X, y)
  net:forward()
  net:backward()
  local j = core.cost_of(net, self.differenced, self.scale)
  if j ~= j or j == math.huge then
    raise("check: J is %s for THETA as it stands; look at THETA, or draw it anew with init()", options.show(j))
  end
  return j
end

--- net:check{epsilon=, layer=, tolerance=, method=, of=, samples=, grad=, sweep=}
-- Holds backpropagation's gradient of J on X, y against differences of J at the same THETA, which is bit for bit
-- what it was afterwards. The relative error of a pair b, n is
--   |b - n| / max(|b|, |n|, floor)
--   floor = 16 u |J| / (epsilon tolerance), u = 2^-52
-- What differences of J cannot resolve is no failure, nor is a difference across a kink: a check that could resolve
-- nothing (unresolved is then compared) is ok, and shown as UNDECIDED. When method is left out, central differences
-- that are too coarse are taken again by five points. In single precision u is 2^-23. Returns a report: ok, relative
-- (the largest), worst {layer, i, j, backprop, numeric, relative}, layers[l] {backprop, numeric, relative, kinked},
-- kinks, compared, unresolved, floor, reason. GRAD is made anew; grad = GRAD checks one that was written to as it
-- stands. One that failed has, too, mistakes: the names of those of bug() that GRAD has; and, when backprop / numeric
-- is one number everywhere, ratio and ratio_names.
-- With sweep it returns a table of errors against epsilon: epsilons[k], errors[method][k], slopes[method], and best
-- {method, epsilon, error}. help "checking" has a page.
-- > check()
-- > check{method = "forward", layer = 1}
-- > check{of = "mse"}.reason
-- > check{sweep = true}
local function run(net, o, ...)
  core.network_self(net, "check")
  o = options.take("check", o, ...)
  local self, layers, samples = read(net, o)
  local gradients = o.grad ~= nil and own_gradients(net, o.grad, layers) or net.grad -- GRAD is made anew
  self.cost = ready(self, net)
  local u = net.options.precision == "single" and 2 ^ 29 or 1 -- in units of 2^-52
  self.floor = core.check_floor(self.cost, self.epsilon, self.tolerance) * u
  local chosen = choose(net, layers, samples)
  if o.sweep then return require "moongrad.inside.sweep"(self, net, gradients, layers, chosen, u) end
  local sizes, total = {}, 0
  for _, l in ipairs(layers) do
    sizes[l] = math.tointeger(chosen[l] and chosen[l]:sum()) or #net.theta[l] * net.theta[l].ncols
    total = total + sizes[l]
  end
  local progress <close> = running.watch(net, total, "gradient")
  for _, l in ipairs(layers) do
    progress.part = sizes[l]
    local numeric, kinked = core.check_layer(net, l, self.method, self.epsilon, self.differenced, self.scale, chosen[l])
    self.layers[l] = { backprop = gradients[l]:copy(), numeric = numeric, kinked = kinked }
    progress.done = progress.done + sizes[l]
  end
  compare_all(self, layers)
  local usual = o.method == nil and self.epsilon <= (u > 1 and coarse or defaults.epsilon)
  if usual and self.relative > self.tolerance then take_again(self, net, layers) end
  self.ok = self.relative <= self.tolerance
  self.reason = self.ok and passed(self, u) or require "moongrad.inside.reasons".of(self, net)
  return self
end

return run
