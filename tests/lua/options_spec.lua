-- Networks: options, init, layers without a bias, what is frozen, copies.

local helpers = require "helpers"
local mg = require "moongrad"

local raises = helpers.raises

describe("options", function()
  it("are read and set by name", function()
    local net = helpers.xor()
    net.options.cost = "mse"
    assert.equal("mse", net.options.cost)
    assert.equal(net:step().mse, net:cost())
    net.options.eta, net.options.l2 = .5, .01
    assert.same({ .5, .01 }, { net.eta, net.options.l2 })
    net.options.cost, net.options.l2 = nil, nil
    assert.same({ "sse", 0 }, { net.options.cost, net.options.l2 })
    assert.near(2 * net:step().mse, net:cost(), 1e-15) -- 1/2 sum = N/2 mean, N = 4
  end)

  it("that do not exist or do not fit raise and change nothing", function()
    local net = helpers.xor()
    local text = tostring(net.options)
    raises(function() return net.options.etaa end, 'no option "etaa"', "eta")
    raises(function() net.options.etaa = 1 end, 'no option "etaa"', "eta")
    raises(function() net.options[1] = 1 end, "no option 1")
    raises(function() net.options.cost = "softmaxx" end, 'no cost "softmaxx"', "softmax")
    raises(function() net.options.output = "softmax" end, 'goes with cost "softmax"')
    raises(function() net.options.l1 = "x" end, "l1")
    raises(function() net.options.eta = nil end, "eta")
    assert.equal(text, tostring(net.options))
  end)

  it("of a softmax of one unit, which is always 1, raise and say what to do", function()
    local own = mg.cost { name = "options' own", f = function(a, t) return (a - t) ^ 2 end,
      delta = function(a, t) return 2 * (a - t) end }
    local two = mg.network { 2, 3, 2, cost = "softmax" }
    local net = helpers.xor()
    local text = tostring(net.options)
    for _, f in ipairs { function() mg.network { 2, 3, 1, cost = "softmax" } end,
      function() mg.network { 2, { 1, "softmax" }, cost = "softmax" } end,
      function() mg.network { 2, 1, output = "softmax", cost = own } end,
      function() net.options.cost = "softmax" end, function() two:like { 2, 3, 1 } end } do
      raises(f, "softmax output of one unit is always 1", 'output = "sigmoid"', 'cost = "cross-entropy"')
    end
    assert.equal(text, tostring(net.options))
  end)

  it("change activations, also of layers that were given their own", function()
    local net = helpers.xor { activation = "relu" }
    net:step()
    net.options.activation = "tanh"
    assert.equal("tanh", net.options.output)
    assert.equal(0, #net.a) -- the pass was another network's
    raises(function() net:backward() end, "no forward pass yet")
    net.options.output = "sigmoid"
    local yhat = net:forward()
    local hidden = mg.tanh(net.z[1])
    assert.equal(helpers.bits(hidden), helpers.bits(net.a[2]:cols(2, 3)))
    assert.equal(helpers.bits(mg.sigmoid(net.z[3])), helpers.bits(yhat))
  end)

  it("given as tables are the network's own, and read-only", function()
    local cost = { "squares", scale = 3 }
    local net = helpers.xor { cost = cost }
    local j = net:cost()
    cost.scale = 100
    assert.equal(3, net.options.cost.scale)
    assert.equal("squares", net.options.cost[1])
    raises(function() net.options.cost.scale = 5 end, "cost cannot be changed in place")
    assert.equal(j, net:cost())
    assert.is_true(net:check().ok)
    local other = helpers.xor { cost = net.options.cost }
    assert.equal(j, other:cost())
    assert.is_truthy(tostring(net.options):find('cost       = {"squares", scale = 3}', 1, true))
  end)

  it("seed restarts the private generator, nil goes back to the shared one", function()
    local net = mg.network { 2, 2, 1, seed = 5 }
    local drawn = helpers.theta(net)
    net:init()
    assert.not_equal(drawn, helpers.theta(net))
    net.options.seed = 5
    net:init()
    assert.equal(drawn, helpers.theta(net))
    net.options.seed = nil
    mg.seed(5)
    net:init()
    assert.equal(drawn, helpers.theta(net))
  end)
end)

describe("init", function()
  it("draws by each method", function()
    local net = mg.network { 3, 50, 2, seed = 1 }
    local cases = { { "uniform", 0, 1 }, { "epsilon", -.12, .12 },
      { "xavier", -math.sqrt(6 / 53), math.sqrt(6 / 53) }, { "constant", 0, 0 } }
    for _, case in ipairs(cases) do
      net:init(case[1])
      local m = net.theta[1]
      assert.is_true(m:min() >= case[2] and m:max() <= case[3], case[1])
    end
    net:init("epsilon", { epsilon = 3 })
    assert.is_true(net.theta[1]:max() > 2)
    net:init("constant", { value = .25 })
    assert.same({ .25, .25, .25, .25 }, net.theta[1]:totable()[1])
    for _, method in ipairs { "xavier", "he" } do
      net:init(method)
      assert.equal(0, net.theta[1]:cols(1, 1):norm())
    end
    net:init { "uniform", high = 2 }
    assert.is_true(net.theta[1]:max() > 1.5)
  end)

  -- np.random.seed(2); randn(2, 3) * sqrt(2 / 3) drawn without biases: NumPy 1.24.2
  it("of he is NumPy's randn, scaled, biases not drawn", function()
    local net = mg.network { 3, 2, init = "he", seed = 2 }
    helpers.near(net.theta[1], mg.hstack(mg.zeros(2, 1), mg.generator(2):randn(2, 3) * math.sqrt(2 / 3)), 0)
  end)

  it("sets the epoch to 0 and keeps the option", function()
    local net = helpers.xor()
    net:step(5)
    net:init "he"
    assert.equal(0, net.epoch)
    assert.equal("uniform", net.options.init)
    assert.equal(1, net:step().epoch)
  end)

  it("raises for what it cannot do, and draws nothing", function()
    local net = helpers.xor()
    local before = helpers.theta(net)
    raises(function() net:init "foo" end, 'init: no method "foo"', "uniform")
    raises(function() net:init(5) end, "init: expected one of", "5")
    raises(function() net:init(false) end, "init: expected one of", "false")
    raises(function() net:init("he", { gian = 1 }) end, 'no option "gian"', "gain")
    raises(function() net:init("he", { gain = "1" }) end, "gain: expected a number")
    raises(function() net:init("he", { "xavier" }) end, "expected named numbers")
    raises(function() net:init("he", 5) end, "expected a table")
    raises(function() net:init("he", {}, 5) end, "expected a method and its options")
    assert.equal(before, helpers.theta(net))
  end)
end)

describe("a layer without a bias", function()
  it("keeps column 1 of THETA 0, undrawn, unchecked, unmoved", function()
    local net = helpers.xor { 2, { 3, bias = false }, 1, seed = 6 }
    assert.same({ 3, 3 }, net.theta[1].shape)
    local drawn = mg.generator(6):rand(3, 2)
    assert.equal(helpers.bits(drawn), helpers.bits(net.theta[1]:cols(2, 3)))
    for _ = 1, 2 do
      assert.equal(0, net.theta[1]:cols(1, 1):norm())
      net:step(100)
      assert.equal(0, net.grad[1]:cols(1, 1):norm())
      assert.equal(0, net.dtheta[1]:cols(1, 1):norm())
      net:init "constant"
    end
    net:init "uniform"
    local c = net:check()
    assert.is_true(c.ok, tostring(c))
    assert.equal(10, c.compared)
  end)

  it("cannot be given one", function()
    local net = mg.network { 2, { 2, bias = false }, 1 }
    net.theta[1] = { { 0, 1, 2 }, { 0, 3, 4 } }
    raises(function() net.theta[1] = { { 0, 1, 2 }, { 9, 3, 4 } } end, "theta[1]", "no bias", "got 9 at [2][1]")
    assert.same({ { 0, 1, 2 }, { 0, 3, 4 } }, net.theta[1]:totable())
  end)
end)

describe("weights without the bias's column", function()
  it("are taken by a layer that has no bias, from every way to write THETA", function()
    local net = mg.network { 2, { 3, bias = false }, 1, seed = 1 }
    local weights, whole = mg.matrix { { 1, 2 }, { 3, 4 }, { 5, 6 } }, { { 0, 1, 2 }, { 0, 3, 4 }, { 0, 5, 6 } }
    local function is_taken() assert.same(whole, net.theta[1]:totable()) end
    net.theta[1] = weights
    is_taken()
    net.theta[1]:fill(0)
    net.theta = { weights.T:copy().T, net.theta[2]:copy() }
    is_taken()
    net.theta = { net.theta[1]:cols(2, 3), net.theta[2] }
    is_taken()
    net.theta[1] = { { 1, 2 }, { 3, 4 }, { 5, 6 } }
    is_taken()
    net:init { weights, net.theta[2]:copy() }
    is_taken()
    net.options.init = { weights, net.theta[2]:copy() }
    net:init()
    is_taken()
    net = mg.network { 2, { 3, bias = false }, 1, init = { weights, mg.ones(1, 4) } }
    is_taken()
  end)

  it("are refused by one that has, and in any other shape", function()
    local net = mg.network { 2, { 3, bias = false }, 1, seed = 1 }
    raises(function() net.theta[2] = mg.ones(1, 3) end, "theta[2]: expected 1 x 4, got 1 x 3")
    raises(function() net.theta[1] = mg.ones(2, 3) end, "theta[1]: expected 3 x 3, got 2 x 3")
    raises(function() net:init { mg.ones(3, 2), mg.ones(1, 3) } end, "theta[2]: expected 1 x 4, got 1 x 3")
    raises(function() net:init { mg.ones(3, 1), mg.ones(1, 4) } end, "theta[1]: expected 3 x 3, got 3 x 1")
  end)
end)

describe("frozen", function()
  it("keeps what it names, and no more", function()
    for _, part in ipairs { true, "bias", "weights" } do
      local net, free = helpers.xor(), helpers.xor()
      net.frozen[2] = part
      local before = net.theta[2]:copy()
      net:step()
      free:step()
      local bias = part ~= "weights" and before or free.theta[2]
      local weights = part ~= "bias" and before or free.theta[2]
      assert.equal(helpers.bits(mg.hstack(bias:cols(1, 1), weights:cols(2, 3))), helpers.bits(net.theta[2]))
      assert.equal(helpers.bits(free.theta[1]), helpers.bits(net.theta[1]))
      assert.equal(helpers.bits(free.theta[3]), helpers.bits(net.theta[3]))
      assert.equal(helpers.bits(free.grad[2]), helpers.bits(net.grad[2])) -- the gradient is as ever
      if part == true then assert.equal(0, net.dtheta[2]:norm()) end
      net.frozen[2] = false
      net:step()
      assert.not_equal(helpers.bits(before), helpers.bits(net.theta[2]))
    end
  end)

  it("is read, copied and checked", function()
    local net = mg.network { 2, 2, 2, 1 }
    net.frozen[1], net.frozen[3] = "bias", true
    assert.equal("{bias, false, true}", tostring(net.frozen))
    assert.equal("{bias, false, true}", tostring(net:copy().frozen))
    raises(function() net.frozen[2] = "biases" end, "frozen: expected", '"biases"')
    raises(function() net.frozen[2] = nil end, "frozen: expected", "nil")
    raises(function() net.frozen[9] = true end, "frozen[9]", "1 to 3")
    raises(function() return net.frozen[9] end, "frozen[9]", "1 to 3")
    assert.is_nil(net.frozen[4])
    assert.equal("{bias, false, true}", tostring(net.frozen))
  end)

  it("of all layers leaves THETA where it is, for wide layers too", function()
    local net = mg.network { 20, 30, 10, seed = 1 }
    net.X, net.y = helpers.data(1, 7, 20, 10)
    local before = helpers.bits(net.theta)
    for l = 1, 2 do net.frozen[l] = true end
    net:step(3)
    assert.equal(before, helpers.bits(net.theta))
    net.frozen[1], net.frozen[2] = "weights", "bias"
    local free = net:copy()
    free.frozen[1], free.frozen[2] = false, false
    net:step()
    free:step()
    assert.equal(helpers.bits(free.theta[1]:cols(1, 1)), helpers.bits(net.theta[1]:cols(1, 1)))
    assert.equal(helpers.bits(free.theta[2]:cols(2, 31)), helpers.bits(net.theta[2]:cols(2, 31)))
  end)
end)

describe("a copy", function()
  it("is the same in every bit, and goes its own way the same", function()
    local net = helpers.xor { 2, { 5, "tanh" }, { 3, "relu", bias = false }, 1, cost = { "squares", scale = 2 },
      l2 = .01 }
    net.frozen[2] = "weights"
    net:step(7)
    local twin = net:copy()
    assert.equal(helpers.live(net), helpers.live(twin))
    assert.equal(tostring(net.options), tostring(twin.options))
    assert.equal(tostring(net), tostring(twin))
    net:train { epochs = 3, batch = 3 }
    assert.not_equal(helpers.theta(net), helpers.theta(twin))
    twin:train { epochs = 3, batch = 3 } -- the private generator came along
    assert.equal(helpers.live(net), helpers.live(twin))
    net:init()
    twin:init()
    assert.equal(helpers.live(net), helpers.live(twin))
  end)

  it("of a network half way through a step can go on", function()
    local net = helpers.xor()
    net:forward()
    local twin = net:copy()
    net:backward()
    twin:backward()
    local third = twin:copy()
    net:update()
    third:update()
    assert.equal(helpers.live(net), helpers.live(third))
  end)

  it("leaves the shared generator alone", function()
    local net = helpers.xor()
    mg.seed(1)
    local expected = mg.rand()
    mg.seed(1)
    net:copy()
    assert.equal(expected, mg.rand())
    net.options.seed = nil
    mg.seed(1)
    net:copy()
    assert.equal(expected, mg.rand())
  end)

  it("shares nothing", function()
    local net = helpers.xor()
    local twin = net:copy()
    assert.is_true(twin.X == net.X and twin.y == net.y)
    twin.X[1][1], twin.y[1][1], twin.theta[1][1][1] = 9, 9, 9
    assert.equal(0, net.X[1][1])
    assert.equal(0, net.y[1][1])
    assert.not_equal(9, net.theta[1][1][1])
    raises(function() net:copy(1) end, "copy: takes no arguments")
  end)

  it("of other sizes keeps the options", function()
    local net = helpers.xor { cost = "mse", eta = .3 }
    local other = net:like { 2, 5, 1 }
    assert.same({ "mse", .3, 5 }, { other.options.cost, other.eta, other.layers[2] })
    assert.is_true(other.X == net.X)
    raises(function() net:like(5) end, "like: expected one table of layer sizes", "5")
  end)

  it("of as many layers keeps what was said layer by layer, else the output's", function()
    local net = mg.network { 2, { 3, "relu", bias = false }, { 1, "tanh" } }
    net.frozen[2] = "bias"
    local twin = net:like { 2, 5, 1 }
    assert.matches("network 2%-5%-1   relu, tanh", tostring(twin))
    assert.equal("bias", twin.frozen[2])
    assert.same({ 0, 0, 0, 0, 0 }, twin.theta[1]:cols(1, 1).T:totable()[1])
    assert.matches("network 2%-5%-5%-1   sigmoid, tanh", tostring(net:like { 2, 5, 5, 1 }))
  end)
end)
