-- Tests of check(): its verdict, its numbers, and that the network stays as it is.

local core = require "moongrad.core"
local helpers = require "helpers"
local mg = require "moongrad"

local raises = helpers.raises
local make, contains = helpers.on_random_data, helpers.contains

describe("check", function()
  it("agrees for every activation and cost that go together, l1 and l2 too, fresh and trained", function()
    local costs = { "sse", "mse", "quadratic", { "squares", scale = .3 }, "cross-entropy", "softmax" }
    for k, activation in ipairs(core.activations) do
      for _, cost in ipairs(costs) do
        local outputs = cost == "cross-entropy" and { "sigmoid" } or cost == "softmax" and { "softmax" }
          or { "linear", "sigmoid", activation ~= "softmax" and activation or nil }
        for _, output in ipairs(outputs) do
          local net = make(k, 6, { 3, { 5, activation }, 4, 2, activation = activation, output = output, cost = cost,
            l1 = .01, l2 = .02, init = "xavier", eta = .01 })
          for _ = 1, 2 do
            local c = net:check()
            assert.is_true(c.ok, tostring(c) .. tostring(net))
            assert.is_true(c.relative < 1e-6)
            net:step(20)
          end
        end
      end
    end
  end)

  it("reports every layer's numbers, and the worst of them", function()
    local net = make(1, 5, { 3, 4, 2 })
    local c = net:check()
    assert.is_true(c.ok)
    assert.same({}, c.mistakes)
    assert.equal(2, #c.layers)
    local worst = 0
    for l = 1, 2 do
      assert.equal(helpers.bits(net.grad[l]), helpers.bits(c.layers[l].backprop))
      assert.same(net.theta[l].shape, c.layers[l].numeric.shape)
      helpers.near(c.layers[l].numeric, c.layers[l].backprop, 1e-9)
      worst = math.max(worst, c.layers[l].relative:max())
    end
    assert.equal(worst, c.relative)
    local w = c.worst
    assert.equal(worst, w.relative)
    assert.equal(w.backprop, net.grad[w.layer][w.i][w.j])
    assert.equal(w.numeric, c.layers[w.layer].numeric[w.i][w.j])
    local apart = math.abs(w.backprop - w.numeric)
    assert.equal(apart / math.max(math.abs(w.backprop), math.abs(w.numeric), c.floor), w.relative)
    assert.equal(22 + 4, c.compared)
    assert.equal(net:cost(), c.cost)
    contains(tostring(c), "check ok", "central differences of sse", "epsilon 1e-05", "every gradient agrees")
  end)

  it("has the floor that differences of J can resolve", function()
    local net = make(1, 5, { 3, 4, 2 })
    local c = net:check { epsilon = 1e-4, tolerance = 1e-5 }
    -- 16 u J at least, and what the rounding of a few dozen terms leaves of J
    local least = 16 * 2 ^ -53 * net:cost() / (1e-4 * 1e-5)
    assert.is_true(c.floor > least and c.floor < 10 * least)
    assert.near(c.floor, net:check({ epsilon = 1e-5, tolerance = 1e-4 }).floor, 1e-15 * c.floor)
    -- On a plateau gradients are far below the floor, and right.
    net.theta[1]:fill(40)
    assert.is_true(net:check().ok)
  end)

  it("has a worst even where all agree to the bit", function()
    local net = mg.network { 1, 1, activation = "linear", init = "constant" }
    net.X, net.y = { { 0 } }, { 0 }
    local c = net:check()
    assert.is_true(c.ok)
    assert.equal(1, c.worst.layer)
  end)

  it("leaves THETA as it was in every bit, and the generator", function()
    for _, method in ipairs { "central", "forward", "five-point" } do
      local net = make(2, 4, { 2, 3, 1 })
      net:step(3)
      net.theta[1][1][1] = 0.1 + 0.2
      net.theta[1][1][2] = -0.0
      net.theta[2][1][1] = 5e-324
      local before = helpers.theta(net)
      net:check { method = method, epsilon = .3, tolerance = 1 }
      assert.equal(before, helpers.theta(net))
      local twin = make(2, 4, { 2, 3, 1 })
      net:init()
      twin:init()
      assert.equal(helpers.theta(twin), helpers.theta(net))
    end
  end)

  it("takes differences of each kind", function()
    local net = make(3, 5, { 2, 3, 1 })
    -- J as a function of one weight, by hand.
    local function j(w)
      local twin = net:copy()
      twin.theta[1][2][3] = w
      return twin:cost()
    end
    local w, h = net.theta[1][2][3], .01
    local expected = {
      central = (j(w + h) - j(w - h)) / (2 * h),
      forward = (j(w + h) - j(w)) / h,
      ["five-point"] = (j(w - 2 * h) - 8 * j(w - h) + 8 * j(w + h) - j(w + 2 * h)) / (12 * h),
    }
    for method, slope in pairs(expected) do
      local c = net:check { method = method, epsilon = h, tolerance = 1 }
      -- a rounding of J, some units in the last place, over h
      assert.near(slope, c.layers[1].numeric[2][3], 1e-12)
    end
    assert.is_true(net:check({ method = "five-point", epsilon = 1e-3 }).ok)
    assert.is_true(net:check({ method = "forward", epsilon = 1e-2 }).relative > 1e-4)
    assert.is_true(net:check({ method = "forward", epsilon = 1e-6, tolerance = 1e-3 }).ok)
  end)

  it("of one layer looks at that alone", function()
    local net = make(4, 5, { 2, 3, 4, 1 })
    local c = net:check { layer = 2 }
    assert.is_nil(c.layers[1])
    assert.is_nil(c.layers[3])
    assert.equal(16, c.compared)
    assert.equal(2, c.worst.layer)
  end)

  it("of samples takes some of every layer, biases included", function()
    local net = make(5, 5, { 30, 40, 3 })
    local c = net:check { samples = 50 }
    assert.is_true(c.ok)
    assert.is_true(c.compared >= 45 and c.compared <= 60, c.compared)
    for l = 1, 2 do
      local numeric, biases, weights = c.layers[l].numeric, 0, 0
      for i = 1, #numeric do
        for j = 1, numeric.ncols do
          if numeric[i][j] == numeric[i][j] then
            if j == 1 then biases = biases + 1 else weights = weights + 1 end
          end
        end
      end
      assert.is_true(biases >= 1 and weights >= 1)
    end
    assert.equal(30 * 40 + 40 + 123, net:check({ samples = 1e6 }).compared)
    assert.is_true(net:check({ samples = 1 }).compared >= 4)
  end)

  it("finds a gradient that is of another cost, and names the ratio", function()
    local net = helpers.xor() -- the article's: descends sse, N = 4, K = 1, and differences the mean
    local c = net:check { of = "mse" }
    assert.is_false(c.ok)
    assert.equal("mse", c.of)
    contains(c.reason, "by backpropagation", "by differences of mse",
      "ratio backprop / numeric is 2.000 = N*K/2 everywhere")
    contains(tostring(c), "check FAILED")
    -- 5 rows, 3 outputs: N K / 2 = 7.5
    net = make(6, 5, { 2, 4, 3 })
    contains(net:check({ of = "mse" }).reason, "backprop / numeric is 7.500 = N*K/2 everywhere")
    contains(net:check({ of = "quadratic" }).reason, "is 5.000 = N everywhere")
    assert.is_true(net:check({ of = "sse" }).ok)
    assert.is_true(net:check({ of = { "squares", scale = .5 } }).ok)
    contains(net:check({ of = { "squares", scale = -.5 } }).reason, "is -1.000 = -1 everywhere")
    assert.is_nil(net:check({ of = "cross-entropy" }).reason:find "everywhere")
  end)

  it("counts no kink as a failure, and names it", function()
    local net = mg.network { 1, { 1, "relu" }, { 1, "linear" } }
    net.X, net.y = { { 1 }, { -1 } }, { 1, 1 }
    net.theta = { { { 0, 1e-7 } }, { { 0, 1 } } }
    local c = net:check()
    assert.is_true(c.ok, tostring(c))
    assert.same({ { layer = 1, i = 1, j = 1 }, { layer = 1, i = 1, j = 2 } }, c.kinks)
    assert.equal(2, c.compared)
    contains(tostring(c), "2 left out", "GRAD[1][1][1]")
    contains(net:check({ layer = 1 }).reason, "nothing could be checked: every difference crosses a kink")
    contains(tostring(net:check { layer = 1 }), "check UNDECIDED")
    -- w = 0 is a kink of l1
    net = make(7, 3, { 2, 2, 1, l1 = .1 })
    net.theta[1][1][2] = 0
    c = net:check()
    assert.is_true(c.ok)
    assert.same({ { layer = 1, i = 1, j = 2 } }, c.kinks)
  end)

  it("fails for a gradient that is NaN, wherever it stands", function()
    local numeric, kinked = mg.ones(2, 3), mg.zeros(2, 3)
    for i = 1, 2 do
      for j = 1, 3 do
        local backprop = mg.ones(2, 3)
        backprop[i][j] = 0 / 0
        local _, worst, wi, wj = core.check_relative(backprop, numeric, kinked, 1e-9, 1e-12)
        assert.is_true(worst ~= worst)
        assert.same({ i, j }, { wi, wj })
      end
    end
    -- J is finite, GRAD[1] overflows, GRAD[2] is right.
    local net = mg.network { 1, { 1, "linear" }, { 1, "linear" } }
    net.X, net.y = { { 1e300 } }, { 1e150 }
    net.theta = { { { 0, 0 } }, { { 0, 1 } } }
    local c = net:check { epsilon = 1e-160, layer = 2 }
    assert.is_true(c.ok)
    raises(function() net:check { epsilon = 1e200 } end, "J is not finite near THETA[1][1][1]", "smaller epsilon")
  end)

  it("does not blame backpropagation for a one-sided difference's own error", function()
    local c = helpers.xor():check { method = "forward" }
    assert.equal("ok", c.verdict)
    assert.is_true(c.relative > 1e-6)
    contains(c.reason, "the gradient is right by five points, but 12 of 15 forward differences by epsilon = 1e-05 are",
      "a one-sided difference is itself off by about epsilon = 1e-05")
    assert.is_true(helpers.xor():check({ method = "forward", tolerance = 1e-4 }).ok)
  end)

  -- GRAD with some of its numbers changed by f(grad).
  local function spoilt(net, f)
    local own = {}
    net:forward()
    for l, m in ipairs(net:backward()) do own[l] = m:copy() end
    f(own)
    return net:check { grad = own }
  end

  it("says where a gradient is wrong", function()
    local net = make(8, 6, { 3, { 4, "tanh" }, { 4, "sigmoid" }, 2 })
    local function wrong(f, ...)
      local c = spoilt(net, f)
      assert.is_false(c.ok)
      assert.same({}, c.mistakes)
      contains(c.reason, ...)
    end
    wrong(function(g) g[2][3][2] = 0 end, "it is the only one of 46 gradients that is wrong", "GRAD[2][3][2] is 0")
    wrong(function(g) g[2]:cols(1, 1):fill(.5) g[1][1][1] = 3 end,
      "only bias columns are wrong, in GRAD[1] and GRAD[2]")
    wrong(function(g) g[2][1][3], g[2][2][4] = 1, 2 end, "in GRAD[2] the biases agree, so DELTA is right")
    wrong(function(g) g[2]:cols(2, 5):set(g[2]:cols(2, 5).T:copy()) end, "GRAD[2] are the transpose")
    wrong(function(g) g[2]:set(g[2] ^ 2) g[1]:set(g[1] ^ 2) end, "GRAD[3] agrees, GRAD[1] and GRAD[2] are wrong",
      "on its way from layer 3 to 2", "g'(Z[2])")
    wrong(function(g) g[1]:set(g[1] ^ 2) end, "GRAD[2] and GRAD[3] agree, GRAD[1] is wrong",
      'it is the first with activation "tanh"')
    wrong(function(g) g[1]:set(-g[1]) end,
      "GRAD[1] is wrong: there the ratio backprop / numeric is -1.000 = -1 everywhere")
    wrong(function(g) g[3]:set(g[3] ^ 2) end, "GRAD[1] and GRAD[2] agree, GRAD[3] is wrong", "product DELTA^T A")
    wrong(function(g) for l = 1, 3 do g[l]:set(g[l] ^ 2) end end, "DELTA[3] may be wrong already")
    wrong(function(g) for l = 1, 3 do g[l]:set(3 * g[l]) end end, "is 3.000 = N/2 everywhere", "a factor")
    wrong(function(g) for l = 1, 3 do g[l]:set(2.5 * g[l]) end end, "is 2.500 everywhere")
    wrong(function(g) g[1][1][1] = 0 / 0 end, "GRAD[1][1][1] is NaN by", "not finite")
  end)

  it("has one ratio as a field", function()
    local c = helpers.xor():check { of = "mse" }
    assert.near(2, c.ratio, 1e-6)
    assert.same({ "N*K/2" }, c.ratio_names)
    contains(c.reason, "the gradient is of 1/2 sum of (yhat - y)^2", "the mean")
  end)

  it("checks a gradient of one's own, as it stands", function()
    local net = make(9, 4, { 2, 3, 1 })
    net:forward()
    net:backward()
    assert.is_true(net:check({ grad = net.grad }).ok)
    net.grad[1][2][2] = 9
    local c = net:check { grad = net.grad }
    assert.is_false(c.ok)
    assert.equal(9, c.worst.backprop)
    assert.are_not.equal(9, net.grad[1][2][2]) -- made anew
    assert.is_true(net:check().ok)
    local one = net.grad[2]:copy()
    assert.is_true(net:check({ layer = 2, grad = { [2] = one } }).ok)
    raises(function() net:check { grad = { one } } end, "check: grad[1]: expected 3 x 3, as THETA[1], got 1 x 4")
    raises(function() net:check { grad = { net.grad[1] } } end, "grad[2] is missing")
    raises(function() net:check { grad = 5 } end, "check: grad: expected a list of matrices", "5")
  end)

  it("raises for what it cannot do, THETA untouched", function()
    local net = helpers.xor()
    net:step()
    local before = helpers.theta(net)
    local function no(o, ...) raises(function() net:check(o) end, ...) end
    no({ eps = 1 }, 'check: no option "eps"', "epsilon")
    no({ epsilon = 0 }, "check: epsilon: expected a number above 0, got 0")
    no({ epsilon = "x" }, "check: epsilon", '"x"')
    no({ epsilon = 0 / 0 }, "check: epsilon")
    no({ tolerance = -1 }, "check: tolerance", "-1")
    no({ method = "centre" }, 'check: method: expected "central", "forward" or "five-point", got "centre"')
    no({ layer = 4 }, "check: layer: expected a layer from 1 to 3, got 4")
    no({ layer = "1" }, "check: layer", '"1"')
    no({ samples = 0 }, "check: samples: expected a whole number from 1, got 0")
    no({ of = "msee" }, 'check: of: no cost "msee"', "mse")
    no({ of = "softmax" }, "check: of", "goes with a softmax output, not sigmoid")
    no(5, "check: expected a table", "5")
    raises(function() net:check({}, 1) end, "check: expected one table")
    raises(function() net.check { layer = 1 } end, "check: expected a network first, got a table", "net:check")
    net.theta[1][1][1] = 0 / 0
    no({}, "check: J is NaN for THETA as it is", "init()")
    net.theta[1][1][1] = 1
    net.y = nil
    no({}, "check: no targets yet")
    net.X = nil
    no({}, "check: no data yet")
    net.X, net.y = { { 1, 2, 3 } }, { 1 }
    no({}, "check: X has 3 columns, expected 2")
    assert.equal(before:gsub("^%S+", ""), (helpers.theta(net):gsub("^%S+", "")))
  end)
end)
