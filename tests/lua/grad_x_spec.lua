-- grad_x_spec.lua - net.grad_x, the gradient with respect to the data: beside PyTorch, differences, and explain.

local helpers = require "helpers"
local mg = require "moongrad"

-- dJ/dX[i][j] by central differences.
local function difference(net, i, j, step)
  local function at(by)
    local X = net.X:copy()
    X[i][j] = X[i][j] + by
    return net:cost(X, net.y)
  end
  return (at(step) - at(-step)) / (2 * step)
end

describe("grad_x", function()
  it("is PyTorch's", function()
    for _, case in ipairs(dofile "tests/golden/grad_x.lua") do
      local net = mg.network { 3, 4, 2, activation = case.hidden, output = case.output, cost = case.cost,
        init = case.theta, X = case.X, y = case.y }
      net:forward()
      net:backward()
      helpers.near(net.grad_x, case.grad_x, 1e-14) -- sums of a few terms of size 1
    end
  end)

  it("is what differences show, for networks of any kind", function()
    for seed = 1, helpers.many(100, 30) do
      local g = mg.generator(seed)
      local output = ({ "linear", "tanh", "sigmoid", "softplus" })[seed % 4 + 1]
      local net = mg.network { 3, { 4, "tanh", bias = seed % 3 > 0 }, { 3, "gelu" }, { 2, output }, cost = "mse",
        seed = seed, init = { "normal", sigma = .7 }, l2 = seed % 2 * .1, X = g:randn(6, 3), y = g:rand(6, 2) }
      if seed % 5 == 0 then net:step(3) end
      net:forward()
      net:backward()
      local x = net.grad_x
      assert.same({ 6, 3 }, x.shape)
      for i = 1, 6 do
        for j = 1, 3 do
          local d = difference(net, i, j, 1e-5)
          assert.is_true(math.abs(x[i][j] - d) < 1e-8 * math.max(1, math.abs(d))) -- truncation 1e-10, rounding 1e-11
        end
      end
    end
  end)

  it("is what differences show with a softmax in the middle and at the end, and l2 does not enter", function()
    for seed = 1, helpers.many(60, 20) do
      local g = mg.generator(seed)
      local hidden, y = ({ "softmax", "sigmoid" })[seed % 2 + 1], mg.one_hot(g:randint(1, 4, 5, 1), 3)
      local net = mg.network { 3, { 4, hidden, bias = seed % 3 > 0 }, { 3, "softmax" }, cost = "softmax", seed = seed,
        init = { "normal" }, X = g:randn(5, 3), y = y }
      net:forward()
      net:backward()
      local x = net.grad_x
      for i = 1, 5 do
        for j = 1, 3 do assert.near(difference(net, i, j, 1e-5), x[i][j], 1e-9) end
      end
      net.options.l1, net.options.l2, net.options.bias_l2 = .5, .5, .5
      net:forward()
      net:backward()
      assert.is_true(net.grad_x == x)
    end
  end)

  it("is of the rows' losses, each with its weight, after an epoch with row weights", function()
    for _, precision in ipairs { "double", "single" } do
      local function of(weights)
        local net = helpers.xor { 2, { 3, "tanh" }, { 1, "linear" }, cost = "mse", seed = 2, precision = precision }
        net:train { batch = 4, shuffle = false, row_weights = weights }
        return net.grad_x
      end
      local plain = of { 1, 1, 1, 1 }
      local by = mg.matrix { { 0, 0 }, { 2, 2 }, { 1, 1 }, { .5, .5 } }
      helpers.near(of { 0, 2, 1, .5 }, plain * by, precision == "single" and 1e-7 or 1e-16)
    end
  end)

  it("is there in a walk once delta 1 is, and gone with it", function()
    local net = helpers.xor { 2, 3, 1, seed = 1 }
    local w = net:walk()
    w:to("delta", 2)
    assert.is_nil(net.grad_x)
    w:to("delta", 1)
    helpers.near(net.grad_x, net.delta[1]:matmul(net.theta[1]:cols(2, 3)), 1e-16)
    local x = net.grad_x
    w:finish()
    helpers.near(net.grad_x, x, 1e-16)
    w:back()
    helpers.near(net.grad_x, x, 1e-16)
    w:reset()
    assert.is_nil(net.grad_x)
  end)

  it("is that of the pass, after an update, too", function()
    local net = helpers.xor { 2, 3, 1, seed = 1, eta = 5 }
    net:forward()
    net:backward()
    local x = net.grad_x
    net:update()
    helpers.near(net.grad_x, x, 1e-15)
    local twin = helpers.xor { 2, 3, 1, seed = 1, eta = 5 }
    twin:step() -- makes pass and update in one
    helpers.near(twin.grad_x, x, 1e-15)
    twin:step(3)
    assert.is_false(twin.grad_x == x)
    twin:undo()
    helpers.near(twin.grad_x, x, 1e-15)
    twin:step(2)
    twin:seek(1)
    helpers.near(twin.grad_x, x, 1e-15)
  end)

  it("is a sum over the units of the first layer in single precision and with dropout, too", function()
    for _, o in ipairs { { precision = "single" }, { precision = "double" } } do
      local net = mg.network { 2, { 5, "relu", dropout = .5 }, 1, seed = 3, precision = o.precision, X = mg.data.xor(),
        y = { 0, 1, 1, 0 } }
      net:train { epochs = 1, batch = 4 }
      net:forward()
      net:backward()
      helpers.near(net.grad_x, net.delta[1]:matmul(net.theta[1]:cols(2, 3)), 1e-6)
    end
  end)

  it("is nil before a backward pass and a copy after it", function()
    local net = helpers.xor()
    assert.is_nil(net.grad_x)
    net:forward()
    assert.is_nil(net.grad_x)
    helpers.raises(function() net:explain("x", 1, 1) end, "GRAD_X is not made yet", "backward() or step()")
    net:backward()
    local x = net.grad_x
    x[1][1] = 5
    assert.is_false(net.grad_x[1][1] == 5)
    assert.equal("GRAD_X  4 x 2", tostring(x):match "[^\n]*")
    helpers.raises(function() net.grad_x = x end, "grad_x cannot be set")
  end)

  it("is GRAD_X in a session, and says what makes it", function()
    local make = "X, y = data.xor() LAYERS = {2, 2, 1} "
    local status, out = helpers.run(make .. "print(GRAD_X) step() print(#GRAD_X, GRAD_X.ncols)")
    assert.equal("nil\n4\t2\n", out)
    assert.equal(0, status)
    status, out = helpers.run(make .. "print(GRAD_X[1])")
    assert.equal(1, status)
    helpers.contains(out, "there has been no backward pass yet: backward() or step() makes it")
  end)

  it("is explained by its terms, in every way of asking", function()
    local net = helpers.xor { 2, 3, 1, seed = 1 }
    net:step(10)
    local node = net:explain("x", 2, 1)
    assert.equal(3, #node.terms)
    assert.is_true(math.abs(node.value - net.grad_x[2][1]) < 1e-16)
    for _, other in ipairs { net:explain("GRAD_X", 2, 1), net:explain "GRAD_X[2][1]", net:explain "x[2][1]",
      net.grad_x:explain(2, 1), net.grad_x[2]:explain(1) } do
      assert.equal(tostring(node), tostring(other))
    end
    local deep = net:explain("x", 2, 1, { depth = 2 })
    assert.equal("DELTA[1][2][1]", deep.terms[1].terms[1].name)
    assert.equal(tostring(deep), tostring(net.grad_x:explain(2, 1, { depth = 2 })))
    helpers.raises(function() net:explain("x", 5, 1) end, "i: expected 1 to 4, a row of GRAD_X (4 x 2), got 5")
    helpers.raises(function() net:explain("x", 1, 3) end, "j: expected 1 to 2, a column of GRAD_X (4 x 2), got 3")
    helpers.raises(function() net:explain("x", 1) end, "j: expected 1 to 2")
  end)
end)
