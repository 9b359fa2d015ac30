-- diagnose.lua - why does it not learn? A network looked at as it stands, with numbers and one experiment to make.
--
-- All that is tried is tried on copies; the network itself stays as it is in every bit.

local core = require "moongrad.core"
local options = require "moongrad.options"
local probe = require "moongrad.inside.probe"
local raise = require "moongrad.raise"
local symptoms = require "moongrad.inside.symptoms"

local find, percent = symptoms.find, symptoms.percent

local diagnosis = { __name = "diagnosis" }
diagnosis.__index = diagnosis

-- --- how far a step goes ---------------------------------------------------------------------

-- Does some hidden layer let next to no gradient through, whatever ETA is?
local function is_blocked(self)
  for l = 1, #self.layers - 1 do
    if self.layers[l].saturated > .9 then return true end
  end
  return false
end

-- With ETA the cost does what text says; with the smaller one it falls.
local function too_large(self, net, run, smaller, text)
  local n = #net.X
  if n > 50 and not run.batch and core.cost_factor(net, n) == core.cost_factor(net, 2 * n) then
    text = text .. ("; this cost is a sum over %d rows, train{batch = 32} takes smaller steps"):format(n)
  end
  find(self, { name = "ETA too large", value = self.widest, text = text,
    try = ("ETA = %.3g; step(100)"):format(smaller) })
end

local function look_at_eta(self, net, run)
  local eta, last = net.eta, self.costs and self.costs[#self.costs]
  if self.trend == "rises" or self.trend == "diverges" then
    local smaller = probe.smaller(run)
    if not smaller then
      find(self, { name = "gradient", try = "check()", text = ("the cost rises however small ETA is (tried down to " ..
        "%.2g): the gradient is not that of the cost"):format(eta * 1e-6) })
      return
    end
    local what = self.trend == "rises" and ("rises in %d of %d epochs"):format(self.ups, self.epochs)
      or "would leave the finite numbers"
    too_large(self, net, run, smaller, ("the cost %s with ETA %.3g, and falls with %.3g; an update is up to %.2g of " ..
      "its weights, 1e-3 is usual"):format(what, eta, smaller, self.widest))
  elseif self.trend == "flat" and not is_blocked(self) then
    local larger, fall = probe.larger(run)
    if larger then
      find(self, { name = "ETA too small", value = self.widest, try = ("ETA = %.3g; step(1000)"):format(larger),
        text = ("an update is at most %.2g of its weights, 1e-3 is usual: with ETA %.3g the cost falls by %s in %d " ..
          "epochs, with %.3g by %s"):format(self.widest, larger, percent(fall), self.epochs, eta, percent(self.fall)) })
      return
    end
    local smaller = self.explained < -.02 and probe.smaller(run)
    if not smaller then return end
    too_large(self, net, run, smaller, ("the cost is above that of predicting the mean of y and does not fall with " ..
      "ETA %.3g; with %.3g it does"):format(eta, smaller))
  elseif self.trend == "falls" and self.widest > 1 then
    local smaller, cost = probe.smaller(run)
    if not smaller or cost >= .8 * last then return end
    too_large(self, net, run, smaller, ("an update is up to %.2g times its weights, 1e-3 is usual: in %d epochs ETA " ..
      "%.3g comes to cost %.4g, %.3g to %.4g"):format(self.widest, self.epochs, eta, last, smaller, cost))
  end
end

-- --- plateaus --------------------------------------------------------------------------------

local plateaus = {
  { 1 / 4, "1/4", "every row gets the mean of y, .5: X is not used yet" },
  { 1 / 6, "1/6", "three rows share one prediction, the mean of their targets, and one is right" },
  { 1 / 8, "1/8", "two rows are right, the other two share the prediction .5: one hidden unit does the work of two" },
}

local function is_xor(X, y)
  local rows = X:totable()
  if #rows ~= 4 or X.ncols ~= 2 or y.ncols ~= 1 then return false end
  for i, row in ipairs(rows) do
    if (row[1] ~= row[2]) ~= (y[i][1] == 1) or y[i][1] ~= 0 and y[i][1] ~= 1 then return false end
  end
  return true
end

-- {2, 2, 1} with twice the hidden units, as a line.
local function wider(net)
  local sizes = {}
  for l = 1, #net.layers do sizes[l] = l > 1 and l < #net.layers and 2 * net.layers[l] or net.layers[l] end
  if #sizes == 2 then table.insert(sizes, 2, 4) end
  return ("LAYERS = {%s}; step(2000)"):format(table.concat(sizes, ", "))
end

local function look_for_plateau(self, net, X, y)
  if self.trend ~= "flat" or self.learnt then return end
  if is_xor(X, y) then
    for _, p in ipairs(plateaus) do
      if math.abs(self.mse / p[1] - 1) < .02 then
        local escape = p[1] == 1 / 4 and 'init("normal"); ETA = 2; step(5000)' or wider(net)
        find(self, { name = "plateau", value = p[1], try = escape,
          text = ("mse %.6g is the plateau of XOR at %s = %.4g: %s"):format(self.mse, p[2], p[1], p[3]) })
        return
      end
    end
  end
  if math.abs(self.explained) < .02 then
    local change = self.layers[1].activation == "sigmoid" and 'NET.options.activation = "tanh"; ' or ""
    find(self, { name = "plateau", value = self.mse,
      try = ('%sinit("xavier"); step(%d)'):format(change, self.epochs == 300 and 1000 or 100),
      text = ("mse %.6g is what the mean of y alone gives, %.6g: X is not used"):format(self.mse, self.variance) })
  elseif self.explained < .5 and (self.explained > 0 or self.ok) then
    find(self, { name = "plateau", value = self.mse, try = wider(net),
      text = ("the cost falls by only %s in %d epochs and leaves %s of the variance of y: a plateau or a poor minimum")
        :format(percent(self.fall), self.epochs, percent(1 - self.explained)) })
  end
end

-- --- the whole -------------------------------------------------------------------------------

local function variance(y) return ((y - y:mean(1)) ^ 2):mean() end

-- All that X and y tell.
local function with_data(self, net, X, y)
  local run = probe.new(net, X, y)
  if symptoms.pass(self, run.twin) then return end
  local activations = options.resolve(core.network_state(net).layers, core.network_state(net).given)
  for l, activation in ipairs(activations) do self.layers[l] = symptoms.measure(run.twin, l, activation) end
  self.widest = 0 -- the largest update/weight of a layer
  for _, m in ipairs(self.layers) do self.widest = math.max(self.widest, m.update) end
  local _, mse, _, accuracy = core.evaluate(run.twin, run.X, run.y)
  self.mse, self.accuracy, self.variance = mse, accuracy, variance(run.y)
  self.explained = 1 - mse / math.max(self.variance, 1e-300)
  self.learnt = self.explained >= .9 or (accuracy or 0) >= .95 or self.variance == 0
  probe.run(run)
  self.epochs, self.trend, self.fall, self.ups, self.costs = run.epochs, run.trend, run.fall, run.ups, run.costs
  if self.learnt and self.trend == "flat" then self.trend = "falls" end
  symptoms.targets(self, net, y)
  symptoms.inputs(self, X)
  symptoms.symmetry(self, net)
  if not self.learnt or self.trend == "diverges" then look_at_eta(self, net, run) end
  symptoms.layers(self, net)
  look_for_plateau(self, net, X, y)
end

-- The order in which causes come before what they cause.
local order = { NaN = 1, error = 1, data = 1, constant = 2, targets = 3, unscaled = 4, symmetry = 5, gradient = 6,
  exploding = 7, ["ETA too large"] = 8, saturation = 9, dead = 10, vanishing = 11, ["ETA too small"] = 12,
  plateau = 13 }

local function before(a, b)
  if a.minor ~= b.minor then return b.minor end
  if order[a.name] ~= order[b.name] then return order[a.name] < order[b.name] end
  return (a.layer or 0) < (b.layer or 0)
end

--- net:diagnose()
-- Why does it not learn? Looks at the network as it stands, and tries some epochs on a copy: the network itself, its
-- THETA, live state and generators, stay as they are in every bit. What it looks for: NaN, data that does not fit,
-- X unscaled, constant columns, targets that the output cannot reach, equal rows of THETA (symmetry), an ETA too large
-- or too small, saturated units (|g'| under a hundredth of its largest), dead relus, a gradient that vanishes or
-- explodes on its way down, and a cost that stays on a plateau.
--   update / weight: ETA |GRAD[l]| / |THETA[l]|, for which 1e-3 is usual
-- Returns a diagnosis: ok; findings, a list of {name, layer, value, text, try, minor}, causes first; try, that of the
-- first finding, a line to type; layers[l] {saturated, dead, delta, gradient, update}; mse, explained (1 - mse over the
-- variance of y), trend, and the costs of the epochs that were tried. A minor finding is worth a line, no more.
-- Of many rows of X some 1000 are looked at.
-- > diagnose()
-- > diagnose().findings[1]
function diagnosis.of(net, ...)
  core.network_self(net, "diagnose")
  if select("#", ...) > 0 then raise "diagnose: takes no arguments" end
  local self = setmetatable({ ok = true, findings = {}, layers = {}, network = tostring(net) }, diagnosis)
  local X, y = core.network_data(net)
  local is_finite = not symptoms.nan(self, net) -- else there is nothing more to say
  if is_finite and not (X and y) then
    symptoms.symmetry(self, net)
    self.lacks = X and "no targets yet: y = {0, 1, ...}" or "no data yet: X = {{0, 0}, {0, 1}, ...}"
  elseif is_finite and not symptoms.fit(self, net, X, y) then
    with_data(self, net, X, y)
  end
  table.sort(self.findings, before)
  for _, finding in ipairs(self.findings) do
    setmetatable(finding, { __name = "finding", __tostring = function(f) return f.name .. ": " .. f.text end })
    if not finding.minor then self.try = self.try or finding.try end
  end
  return self
end

local row = "  %-5s  %-11s  %13s  %13s  %9s  %9s"

local function numbers(self)
  local lines = { row:format("layer", "activation", "update/weight", "gradient norm", "saturated", "dead") }
  for l, m in ipairs(self.layers) do
    lines[l + 1] = row:format(l, m.activation, ("%.2g"):format(m.update), ("%.2g"):format(m.gradient),
      percent(m.saturated), ("%d of %d"):format(m.dead, m.units))
  end
  return table.concat(lines, "\n")
end

local function shape(self)
  if not self.mse then return nil end
  local text = ("mse %.6g, %s of the variance of y explained"):format(self.mse, percent(math.max(self.explained, 0)))
  if not self.trend then return text end
  local words = { falls = "falls by", flat = "falls by only", rises = "rises, by" }
  if not words[self.trend] then return text .. "; a copy that goes on diverges" end
  return text .. ("; in %d epochs on a copy the cost %s %s"):format(self.epochs, words[self.trend],
    percent(math.abs(self.fall)))
end

function diagnosis.__tostring(self)
  local lines = { self.network }
  lines[#lines + 1] = shape(self)
  if #self.layers > 0 then lines[#lines + 1] = numbers(self) end
  lines[#lines + 1] = self.lacks
  if self.ok then lines[#lines + 1] = "nothing wrong found" end
  for _, finding in ipairs(self.findings) do
    lines[#lines + 1] = ("%s%s: %s"):format(finding.minor and "also " or "", finding.name, finding.text)
  end
  if self.try then lines[#lines + 1] = "try  " .. self.try end
  return table.concat(lines, "\n")
end

return diagnosis
