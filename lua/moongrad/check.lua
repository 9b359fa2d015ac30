-- check.lua - backpropagation's gradient held against differences of J, and a verdict.

local core = require "moongrad.core"
local options = require "moongrad.options"
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
})

-- What differences in single precision can tell at best: rounding of J over epsilon and epsilon^2 are both
-- near u^(2/3) = 2e-5 of J at the best epsilon, and gradients are some hundredths of J.
local coarse = 1e-2

local check = { __name = "check" }
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

-- The simple numbers a constant ratio may be, in terms of rows N and outputs K.
local function name_ratio(ratio, N, K)
  local candidates = {
    { "1", 1 }, { "N*K/2", N * K / 2 }, { "N", N }, { "2", 2 }, { "K", K }, { "N*K", N * K }, { "N/2", N / 2 },
    { "1/2", .5 }, { "2/(N*K)", 2 / (N * K) }, { "1/N", 1 / N }, { "-1", -1 },
  }
  for _, c in ipairs(candidates) do
    if math.abs(ratio / c[2] - 1) < 1e-3 then return c[1] ~= "1" and " = " .. c[1] or nil end
  end
  return ""
end

-- The one ratio backprop / numeric that every pair well above the floor has, if there is one.
local function constant_ratio(self)
  local low, high
  for _, layer in pairs(self.layers) do
    local b, n = layer.backprop:totable(), layer.numeric:totable()
    for i, row in ipairs(n) do
      for j, numeric in ipairs(row) do
        if math.abs(numeric) > 1e3 * self.tolerance * self.floor and layer.kinked[i][j] == 0 then
          local ratio = b[i][j] / numeric
          low, high = math.min(low or ratio, ratio), math.max(high or ratio, ratio)
        end
      end
    end
  end
  if low and math.abs(high - low) <= 1e-3 * math.abs(high) then return (low + high) / 2 end
end

local function reason(self, N, K)
  local w = self.worst
  if self.ok and self.compared == 0 then return "nothing to compare: every difference crosses a kink" end
  if self.ok and self.unresolved == self.compared then
    return "no gradient is large enough for these differences to tell it from 0: try a larger epsilon, or " ..
      'a cost that is a mean, options.cost = "mse"'
  end
  if self.ok then
    local text = ("every gradient agrees with its %s difference to %.2g"):format(self.method, self.tolerance)
    if self.unresolved == 0 then return text end
    return text .. ("; %d of %d are too small to be told from 0"):format(self.unresolved, self.compared)
  end
  local text = ("GRAD[%d][%d][%d] is %.9g by backpropagation, %.9g by differences of %s"):format(
    w.layer, w.i, w.j, w.backprop, w.numeric, self.of)
  local ratio = constant_ratio(self)
  local name = ratio and name_ratio(ratio, N, K)
  if name then
    text = text .. ("; backprop / numeric is %.4g everywhere%s"):format(ratio, name)
  elseif self.method == "forward" and self.relative < 100 * self.epsilon then
    text = text .. ("; a one-sided difference is itself off by about epsilon = %g times the second derivative: "
      .. 'method = "central" is off by its square'):format(self.epsilon)
  end
  return text
end

function check.__tostring(self)
  local lines = {
    ("check %s   %s differences of %s, epsilon %g, tolerance %g"):format(self.ok and "ok" or "FAILED", self.method,
      self.of, self.epsilon, self.tolerance),
    ("  largest relative error %.3g over %d gradients, floor %.3g"):format(self.relative, self.compared, self.floor),
    "  " .. self.reason,
  }
  if self.warning then lines[#lines + 1] = "  " .. self.warning end
  local kinks = #self.kinks
  if kinks > 0 then
    local k = self.kinks[1]
    lines[#lines + 1] = ("  %d left out: the difference crosses a kink (first GRAD[%d][%d][%d])"):format(kinks,
      k.layer, k.i, k.j)
  end
  return table.concat(lines, "\n")
end

-- Adds layer l to the report.
local function check_layer(self, net, l, of, scale, chosen)
  local numeric, kinked = core.check_layer(net, l, self.method, self.epsilon, of, scale, chosen)
  local backprop = net.grad[l]:copy()
  local relative, worst, i, j, compared, kinks, unresolved =
    core.check_relative(backprop, numeric, kinked, self.floor, self.tolerance * self.floor)
  self.layers[l] = { backprop = backprop, numeric = numeric, relative = relative, kinked = kinked }
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

--- net:check{epsilon=, layer=, tolerance=, method=, of=, samples=}
-- Holds backpropagation's gradient of J on X, y against differences of J at the same THETA, which is bit for bit
-- what it was afterwards. The relative error of a pair b, n is
--   |b - n| / max(|b|, |n|, floor)
--   floor = 16 u |J| / (epsilon tolerance), u = 2^-52
-- What differences of J cannot resolve is no failure, nor is a difference across a kink. In single precision u is
-- 2^-23. Returns a report: ok, relative (the largest), worst {layer, i, j, backprop, numeric, relative}, layers[l]
-- {backprop, numeric, relative, kinked}, kinks, floor, reason.
-- > check()
-- > check{method = "forward", layer = 1}
-- > check{of = "mse"}.reason
local function run(net, o, ...)
  core.network_self(net, "check")
  if select("#", ...) > 0 then raise "check: expected one table, check{epsilon = 1e-5}" end
  if o == nil then o = {} end
  if type(o) ~= "table" then raise("check: expected a table, check{layer = 1}, got %s", options.show(o)) end
  for name in pairs(o) do options.exists("check", name) end
  local single = net.options.precision == "single"
  local self = setmetatable({ epsilon = o.epsilon or single and 1e-2 or defaults.epsilon,
    tolerance = o.tolerance or defaults.tolerance, method = o.method or defaults.method,
    layers = {}, kinks = {}, relative = 0, compared = 0, unresolved = 0 }, check)
  for _, name in ipairs { "epsilon", "tolerance" } do
    local v = self[name]
    if type(v) ~= "number" or not (v > 0 and v < math.huge) then
      raise("check: %s: expected a number above 0, got %s", name, options.show(v))
    end
  end
  if not known_methods[self.method] then
    raise('check: method: expected "central", "forward" or "five-point", got %s', options.show(self.method))
  end
  local own, own_scale = options.cost("cost", net.options.cost)
  local of, scale = own, own_scale
  if o.of ~= nil then of, scale = options.cost("check: of", o.of) end
  local output = net.options.output
  local goes_with = core.cost_outputs[of]
  if goes_with and output ~= goes_with then
    raise("check: of: %q goes with a %s output, not %s", of, goes_with, output)
  end
  self.of = of
  local samples = o.samples and options.whole("check: samples", o.samples, 1)
  local layers = {}
  if o.layer ~= nil then
    local l = type(o.layer) == "number" and math.tointeger(o.layer)
    if not l or l < 1 or l > #net.theta then
      raise("check: layer: expected a layer from 1 to %d, got %s", #net.theta, options.show(o.layer))
    end
    layers[1] = l
  else
    for l = 1, #net.theta do layers[l] = l end
  end

  local X, y = core.network_data(net)
  if not X then raise "check: no data yet: set X = {{0, 0}, {0, 1}, ...} first" end
  if not y then raise "check: no targets yet: set y = {0, 1, ...} first" end
  core.check_data(net, "check", X, y)
  local N, K = #net:forward(), net.layers[#net.layers]
  net:backward()
  local j = core.cost_of(net, of, scale)
  if j ~= j or j == math.huge then
    raise("check: J is %s for THETA as it stands; look at THETA, or draw it anew with init()", options.show(j))
  end
  self.cost = j
  if single and self.tolerance < coarse then
    self.warning = ("single precision cannot resolve %g: tolerance %g instead"):format(self.tolerance, coarse)
    self.tolerance = coarse
  end
  self.floor = core.check_floor(j, self.epsilon, self.tolerance) * (single and 2 ^ 29 or 1) -- u is 2^-23
  local chosen = choose(net, layers, samples)
  local sizes, total = {}, 0
  for _, l in ipairs(layers) do
    sizes[l] = math.tointeger(chosen[l] and chosen[l]:sum()) or #net.theta[l] * net.theta[l].ncols
    total = total + sizes[l]
  end
  local progress <close> = running.watch(net, total, "gradient")
  for _, l in ipairs(layers) do
    progress.part = sizes[l]
    check_layer(self, net, l, of, scale, chosen[l])
    progress.done = progress.done + sizes[l]
  end
  self.ok = self.relative <= self.tolerance
  self.reason = reason(self, N, K)
  return self
end

return run
