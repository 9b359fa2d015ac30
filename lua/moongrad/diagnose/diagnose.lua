-- diagnose.lua - net:diagnose: finds out why a network does not learn, and proposes a line to type.
--
-- The findings come from data.lua, finite.lua, fit.lua, layers.lua and updates.lua. probe.lua tries epochs on copies,
-- remedy.lua and trial.lua try changes on copies; the network itself stays as it is, bit for bit. report.lua prints.

local core = require "moongrad.core"
local data = require "moongrad.diagnose.data"
local finding = require "moongrad.diagnose.finding"
local finite = require "moongrad.diagnose.finite"
local fit = require "moongrad.diagnose.fit"
local goal = require "moongrad.diagnose.goal"
local layers = require "moongrad.diagnose.layers"
local options = require "moongrad.options"
local specification = require "moongrad.network.layers"
local probe = require "moongrad.diagnose.probe"
local remedy = require "moongrad.diagnose.remedy"
local report = require "moongrad.diagnose.report"
local trial = require "moongrad.diagnose.trial"
local updates = require "moongrad.diagnose.updates"
local format, gsub = string.format, string.gsub

local diagnosis = {}

-- --- what is looked at -----------------------------------------------------------------------

-- Measures the layers, the error and how much of y the network has learnt. run: of probe.new.
local function measure(self, net, run)
  local state = core.network_state(net)
  self.widest = 0 -- the largest update/weight of a layer
  for l, activation in ipairs(specification.resolve(state.layers, state.given)) do
    self.layers[l] = layers.measure(run.twin, l, activation)
    self.widest = math.max(self.widest, self.layers[l].update or 0)
  end
  local y = run.twin.y
  local _, mse, _, accuracy = core.evaluate(run.twin, run.twin.X, y)
  self.mse, self.accuracy, self.variance = mse, accuracy, goal.variance(y)
  self.explained = self.variance > 0 and 1 - mse / self.variance or nil
  self.left = goal.left(mse, y, self.floor)
  self.learnt = goal.is_learnt(self.left, accuracy, y)
  run.left, run.floor = self.left, self.floor
end

-- Findings that do not matter when the network learns without a change.
local passing = { "ETA too large", "ETA too small", "dead", "off", "dead output", "vanishing", "plateau" }

-- Makes these findings minor when some thousand more epochs are enough.
local function let_pass(self, run)
  if self.ok or self.learnt or not remedy.going_on(run).is_learnt then return end
  self.ok = true
  for _, f in ipairs(self.findings) do
    for _, name in ipairs(passing) do f.minor = f.minor or f.name == name end
    self.ok = self.ok and f.minor
  end
end

-- Adds all findings that need X and y.
local function with_data(self, net, run)
  local X, y = core.network_data(net)
  self.all_rows, self.is_moving = #X, true
  if finite.pass(self, run.twin) then return end
  data.contradictions(self, run.twin.X, run.twin.y)
  measure(self, net, run)
  updates.adopt(self, probe.epochs(run), run)
  if run.failure then
    finding.add(self, { name = "error", text = "a copy that goes on fails: " .. run.failure })
    return
  end
  if updates.gradient(self, net, run) then return end
  local is_explained = fit.penalty(self, net, run)
  if not is_explained then updates.look(self, net, run) end
  data.targets(self, net, y)
  data.inputs(self, X)
  layers.symmetry(self, net)
  if is_explained or not self.ok and finding.of(self, "constant") then return end
  layers.look(self, net)
  if not (self.ok and fit.frozen(self, net, run) or fit.linear(self, net, run)) then
    fit.plateau(self, net, X, y, run)
  end
  let_pass(self, run)
end

-- --- what is proposed -------------------------------------------------------------------------

-- Adds the finding "ETA too large" when a new THETA helps with a smaller ETA but not with this one: then ETA has spoilt
-- THETA.
local function blame_eta(self, net, run, best)
  if not best.eta or best.eta > net.eta / 10 or finding.of(self, "ETA too large") then return end
  local same = trial.start(run, (gsub(best.change, "ETA = %S+; ", "")))
  local left = same and same:finish()
  if left and left <= .5 then return end
  finding.add(self, { name = "ETA too large", value = self.widest, try = best:line(),
    text = format("with ETA %.3g a new THETA %s; with %.3g it learns", net.eta,
      left and "gets no further than this one" or "becomes infinite or NaN", best.eta) })
end

-- Tries the fixes of each finding on copies. The line that helps becomes the try of the finding.
local function remedies(self, net, run)
  local none = false
  for k = 1, #self.findings do
    local f = self.findings[k]
    if f.fixes and not f.minor then
      local best = remedy.search(run, f.fixes, f.kind)
      -- f.try: for a large network, where a few epochs do not show what helps
      f.try = best and best:line() or run.most < 1000 and f.try or nil
      if best and not f.kind then blame_eta(self, net, run, best) end
      if not f.try and not none then
        f.text = f.text .. "; no change that was tried on a copy gets further"
        none = true
      end
    end
    f.fixes, f.kind = nil, nil
  end
end

-- The order of findings: causes before their effects.
local order = { NaN = 1, error = 1, data = 1, ETA = 2, frozen = 2, gradient = 3, contradiction = 3.2, constant = 4,
  targets = 5, unscaled = 6, ["l1 too large"] = 6.2, ["l2 too large"] = 6.2, linear = 6.5, symmetry = 7,
  ["ETA too large"] = 7.5, exploding = 8, ["dead output"] = 10, saturation = 11, dead = 12, off = 12.5, vanishing = 13,
  ["ETA too small"] = 14, plateau = 15 }

local function before(a, b)
  if a.minor ~= b.minor then return b.minor end
  if order[a.name] ~= order[b.name] then return order[a.name] < order[b.name] end
  return (a.layer or 0) < (b.layer or 0)
end

--- net:diagnose()
-- Says why the network does not learn, and proposes a line to type. It looks at the network as it stands, and tries
-- epochs and changes on copies: THETA, the live state and the generators of the network stay as they are, bit for bit.
-- It names numbers that are not finite, X and y that do not fit, equal rows of X with different y, X that is unscaled
-- or constant, targets out of the output's reach, l1 or l2 too large, a missing or linear hidden layer, equal rows of
-- THETA (symmetry), an ETA or updates too large or too small, saturated units, dead relus, a gradient that vanishes,
-- explodes or is wrong, frozen layers, and plateaus. help "not learning" explains each.
-- Returns a diagnosis with the fields:
--   ok           true when nothing but minor findings was found
--   findings     a list of {name, layer, value, text, try, minor}, causes first; minor ones do no harm
--   try          the first try of findings that are not minor, a line to type; nil when there is none
--   layers[l]    {saturated, dead, delta, gradient, update}; update is ETA |GRAD[l]| / |THETA[l]|, usually about 1e-3
--   mse          and explained, 1 - mse / the variance of y
--   costs        of the epochs tried on a copy; trend, and fall, the share of the cost by which it fell
-- Changes were tried on a copy first, with the generator as it stands: after try the copy came nearer to y than
-- without. A finding has no try when no line of Lua helps. Untried are only check(), 0 for numbers that are not finite,
-- and some lines for very large networks. The epochs are those of step, or, when the last pass was of a batch, of
-- train. Of many rows of X some 1000 are looked at; of large networks fewer epochs and rows, as the diagnosis says.
-- > diagnose()
-- > diagnose().findings[1]
function diagnosis.of(net, ...)
  core.network_self(net, "diagnose")
  options.none("diagnose", ...)
  local self = setmetatable({ ok = true, findings = {}, layers = {}, floor = 0, network = tostring(net) }, report)
  local X, y = core.network_data(net)
  local run = X and y and probe.new(net, X, y)
  local is_finite = not finite.theta(self, net) -- when THETA is not finite nothing else can be measured
  if is_finite and not run then
    layers.symmetry(self, net)
    self.lacks = X and "no targets yet: y = {0, 1, ...}" or "no data yet: X = {{0, 0}, {0, 1}, ...}"
  elseif is_finite and not data.fit(self, net, X, y) then
    with_data(self, net, run)
  end
  if run then remedies(self, net, run) end
  table.sort(self.findings, before)
  for _, f in ipairs(self.findings) do
    setmetatable(f, {
      __name = "finding", __metatable = false, __tostring = function(this) return this.name .. ": " .. this.text end,
    })
    if not f.minor then self.try = self.try or f.try end
  end
  return self
end

return diagnosis
