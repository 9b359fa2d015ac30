-- The costs with kinks, mae, huber, hinge and svm: their values, deltas and checks.

local core = require "moongrad.core"
local helpers = require "helpers"
local mg = require "moongrad"

local raises = helpers.raises

-- A linear network without hidden layer and bias whose output is its input.
local function mirror(cost, k)
  local net = mg.network { k, { k, "linear", bias = false }, cost = cost }
  net.theta[1] = mg.eye(k)
  return net
end

describe("a cost with kinks", function()
  -- PyTorch's l1_loss and huber_loss, CS231n's svm_loss_vectorized, and hinge by hand.
  it("has the value and the delta of its definition", function()
    local X = { { 2, -.5 }, { .25, 3 } }
    for cost, case in pairs {
      mae = { { { 1, 0 }, { .5, 3 } }, (1 + .5 + .25 + 0) / 4, { { .25, -.25 }, { -.25, 0 } } },
      huber = { { { 0, 0 }, { .5, 6 } }, (1.5 + .125 + .03125 + 2.5) / 4, { { .25, -.125 }, { -.0625, -.25 } } },
      hinge = { { { 1, 1 }, { -1, -1 } }, (0 + 1.5 + 1.25 + 4) / 4, { { 0, -.25 }, { .25, .25 } } },
      svm = { { { 0, 1 }, { 0, 1 } }, (3.5 + 0) / 2, { { .5, -.5 }, { 0, 0 } } },
    } do
      local net = mirror(cost, 2)
      net.X, net.y = X, case[1]
      assert.equal(case[2], net:cost(), cost)
      net:forward()
      net:backward()
      assert.same(case[3], net.delta[1]:totable(), cost)
    end
  end)

  it("has the gradient of its differences", function()
    for _, cost in ipairs { "mae", "huber", "hinge", "svm" } do
      for k = 1, helpers.many(200, 30) do
        local g = mg.generator(k)
        local n, n_out = g:randint(3, 12), g:randint(2, 5)
        local hidden = ({ "tanh", "relu", "sigmoid", "elu" })[k % 4 + 1]
        local output = core.cost_scores[cost] and ({ "linear", "tanh" })[k % 2 + 1]
          or ({ "linear", "sigmoid", "relu", "softplus" })[k // 4 % 4 + 1]
        local y = cost == "hinge" and 2 * g:randint(0, 2, n, n_out) - 1 or cost == "mae" and g:randn(n, n_out)
          or cost == "huber" and 2 * g:randn(n, n_out) or mg.one_hot(g:randint(1, n_out + 1, n, 1), n_out)
        local net = mg.network { 3, { 5, hidden }, n_out, output = output, cost = cost, init = "xavier", seed = k,
          X = g:randn(n, 3), y = y, l2 = k % 3 == 0 and .01 or 0 }
        for _ = 0, 1 do
          local check = net:check()
          assert.is_true(check.ok, cost .. " " .. k .. "\n" .. tostring(check))
          if check.verdict == "undecided" then -- no loss is above 0, or no unit of a relu
            for l = 1, 2 do assert.equal(0, net.grad[l]:norm(), cost .. " " .. k) end
          end
          net:step(20)
        end
      end
    end
  end)

  it("is not trusted at the kink itself, and finds planted mistakes elsewhere", function()
    local net = mirror("mae", 1)
    net.X, net.y = { { 1 } }, { 1 }
    assert.equal("undecided", net:check().verdict)
    for _, cost in ipairs { "mae", "huber", "hinge", "svm" } do
      net = mg.network { 2, { 4, "tanh" }, { 2, "linear" }, cost = cost, seed = 1,
        X = { { 1, 2 }, { -1, .5 }, { 0, 1 } },
        y = cost == "hinge" and { { 1, -1 }, { -1, 1 }, { -1, -1 } } or { { 1, 0 }, { 0, 1 }, { 1, 0 } } }
      assert.is_true(net:check().ok)
      net:bug "dropped-row"
      assert.is_false(net:check().ok, cost)
    end
  end)

  it("is refused where it does not fit", function()
    for _, cost in ipairs { "hinge", "svm" } do
      raises(function() mg.network { 2, 2, cost = cost } end, "goes with a linear or a tanh output, not sigmoid")
      raises(function() mg.network { 2, 2, cost = cost, output = "softmax" } end, cost)
    end
    raises(function() mg.network { 2, 2, cost = "mae", output = "softmax" } end, "softmax")
    raises(function() mg.network { 2, { 1, "linear" }, cost = "svm" } end, 'cost "svm" of one output unit is always 0')
    local net = mirror("hinge", 1)
    raises(function() net.options.cost = "svm" end, 'cost "svm" of one output unit is always 0')
    raises(function() net:cost({ { 1 } }, { 0 }) end, 'y[1][1] is 0; cost "hinge" expects targets -1 and 1')
    net = mirror("svm", 2)
    raises(function() net:cost({ { 1, 1 } }, { { 1, 1 } }) end, "row 1 of y has 2 ones")
    raises(function() net:cost({ { 1, 1 } }, { { 0, .5 } }) end, "y[1][2] is 0.5")
    raises(function() net:cost({ { 1, 1 } }, { { 0, 0 } }) end, "row 1 of y has 0 ones")
  end)

  it("learns, in single precision too, and is explained and walked through", function()
    local X, y = mg.data.xor()
    for _, precision in ipairs { "double", "single" } do
      for _, cost in ipairs { "mae", "huber", "hinge", "svm" } do
        local k = cost == "svm" and 2 or 1
        local net = mg.network { 2, { 8, "tanh" }, { k, "linear" }, cost = cost, seed = 3, eta = .1, init = "xavier",
          precision = precision, X = X, y = cost == "hinge" and 2 * y - 1 or k == 2 and mg.one_hot(y) or y }
        local before = net:cost()
        net:step(300)
        assert.is_true(net:cost() < before / 2, cost)
        assert.is_string(tostring(net:explain("delta", 2, 1, 1)))
        assert.is_string(tostring(net:explain("grad", 1, 1, 1, { depth = 3 })))
        assert.is_string(tostring(net:explain "cost"))
        for op in net:walk() do assert.is_string(tostring(op)) end
      end
    end
  end)

  it("is explained in numbers: the losses, and the slope on this side of the kink", function()
    local net = mirror("svm", 3)
    net.X, net.y = { { 2, 1.5, -1 }, { 0, .5, 3 } }, { { 1, 0, 0 }, { 0, 1, 0 } }
    local function says(what, ...)
      net:forward()
      net:backward()
      local text = tostring(net:explain(table.unpack(what)))
      helpers.contains(text, ...)
      assert.is_nil(text:find("stale", 1, true), text)
    end
    says({ "delta", 1, 1, 2 }, "D = 1/N where A[2][1][2] - A[2][1][1] + 1 > 0, else 0", "= 0.5 * 1 = 0.5",
      "1.5 - 2 + 1 = 0.5 is above 0")
    says({ "delta", 1, 1, 3 }, "= 0 * 1 = 0", "-1 - 2 + 1 = -2 is not above 0")
    says({ "delta", 1, 2, 2 }, "D = -1/N times how many other outputs p have p - A[2][2][2] + 1 > 0",
      "= -0.5 * 2 * 1 = -1", "2 is the class; 2 of the others cost something")
    says({ "cost" }, "0.5 * (max(0, 1.5 - 2 + 1) + max(0, -1 - 2 + 1))")
    helpers.contains(tostring(net:walk():to "delta"), "DELTA[1] = D * g', g' = 1, D = 1/N where A[2] - A[2][c] + 1 > 0")

    net = mirror("hinge", 1)
    net.X, net.y = { { 2 }, { .25 } }, { 1, -1 }
    says({ "delta", 1, 1, 1 }, "-1/(N K) y[1][1] where 1 - y[1][1] A[2][1][1] > 0", "= 0 * 1 = 0",
      "1 - 1 * 2 = -1 is not above 0")
    says({ "delta", 1, 2, 1 }, "= -0.5 * -1 * 1 = 0.5", "1 - -1 * 0.25 = 1.25 is above 0")
    says({ "cost" }, "0.5 * max(0, 1 - 1 * 2)")

    net = mirror("huber", 1)
    net.X, net.y = { { 2 }, { .25 } }, { 0, 0 }
    says({ "delta", 1, 1, 1 }, "1/(N K) max(-1, min(1, A[2][1][1] - y[1][1]))", "= 0.5 * sign(2 - 0) * 1 = 0.5")
    says({ "delta", 1, 2, 1 }, "= 0.5 * (0.25 - 0) * 1 = 0.125")
    says({ "cost" }, "0.5 * (|2 - 0| - 1/2)", "0.5 * (0.25 - 0)^2/2")

    net = mirror("mae", 1)
    net.X, net.y = { { 2 }, { .25 } }, { 3, .25 }
    says({ "delta", 1, 1, 1 }, "1/(N K) sign(A[2][1][1] - y[1][1])", "= 0.5 * sign(2 - 3) * 1 = -0.5")
    says({ "delta", 1, 2, 1 }, "= 0.5 * sign(0.25 - 0.25) * 1 = 0")
    says({ "cost" }, "0.5 * |2 - 3|")
  end)

  it("has explanations that add up, for networks at random in both precisions", function()
    for k = 1, helpers.many(200, 40) do
      local g, cost = mg.generator(k), ({ "mae", "huber", "hinge", "svm" })[k % 4 + 1]
      local n_out = cost == "svm" and 3 or 2
      local net = mg.network { 2, { 4, "tanh" }, { n_out, k % 3 == 0 and "tanh" or "linear" }, cost = cost, seed = k,
        precision = k % 5 == 0 and "single" or "double", X = g:randn(5, 2),
        y = cost == "svm" and mg.one_hot(g:randint(1, 4, 5, 1), 3) or cost == "hinge" and 2 * g:randint(0, 2, 5, 2) - 1
          or 2 * g:randn(5, 2) }
      net:step(k % 3)
      net:forward()
      net:backward()
      for i = 1, 5 do
        for j = 1, n_out do
          local e = net:explain("delta", 2, i, j)
          assert.near(net.delta[2][i][j], e.value, k % 5 == 0 and 1e-6 or 1e-15)
          assert.is_nil(tostring(e):find("stale", 1, true), tostring(e))
        end
      end
      assert.is_nil(tostring(net:explain "cost"):find("stale", 1, true))
    end
  end)
end)
