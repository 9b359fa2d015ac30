-- layers.lua - measures each layer, and adds findings: equal units, saturation, relus that are dead or off, gradients
-- that vanish or explode.

local core = require "moongrad.core"
local finding = require "moongrad.diagnose.finding"
local options = require "moongrad.options"
local format, gsub = string.format, string.gsub

local layers = {}

local redraw = { "" } -- the fix that changes nothing itself: remedy.lua then tries a new THETA

-- --- symmetry --------------------------------------------------------------------------------

-- Are two lists of numbers equal, up to rounding?
local function same(a, b)
  for k, v in ipairs(a) do
    if math.abs(v - b[k]) > 1e-12 * math.max(math.abs(v), math.abs(b[k])) then return false end
  end
  return true
end

-- The indices of equal rows, as a list of lists. Only the first 200 rows are compared.
local function equal_rows(rows)
  local groups = {}
  for i = 1, math.min(#rows, 200) do
    for _, group in ipairs(groups) do
      if same(rows[group[1]], rows[i]) then
        group[#group + 1] = i
        goto next
      end
    end
    groups[#groups + 1] = { i }
    ::next::
  end
  return groups
end

-- Adds a finding for each layer that has hidden units with equal rows of THETA.
function layers.symmetry(self, net)
  for l = 1, #net.theta - 1 do
    local onward = net.theta[l + 1].T:totable()
    for _, group in ipairs(equal_rows(net.theta[l]:totable())) do
      if #group > 1 then
        local all = true
        for _, i in ipairs(group) do all = all and same(onward[group[1] + 1], onward[i + 1]) end
        finding.add(self, { name = "symmetry", layer = l, value = #group, units = group, try = 'init("xavier")',
          fixes = redraw, minor = self.learnt,
          text = format("rows %s of THETA[%d] are equal: these hidden units compute the same%s",
            finding.list(group, 6), l, all and ", get the same gradient, and will stay equal for ever"
            or "; only the weights of their outputs differ") })
        break
      end
    end
  end
end

-- --- the numbers of a layer --------------------------------------------------------------------

local h = 1e-4

-- The function of an activation, on matrices, and its largest slope; nil for softmax.
local function function_of(activation)
  if core.custom(activation) then
    local z = core.linspace(-5, 5, 101)
    return activation, core.abs((activation(z + h) - activation(z - h)) / (2 * h)):max()
  end
  if activation == "softmax" then return nil end
  if activation == "linear" then return function(z) return z end, 1 end
  return core[gsub(activation, "-", "_")], activation == "sigmoid" and .25 or 1
end

local rectifiers = { relu = true }

-- Measures layer l of the copy twin after a pass: {activation, units, dead, saturated (a share), delta, gradient,
-- update}. update, ETA |GRAD| / |THETA|, is nil when every weight is 0.
function layers.measure(twin, l, activation)
  local z, delta, theta = twin.z[l], twin.delta[l], twin.theta[l]
  local n = #z * z.ncols
  local size, moves = theta:norm(), math.abs(twin.eta) * twin.grad[l]:norm()
  local m = { activation = options.name_of(activation), units = z.ncols, dead = 0, saturated = 0,
    delta = delta:norm() / math.sqrt(n), gradient = twin.grad[l]:norm(),
    update = size > 0 and moves / size or moves == 0 and 0 or nil }
  local g, steepest = function_of(activation)
  if g then
    local apart = h * (1 + core.abs(z)) -- relative, so that it changes large numbers, too
    local slope = core.abs((g(z + apart) - g(z - apart)) / (2 * apart))
    m.saturated = core.lt(slope, .0099 * steepest):mean() -- the slope .01 of leaky-relu is not saturated
    if rectifiers[activation] then
      local active = slope:sum(1)
      for i = 1, z.ncols do
        if active[1][i] == 0 then m.dead = m.dead + 1 end
      end
    end
  end
  return m
end

-- --- what they tell -----------------------------------------------------------------------------

-- Adds a finding for output relus that are 0 for every row: they get no gradient, whatever the layers below do.
local function dead_output(self, net, m, learns)
  local _, y = core.network_data(net)
  local output = y:min() >= 0 and y:max() <= 1 and "sigmoid" or "linear"
  finding.add(self, { name = "dead output", layer = #self.layers, value = m.dead,
    minor = learns and 2 * m.dead < m.units or self.learnt,
    fixes = { format("NET.options.output = %q; ", output) },
    text = (m.units == 1 and "the output relu is 0 for every row of X"
      or format("%d of the %d output relus are 0 for every row of X", m.dead, m.units))
      .. ": no gradient comes through, and no update moves it" })
end

local function dead(self, l, m, learns)
  finding.add(self, { name = "dead", layer = l, value = m.dead, fixes = redraw,
    minor = learns and 2 * m.dead < m.units or self.learnt,
    text = format("%d of the %d relus of A[%d] are dead: 0 for every row of X, so that no gradient comes through",
      m.dead, m.units, l + 1) })
end

-- Adds a finding for relus that are 0 for nearly all rows, but not for all.
local function off(self, l, m)
  finding.add(self, { name = "off", layer = l, value = m.saturated, fixes = redraw,
    text = format("%s of the relus' outputs in A[%d] are 0: little gradient comes through",
      finding.percent(m.saturated), l + 1) })
end

local function saturation(self, l, m)
  finding.add(self, { name = "saturation", layer = l, value = m.saturated, fixes = redraw,
    text = format("%s of the %s units' outputs in A[%d] are saturated: |g'(Z[%d])| is below a hundredth of its largest",
      finding.percent(m.saturated), m.activation, l + 1, l) })
end

-- Adds a finding when the gradient vanishes or explodes on its way down. learns: the cost falls; is_cut: relus that are
-- off explain why little of it arrives.
local function on_its_way(self, learns, is_cut)
  local first, last = self.layers[1], self.layers[#self.layers]
  self.ratio = first.delta / last.delta
  if #self.layers == 1 or first.delta == 0 or last.delta == 0 or self.learnt then return end
  if self.ratio < 1e-3 and not learns and not is_cut then
    finding.add(self, { name = "vanishing", layer = 1, value = self.ratio, fixes = redraw,
      text = format("the gradient vanishes on its way down: DELTA[1] is %.2g of DELTA[%d]", self.ratio,
        #self.layers) })
  elseif self.ratio > 1e3 and (not learns or self.widest > 1) then
    finding.add(self, { name = "exploding", layer = 1, value = self.ratio, fixes = redraw,
      text = format("the gradient explodes on its way down: DELTA[1] is %.2g times DELTA[%d]", self.ratio,
        #self.layers) })
  end
end

-- Adds the findings about each layer's units and about the gradient.
function layers.look(self, net)
  local learns, is_cut = self.trend == "falls" or self.learnt, false
  for l, m in ipairs(self.layers) do
    local last = l == #self.layers
    if m.dead > 0 then
      if last then dead_output(self, net, m, learns) else dead(self, l, m, learns) end
    end
    if rectifiers[m.activation] then
      is_cut = is_cut or not last and m.saturated > .8
      if not last and m.saturated > .9 and m.dead < m.units and not learns then off(self, l, m) end
    elseif not self.learnt and not (last and core.cost_outputs[net.options.cost])
      and (m.saturated > .9 or m.saturated > .5 and not learns) then
      saturation(self, l, m)
    end
  end
  on_its_way(self, learns, is_cut)
end

return layers
