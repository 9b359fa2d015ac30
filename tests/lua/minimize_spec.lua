-- L-BFGS: what it solves, how fast, and that it is one command.

local helpers = require "helpers"
local mg = require "moongrad"

local raises = helpers.raises

describe("minimize", function()
  it("solves as much of XOR as SciPy's L-BFGS-B, 47 of these 100, within 3", function()
    local X, y = mg.data.xor()
    local solved, evaluations = 0, {}
    for k = 0, 99 do
      mg.seed(k)
      local net = mg.network { 2, 2, 1, X = X, y = y }
      local r = net:minimize()
      if r.mse < .01 then
        solved = solved + 1
        evaluations[solved] = r.evaluations
      end
    end
    table.sort(evaluations)
    assert.is_true(solved >= 44 and solved <= 50, solved)
    assert.is_true(evaluations[solved // 2] < 60) -- SciPy's 36, our 41; the best optimisers take hundreds
  end)

  it("takes fewer evaluations than any optimiser, where it solves", function()
    for _, case in ipairs { { "sgd", 5 }, { "momentum", .5 }, { "nesterov", .5 }, { "adagrad", 1 }, { "rmsprop", .05 },
      { "adam", .2 }, { "adamw", .2 }, { "rprop", .1 } } do
      local net = helpers.xor { 2, 2, 1, seed = 3 }
      local twin = helpers.xor { 2, 2, 1, seed = 3, optimizer = case[1], eta = case[2] }
      local r = net:minimize()
      assert.is_true(r.mse < .01)
      local n = 0
      while n <= r.evaluations and twin:step().mse >= .01 do n = n + 1 end
      assert.is_true(n > r.evaluations, case[1])
    end
  end)

  it("finds where the gradient is 0", function()
    local X, y = helpers.data(1, 30, 3, 1)
    local net = mg.network { 3, { 1, "linear" }, cost = "mse", X = X, y = y, seed = 1 }
    local r = net:minimize { tolerance = 1e-9 }
    assert.is_true(r.gradient_norm < 1e-8)
    net:forward()
    net:backward()
    assert.is_true(net.grad[1]:norm() < 1e-8)
    assert.is_true(r.evaluations <= 25)
    assert.equal(r.cost, net:cost())
    local again = net:minimize { tolerance = 1e-9 }
    assert.same({ 1, 0 }, { again.evaluations, again.iterations })
  end)

  it("is one command for undo, and copies go on alike", function()
    local net = helpers.xor { optimizer = "adam", seed = 2 }
    net:step(5)
    local before = helpers.all(net)
    local twin = net:copy()
    local r = net:minimize { iterations = 3 }
    assert.equal(3, r.iterations)
    assert.equal(8, net.epoch)
    twin:minimize { iterations = 3 }
    assert.equal(helpers.theta(twin), helpers.theta(net))
    net:step(3)
    net:undo(2)
    assert.equal(before:match "^[^\n]+", helpers.all(net):match "^[^\n]+")
    assert.equal(5, net.epoch)
  end)

  it("leaves what is frozen, and layers without bias", function()
    local net = helpers.xor { 2, { 3, "tanh", bias = false }, 1, seed = 3 }
    net.frozen[2] = "weights"
    local before = net.theta[2]:cols(2, 4):copy()
    net:minimize { iterations = 10 }
    assert.is_true(before == net.theta[2]:cols(2, 4))
    assert.equal(0, net.theta[1]:cols(1, 1):norm())
    local cost = net:cost()
    assert.is_true(net:minimize().cost <= cost)
  end)

  it("ended by Ctrl-C leaves the last whole iteration", function()
    local calls = 0
    mg.activation { name = "stops", f = function(z)
      calls = calls + 1
      if calls == 60 then error "interrupted!" end
      return 1 / (1 + math.exp(-z))
    end, df = function(_, a) return a * (1 - a) end, check = false }
    local net = helpers.xor { 2, 2, 1, activation = "stops", output = "sigmoid", seed = 3 }
    local twin = helpers.xor { 2, 2, 1, seed = 3 }
    calls = 0
    local r = net:minimize()
    assert.is_true(r.interrupted)
    assert.is_true(r.iterations >= 1)
    twin:minimize { iterations = r.iterations }
    for l, m in ipairs(net.theta) do helpers.near(m, twin.theta[l], 1e-9) end
    assert.is_truthy(tostring(r):find("interrupted at epoch", 1, true))
  end)

  it("raises, with THETA as it was, for what it cannot do", function()
    local net = helpers.xor()
    local before = helpers.theta(net)
    raises(function() net:minimize { iterations = -1 } end, "iterations")
    raises(function() net:minimize { tolerance = "x" } end, "tolerance")
    raises(function() net:minimize { history = 0 } end, "history")
    raises(function() net:minimize { eta = 1 } end, "no option")
    raises(function() mg.network { 2, 1 }:minimize() end, "no data yet")
    assert.equal(before, helpers.theta(net))
    net = helpers.xor { activation = "linear", output = "linear" }
    net.theta[1][1][1] = 1e200
    net.theta[2][1][2] = 1e200
    before = helpers.theta(net)
    raises(function() net:minimize() end, "not finite")
    assert.equal(before, helpers.theta(net))
  end)
end)
