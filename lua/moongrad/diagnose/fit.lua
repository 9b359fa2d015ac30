-- fit.lua - findings about a network whose weights move but that does not fit y: l1 or l2 too large, no hidden layer or
-- linear ones, frozen layers, plateaus.

local core = require "moongrad.core"
local finding = require "moongrad.diagnose.finding"
local goal = require "moongrad.diagnose.goal"
local remedy = require "moongrad.diagnose.remedy"
local trial = require "moongrad.diagnose.trial"
local updates = require "moongrad.diagnose.updates"
local format = string.format

local fit = {}

-- --- l1 and l2 -----------------------------------------------------------------------------

local free_of_charge = "NET.options.l1 = 0; NET.options.l2 = 0; "

-- The smaller share of the variance of y that is left after trials of this change, from THETA as it is and from a new
-- THETA. best_eta: may the trials choose ETA, too?
local function least(run, change, best_eta)
  local on, drawn = trial.start(run, change), remedy.drawn(run, change, not best_eta)
  return math.min(on and on:finish() or math.huge, drawn and drawn.left or math.huge)
end

-- Do l1 or l2 keep the network from fitting? Then adds a finding and returns true.
function fit.penalty(self, net, run)
  local l1, l2 = net.options.l1, net.options.l2
  if self.learnt or l1 == 0 and l2 == 0 or (remedy.going_on(run).left or math.huge) <= .25 then return false end
  local name = l1 > l2 and "l1" or "l2"
  local value = math.max(l1, l2)
  local free, bound
  for k = 1, 2 do
    free, bound = least(run, free_of_charge, k == 2), least(run, "", k == 2)
    if free <= .1 and free <= .5 * bound then break end
    if k == 2 then return false end
  end
  local fixes = {}
  local others = l1 ~= 0 and l2 ~= 0 and format(", and %s = %g", name == "l1" and "l2" or "l1", math.min(l1, l2)) or ""
  for power = 1, 5 do
    local line = format("NET.options.%s = %.3g; ", name, value / 10 ^ power)
    fixes[power] = others == "" and line or format("NET.options.l1 = %.3g; NET.options.l2 = %.3g; ", l1 / 10 ^ power,
      l2 / 10 ^ power)
  end
  fixes[#fixes + 1] = free_of_charge
  finding.add(self, { name = name .. " too large", value = value, kind = "eta", fixes = fixes,
    text = format(
      "with %s = %g%s the penalty on the weights outweighs what they gain: without it %s of the variance of y "
      .. "is left, with it %s", name, value, others, finding.percent(free),
      finding.percent(math.min(bound, 1))) })
  return true
end

-- --- no hidden layer, or linear ones -------------------------------------------------------------

-- Is the network linear in X before its output, and is that why it does not fit? Then adds a finding, returns true.
function fit.linear(self, net, run)
  if self.learnt or finding.of(self, "ETA too large") or remedy.going_on(run).is_learnt then return false end
  local activations = core.network_state(net).activations
  for l = 1, #activations - 1 do
    if activations[l] ~= "linear" then return false end
  end
  local best = remedy.drawn(run, "")
  if not best or best.left <= .5 then return false end
  local tanh = remedy.activation(net, "tanh")
  local fixes = { tanh .. remedy.wider(net) }
  if #activations > 1 then table.insert(fixes, 1, tanh) end
  local found = remedy.search(run, fixes)
  if not found or found.left > .5 * best.left then return false end
  finding.add(self, { name = "linear", value = best.left, fixes = fixes,
    text = (#activations == 1 and "there is no hidden layer: " or "the hidden layers are linear: ")
      .. format(
        "the network tells the rows apart by a weighted sum of their columns alone, and the best one leaves %s of the "
      .. "variance of y", finding.percent(math.min(best.left, 1))) })
  return true
end

-- --- frozen layers -------------------------------------------------------------------------------

-- Does the network fit only when its frozen layers are not frozen? Then adds a finding and returns true.
function fit.frozen(self, net, run)
  if self.learnt or not self.is_moving or remedy.going_on(run).is_learnt then return false end
  local frozen = {}
  for l = 1, #self.layers do
    if net.frozen[l] then frozen[#frozen + 1] = l end
  end
  local free = #frozen > 0 and remedy.search(run, { updates.unfreeze }, "eta")
  if not free or free.left > goal.enough then return false end
  finding.add(self, { name = "frozen", layer = frozen[1], value = #frozen, fixes = { updates.unfreeze }, kind = "eta",
    text = format("THETA[%s] %s frozen, and the other parameters alone do not fit y", finding.list(frozen, 6),
      #frozen == 1 and "is" or "are") })
  return true
end

-- --- plateaus --------------------------------------------------------------------------------

local plateaus = {
  { 1 / 4, "1/4", "every row gets the mean of y, .5: X is not used yet" },
  { 1 / 6, "1/6", "three rows share one prediction, the mean of their targets; the prediction is right for the other" },
  { 1 / 8, "1/8", "the prediction is right for two rows, and .5 for the other two: the hidden units act as one" },
}

local function is_xor(X, y)
  local rows = X:totable()
  if #rows ~= 4 or X.ncols ~= 2 or y.ncols ~= 1 then return false end
  for i, row in ipairs(rows) do
    if (row[1] ~= row[2]) ~= (y[i][1] == 1) or y[i][1] ~= 0 and y[i][1] ~= 1 then return false end
  end
  return true
end

-- The finding when the mse is that of a plateau of XOR; else nil.
local function of_xor(self, net, X, y)
  if not is_xor(X, y) then return nil end
  for _, p in ipairs(plateaus) do
    if math.abs(self.mse / p[1] - 1) < .02 then
      return { name = "plateau", value = p[1], fixes = p[1] == 1 / 4 and { "" } or { remedy.wider(net), "" },
        text = format("mse %.6g is the plateau of XOR at %s = %.4g: %s", self.mse, p[2], p[1], p[3]) }
    end
  end
end

-- The finding for other data when the cost stays; nil when less than half is left and no trial leaves much less.
local function of_any(self, net, run)
  if math.abs(self.left - 1) < .02 then
    return { name = "plateau", value = self.mse, fixes = { "" },
      text = format("mse %.6g is what the mean of y alone gives, %.6g: X is not used", self.mse, self.variance) }
  end
  local f = { name = "plateau", value = self.mse, fixes = self.left < 1 and { remedy.wider(net), "" } or { "" },
    text = format("the cost %s in %d epochs and leaves %s of the variance of y: a plateau or a poor minimum",
      self.fall == 0 and "stays" or "falls by only " .. finding.percent(self.fall), self.epochs,
      finding.percent(1 - self.explained)) }
  if self.left > .5 and (self.left < 1 or self.ok) then return f end
  local found = self.left <= .5 and self.ok and remedy.search(run, f.fixes)
  if found and found.left < .1 * self.left then return f end -- such a network can fit well, but not from here
end

-- Adds a finding when the cost, which stays, is that of a plateau.
local function look_for_plateau(self, net, X, y, run)
  local f = of_xor(self, net, X, y) or of_any(self, net, run)
  if f then finding.add(self, f) end
end

-- Adds a finding when the cost falls so slowly that many more epochs leave much of it, while as many with another ETA,
-- or from another THETA, do not.
local function look_at_pace(self, net, run)
  local on = remedy.going_on(run)
  if not self.ok or on.epochs < 5000 or (on.left or 0) <= .25 then return end
  local fixes, kind = { format("ETA = %.3g; ", 10 * net.eta) }, "eta"
  local found = remedy.search(run, fixes, kind)
  if on.left > .5 and not (found and found.left <= goal.enough) then
    fixes, kind = { remedy.wider(net), "" }, nil
    found = remedy.search(run, fixes)
  end
  if not found or found.left > goal.enough then return end
  local pace = format("%d more epochs bring mse only from %.4g to %.4g", on.epochs, self.mse, on.mse)
  if found.eta and found.eta > net.eta and found.change == format("ETA = %g; ", found.eta) then -- ETA alone was changed
    finding.add(self, { name = "ETA too small", value = self.widest, fixes = fixes, kind = kind,
      text = format("with ETA %.3g %s, and %d to %.3g with %.3g", net.eta, pace, found.epochs, found.mse, found.eta) })
  else
    finding.add(self, { name = "plateau", value = on.mse, fixes = fixes, kind = kind,
      text = format("the cost falls, but %s, which leaves %s of the variance of y", pace, finding.percent(on.left)) })
  end
end

-- Adds a finding when the network stays on a plateau, or learns too slowly.
function fit.plateau(self, net, X, y, run)
  if self.learnt or not self.is_moving or self.variance == 0 or not self.fall then return end
  if remedy.going_on(run).is_learnt then return end -- it leaves the plateau without a change
  if self.trend == "flat" and self.fall <= .02 then
    look_for_plateau(self, net, X, y, run)
  else
    look_at_pace(self, net, run)
  end
end

return fit
