-- symptoms.lua - what diagnose looks for: numbers that are not finite, symmetry, data, saturation, gradients that go.
--
-- Each takes the diagnosis, whose findings it adds to.

local core = require "moongrad.core"
local options = require "moongrad.options"
local probe = require "moongrad.inside.probe"

local symptoms = {}

-- Notes a finding; a minor one is worth a line, but no reason that it does not learn.
function symptoms.find(self, finding)
  finding.minor = finding.minor or false
  self.findings[#self.findings + 1] = finding
  if not finding.minor then self.ok = false end
end

function symptoms.percent(x) return ("%.3g%%"):format(100 * x) end

-- "rows 1, 2 and 5", the first few
local function list(numbers, most)
  local parts = {}
  for i = 1, math.min(#numbers, most) do parts[i] = tostring(numbers[i]) end
  if #numbers > most then return table.concat(parts, ", ") .. (" and %d more"):format(#numbers - most) end
  if #parts == 1 then return parts[1] end
  return table.concat(parts, ", ", 1, #parts - 1) .. " and " .. parts[#parts]
end

-- --- what is not finite, or does not fit -----------------------------------------------------

-- The first element of m that is not finite: i, j, and it in words.
local function bad(m)
  if (m * 0):sum() == 0 then return nil end -- else one is NaN or Inf; many numbers are slow to look at by Lua
  for i, row in ipairs(m:totable()) do
    for j, v in ipairs(row) do
      if v ~= v or v == math.huge or v == -math.huge then return i, j, options.show(v) end
    end
  end
end

function symptoms.nan(self, net)
  for l, m in ipairs(net.theta) do
    local i, j, v = bad(m)
    if i then
      symptoms.find(self, { name = "NaN", layer = l, try = "init()",
        text = ("THETA[%d][%d][%d] is %s, and from there every prediction: it was set so, by hand or by a file"):format(
          l, i, j, v) })
      return true
    end
  end
end

-- Every number that a pass makes, in its order: what, layer of weights, index shown, matrix.
local function made(twin)
  return coroutine.wrap(function()
    for l = 1, #twin.z do
      coroutine.yield("Z", l, l, twin.z[l])
      coroutine.yield("A", l, l + 1, twin.a[l + 1])
    end
    for l = #twin.z, 1, -1 do coroutine.yield("DELTA", l, l, twin.delta[l]) end
    for l = #twin.z, 1, -1 do coroutine.yield("GRAD", l, l, twin.grad[l]) end
  end)
end

-- The pass of the copy is finite, or is said where it ceases to be.
function symptoms.pass(self, twin)
  local ok, message = pcall(function() twin:forward() twin:backward() end)
  if not ok then
    if tostring(message):find("interrupted", 1, true) then error(message, 0) end
    symptoms.find(self, { name = "error", try = "forward()", text = "a pass fails: " .. tostring(message) })
    return true
  end
  local largest = math.max(twin.X:max(), -twin.X:min())
  local function found(l, text)
    symptoms.find(self, { name = "NaN", layer = l, text = text,
      try = largest > 1e6 and ("X = X / %.3g"):format(largest) or 'init("xavier")' })
    return true
  end
  for what, l, shown, m in made(twin) do
    if what == "DELTA" and twin.J and twin.J - twin.J ~= 0 then
      return found(#twin.z, ("the predictions are finite, but the cost %s is %s: they or y are too large"):format(
        twin.options.cost, options.show(twin.J)))
    end
    local i, j, v = bad(m)
    if i then
      return found(l, ("%s[%d][%d][%d] is %s though every number before it is finite: the weights or X are too large")
        :format(what, shown, i, j, v))
    end
  end
end

function symptoms.fit(self, net, X, y)
  local ok, message = pcall(core.check_data, net, "diagnose", X, y)
  if ok then return false end
  message = tostring(message):gsub("^[^:]*:%d+: ", ""):gsub("^diagnose: ", "")
  local element = message:match "^[Xy]%[%d+%]%[%d+%]"
  symptoms.find(self, { name = "data", text = message, try = element and element .. " = 0" or "#X, #y, LAYERS" })
  return true
end

-- --- symmetry --------------------------------------------------------------------------------

local function same(a, b)
  for k, v in ipairs(a) do
    if math.abs(v - b[k]) > 1e-12 * math.max(math.abs(v), math.abs(b[k])) then return false end
  end
  return true
end

-- The hidden units of each layer that have equal rows of THETA.
function symptoms.symmetry(self, net)
  for l = 1, #net.theta - 1 do
    local rows, onward, groups = net.theta[l]:totable(), net.theta[l + 1].T:totable(), {}
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
    for _, group in ipairs(groups) do
      if #group > 1 then
        local all = true
        for _, i in ipairs(group) do all = all and same(onward[group[1] + 1], onward[i + 1]) end
        symptoms.find(self, { name = "symmetry", layer = l, value = #group, units = group, try = 'init("xavier")',
          text = ("rows %s of THETA[%d] are equal: these hidden units compute the same%s"):format(list(group, 6), l,
            all and ", get the same gradient, and will stay one unit for ever"
            or "; only what they send on differs") })
        break
      end
    end
  end
end

-- --- the data --------------------------------------------------------------------------------

-- What the output can reach: low, high.
local reach = { sigmoid = { 0, 1 }, tanh = { -1, 1 }, softmax = { 0, 1 }, relu = { 0, math.huge },
  softplus = { 0, math.huge }, elu = { -1, math.huge }, gelu = { -.17, math.huge } } -- gelu's lowest, at z = -.75

local standardised = "X = (X - X:mean(1)) / sqrt(((X - X:mean(1)) ^ 2):mean(1) + 1e-12)"

function symptoms.targets(self, net, y)
  local output = net.options.output
  local range = reach[output]
  if not range then return end
  local low, high = y:min(), y:max()
  if low >= range[1] and high <= range[2] then return end
  symptoms.find(self, { name = "targets", layer = #net.theta, value = { low, high },
    try = 'NET.options.output = "linear"',
    text = ("targets from %.4g to %.4g, out of the reach of a %s output: it gives %.4g to %.4g"):format(low, high,
      output, range[1], range[2]) })
end

function symptoms.inputs(self, X)
  local size = core.sqrt((X * X):mean(1))
  local mean = X:mean(1)
  local apart = core.sqrt(((X - mean) ^ 2):mean(1))
  local constant, largest = {}, 1
  for k = 1, X.ncols do
    if apart[1][k] <= 1e-12 * size[1][k] then constant[#constant + 1] = k end
    if size[1][k] > size[1][largest] then largest = k end
  end
  if #constant > 0 and #X > 1 then
    local all = #constant == X.ncols
    symptoms.find(self, { name = "constant", value = #constant, columns = constant, minor = not all, try = "X",
      text = ("column%s %s of X %s constant: %s"):format(#constant == 1 and "" or "s", list(constant, 6),
        #constant == 1 and "is" or "are", all and "there is nothing to tell the rows by" or "a second bias, no harm") })
  end
  local v = size[1][largest]
  if v > 100 or v > 10 and self.trend ~= "falls" then
    symptoms.find(self, { name = "unscaled", value = v, column = largest, try = standardised,
      text = ("column %d of X has mean %.4g and standard deviation %.3g: numbers near 1 suit the weights"):format(
        largest, mean[1][largest], apart[1][largest]) })
  end
end

-- --- the layers ------------------------------------------------------------------------------

local h = 1e-4

-- g of an activation, on matrices; nil for softmax. And the largest slope it has.
local function function_of(activation)
  if core.own(activation) then
    local z = core.linspace(-5, 5, 101)
    return activation, core.abs((activation(z + h) - activation(z - h)) / (2 * h)):max()
  end
  if activation == "softmax" then return nil end
  if activation == "linear" then return function(z) return z end, 1 end
  return core[activation:gsub("-", "_")], activation == "sigmoid" and .25 or 1
end

local rectifiers = { relu = true }

-- The numbers of layer l of the copy after its pass.
function symptoms.measure(twin, l, activation)
  local z, delta, theta = twin.z[l], twin.delta[l], twin.theta[l]
  local n = #z * z.ncols
  local m = { activation = options.name_of(activation), units = z.ncols, dead = 0, saturated = 0,
    delta = delta:norm() / math.sqrt(n), gradient = twin.grad[l]:norm(),
    update = twin.eta * twin.grad[l]:norm() / math.max(theta:norm(), 1e-300) }
  local g, steepest = function_of(activation)
  if g then
    local apart = h * (1 + core.abs(z)) -- large numbers, too, differ by it
    local slope = core.abs((g(z + apart) - g(z - apart)) / (2 * apart))
    m.saturated = core.lt(slope, .0099 * steepest):mean() -- leaky-relu's .01 is none
    if rectifiers[activation] then
      local active = slope:sum(1)
      for i = 1, z.ncols do
        if active[1][i] == 0 then m.dead = m.dead + 1 end
      end
    end
  end
  return m
end

-- The line that gives the hidden layers another activation; a sigmoid output that went with theirs stays.
local function other_activation(net, activation)
  local is_shared = net.options.output == "sigmoid" and not core.network_state(net).given.output
  local line = ("NET.options.activation = %q; "):format(activation)
  return is_shared and 'NET.options.output = "sigmoid"; ' .. line or line
end

-- Output relus that answer 0 for every row, and so learn nothing, whatever stands below them.
local function dead_output(self, net, run, m, learns)
  local _, y = core.network_data(net)
  local output = y:min() >= 0 and y:max() <= 1 and "sigmoid" or "linear"
  symptoms.find(self, { name = "dead output", layer = #self.layers, value = m.dead,
    minor = learns and 2 * m.dead < m.units or self.learnt,
    try = ("NET.options.output = %q; %s; return step(1000)"):format(output, probe.redraw(run, "xavier", output)),
    text = (m.units == 1 and "the output relu answers 0 for every row of X"
      or ("%d of the %d output relus answer 0 for every row of X"):format(m.dead, m.units))
      .. ": no gradient comes through, and no update moves it" })
end

function symptoms.layers(self, net, run)
  local hidden = #self.layers - 1
  local learns = self.trend == "falls" or self.learnt
  for l, m in ipairs(self.layers) do
    local last = l > hidden
    if m.dead > 0 and last then
      dead_output(self, net, run, m, learns)
    elseif m.dead > 0 then
      symptoms.find(self, { name = "dead", layer = l, value = m.dead,
        minor = learns and 2 * m.dead < m.units or self.learnt,
        try = other_activation(net, "leaky-relu") .. "return step(100)",
        text = ("%d of the %d relus of A[%d] are dead: 0 for every row of X, so that no gradient comes through"):format(
          m.dead, m.units, l + 1) })
    end
    if not rectifiers[m.activation] and not self.learnt and not (last and core.cost_outputs[net.options.cost])
      and (m.saturated > .9 or m.saturated > .5 and not learns) then
      symptoms.find(self, { name = "saturation", layer = l, value = m.saturated, try = probe.redraw(run, "xavier"),
        text = ("%s of the %s units' answers in A[%d] are saturated: |g'(Z[%d])| is under a hundredth of its largest")
          :format(symptoms.percent(m.saturated), m.activation, l + 1, l) })
    end
  end
  local first, last = self.layers[1], self.layers[#self.layers]
  self.ratio = first.delta / last.delta
  if hidden == 0 or first.delta == 0 or last.delta == 0 or learns then return end
  if self.ratio < 1e-3 then
    symptoms.find(self, { name = "vanishing", layer = 1, value = self.ratio,
      try = (first.activation == "tanh" and "" or other_activation(net, "tanh")) .. 'init("xavier")',
      text = ("the gradient vanishes on its way down: DELTA[1] is %.2g of DELTA[%d]"):format(self.ratio,
        #self.layers) })
  elseif self.ratio > 1e3 then
    symptoms.find(self, { name = "exploding", layer = 1, value = self.ratio,
      try = probe.redraw(run, first.activation:find "elu" and "he" or "xavier"),
      text = ("the gradient explodes on its way down: DELTA[1] is %.2g times DELTA[%d]"):format(self.ratio,
        #self.layers) })
  end
end

return symptoms
