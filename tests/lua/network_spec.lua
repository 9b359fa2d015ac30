-- Tests of networks: how they are made, their lists and fields, the data that they take.

local core = require "moongrad.core"
local helpers = require "helpers"
local mg = require "moongrad"

local raises = helpers.raises

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
    local net = helpers.xor()
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
    local net = helpers.xor()
    net.theta[3]:fill(0)
    assert.same({ { .5 }, { .5 }, { .5 }, { .5 } }, net:forward():totable())
    net.a[4]:fill(0) -- the prediction, which backward reads
    net:backward()
    assert.equal(0, net.delta[3]:norm())
  end)

  it("have a length, end, and can be walked", function()
    local net = helpers.xor()
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

  it("become plain tables by copy and totable", function()
    local net = helpers.xor()
    local before = net.theta:copy()
    net:step(3)
    assert.is_nil(debug.getmetatable(before))
    assert.equal(3, #before)
    assert.is_false(before[1] == net.theta[1])
    net.theta = before
    assert.is_true(before[1] == net.theta[1])
    assert.same(before[2]:totable(), net.theta:totable()[2])
    assert.same({ net.layers:copy(), net.layers:totable(), net.frozen:copy() },
      { { 2, 2, 2, 1 }, { 2, 2, 2, 1 }, { false, false, false } })
    for _, call in ipairs { "net.theta.copy()", "net.theta:copy(1)", "net.layers.totable {}", "net.x:copy()" } do
      assert.is_false(pcall(load("local net = ... return " .. call), net), call)
    end
  end)

  it("are no tables, which next and encoders would find empty", function()
    local net = helpers.xor()
    net:step()
    local json = require "dkjson"
    for _, what in ipairs { "theta", "a", "grad", "layers", "frozen", "state", "options" } do
      assert.has_error(function() next(net[what]) end)
      assert.has_error(function() json.encode(net[what]) end, "type 'userdata' is not supported by JSON.")
    end
    assert.equal("[2,2,2,1]", json.encode(net.layers:totable()))
    local decoded = json.decode(json.encode(net.theta:totable())) -- of 14 digits
    assert.near(net.theta[3][1][2], decoded[3][1][2], 1e-14)
    local function deepcopy(v, seen) -- as many libraries have it
      if type(v) ~= "table" then return v end
      if not seen[v] then
        seen[v] = {}
        for key, item in next, v do seen[v][deepcopy(key, seen)] = deepcopy(item, seen) end
        setmetatable(seen[v], deepcopy(getmetatable(v), seen))
      end
      return seen[v]
    end
    local copy = deepcopy({ net = net, theta = net.theta, layers = net.layers, options = net.options }, {})
    assert.equal(3, #copy.theta)
  end)

  it("can be what a network is made of", function()
    local net = helpers.xor()
    local twin = mg.network(net.layers)
    assert.equal(tostring(net.layers), tostring(twin.layers))
    twin.theta = net.theta
    assert.is_true(twin.theta[2] == net.theta[2])
    assert.is_true(mg.network { 2, 2, 2, 1, init = net.theta }.theta[3] == net.theta[3])
    assert.equal("{2, 2, 2, 1}", tostring(net:like(net.layers).layers))
  end)

  it("are empty before a pass, and say what makes one", function()
    local net = mg.network { 2, 2, 1 }
    for _, what in ipairs { "a", "z", "delta", "grad", "dtheta" } do
      assert.equal(0, #net[what])
      assert.is_nil(net[what][1])
      raises(function() return net[what][2] end, what, "no matrices yet", "step")
      assert.equal(what .. ": no matrices yet", tostring(net[what]))
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
    local before = helpers.theta(net)
    raises(function() return net.theta[9] end, "theta[9]", "1 to 2")
    raises(function() return net.theta[0] end, "theta[0]", "1 to 2")
    raises(function() return net.theta[1.5] end, "theta[1.5]")
    raises(function() return net.theta.x end, 'theta["x"]')
    raises(function() return net.theta[{}] end, "theta[a table]")
    raises(function() net.theta[9] = mg.ones(2, 3) end, "theta[9]", "1 to 2")
    raises(function() net.theta[3] = mg.ones(2, 3) end, "theta[3]", "1 to 2")
    raises(function() net.theta["1"] = mg.ones(2, 3) end, 'theta["1"]')
    raises(function() net.a[1] = mg.ones(2, 3) end, "a")
    assert.equal(before, helpers.theta(net))
  end)

  it("can be assigned a whole layer, after a shape check", function()
    local net = mg.network { 2, 2, 1 }
    net.theta[2] = { 1, 2, 3 }
    assert.same({ { 1, 2, 3 } }, net.theta[2]:totable())
    net.theta[1] = net.theta[1].T.T + 1
    local before = helpers.theta(net)
    raises(function() net.theta[1] = mg.ones(3, 2) end, "theta[1]: expected 2 x 3, got 3 x 2")
    raises(function() net.theta[1] = 5 end, "theta[1]", "a number")
    raises(function() net.theta[1] = nil end, "theta[1]", "nil")
    raises(function() net.theta[1] = { { 1, 2, 3 }, { 1, 2 } } end, "theta[1]: row 2 has 2 numbers")
    raises(function() net.theta[1] = { { 1, 2, "3" }, { 1, 2, 3 } } end, "theta[1]", "a string")
    assert.equal(before, helpers.theta(net))
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
    local before = helpers.theta(net)
    raises(function() net.theta = { mg.zeros(2, 3), { 1, 2 } } end, "theta[2]: expected 1 x 3, got 1 x 2")
    raises(function() net.theta = { mg.zeros(2, 3) } end, "expected 2 matrices", "got 1")
    raises(function() net.theta = {} end, "expected 2 matrices", "got 0")
    raises(function() net.theta = 5 end, "theta", "5")
    assert.equal(before, helpers.theta(net))
    local other = mg.network { 2, 2, 1, seed = 4 }
    net.theta = other.theta
    assert.equal(helpers.theta(other), helpers.theta(net))
  end)

  it("print with their labels", function()
    local text = tostring(helpers.xor().theta)
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
    local net = helpers.xor()
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
    local before = helpers.theta(net)
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
    assert.equal(before, helpers.theta(net))
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
    local net = helpers.xor()
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
    local net = helpers.xor { y = { 0, 1, 1, 0 } }
    assert.same({ 4, 1 }, net.y.shape)
    assert.equal(helpers.theta(helpers.xor()), helpers.theta(net))
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
    local net = helpers.xor()
    net:forward()
    local a = net.a[2]
    local before = helpers.bits(a)
    net.X, net.y = { { 1, 1 }, { 1, 0 } }, { 1, 0 }
    net:step()
    assert.equal(before, helpers.bits(a))
    assert.equal(2, #net.a[2])
  end)
end)
