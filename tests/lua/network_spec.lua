-- Networks: what they are made from, their fields and live views, options, copies, what is frozen.

local mg = require "moongrad"
local core = require "moongrad.core"
local kit = require "kit"

local raises = kit.raises

describe("a network is made", function()
  it("with the article's defaults", function()
    local net = mg.network { 2, 2, 2, 1 }
    assert.same({ 0.1, 0 }, { net.eta, net.epoch })
    assert.equal(4, #net.layers)
    assert.same({ 2, 2, 2, 1 }, { table.unpack(net.layers) })
    assert.equal("{2, 2, 2, 1}", tostring(net.layers))
    local o = net.options
    assert.same({ "sigmoid", "sigmoid", "sse", "sgd", "uniform", "double", 0, 0 },
      { o.activation, o.output, o.cost, o.optimizer, o.init, o.precision, o.l1, o.l2 })
    assert.same({ 2, 3 }, net.theta[1].shape)
    assert.same({ 1, 3 }, net.theta[3].shape)
    assert.is_nil(net.J)
  end)

  -- np.random.seed(0); rand(2, 3), rand(2, 3), rand(1, 3): NumPy 1.24.2.
  it("drawing THETA layer by layer, row by row, bias first, as NumPy's rand does", function()
    local theta = { { { 0.5488135039273248, 0.7151893663724195, 0.6027633760716439 },
      { 0.5448831829968969, 0.4236547993389047, 0.6458941130666561 } },
      { { 0.4375872112626925, 0.8917730007820798, 0.9636627605010293 },
        { 0.3834415188257777, 0.7917250380826646, 0.5288949197529045 } },
      { { 0.5680445610939323, 0.925596638292661, 0.07103605819788694 } } }
    mg.seed(0)
    local shared, own = mg.network { 2, 2, 2, 1 }, mg.network { 2, 2, 2, 1, seed = 0 }
    for l = 1, 3 do
      assert.same(theta[l], shared.theta[l]:totable())
      assert.same(theta[l], own.theta[l]:totable())
    end
  end)

  it("from a private generator that leaves the shared one alone", function()
    mg.seed(3)
    local expected = mg.rand()
    mg.seed(3)
    mg.network { 2, 2, 1, seed = 8 }
    assert.equal(expected, mg.rand())
  end)

  it("with activations, layer by layer", function()
    local net = mg.network { 2, { 3, "relu" }, { 4 }, { 2, "linear", bias = false }, activation = "tanh" }
    assert.equal("network 2-3-4-2   relu, tanh, linear, cost sse, eta 0.1   33 parameters   epoch 0", tostring(net))
    assert.equal("linear", net.options.output)
  end)

  it("with the output its cost goes with", function()
    assert.equal("softmax", mg.network { 2, 3, cost = "softmax" }.options.output)
    assert.equal("sigmoid", mg.network { 2, 3, cost = "cross-entropy", activation = "tanh" }.options.output)
    assert.equal("tanh", mg.network { 2, 3, activation = "tanh" }.options.output)
  end)

  it("of sizes that are whole floats", function()
    assert.same({ 3, 3 }, mg.network { 2.0, 3.0 }.theta[1].shape)
  end)

  it("for every pair of output and cost that goes together, and for no other", function()
    local costs = { "sse", "mse", "quadratic", { "squares", scale = 2 }, "cross-entropy", "softmax" }
    for _, output in ipairs(core.activations) do
      for _, cost in ipairs(costs) do
        local goes = output ~= "softmax" and cost ~= "cross-entropy" and cost ~= "softmax"
          or output == "sigmoid" and cost ~= "softmax" or output == "softmax" and cost == "softmax"
        local function make() return mg.network { 2, 2, output = output, cost = cost } end
        if goes then make() else raises(make, "goes with", output) end
      end
    end
  end)

  it("not from misuse", function()
    local function no(spec, ...) raises(function() mg.network(spec) end, ...) end
    no({ 2, 1, etaa = 1 }, 'no option "etaa"', "did you mean eta?")
    no({ 2, 1, [5] = 1 }, "no option 5")
    no({ 2, 0, 1 }, "layer 2", "got 0")
    no({ 2, -1 }, "layer 2", "got -1")
    no({ 2, 1.5 }, "layer 2", "got 1.5")
    no({ 2, "3" }, "layer 2", 'got "3"')
    no({ 2, {} }, "layer 2", "got nil")
    no({ 0 / 0, 1 }, "layer 1")
    no({ 2, 1e10, 1 }, "layer 2", "10000000000 units", "894.1 GiB", "2^30")
    no({ 2, 2 ^ 29, 2 ^ 29 }, "layer 3", "536870912 units", "THETA[2]", "this machine has")
    no({ 2, 2 ^ 62 }, "layer 2", "4611686018427387904 units")
    no({ 2, math.maxinteger }, "layer 2", "units")
    no({ 2, { 1, "sigmoidd" } }, 'layer 2: no activation "sigmoidd"', "did you mean sigmoid?")
    no({ 2, { 1, bias = 0 } }, "layer 2: bias: expected true or false, got 0")
    no({ 2, { 1, activation = "relu" } }, "layer 2: no option", "activation")
    no({ { 2, "relu" }, 1 }, "layer 1 is the input")
    no({ 2 }, "got 1 size")
    no({}, "got 0 sizes")
    no({ 2, 1, activation = "sigmoidd" }, 'no activation "sigmoidd"', "did you mean sigmoid?")
    no({ 2, 1, output = "rellu" }, 'output: no activation "rellu"', "relu")
    no({ 2, 1, activation = 5 }, "activation: expected one of", "got 5")
    no({ 2, 1, cost = "msee" }, 'no cost "msee"', "mse")
    no({ 2, 1, cost = { "squares" } }, 'write {"squares", scale = c}')
    no({ 2, 1, cost = { "squares", scale = "2" } }, "scale: expected a number", '"2"')
    no({ 2, 1, cost = { "mse", scale = 2 } }, 'cost: "mse" has no option "scale"')
    no({ 2, 1, eta = "x" }, "eta: expected a number", '"x"')
    no({ 2, 1, eta = 0 / 0 }, "eta: expected a number", "NaN")
    no({ 2, 1, eta = 1 / 0 }, "eta: expected a number", "got Inf")
    no({ 2, 1, l2 = -1 }, "l2: expected a number from 0, got -1")
    no({ 2, 1, seed = -1 }, "seed: expected a whole number from 0 to 2^32 - 1")
    no({ 2, 1, seed = 2 ^ 32 }, "seed:")
    no({ 2, 1, optimizer = "sdg" }, 'no optimizer "sdg"', "sgd")
    no({ 2, 1, precision = "half" }, 'no precision "half"')
    no({ 2, 1, init = "xaver" }, 'init: no method "xaver"', "xavier")
    no({ 2, 1, init = { "epsilon", epsilom = 1 } }, 'no option "epsilom"', "did you mean epsilon?")
    no({ 2, 1, X = 5 }, "X: expected a matrix", "a number")
    no({ 2, 1, X = { { 1, 2 }, { 3 } } }, "X: row 2 has 1 number, row 1 has 2")
    no({ 2, 1, y = { 1, "a" } }, "y:", "a string")
    raises(function() mg.network() end, "expected a table", "got nil")
    raises(function() mg.network "2, 2, 1" end, "expected a table", "2, 2, 1")
    raises(function() mg.network({ 2, 1 }, 5) end, "expected one table")
  end)
end)

describe("a network's lists", function()
  it("are live", function()
    local net = kit.xor()
    local theta, first = net.theta, net.theta[1]
    net:step(3)
    assert.is_true(first == net.theta[1])
    assert.is_true(theta == net.theta)
    first[2][3] = 42
    assert.equal(42, net.theta[1][2][3])
    net.theta[1]:fill(0)
    assert.equal(0, first[2][3])
    net.theta[2][1] = { 7, 8, 9 }
    assert.same({ 7, 8, 9 }, net.theta[2]:totable()[1])
  end)

  it("change what the next pass does", function()
    local net = kit.xor()
    net.theta[3]:fill(0)
    assert.same({ { .5 }, { .5 }, { .5 }, { .5 } }, net:forward():totable())
    net.a[4]:fill(0) -- the prediction, which backward reads
    net:backward()
    assert.equal(0, net.delta[3]:norm())
  end)

  it("have a length, end, and can be walked", function()
    local net = kit.xor()
    net:step()
    assert.same({ 3, 4, 3, 3, 3, 3 }, { #net.theta, #net.a, #net.z, #net.delta, #net.grad, #net.dtheta })
    assert.is_nil(net.theta[4])
    assert.is_nil(net.a[5])
    local n = 0
    for l, m in ipairs(net.a) do
      n = n + l
      assert.is_true(mg.is_matrix(m))
    end
    for l in pairs(net.grad) do n = n + l end
    assert.equal(16, n)
    assert.same({ 4, 3 }, net.a[1].shape)
    assert.same({ 4, 1 }, net.a[4].shape)
    assert.same({ 4, 2 }, net.delta[1].shape)
    assert.same({ 1, 1, 1, 1 }, net.a[2]:cols(1, 1).T:totable()[1])
  end)

  it("are empty before a pass, and say what makes one", function()
    local net = mg.network { 2, 2, 1 }
    for _, what in ipairs { "a", "z", "delta", "grad", "dtheta" } do
      assert.equal(0, #net[what])
      assert.is_nil(net[what][1])
      raises(function() return net[what][2] end, what, "nothing there yet", "step")
      assert.equal(what .. ": nothing there yet", tostring(net[what]))
    end
    net:forward { { 1, 2 } }
    assert.same({ 3, 2, 0, 0, 0 }, { #net.a, #net.z, #net.delta, #net.grad, #net.dtheta })
    net:backward { 1 }
    assert.same({ 2, 2, 0 }, { #net.delta, #net.grad, #net.dtheta })
    net:update()
    assert.equal(2, #net.dtheta)
    net:init()
    assert.same({ 0, 0, 0 }, { #net.a, #net.grad, #net.dtheta })
  end)

  it("raise for a layer that is not there", function()
    local net = mg.network { 2, 2, 1 }
    local before = kit.theta(net)
    raises(function() return net.theta[9] end, "theta[9]", "1 to 2")
    raises(function() return net.theta[0] end, "theta[0]", "1 to 2")
    raises(function() return net.theta[1.5] end, "theta[1.5]")
    raises(function() return net.theta.x end, 'theta["x"]')
    raises(function() return net.theta[{}] end, "theta[a table]")
    raises(function() net.theta[9] = mg.ones(2, 3) end, "theta[9]", "1 to 2")
    raises(function() net.theta[3] = mg.ones(2, 3) end, "theta[3]", "1 to 2")
    raises(function() net.theta["1"] = mg.ones(2, 3) end, 'theta["1"]')
    raises(function() net.a[1] = mg.ones(2, 3) end, "a")
    assert.equal(before, kit.theta(net))
  end)

  it("can be assigned a whole layer, after a shape check", function()
    local net = mg.network { 2, 2, 1 }
    net.theta[2] = { 1, 2, 3 }
    assert.same({ { 1, 2, 3 } }, net.theta[2]:totable())
    net.theta[1] = net.theta[1].T.T + 1
    local before = kit.theta(net)
    raises(function() net.theta[1] = mg.ones(3, 2) end, "theta[1]: expected 2 x 3, got 3 x 2")
    raises(function() net.theta[1] = 5 end, "theta[1]", "a number")
    raises(function() net.theta[1] = nil end, "theta[1]", "nil")
    raises(function() net.theta[1] = { { 1, 2, 3 }, { 1, 2 } } end, "theta[1]: row 2 has 2 numbers")
    raises(function() net.theta[1] = { { 1, 2, "3" }, { 1, 2, 3 } } end, "theta[1]", "a string")
    assert.equal(before, kit.theta(net))
  end)

  it("can be assigned a view of themselves", function()
    local net = mg.network { 2, 3, 3 }
    net.theta[2] = { { 1, 2, 3, 4 }, { 5, 6, 7, 8 }, { 9, 10, 11, 12 } }
    net.theta[2]:cols(2, 4):set(net.theta[2]:cols(2, 4).T)
    assert.same({ { 1, 2, 6, 10 }, { 5, 3, 7, 11 }, { 9, 4, 8, 12 } }, net.theta[2]:totable())
    net.theta[2] = net.theta[2]
    assert.same({ 1, 2, 6, 10 }, net.theta[2]:totable()[1])
  end)

  it("take all layers at once, or none", function()
    local net = mg.network { 2, 2, 1 }
    net.theta = { mg.ones(2, 3), { 1, 2, 3 } }
    assert.same({ 1, 2, 3 }, net.theta[2]:totable()[1])
    local before = kit.theta(net)
    raises(function() net.theta = { mg.zeros(2, 3), { 1, 2 } } end, "theta[2]: expected 1 x 3, got 1 x 2")
    raises(function() net.theta = { mg.zeros(2, 3) } end, "expected 2 matrices", "got 1")
    raises(function() net.theta = {} end, "expected 2 matrices", "got 0")
    raises(function() net.theta = 5 end, "theta", "5")
    assert.equal(before, kit.theta(net))
    local other = mg.network { 2, 2, 1, seed = 4 }
    net.theta = other.theta
    assert.equal(kit.theta(other), kit.theta(net))
  end)

  it("print with their labels", function()
    local text = tostring(kit.xor().theta)
    assert.is_truthy(text:find("bias", 1, true))
    assert.is_truthy(text:find("0.548814", 1, true))
  end)
end)

describe("a network's fields", function()
  it("that do not exist raise, with the nearest", function()
    local net = mg.network { 2, 2, 1 }
    raises(function() return net.thetaa end, 'no "thetaa"', "theta")
    raises(function() return net.stepp end, 'no "stepp"', "step")
    raises(function() return net[1] end, "no 1")
    raises(function() return net._missing end, 'no "_missing"')
    raises(function() net.etaa = 1 end, 'no "etaa" to set', "eta")
  end)

  it("that are the engine's cannot be set", function()
    local net = kit.xor()
    for _, name in ipairs { "a", "z", "delta", "grad", "dtheta", "J", "epoch", "layers", "options", "frozen" } do
      raises(function() net[name] = 5 end, name, "cannot be set")
    end
    raises(function() net.step = 5 end, "step cannot be set: it is a method")
    raises(function() net.layers[1] = 5 end, "LAYERS cannot be changed in place")
  end)

  it("eta is checked when it is set", function()
    local net = mg.network { 2, 2, 1 }
    net.eta = 2
    assert.equal(2, net.eta)
    for _, bad in ipairs { "x", 0 / 0, 1 / 0, {}, true } do
      raises(function() net.eta = bad end, "eta: expected a number, the learning rate, got")
    end
    raises(function() net.eta = nil end, "eta: expected a number", "nil")
    assert.equal(2, net.eta)
  end)

  it("X and y are checked when they are used", function()
    local net = mg.network { 2, 2, 1 }
    net.X, net.y = { { 1, 2, 3 } }, { 1, 2 }
    local before = kit.theta(net)
    raises(function() net:step() end, "step: X has 3 columns, expected 2")
    net.X = { { 1, 2 } }
    raises(function() net:step() end, "step: y has 2 rows, expected 1")
    net.y = { { 1, 2 } }
    raises(function() net:step() end, "step: y has 2 columns, expected 1")
    net.y = { 0 / 0 }
    raises(function() net:step() end, "step: y[1][1] is NaN, expected finite numbers")
    net.X, net.y = { { 1, -1 / 0 } }, { 1 }
    raises(function() net:step() end, "step: X[1][2] is -Inf")
    net.X[1][2] = 1 / 0
    raises(function() net:step() end, "step: X[1][2] is Inf")
    assert.equal(before, kit.theta(net))
    net.X[1][2] = 1
    assert.equal(1, net:step().epoch)
    raises(function() net.X = "a" end, "X: expected a matrix", "a string")
    raises(function() net.X = {} end, "X", "empty")
    assert.equal(2, net:step().epoch)
    net.X = nil
    raises(function() net:step() end, "step: no data yet")
    net.X, net.y = { { 1, 2 } }, nil
    raises(function() net:step() end, "step: no targets yet")
  end)

  it("X is read anew when it has changed, through any view", function()
    local net = kit.xor()
    net:forward()
    local row = net.X[2]
    row[1] = 5
    net:forward()
    assert.equal(5, net.a[1][2][2])
    net.X:rows(1, 1):fill(3)
    net:step()
    assert.same({ 1, 3, 3 }, net.a[1]:totable()[1])
    net.y[1][1] = .5
    net:step()
    local yhat = net.a[4][1][1]
    assert.near(yhat - .5, net.delta[3][1][1] / (yhat * (1 - yhat)), 1e-15)
  end)

  it("a flat y is a column", function()
    local net = kit.xor { y = { 0, 1, 1, 0 } }
    assert.same({ 4, 1 }, net.y.shape)
    assert.equal(kit.theta(kit.xor()), kit.theta(net))
  end)
end)

describe("options", function()
  it("are read and set by name", function()
    local net = kit.xor()
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
    local net = kit.xor()
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

  it("change activations, also of layers that were given their own", function()
    local net = kit.xor { activation = "relu" }
    net:step()
    net.options.activation = "tanh"
    assert.equal("tanh", net.options.output)
    assert.equal(0, #net.a) -- the pass was another network's
    raises(function() net:backward() end, "no forward pass yet")
    net.options.output = "sigmoid"
    local yhat = net:forward()
    local hidden = mg.tanh(net.z[1])
    assert.equal(kit.bits(hidden), kit.bits(net.a[2]:cols(2, 3)))
    assert.equal(kit.bits(mg.sigmoid(net.z[3])), kit.bits(yhat))
  end)

  it("given as tables are the network's own, and read-only", function()
    local cost = { "squares", scale = 3 }
    local net = kit.xor { cost = cost }
    local j = net:cost()
    cost.scale = 100
    assert.equal(3, net.options.cost.scale)
    assert.equal("squares", net.options.cost[1])
    raises(function() net.options.cost.scale = 5 end, "cost cannot be changed in place")
    assert.equal(j, net:cost())
    assert.is_true(net:check().ok)
    local other = kit.xor { cost = net.options.cost }
    assert.equal(j, other:cost())
    assert.is_truthy(tostring(net.options):find('cost       = {"squares", scale = 3}', 1, true))
  end)

  it("seed restarts the private generator, nil goes back to the shared one", function()
    local net = mg.network { 2, 2, 1, seed = 5 }
    local drawn = kit.theta(net)
    net:init()
    assert.not_equal(drawn, kit.theta(net))
    net.options.seed = 5
    net:init()
    assert.equal(drawn, kit.theta(net))
    net.options.seed = nil
    mg.seed(5)
    net:init()
    assert.equal(drawn, kit.theta(net))
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
    kit.near(net.theta[1], mg.hstack(mg.zeros(2, 1), mg.generator(2):randn(2, 3) * math.sqrt(2 / 3)), 0)
  end)

  it("sets the epoch to 0 and keeps the option", function()
    local net = kit.xor()
    net:step(5)
    net:init "he"
    assert.equal(0, net.epoch)
    assert.equal("uniform", net.options.init)
    assert.equal(1, net:step().epoch)
  end)

  it("raises for what it cannot do, and draws nothing", function()
    local net = kit.xor()
    local before = kit.theta(net)
    raises(function() net:init "foo" end, 'init: no method "foo"', "uniform")
    raises(function() net:init(5) end, "init: expected one of", "5")
    raises(function() net:init(false) end, "init: expected one of", "false")
    raises(function() net:init("he", { gian = 1 }) end, 'no option "gian"', "gain")
    raises(function() net:init("he", { gain = "1" }) end, "gain: expected a number")
    raises(function() net:init("he", { "xavier" }) end, "expected named numbers")
    raises(function() net:init("he", 5) end, "expected a table")
    raises(function() net:init("he", {}, 5) end, "expected a method and its options")
    assert.equal(before, kit.theta(net))
  end)
end)

describe("a layer without a bias", function()
  it("keeps column 1 of THETA 0, undrawn, unchecked, unmoved", function()
    local net = kit.xor { 2, { 3, bias = false }, 1, seed = 6 }
    assert.same({ 3, 3 }, net.theta[1].shape)
    local drawn = mg.generator(6):rand(3, 2)
    assert.equal(kit.bits(drawn), kit.bits(net.theta[1]:cols(2, 3)))
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

describe("frozen", function()
  it("keeps what it names, and no more", function()
    for _, part in ipairs { true, "bias", "weights" } do
      local net, free = kit.xor(), kit.xor()
      net.frozen[2] = part
      local before = net.theta[2]:copy()
      net:step()
      free:step()
      local bias = part ~= "weights" and before or free.theta[2]
      local weights = part ~= "bias" and before or free.theta[2]
      assert.equal(kit.bits(mg.hstack(bias:cols(1, 1), weights:cols(2, 3))), kit.bits(net.theta[2]))
      assert.equal(kit.bits(free.theta[1]), kit.bits(net.theta[1]))
      assert.equal(kit.bits(free.theta[3]), kit.bits(net.theta[3]))
      assert.equal(kit.bits(free.grad[2]), kit.bits(net.grad[2])) -- the gradient is as ever
      if part == true then assert.equal(0, net.dtheta[2]:norm()) end
      net.frozen[2] = false
      net:step()
      assert.not_equal(kit.bits(before), kit.bits(net.theta[2]))
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
    net.X, net.y = kit.data(1, 7, 20, 10)
    local before = kit.bits(net.theta)
    for l = 1, 2 do net.frozen[l] = true end
    net:step(3)
    assert.equal(before, kit.bits(net.theta))
    net.frozen[1], net.frozen[2] = "weights", "bias"
    local free = net:copy()
    free.frozen[1], free.frozen[2] = false, false
    net:step()
    free:step()
    assert.equal(kit.bits(free.theta[1]:cols(1, 1)), kit.bits(net.theta[1]:cols(1, 1)))
    assert.equal(kit.bits(free.theta[2]:cols(2, 31)), kit.bits(net.theta[2]:cols(2, 31)))
  end)
end)

describe("a copy", function()
  it("is the same in every bit, and goes its own way the same", function()
    local net = kit.xor { 2, { 5, "tanh" }, { 3, "relu", bias = false }, 1, cost = { "squares", scale = 2 },
      l2 = .01 }
    net.frozen[2] = "weights"
    net:step(7)
    local twin = net:copy()
    assert.equal(kit.live(net), kit.live(twin))
    assert.equal(tostring(net.options), tostring(twin.options))
    assert.equal(tostring(net), tostring(twin))
    net:train { epochs = 3, batch = 3 }
    assert.not_equal(kit.theta(net), kit.theta(twin))
    twin:train { epochs = 3, batch = 3 } -- the private generator came along
    assert.equal(kit.live(net), kit.live(twin))
    net:init()
    twin:init()
    assert.equal(kit.live(net), kit.live(twin))
  end)

  it("of a network half way through a step can go on", function()
    local net = kit.xor()
    net:forward()
    local twin = net:copy()
    net:backward()
    twin:backward()
    local third = twin:copy()
    net:update()
    third:update()
    assert.equal(kit.live(net), kit.live(third))
  end)

  it("leaves the shared generator alone", function()
    local net = kit.xor()
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
    local net = kit.xor()
    local twin = net:copy()
    assert.is_true(twin.X == net.X and twin.y == net.y)
    twin.X[1][1], twin.y[1][1], twin.theta[1][1][1] = 9, 9, 9
    assert.equal(0, net.X[1][1])
    assert.equal(0, net.y[1][1])
    assert.not_equal(9, net.theta[1][1][1])
    raises(function() net:copy(1) end, "copy: takes no arguments")
  end)

  it("of other sizes keeps the options", function()
    local net = kit.xor { cost = "mse", eta = .3 }
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

describe("data", function()
  it("that no cost has a meaning for is refused", function()
    local net = mg.network { 2, 2, 1, cost = "cross-entropy" }
    net.X, net.y = { { 0, 1 }, { 1, 1 } }, { 0, 5 }
    raises(function() net:step() end, "y[2][1] is 5", "targets from 0 to 1")
    net.options.cost, net.y = "sse", { 0, 5 }
    net:step()
  end)

  it("too large for single precision is refused", function()
    local net = mg.network { 2, 1, precision = "single", X = { { 1e300, 0 } }, y = { 1 } }
    raises(function() net:step() end, "X[1][1] is 1e+300", "too large for single precision")
  end)

  it("needs no targets to go forward", function()
    local net = mg.network { 2, 2, 1, X = { { 9, 9 } }, y = { 0, 1, 1, 0 } }
    assert.equal(1, #net:forward())
    assert.is_nil(net.J)
    raises(function() net:step() end, "y has 4 rows, expected 1")
  end)

  it("of another size leaves views of the pass before alone", function()
    local net = kit.xor()
    net:forward()
    local a = net.a[2]
    local before = kit.bits(a)
    net.X, net.y = { { 1, 1 }, { 1, 0 } }, { 1, 0 }
    net:step()
    assert.equal(before, kit.bits(a))
    assert.equal(2, #net.a[2])
  end)
end)
