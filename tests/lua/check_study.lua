-- check_study.lua - tries the gradient check on random networks: counts false alarms, mistakes found, undecided pairs.
--
-- moongrad --no-session tests/lua/check_study.lua FROM TO EVERY judges networks FROM .. TO and prints the counts.
-- verdict_spec.lua runs a part of it as a test. With a fourth argument, kinked, the costs are those that have kinks.
-- Mistakes are planted in every EVERY-th network; with EVERY 0 in none, so that only false alarms are counted. For
-- comparison it also applies the rule that the check had before: an error above 1e-6 of
-- max(|b|, |n|, 16 u |J| / (epsilon 1e-6)), with five points where they bring the worst pair nearer.

local core = require "moongrad.core"
local mg = require "moongrad"

local study = {}

local smooth = { "sse", "mse", "quadratic", { "squares", scale = .3 }, "cross-entropy", "softmax" }
local with_kinks = { "mae", "huber", "hinge", "svm" }
local outputs = { "linear", "sigmoid", "tanh", "relu", "leaky-relu", "elu", "gelu", "softplus" }
local hidden = { "linear", "sigmoid", "tanh", "relu", "leaky-relu", "elu", "gelu", "softplus", "softmax" }

-- --- networks --------------------------------------------------------------------------------------

local function spec_of(k, g, one, upto, costs)
  local cost = costs[k % #costs + 1]
  local function width() return math.floor(2 ^ (5 * g:rand(1, 1)[1][1]) + .5) end
  local spec = { width(), cost = cost, seed = k, init = one { "xavier", "he", "normal", "uniform" } }
  for l = 2, 1 + (k - 1) % 5 do
    local activation = hidden[(k + 2 * l) % #hidden + 1]
    spec[l] = { math.max(width(), activation == "softmax" and 2 or 1), activation, bias = upto(6) > 1 }
  end
  local output = type(cost) == "string" and (core.cost_outputs[cost] or core.cost_scores[cost] and
    one { "linear", "tanh" }) or one(outputs)
  spec[#spec + 1] = { math.max(math.min(width(), 10), (output == "softmax" or cost == "svm") and 2 or 1), output }
  if upto(4) == 1 then spec.l1, spec.l2 = .01 * (upto(2) - 1), .02 end
  if upto(4) == 1 then spec.precision = "single" end
  return spec
end

-- Targets: at random, the network's own prediction, or next to it, so that J is anything from 1 to 0.
local function targets(net, X, g, kind, one)
  local yhat, cost = net:predict(X), net.options.cost
  if cost == "hinge" then return 2 * g:randint(0, 2, #X, yhat.ncols) - 1 end
  if cost == "svm" then return mg.one_hot(g:randint(1, yhat.ncols + 1, #X, 1), yhat.ncols) end
  if kind == 1 then return yhat end
  if kind <= 4 then
    local y = yhat + 10 ^ -(16 * g:rand(1, 1)[1][1]) * g:randn(#X, yhat.ncols)
    return core.cost_outputs[cost] and y:map(function(v) return math.max(0, math.min(1, v)) end) or y
  end
  local output = core.network_state(net).activations
  output = output[#output]
  if output ~= "softmax" then return one { g:rand(#X, yhat.ncols), mg.lt(g:rand(#X, yhat.ncols), .5) } end
  local y = mg.zeros(#X, yhat.ncols)
  for i = 1, #X do y[i][(i - 1) % yhat.ncols + 1] = 1 end
  return y
end

-- The multiply-adds that the training of a network may take.
local work = 4e7

-- Network k, untrained or trained for up to 20,000 epochs; some are saturated or exploding. Then, whether it is
-- ordinary: neither of these, with random targets, and trained for at most 1,000 epochs that did not diverge.
function study.network(k, costs)
  local g = mg.generator(k)
  local function upto(n) return g:permutation(n)[1][1] // 1 | 0 end
  local function one(list) return list[upto(#list)] end
  local net = mg.network(spec_of(k, g, one, upto, costs or smooth))
  local X = g:randn(upto(50), net.layers[1])
  if upto(5) == 1 then X = mg.lt(X, 0) end
  local stretch = upto(8)
  if stretch == 1 then
    local by = 10 ^ (4 * g:rand(1, 1)[1][1])
    for l = 1, #net.theta do net.theta[l] = net.theta[l] * by end
  end
  local kind = upto(10)
  net.X, net.y = X, targets(net, X, g, kind, one)
  local parameters = 0
  for _, m in ipairs(net.theta) do parameters = parameters + #m * m.ncols end
  net.eta = one { .01, .1, .5, 2 }
  local epochs = one { 0, 0, 10, 100, 1000, 20000 }
  local before = net:cost()
  pcall(net.step, net, math.min(epochs, work // (3 * parameters * #X) | 0))
  return net, stretch ~= 1 and kind > 4 and epochs <= 1000 and net:cost() < 1.1 * before and before < 10
end

-- --- the rule before ------------------------------------------------------------------------------------

-- Does the rule before call these gradients (layer -> matrix) wrong?
function study.failed_before(net, gradients, J)
  local u = net.options.precision == "single" and 2 ^ -23 or 2 ^ -52
  local epsilon, tolerance = u > 1e-10 and 1e-2 or 1e-5, u > 1e-10 and 1e-2 or 1e-6
  local floor = 16 * u * math.abs(J) / (epsilon * tolerance)
  local cost, scale = net.options.cost, 1
  if type(cost) == "table" then cost, scale = cost[1], cost.scale end
  local worst, at, numerics, kinks = 0, nil, {}, {}
  for l, b in ipairs(gradients) do
    local kinked
    numerics[l], kinked = core.check_layer(net, l, "central", epsilon, cost, scale, nil)
    kinks[l] = kinked
    local _, one, i, j = core.check_relative(b, numerics[l], kinked, floor, 0)
    if one ~= one then return true end
    if one > worst then worst, at = one, { l = l, i = i, j = j } end
  end
  if worst <= tolerance then return false end
  local now = math.abs(gradients[at.l][at.i][at.j] - numerics[at.l][at.i][at.j])
  local five = {}
  for l in ipairs(gradients) do
    local ok, numeric = pcall(core.check_layer, net, l, "five-point", epsilon, cost, scale, nil)
    if not ok then return true end
    five[l] = numeric
  end
  if not (math.abs(gradients[at.l][at.i][at.j] - five[at.l][at.i][at.j]) < now / 2) then return true end
  for l, b in ipairs(gradients) do
    local _, one = core.check_relative(b, five[l], kinks[l], floor, 0)
    if not (one <= tolerance) then return true end
  end
  return false
end

-- --- mistakes ---------------------------------------------------------------------------------------------

-- The largest change of a gradient by a mistake, divided by the noise of a central difference there.
local function size_of(right, wrong, reach)
  local most = 0
  for l, m in ipairs(right) do
    local n = (mg.abs(m - wrong[l]) / reach[l].noise):map(function(v) return v == v and v or 0 end)
    most = math.max(most, n:max())
  end
  return most
end

local function copies(list)
  local all = {}
  for l, m in ipairs(list) do all[l] = m:copy() end
  return all
end

-- f(name, gradients) for each mistake of bug() that can show, one gradient doubled, and one off by 1e-4.
function study.mistakes(net, k, f)
  for _, mistake in ipairs(net:bug()) do
    if not mistake.cannot then
      net:bug(mistake.name)
      net:forward()
      f("mistakes", copies(net:backward()), mistake.name)
      net:bug(false)
    end
  end
  net:forward()
  local right = net:backward()
  local l = k % #right + 1
  local i, j = k // 7 % #right[l] + 1, k // 11 % right[l].ncols + 1
  for name, by in pairs { doubled = 2, ["off by 1e-4"] = 1 + 1e-4 } do
    local wrong = copies(right)
    wrong[l][i][j] = wrong[l][i][j] * by
    f(name, wrong)
  end
end

-- --- all of it ----------------------------------------------------------------------------------------------

-- What came of networks from .. to: networks, skipped (J not finite near THETA), false_alarms (their numbers),
-- alarms_before, undecided; ordinary[precision] {pairs, undecided, zero}; found[name][band] {all, now, before,
-- undecided}; least, the smallest J. Of every so many networks mistakes are planted, unless the rule before called
-- them wrong as they were. costs: those of the networks, "smooth" ones by default, or "kinked".
function study.run(from, to, every, costs)
  local t = { networks = 0, skipped = 0, false_alarms = {}, alarms_before = 0, undecided = 0, found = {}, least = 1,
    ordinary = { double = { pairs = 0, undecided = 0, zero = 0 }, single = { pairs = 0, undecided = 0, zero = 0 } } }
  for k = from, to do
    local net, is_ordinary = study.network(k, costs == "kinked" and with_kinks or smooth)
    local ok, c = pcall(net.check, net)
    if not ok then
      if not c:find("J is", 1, true) then error(k .. ": " .. c) end
      t.skipped = t.skipped + 1
    else
      t.networks = t.networks + 1
      if not c.ok then t.false_alarms[#t.false_alarms + 1] = k end
      if c.verdict == "undecided" then t.undecided = t.undecided + 1 end
      if c.cost > 0 then t.least = math.min(t.least, c.cost) end
      local before = every > 0 and study.failed_before(net, copies(net.grad), c.cost)
      if before then t.alarms_before = t.alarms_before + 1 end
      if is_ordinary and c.cost > 1e-4 then study.count_undecided(t.ordinary[net.options.precision], c) end
      if every > 0 and k % every == 0 and not before then study.plant(t, net, k, c) end
    end
  end
  return t
end

function study.count_undecided(to, c)
  to.pairs, to.undecided = to.pairs + c.compared, to.undecided + c.undecided
  for _, layer in pairs(c.layers) do
    if c.verdict == "undecided" then to.zero = to.zero + mg.eq(layer.state, 3):sum() end
  end
end

function study.plant(t, net, k, c)
  local right = copies(c.layers[1] and net.grad or {})
  local reach = net:check({ method = "central" }).layers
  study.mistakes(net, k, function(name, wrong, bug)
    local size = size_of(right, wrong, reach)
    local band = size > 300 and "> 300" or size > 30 and "30 .. 300" or nil
    if not band then return end
    local found = t.found[name] or { ["> 300"] = {}, ["30 .. 300"] = {} }
    t.found[name] = found
    local f = found[band]
    local function add(what, is) f[what] = (f[what] or 0) + (is and 1 or 0) end
    local checked = net:check { grad = wrong }
    local before = study.failed_before(net, wrong, c.cost)
    add("all", true)
    add("now", not checked.ok)
    add("before", before)
    add("undecided", checked.verdict == "undecided")
    if before and checked.ok then
      t.lost = t.lost or {}
      t.lost[#t.lost + 1] = ("%d %s %.3g"):format(k, bug or name, size)
    end
  end)
end

function study.print(t)
  print(("%d networks, %d skipped, J from 1 to %.2g"):format(t.networks, t.skipped, t.least))
  print(("  false alarms %d; by the rule before %d; undecided %d"):format(#t.false_alarms, t.alarms_before,
    t.undecided))
  if #t.false_alarms > 0 then print("  " .. table.concat(t.false_alarms, " ")) end
  for precision, o in pairs(t.ordinary) do
    print(("  ordinary ones in %s, J > 1e-4: %d pairs, %d undecided (%.2g %%), %d exactly 0 in dead ones"):format(
      precision, o.pairs, o.undecided, 100 * o.undecided / o.pairs, o.zero))
  end
  for name, found in pairs(t.found) do
    for band, f in pairs(found) do
      if f.all then
        print(("  %-12s %-10s %6d: found %d, by the rule before %d; undecided %d"):format(name, band, f.all, f.now,
          f.before, f.undecided))
      end
    end
  end
  for _, words in ipairs(t.lost or {}) do print("  found by the rule before only: " .. words) end
end

if arg and arg[0] and arg[0]:find("check_study", 1, true) then
  local from, to = math.tointeger(tonumber(arg[1])), math.tointeger(tonumber(arg[2]))
  study.print(study.run(from, to, tonumber(arg[3] or 5), arg[4]))
end

return study
