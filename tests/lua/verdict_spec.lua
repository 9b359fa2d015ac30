-- Tests of check()'s verdict: a right gradient never gives FAILED, however small the cost; what differences cannot
-- decide is undecided.

local core = require "moongrad.core"
local helpers = require "helpers"
local mg = require "moongrad"
local study = require "check_study"

local contains = helpers.contains

-- A small network whose X, weights and y are of any size from 1e-8 to 1e8.
local function of_any_size(k)
  local g = mg.generator(k)
  local function upto(n) return math.floor(g:rand() * n) + 1 end
  local cost = ({ "sse", "mse", "cross-entropy", "softmax" })[upto(4)]
  local hidden = { "linear", "sigmoid", "tanh", "relu", "leaky-relu", "elu", "gelu", "softplus" }
  local spec = { upto(6), cost = cost, seed = k, init = "xavier", precision = upto(4) == 1 and "single" or nil }
  for l = 2, 1 + upto(3) do spec[l] = { upto(6), hidden[upto(8)] } end
  local output = core.cost_outputs[cost] or ({ "linear", "sigmoid", "tanh", "softplus" })[upto(4)]
  local n = math.max(upto(3), output == "softmax" and 2 or 1)
  spec[#spec + 1] = { n, output }
  local net, rows = mg.network(spec), upto(8)
  local of_x, of_weights, of_y = 10 ^ (upto(17) - 9), 10 ^ (upto(13) - 7), 10 ^ (upto(13) - 7)
  if upto(3) == 1 then of_x = 1 end
  if upto(3) == 1 then of_weights = 1 end
  net.X = g:randn(rows, spec[1]) * of_x
  local y = mg.sigmoid(g:randn(rows, n))
  if not core.cost_outputs[cost] then y = y * of_y end
  if cost == "softmax" then
    y = mg.zeros(rows, n)
    for i = 1, rows do y[i][upto(n)] = 1 end
  end
  net.y = y
  for l = 1, #net.theta do net.theta[l] = net.theta[l] * of_weights end
  return net
end

-- XOR from seed k, trained for so many epochs.
local function trained(k, layers, epochs)
  local net = helpers.xor { seed = k, eta = 2, table.unpack(layers) }
  net:step(epochs)
  return net
end

local function no_alarm(net, name)
  local c = net:check()
  assert.is_true(c.ok, name .. "\n" .. tostring(c))
  return c
end

describe("check's verdict", function()
  it("is ok of XOR trained, whatever the seed", function()
    assert.equal("ok", no_alarm(trained(0, { 2, 8, 8, 1 }, 3000), "seed 0").verdict)
    for k = 0, helpers.many(99, 9) do
      for _, epochs in ipairs { 3000, 10000 } do
        assert.equal("ok", no_alarm(trained(k, { 2, 8, 8, 1 }, epochs), k).verdict)
        assert.equal("ok", no_alarm(trained(k, { 2, 16, 16, 1 }, epochs), k).verdict)
      end
    end
  end)

  it("is no alarm down to where J is rounding", function()
    local least = 1
    for k = 0, 9 do
      local net = helpers.xor { 2, 8, 1, seed = k, activation = "tanh", output = "linear", cost = "mse", eta = .3,
        init = "xavier" }
      for _ = 1, 6 do
        net:step(1000)
        local c = no_alarm(net, k)
        least = math.min(least, c.cost)
        if c.cost > 1e-12 then assert.equal("ok", c.verdict) end
      end
    end
    assert.is_true(least < 1e-20, least)
  end)

  -- The numbers are those of networks in which no step of a parameter is small beside a column of X.
  it("is never FAILED of a right gradient where X and the weights are far from 1 in size", function()
    local seeds = { 2530, 4609, 4847, 7139, 7854, 8171, 8245, 9789, 11698, 11915, 14084, 16565 }
    for k = 1, helpers.many(4000, 300) do seeds[#seeds + 1] = k end
    for _, k in ipairs(seeds) do
      local c = of_any_size(k):check()
      assert.is_true(c.ok, ("network %d: %s"):format(k, c))
    end
  end)

  it("is undecided at an exact solution, and says why", function()
    -- Goodfellow and others, 6.1.
    local net = helpers.xor { 2, 2, 1, activation = "relu", output = "linear", cost = "mse" }
    net.theta = { { { 0, 1, 1 }, { -1, 1, 1 } }, { { 0, 1, -2 } } }
    local c = net:check()
    assert.equal(0, c.cost)
    assert.equal("undecided", c.verdict)
    assert.equal(c.compared, c.undecided)
    contains(tostring(c), "check UNDECIDED", "nothing could be checked: J is 0, so yhat is y")
    contains(tostring(net:check { sweep = true }), "nothing could be checked: J is 0")
    -- J is 0 with every activation
    for _, activation in ipairs(core.activations) do
      net = mg.network { 3, { 4, activation }, 2, output = "linear", seed = 1, init = "xavier" }
      net.X = mg.generator(1):randn(5, 3)
      net.y = net:predict(net.X)
      c = no_alarm(net, activation)
      assert.equal(0, c.cost)
      assert.equal("undecided", c.verdict)
    end
  end)

  it("takes no 0 = 0 for a witness", function()
    local net = helpers.xor()
    for l = 1, 3 do net.theta[l]:fill(1e6) end
    local c = net:check()
    assert.equal("undecided", c.verdict)
    assert.equal(15, c.undecided)
    assert.equal(0, c.norm_ratio)
    -- an input that is always 0 beside others
    net = mg.network { 2, 3, 1, seed = 1, X = { { 1, 0 }, { 2, 0 } }, y = { 0, 1 } }
    c = net:check()
    assert.equal("ok", c.verdict)
    assert.equal(0, c.undecided)
    contains(c.reason, "3 of 13 are exactly 0 by both")
  end)

  it("does not blame the gradient for numbers that overflow", function()
    local net = mg.network { 1, { 1, "linear" }, { 1, "linear" }, precision = "single" }
    net.X, net.y = { { 1e30 } }, { 1e15 }
    net.theta = { { { 0, 0 } }, { { 0, 1 } } }
    local c = net:check()
    assert.is_true(c.ok, tostring(c))
    -- a NaN that nothing explains is wrong
    for _, bad in ipairs { { 0 / 0, "NaN" }, { -math.huge, "-Inf" } } do
      net = helpers.xor()
      net:forward()
      net:backward()
      net.grad[2][1][1] = bad[1]
      c = net:check { grad = net.grad }
      assert.equal("failed", c.verdict)
      contains(c.reason, ("GRAD[2][1][1] is %s by backpropagation"):format(bad[2]))
    end
  end)

  it("finds mistakes where the cost is next to nothing, too", function()
    local net = helpers.xor { 2, 8, 1, seed = 1, activation = "tanh", output = "linear", cost = "mse", eta = .3,
      init = "xavier" }
    repeat net:step(50) until net:cost() < 1e-12
    for _, name in ipairs { "wrong-sign", "missing-factor", "no-hidden-derivative", "dropped-row" } do
      net:bug(name)
      local c = net:check()
      assert.equal("failed", c.verdict)
      assert.same({ name }, c.mistakes)
    end
  end)

  it("holds over networks at random", function()
    local t = study.run(1, helpers.many(20000, 60), 6)
    assert.same({}, t.false_alarms)
    assert.is_true(t.networks > t.skipped * 10)
    -- elu's g'' jumps, and two steps of 1e-2 and 1e-1 across the jump said the same by chance
    assert.is_true(study.network(16566):check().ok)
    local o = t.ordinary.double
    assert.is_true(o.undecided - o.zero < .05 * o.pairs, ("%d of %d"):format(o.undecided, o.pairs))
    for name, found in pairs(t.found) do
      local f = found["> 300"]
      assert.is_true((f.now or 0) >= (f.before or 0), name)
    end
  end)

  it("holds over networks at random with costs that have kinks", function()
    local t = study.run(1, helpers.many(4000, 60), 6, "kinked")
    assert.same({}, t.false_alarms)
    local now, all = 0, 0
    for name, found in pairs(t.found) do
      local f = found["> 300"]
      assert.is_true((f.now or 0) >= (f.before or 0), name)
      now, all = now + (f.now or 0), all + (f.all or 0)
    end
    assert.is_true(now > .8 * all, now .. " of " .. all) -- mae has its own prediction as y at times: all pairs at kinks
  end)

  it("holds by each method, epsilon and tolerance that is asked for", function()
    local asked = { { method = "forward" }, { method = "forward", epsilon = 1e-2 }, { epsilon = 1e-8 },
      { method = "five-point", epsilon = 1e-3 }, { tolerance = 1e-10 }, { method = "forward", tolerance = 1e-9 } }
    for k = 1, helpers.many(3000, 60) do
      local net = study.network(k)
      local finite, c = pcall(net.check, net, asked[k % #asked + 1])
      assert.is_true(not finite or c.ok, k)
    end
    -- a one-sided difference of l2 / 2 w^2 is off by epsilon l2 / 2, also where J does not depend on w
    for _, precision in ipairs { "double", "single" } do
      local net = helpers.xor { 2, 2, 1, precision = precision, l2 = .1, seed = 1, X = { { 0, 0 } }, y = { 1 } }
      net.theta[2] = { { 1, .1, .2 } }
      for _, o in ipairs { { method = "forward" }, { method = "forward", epsilon = 1e-2 } } do
        assert.is_true(net:check(o).ok)
      end
    end
  end)

  it("holds for functions written in Lua", function()
    local quartic = helpers.own_functions()
    -- two numbers of size 1e3 cancel: its noise is a thousand times that of its value
    local noisy = mg.cost { name = "noisy squares", check = false,
      f = function(a, t) return (a - t + 1000) ^ 2 / 2 - 1000 * (a - t) - 500000 end,
      delta = function(a, t) return a - t end }
    local kinked = mg.cost { name = "absolute", check = false, f = function(a, t) return math.abs(a - t) end,
      delta = function(a, t) return a > t and 1 or a < t and -1 or 0 end }
    for k = 1, helpers.many(40, 8) do
      for _, cost in ipairs { quartic, noisy, kinked } do
        local net = mg.network { 3, { 4, "tests' swish" }, { 2, "linear" }, cost = cost, seed = k, init = "xavier",
          eta = .05 }
        local g = mg.generator(k)
        net.X = g:randn(6, 3)
        net.y = k % 2 == 0 and net:predict(net.X) + 1e-9 * g:randn(6, 2) or g:randn(6, 2)
        no_alarm(net, k)
        net:step(50)
        no_alarm(net, k)
        net:bug "no-hidden-derivative"
        if cost ~= kinked and k % 2 == 1 then assert.is_false(net:check().ok, k) end
      end
    end
  end)

  it("is made by numbers that are asked for, of each method", function()
    local net = helpers.xor()
    for _, o in ipairs { { method = "forward" }, { epsilon = .1 }, { method = "five-point", epsilon = .2 },
      { method = "forward", epsilon = 1e-2 }, { samples = 3, method = "forward" }, { layer = 2, epsilon = 1e-2 } } do
      local c = net:check(o)
      assert.equal("ok", c.verdict)
      assert.is_true(c.relative > 1e-6)
      net:bug "wrong-sign"
      assert.equal("failed", net:check(o).verdict)
      net:bug(false)
    end
    assert.equal("undecided", net:check({ epsilon = 1e-20 }).verdict)
    net:bug "wrong-sign"
    assert.equal("undecided", net:check({ epsilon = 1e-20 }).verdict)
  end)
end)

describe("check's report", function()
  it("has the norm ratio of the courses", function()
    local net = helpers.xor()
    local c = net:check { of = "mse" }
    assert.near(1 / 3, c.norm_ratio, 1e-9) -- b = 2 n
    local b, n, apart = 0, 0, 0
    c = net:check { method = "forward" }
    for l = 1, 3 do
      local layer = c.layers[l]
      b, n = b + (layer.backprop ^ 2):sum(), n + (layer.numeric ^ 2):sum()
      apart = apart + ((layer.backprop - layer.numeric) ^ 2):sum()
    end
    assert.near(apart ^ .5 / (b ^ .5 + n ^ .5), c.norm_ratio, 1e-12 * c.norm_ratio)
    contains(tostring(c.table), ("\n||b - n|| / (||b|| + ||n||) = %.3g"):format(c.norm_ratio))
  end)

  it("has a table, the worst first", function()
    local net = helpers.xor()
    net:forward()
    net:backward()
    net.grad[2][1][2] = 0
    local c = net:check { grad = net.grad }
    local t = c.table
    assert.equal(t, c.table)
    assert.equal(15, #t)
    for k = 2, #t do assert.is_true(t[k].relative <= t[k - 1].relative) end
    assert.same({ 2, 1, 2, 0, "wrong" }, { t[1].layer, t[1].i, t[1].j, t[1].backprop, t[1].verdict })
    local lines = {}
    for line in tostring(t):gmatch "[^\n]+" do lines[#lines + 1] = line end
    assert.equal(17, #lines)
    assert.matches("^ +| +backprop | +numeric | relative$", lines[1])
    assert.matches("^GRAD%[2%]%[1%]%[2%] +| +0 | +0%.0156825843 | 1  wrong$", lines[2])
    local large = mg.network { 30, 40, 3, seed = 1, X = mg.rand(4, 30), y = mg.rand(4, 3) }
    assert.matches("\n%d+ more, with smaller errors\n", tostring(large:check().table))
  end)

  it("leaves THETA and the mistake as they were", function()
    local net = trained(1, { 2, 8, 8, 1 }, 3000)
    local before = helpers.theta(net)
    net:check()
    net:check { sweep = true, samples = 5 }
    assert.equal(before, helpers.theta(net))
  end)
end)

describe("check's reason", function()
  -- GRAD of a network of three layers with some of its numbers changed by f(grad, theta).
  local function spoilt(f, options)
    local spec = { 3, { 4, "tanh" }, { 4, "sigmoid" }, 2, seed = 8, X = mg.generator(1):randn(6, 3),
      y = mg.generator(2):rand(6, 2) }
    for name, v in pairs(options or {}) do spec[name] = v end
    local net, own = mg.network(spec), {}
    net:forward()
    for l, m in ipairs(net:backward()) do own[l] = m:copy() end
    f(own, net.theta)
    return net:check { grad = own }
  end

  local function biases(m) return m:cols(1, 1) end
  local function weights(m) return m:cols(2, m.ncols) end
  local function add(m, more) m:set(m + more) end

  it("judges weights and biases of each layer by themselves", function()
    -- deeplearning.ai's exercise on gradient checking
    local c = spoilt(function(g)
      biases(g[1]):set(4 * biases(g[1]))
      weights(g[2]):set(2 * weights(g[2]))
    end)
    assert.equal("failed", c.verdict)
    contains(c.reason, "the biases of GRAD[1], 4.000 times their differences",
      "the weights of GRAD[2], 2.000 times their differences", "so DELTA is right")
    assert.is_nil(c.reason:find("on its way", 1, true))
    c = spoilt(function(g)
      weights(g[1]):set(3 * weights(g[1]))
      for l = 2, 3 do biases(g[l]):fill(.5) end
    end)
    contains(c.reason, "the weights of GRAD[1], 3.000 times", "the biases of GRAD[2]", "the biases of GRAD[3]")
    c = spoilt(function(g)
      g[1]:set(g[1] ^ 2)
      biases(g[3]):set(2 * biases(g[3]))
    end)
    contains(c.reason, "GRAD[2] agrees, GRAD[1] and GRAD[3] are wrong", "only bias columns are wrong, in GRAD[3]",
      "all of GRAD[1] is wrong", "on its way from layer 2 to 1")
  end)

  it("names l1 and l2 that are forgotten, counted twice, or on the biases", function()
    local function all(f)
      return function(g, theta)
        for l = 1, 3 do f(g[l], theta[l]) end
      end
    end
    contains(spoilt(all(function(g, w) add(weights(g), -.03 * weights(w)) end), { l2 = .03 }).reason,
      "l2 is forgotten: the gradients of the weights lack 0.03 W")
    contains(spoilt(all(function(g, w) add(weights(g), .03 * weights(w)) end), { l2 = .03 }).reason,
      "l2 is counted 2 times: the gradients of the weights have 0.06 W in place of 0.03 W")
    local function sign(v) return v > 0 and 1 or -1 end
    local c = spoilt(all(function(g, w) add(weights(g), -.02 * weights(w):map(sign)) end), { l1 = .02, l2 = .03 })
    contains(c.reason, "l1 is forgotten: the gradients of the weights lack 0.02 sign(W)")
    local function forget_both(g, w) add(weights(g), -.02 * weights(w):map(sign) - .03 * weights(w)) end
    contains(spoilt(all(forget_both), { l1 = .02, l2 = .03 }).reason, "l1 and l2 are forgotten")
    contains(spoilt(all(function(g, w) add(weights(g), .05 * weights(w)) end)).reason,
      "0.05 W is added to the gradients of the weights: l2 is in the gradient, and not in J")
    contains(spoilt(all(function(g, w) add(biases(g), .03 * biases(w)) end), { l2 = .03 }).reason,
      "the biases are regularised in the gradient: 0.03 b is added to each")
  end)
end)
