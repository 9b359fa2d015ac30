-- diagnose.lua - why does it not learn? A network looked at as it stands, with numbers and one experiment to make.
--
-- All that is tried is tried on copies; the network itself stays as it is in every bit.

local core = require "moongrad.core"
local options = require "moongrad.options"
local page = require "moongrad.help.page"
local probe = require "moongrad.inside.probe"
local raise = require "moongrad.raise"
local symptoms = require "moongrad.inside.symptoms"

local find, percent = symptoms.find, symptoms.percent

local diagnosis = { __name = "diagnosis", __metatable = false }
diagnosis.__index = diagnosis

-- The epochs that were tried are what is looked at.
local function adopt(self, found, run)
  self.epochs, self.batch, self.rows = run.epochs, run.batch, #run.X
  for name, v in pairs(found) do self[name] = v end
  if self.fall and math.abs(self.fall) < run.rounding then self.fall = 0 end
  if self.learnt and self.trend == "flat" then self.trend = "falls" end
end

-- --- how far a step goes ---------------------------------------------------------------------

-- Does some hidden layer let next to no gradient through most of its units, whatever ETA is?
local function is_blocked(self, most)
  for l = 1, #self.layers - 1 do
    if self.layers[l].saturated > most then return true end
  end
  return false
end

-- Where no update can go down, by ETA or by what is frozen; true when it is so.
local function look_at_updates(self, net)
  local finding
  if net.eta < 0 then
    finding = { name = "ETA", text = ("it is %.3g: below 0, each update goes up the gradient"):format(net.eta),
      try = ("ETA = %.3g; return step(100)"):format(-net.eta) }
  elseif net.eta == 0 then
    finding = { name = "ETA", text = "it is 0: no update changes THETA", try = "ETA = 0.1; return step(100)" }
  else
    for l = 1, #self.layers do
      if net.frozen[l] ~= true then return false end
    end
    finding = { name = "frozen", text = "every layer is frozen: no update changes THETA",
      try = "for l = 1, #THETA do NET.frozen[l] = false end return step(100)" }
  end
  finding.value = net.eta
  find(self, finding)
  self.is_moving = false
  return true
end

-- With ETA the cost does what text says; with the smaller one it falls.
local function too_large(self, smaller, text, is_minor)
  local last = self.costs and self.costs[#self.costs]
  local minor = is_minor or self.learnt and last ~= nil and last < 1.5 * self.costs[1]
  find(self, { name = "ETA too large", value = self.widest, text = text, minor = minor,
    try = ("ETA = %.3g; return step(100)"):format(smaller) })
end

local some_rows = 16 -- a batch's

-- Many rows and a cost that is their sum: all at once may be too large a step, and batches not. What is looked at goes
-- on in batches where nothing says that it will not be trained so. True when that is what there is to say.
local function look_at_batches(self, net, run)
  if run.batch or not run.is_sum or #net.X <= 50 or self.trend == "falls" and self.widest <= 1 then return false end
  run.batch, run.scale = some_rows, 1
  local found = probe.epochs(run)
  if found.trend ~= "falls" then
    run.batch, run.scale = nil, #net.X / #run.X
    return false
  end
  find(self, { name = "ETA too large", value = self.widest, minor = net.epoch == 0,
    try = ("train{epochs = 10, batch = %d}"):format(some_rows),
    text = ("for step(): the cost is a sum over %d rows, and an update of all of them up to %.2g of its weights; in "
      .. "batches of %d the cost falls by %s in %d epochs"):format(#net.X, self.widest, some_rows, percent(found.fall),
      run.epochs) })
  if net.epoch == 0 then adopt(self, found, run) end
  return true
end

-- It rises, or leaves the finite numbers; true when something was found.
local function look_at_rise(self, net, run)
  local smaller = probe.smaller(run)
  local what = self.trend == "rises" and ("rises in %d of %d epochs"):format(self.ups, self.epochs)
    or "would leave the finite numbers"
  if smaller then
    too_large(self, smaller, ("the cost %s with ETA %.3g, and falls with %.3g; an update is up to %.2g of its weights, "
      .. "1e-3 is usual"):format(what, net.eta, smaller, self.widest))
    return true
  elseif self.learnt then return true
  elseif self.trend == "diverges" or self.fall < -.01 then
    too_large(self, net.eta / 10, ("the cost %s with ETA %.3g, and hardly falls with a smaller one"):format(what,
      net.eta))
    return true
  end
  self.trend = "flat" -- up and down in one place
end

-- It falls, or nearly does, by updates that are next to nothing.
local function is_slow(self)
  return self.widest < 2e-4 and self.fall < .05 * math.max(self.epochs / 300, .2)
end

local function look_at_small(self, net, run)
  local larger, fall = probe.larger(run, self, is_slow(self) and 5 or 10)
  if larger then
    local update = self.widest < 1e-3 and "an update is at most %.2g of its weights, 1e-3 is usual: "
      or "an update is up to %.2g of its weights, and yet "
    find(self, { name = "ETA too small", value = self.widest, try = ("ETA = %.3g; return step(1000)"):format(larger),
      text = (update .. "with ETA %.3g the cost falls by %s in %d epochs, with %.3g by %s"):format(self.widest, larger,
        percent(fall), self.epochs, net.eta, percent(math.max(self.fall, 0))) })
    return true
  end
end

local function look_at_flat(self, net, run)
  if look_at_small(self, net, run) then return true end
  local smaller = self.explained < -.02 and self.fall < .02 and probe.smaller(run)
  if not smaller then return false end
  too_large(self, smaller, ("the cost is above that of predicting the mean of y and does not fall with " ..
    "ETA %.3g; with %.3g it does"):format(net.eta, smaller))
  return true
end

-- The cost stays, for every epoch undoes the one before. Where most units of a layer let no gradient through,
-- that is the cause.
local function look_at_swing(self, net, run)
  local least = .02 * math.sqrt(self.variance)
  local from, to = probe.swing(run, net.eta, least)
  if not from then return false end
  local calm = net.eta
  repeat calm = calm / 10 until calm < 1e-3 * net.eta or not probe.swing(run, calm, least)
  too_large(self, calm, ("every epoch undoes the one before: with ETA %.3g a prediction goes from %.4g to %.4g and "
    .. "back; with %.3g it comes to rest"):format(net.eta, from, to, calm), is_blocked(self, .5))
  return true
end

local function look_at_eta(self, net, run)
  if (self.trend == "rises" or self.trend == "diverges") and look_at_rise(self, net, run) or self.learnt then return end
  if self.trend == "flat" and look_at_swing(self, net, run) then return end
  if self.trend == "flat" and not is_blocked(self, .9) and look_at_flat(self, net, run) then return end
  if self.trend == "falls" and is_slow(self) then look_at_small(self, net, run) end
  if self.widest <= 1 then return end
  local smaller, cost = probe.smaller(run)
  local last = self.costs[#self.costs]
  if not smaller or cost >= .8 * last then return end
  too_large(self, smaller, ("an update is up to %.2g times its weights, 1e-3 is usual: in %d epochs ETA " ..
    "%.3g comes to cost %.4g, %.3g to %.4g"):format(self.widest, self.epochs, net.eta, last, smaller, cost))
end

-- J against GRAD, and then how far a step goes; not where ETA has said it all.
local function look_at_steps(self, net, run)
  local off = probe.disagreement(run)
  if off then
    find(self, { name = "gradient", value = off, try = "check()",
      text = ("moved a little in random directions, J changes otherwise than GRAD says: it is off by %s"):format(
        percent(off)) })
  end
  if look_at_updates(self, net) or off or look_at_batches(self, net, run) then return end
  look_at_eta(self, net, run)
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
  return ("LAYERS = {%s}; return step(2000)"):format(table.concat(sizes, ", "))
end

local function look_for_plateau(self, net, X, y, run)
  if self.learnt or not self.is_moving or self.trend ~= "flat" or self.fall > .02 then return end
  if is_xor(X, y) then
    for _, p in ipairs(plateaus) do
      if math.abs(self.mse / p[1] - 1) < .02 then
        local escape = p[1] ~= 1 / 4 and wider(net)
          or net.options.output == "sigmoid" and 'init("normal"); ETA = 2; return step(5000)'
          or probe.redraw(run, "xavier") .. "; return step(1000)"
        find(self, { name = "plateau", value = p[1], try = escape,
          text = ("mse %.6g is the plateau of XOR at %s = %.4g: %s"):format(self.mse, p[2], p[1], p[3]) })
        return
      end
    end
  end
  if math.abs(self.explained) < .02 then
    local change = self.layers[1].activation == "sigmoid" and 'NET.options.activation = "tanh"; ' or ""
    find(self, { name = "plateau", value = self.mse,
      try = ('%sinit("xavier"); return step(%d)'):format(change, self.epochs == 300 and 1000 or 100),
      text = ("mse %.6g is what the mean of y alone gives, %.6g: X is not used"):format(self.mse, self.variance) })
  elseif self.explained < .5 and (self.explained > 0 or self.ok) then
    find(self, { name = "plateau", value = self.mse, try = wider(net),
      text = ("the cost %s in %d epochs and leaves %s of the variance of y: a plateau or a poor minimum"):format(
        self.fall == 0 and "stays" or "falls by only " .. percent(self.fall), self.epochs,
        percent(1 - self.explained)) })
  end
end

-- --- the whole -------------------------------------------------------------------------------

local function variance(y) return ((y - y:mean(1)) ^ 2):mean() end

-- All that X and y tell.
local function with_data(self, net, X, y)
  local run = probe.new(net, X, y)
  self.all_rows, self.is_moving = #X, true
  if symptoms.pass(self, run.twin) then return end
  local activations = options.resolve(core.network_state(net).layers, core.network_state(net).given)
  for l, activation in ipairs(activations) do self.layers[l] = symptoms.measure(run.twin, l, activation) end
  self.widest = 0 -- the largest update/weight of a layer
  for _, m in ipairs(self.layers) do self.widest = math.max(self.widest, m.update) end
  local _, mse, _, accuracy = core.evaluate(run.twin, run.twin.X, run.twin.y)
  self.mse, self.accuracy, self.variance = mse, accuracy, variance(run.twin.y)
  self.explained = 1 - mse / math.max(self.variance, 1e-300)
  self.learnt = self.explained >= .9 or (accuracy or 0) >= .95 or self.variance == 0
  adopt(self, probe.epochs(run), run)
  look_at_steps(self, net, run)
  symptoms.targets(self, net, y)
  symptoms.inputs(self, X)
  symptoms.symmetry(self, net)
  symptoms.layers(self, net, run)
  look_for_plateau(self, net, X, y, run)
end

-- The order in which causes come before what they cause.
local order = { NaN = 1, error = 1, data = 1, ETA = 2, frozen = 2, gradient = 3, constant = 4, targets = 5,
  unscaled = 6, symmetry = 7, exploding = 8, ["ETA too large"] = 9, ["dead output"] = 10, saturation = 11, dead = 12,
  vanishing = 13, ["ETA too small"] = 14, plateau = 15 }

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
-- variance of y); and, of the epochs on the copy, trend, fall (a share of the cost) and costs. They are what step does,
-- or train after batches. A minor finding is worth a line, no more. Of many rows of X some 1000 are looked at;
-- of many parameters fewer epochs are tried, with fewer rows, as the diagnosis says.
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
    setmetatable(finding, {
      __name = "finding", __metatable = false, __tostring = function(f) return f.name .. ": " .. f.text end,
    })
    if not finding.minor then self.try = self.try or finding.try end
  end
  return self
end

local row = "  %-5s  %-11s  %13s  %13s  %9s  %9s"

-- A table of the layers, or, where it is too wide, a line for each.
local function numbers(self)
  local head = row:format("layer", "activation", "update/weight", "gradient norm", "saturated", "dead")
  local is_wide = #head <= page.width()
  local lines = { is_wide and head or nil }
  for l, m in ipairs(self.layers) do
    local form = is_wide and row or "  layer %s, %s: update/weight %s, gradient norm %s, saturated %s, dead %s"
    lines[#lines + 1] = page.layout(form:format(l, m.activation, ("%.2g"):format(m.update), ("%.2g"):format(m.gradient),
      percent(m.saturated), ("%d of %d"):format(m.dead, m.units)))
  end
  return table.concat(lines, "\n")
end

-- "in 300 epochs on a copy"
local function tried(self)
  local text = ("in %d epochs%s on a copy"):format(self.epochs, self.batch and " of batches of " .. self.batch or "")
  return self.rows == self.all_rows and text or text .. (" with %d of the %d rows"):format(self.rows, self.all_rows)
end

local function shape(self)
  if not self.mse then return nil end
  local text = ("mse %.6g, %s of the variance of y explained"):format(self.mse, percent(math.max(self.explained, 0)))
  if not self.trend then return text end
  if self.trend == "diverges" then return text .. "; a copy that goes on diverges" end
  text = text .. ("; %s the cost "):format(tried(self))
  if self.fall == 0 then return text .. "stays" end
  text = text .. (self.fall < 0 and "rises by " or "falls by ") .. (math.abs(self.fall) < .01 and "only " or "")
    .. percent(math.abs(self.fall))
  local is_unsteady = self.fall > 0 and self.ups > .1 * self.epochs
  return is_unsteady and text .. (", though it rises in %d of them"):format(self.ups) or text
end

function diagnosis.__tostring(self)
  local lines = {}
  local function add(text) lines[#lines + 1] = text and page.layout(text) end
  add(self.network)
  add(shape(self))
  if #self.layers > 0 then lines[#lines + 1] = numbers(self) end
  add(self.lacks)
  if self.ok and not self.lacks then add "nothing wrong found" end
  for _, finding in ipairs(self.findings) do
    add(("%s%s: %s"):format(finding.minor and "also " or "", finding.name, finding.text))
  end
  if self.try then lines[#lines + 1] = "try  " .. self.try end
  return table.concat(lines, "\n")
end

return diagnosis
