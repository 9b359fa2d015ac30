-- updates.lua - findings about updates: ETA too large, too small or below 0, all layers frozen, a GRAD that is wrong.

local core = require "moongrad.core"
local finding = require "moongrad.diagnose.finding"
local goal = require "moongrad.diagnose.goal"
local probe = require "moongrad.diagnose.probe"
local format = string.format

local updates = {}

-- Takes the results of probe.epochs, `found`, into the diagnosis.
function updates.adopt(self, found, run)
  self.epochs, self.batch, self.rows = run.epochs, run.batch, #run.X
  for name, v in pairs(found) do self[name] = v end
  if self.fall and math.abs(self.fall) < run.rounding then self.fall = 0 end
  if self.learnt and self.trend == "flat" then self.trend = "falls" end
end

-- Does a hidden layer have a larger share than `most` of saturated outputs? Then little gradient comes through.
local function is_blocked(self, most)
  for l = 1, #self.layers - 1 do
    if self.layers[l].saturated > most then return true end
  end
  return false
end

updates.unfreeze = "for l = 1, #THETA do NET.frozen[l] = false end "

-- Adds a finding and returns true when no update can go down the gradient: ETA is below 0 or 0, or all is frozen.
local function look_at_updates(self, net)
  local f
  if net.eta < 0 then
    f = { name = "ETA", text = format("it is %.3g: below 0, each update goes up the gradient", net.eta),
      kind = "eta", fixes = { format("ETA = %.3g; ", -net.eta) } }
  elseif net.eta == 0 then
    f = { name = "ETA", text = "it is 0: no update changes THETA", kind = "eta", fixes = { "ETA = 0.1; " } }
  else
    for l = 1, #self.layers do
      if net.frozen[l] ~= true then return false end
    end
    f = { name = "frozen", text = "every layer is frozen: no update changes THETA",
      kind = "eta", fixes = { updates.unfreeze } }
  end
  f.value = net.eta
  finding.add(self, f)
  self.is_moving = false
  return true
end

-- Adds the finding "ETA too large". smaller: an ETA with which the cost falls; text: what it does with this one.
local function too_large(self, smaller, text, is_minor)
  local last = self.costs and self.costs[#self.costs]
  local minor = is_minor or self.learnt and last ~= nil and last < 1.5 * self.costs[1]
  finding.add(self, { name = "ETA too large", value = self.widest, text = text, minor = minor, kind = "eta",
    fixes = { format("ETA = %.3g; ", smaller) }, try = format("ETA = %.3g; return step(100)", smaller) })
end

local some_rows = 16 -- rows of a batch

-- When the cost is a sum over many rows, a step on all of them may be too large, and a step on a batch not. Then adds a
-- finding that proposes batches, and returns true. An untrained network is judged by its batches from then on.
local function look_at_batches(self, net, run)
  if run.batch or not run.is_sum or #net.X <= 50 or self.trend == "falls" and self.widest <= 1 then return false end
  run.batch, run.scale = some_rows, 1
  local found = probe.epochs(run)
  if found.trend ~= "falls" then
    run.batch, run.scale = nil, #net.X / #run.X
    return false
  end
  finding.add(self, { name = "ETA too large", value = self.widest, minor = net.epoch == 0,
    try = format("train{epochs = 10, batch = %d}", some_rows),
    text = format(
      "for step(): the cost is a sum over %d rows, and an update on all of them is up to %.2g of its weights; in "
      .. "batches of %d the cost falls by %s in %d epochs", #net.X, self.widest, some_rows,
      finding.percent(found.fall), run.epochs) })
  if net.epoch == 0 then updates.adopt(self, found, run) end
  return true
end

-- For a cost that rises, or becomes infinite or NaN: adds a finding and returns true when ETA is too large.
local function look_at_rise(self, net, run)
  local smaller = probe.smaller(run)
  local what = self.trend == "rises" and format("rises in %d of %d epochs", self.ups, self.epochs)
    or "would become infinite or NaN"
  if smaller then
    too_large(self, smaller,
      format("the cost %s with ETA %.3g, and falls with %.3g; an update is up to %.2g of its weights, "
      .. "1e-3 is usual", what, net.eta, smaller, self.widest))
    return true
  elseif self.learnt and self.costs and self.costs[#self.costs] < 1.5 * self.costs[1] then return true
  elseif self.trend == "diverges" or self.fall < -.01 then
    too_large(self, net.eta / 10, format("the cost %s with ETA %.3g, and hardly falls with a smaller one", what,
      net.eta))
    return true
  end
  self.trend = "flat" -- it goes up and down in one place
end

-- Does the cost fall little, by updates that are next to nothing?
local function is_slow(self)
  return self.widest < 2e-4 and self.fall < .05 * math.max(self.epochs / 300, .2)
end

-- Adds a finding and returns true when a larger ETA learns much faster.
local function look_at_small(self, net, run)
  local larger, fall = probe.larger(run, self, is_slow(self) and 5 or 10, self.widest)
  if larger then
    local update = self.widest < 1e-3 and "an update is at most %.2g of its weights, 1e-3 is usual: "
      or "an update is up to %.2g of its weights, and yet "
    finding.add(self, { name = "ETA too small", value = self.widest, kind = "eta",
      fixes = { format("ETA = %.3g; ", larger) }, try = format("ETA = %.3g; return step(1000)", larger),
      text = format(update .. "with ETA %.3g the cost falls by %s in %d epochs, with %.3g by %s", self.widest,
        larger, finding.percent(fall), self.epochs, net.eta, finding.percent(math.max(self.fall, 0))) })
    return true
  end
end

-- For a cost that stays: adds a finding and returns true when another ETA makes it fall.
local function look_at_flat(self, net, run)
  if look_at_small(self, net, run) then return true end
  local smaller = self.left > 1.02 and self.fall < .02 and probe.smaller(run)
  if not smaller then return false end
  too_large(self, smaller, format("the cost is above that of predicting the mean of y and does not fall with " ..
    "ETA %.3g; with %.3g it does", net.eta, smaller))
  return true
end

-- For a cost that stays because each epoch undoes the one before: adds a finding and returns true. It is minor when
-- most units of a hidden layer are saturated: that is then the cause.
local function look_at_swing(self, net, run)
  local least = .02 * goal.spread(run.y)
  local from, to = probe.swing(run, net.eta, least)
  if not from then return false end
  local calm = net.eta
  repeat calm = calm / 10 until calm < 1e-3 * net.eta or not probe.swing(run, calm, least)
  too_large(self, calm,
    format("every epoch undoes the one before: with ETA %.3g a prediction goes from %.4g to %.4g and "
    .. "back; with %.3g it comes to rest", net.eta, from, to, calm), is_blocked(self, .5))
  return true
end

-- Adds a finding when ETA is too large or too small.
local function look_at_eta(self, net, run)
  if (self.trend == "rises" or self.trend == "diverges") and look_at_rise(self, net, run) or self.learnt then return end
  if self.trend == "flat" and look_at_swing(self, net, run) then return end
  if self.trend == "flat" and not is_blocked(self, .9) and look_at_flat(self, net, run) then return end
  if self.trend == "falls" and is_slow(self) then look_at_small(self, net, run) end
  if self.widest <= 1 then return end
  local smaller, cost = probe.smaller(run)
  local last = self.costs[#self.costs]
  if not smaller or cost >= .8 * last then return end
  too_large(self, smaller, format("an update is up to %.2g times its weights, 1e-3 is usual: in %d epochs ETA " ..
    "%.3g comes to cost %.4g, %.3g to %.4g", self.widest, self.epochs, net.eta, last, smaller, cost))
end

-- Adds a finding and returns true when J does not change as GRAD says. It proposes check() the first time only, because
-- check() does not mend it.
function updates.gradient(self, net, run)
  local off = probe.disagreement(run)
  if not off then return false end
  local state, planted = core.network_state(net), core.bug(net)
  finding.add(self, { name = "gradient", value = off, try = state.sent_to_check ~= planted and "check()" or nil,
    text = format(
      "moved a little in random directions, J changes otherwise than GRAD says: it is off by %s; the backward "
      .. "pass is wrong, and check() says where", finding.percent(off)) })
  state.sent_to_check = planted
  return true
end

-- Adds the findings about ETA and about frozen layers.
function updates.look(self, net, run)
  if look_at_updates(self, net) or look_at_batches(self, net, run) then return end
  look_at_eta(self, net, run)
end

return updates
