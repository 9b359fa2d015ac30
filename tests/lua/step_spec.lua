-- Steps: whole, in parts, many at once; their reports; where they stop when numbers run away.

local helpers = require "helpers"
local mg = require "moongrad"

local raises = helpers.raises

-- Networks small and wide, every activation, on each of the engine's paths: layers of 4096 weights and
-- more are of several tiles; 300 rows are more than evaluation takes at a time.
local networks = {
  { rows = 4, 2, 2, 2, 1 },
  { rows = 5, 3, 1 },
  { rows = 1, 1, 1, 1 },
  { rows = 7, 3, { 9, "tanh" }, { 8, "elu", bias = false }, { 3, "linear" }, eta = .01 },
  { rows = 9, 4, { 17, "gelu" }, { 7, "softplus" }, 2, cost = "cross-entropy", l1 = .01, l2 = .02 },
  { rows = 300, 5, { 20, "leaky-relu" }, 3, cost = "softmax" },
  { rows = 300, 11, { 13, "relu" }, 2, cost = { "squares", scale = .01 }, init = "he" },
  { rows = 10, 63, 64, 65, 2, init = "xavier", cost = "mse" }, -- 64 x 64, 65 x 65 weights
  { rows = 257, 100, { 130, "relu" }, 10, init = "he", cost = "softmax" },
  { rows = 131, 4, { 90, "tanh" }, { 90, "tanh" }, 3, init = "xavier", cost = "quadratic" },
}

local function make(k)
  local spec = { seed = k }
  for key, v in pairs(networks[k]) do spec[key] = v end
  spec.rows = nil
  local net = mg.network(spec)
  local layers = net.layers
  net.X, net.y = helpers.data(100 + k, networks[k].rows, layers[1], layers[#layers])
  return net
end

describe("step", function()
  it("of n epochs leaves the bits of n steps of one, and of forward, backward, update", function()
    for k = 1, #networks do
      local whole, single, parts = make(k), make(k), make(k)
      for _ = 1, 5 do
        single:step()
        parts:forward()
        parts:backward()
        parts:update()
      end
      local r = whole:step(5)
      assert.equal(5, r.epoch, tostring(whole))
      assert.equal(helpers.live(whole), helpers.live(single), tostring(whole))
      assert.equal(helpers.live(whole), helpers.live(parts), tostring(whole))
      assert.equal(r.cost, single:cost(), tostring(whole))
    end
  end)

  it("is done by the formulas", function()
    for k = 1, #networks do
      local net = make(k)
      local before = {}
      for l, m in ipairs(net.theta) do before[l] = m:copy() end
      net:step()
      local n, top = #net.theta, 0
      for l = 1, n do
        -- Products are summed in some order: rounding of some hundred terms.
        helpers.near(net.a[l]:matmul(before[l].T), net.z[l], 1e-13)
        assert.equal(helpers.bits(-net.eta * net.grad[l] + 0), helpers.bits(net.dtheta[l] + 0), tostring(net)) -- no -0
        assert.equal(helpers.bits(before[l] + net.dtheta[l]), helpers.bits(net.theta[l]), tostring(net))
        if net.options.l1 == 0 then
          local grad = net.delta[l].T:matmul(net.a[l])
          if k == 4 and l == 2 then grad:cols(1, 1):fill(0) end -- it has no bias
          helpers.near(grad, net.grad[l], 1e-13)
        end
        top = math.max(top, l)
      end
      assert.equal(n, top)
    end
  end)

  it("gives what evaluation gives, block by block and row by row", function()
    for k = 1, #networks do
      local net = make(k)
      net:step(2)
      local yhat = net:forward()
      local live = helpers.live(net)
      assert.equal(helpers.bits(yhat), helpers.bits(net:predict(net.X)), tostring(net))
      assert.equal(net.J, net:cost(), tostring(net))
      for _, i in ipairs { 1, #net.X // 2 + 1, #net.X } do
        assert.equal(helpers.bits(net:predict(net.X:rows(i, i))), helpers.bits(yhat:rows(i, i)), tostring(net))
      end
      assert.equal(live, helpers.live(net))
    end
  end)

  it("of 0 epochs reports and changes nothing", function()
    local net = helpers.xor()
    local before = helpers.theta(net)
    local r = net:step(0)
    assert.equal(0, r.epoch)
    assert.equal(net:cost(), r.cost)
    assert.equal(before, helpers.theta(net))
  end)

  it("is the same for data that are views", function()
    local net, other = helpers.xor(), helpers.xor()
    local wide = mg.zeros(8, 6)
    local X, y = wide:rows(3, 6):cols(2, 3), wide.T:rows(6, 6):cols(1, 4).T
    X:set(net.X)
    y:set(net.y)
    other.X, other.y = X, y
    net:step(10)
    other:step(10)
    assert.equal(helpers.theta(net), helpers.theta(other))
  end)

  it("raises for what is no count", function()
    local net = helpers.xor()
    net:step(3)
    local before = helpers.live(net)
    raises(function() net:step(-1) end, "step: expected a whole number of epochs from 0, got -1")
    raises(function() net:step(1.5) end, "got 1.5")
    raises(function() net:step "5" end, "got a string")
    raises(function() net:step {} end, "got a table")
    raises(function() net:step(0 / 0) end, "epochs from 0, got")
    raises(function() net:step(1, 2) end, "step: expected a table of options", "got 2")
    raises(function() net.step(5) end, "step: expected a network first, got a number", "net:step")
    raises(function() net.step() end, "step: expected a network first, got nothing")
    assert.equal(before, helpers.live(net))
    raises(function() mg.network({ 2, 1 }):step() end, "step: no data yet")
  end)
end)

describe("a report", function()
  it("is of THETA as it now is", function()
    local net = helpers.xor { cost = "mse", l2 = .1 }
    local r = net:step(20)
    local yhat = net:predict(net.X)
    local mse = ((yhat - net.y) ^ 2):mean()
    assert.near(mse, r.mse, 1e-15)
    assert.near(4 * mse, r.tss, 1e-15)
    local penalty = 0
    for _, m in ipairs(net.theta) do penalty = penalty + .05 * (m:cols(2, 3) ^ 2):sum() end
    assert.near(mse + penalty, r.cost, 1e-14)
    assert.equal(.5, r.accuracy)
    assert.is_false(r.interrupted)
    assert.is_true(r.seconds >= 0)
    assert.equal(20, r.epoch)
    assert.is_nil(tostring(r):find "\n")
    assert.is_truthy(tostring(r):find "^epoch 20   cost %d")
  end)

  it("has an accuracy where y are classes", function()
    local net = mg.network { 1, 1, activation = "linear" }
    net.theta[1] = { 0, 1 }
    local X = { { -2 }, { -1 }, { .4 }, { .6 } }
    assert.equal(1, net:accuracy(X, { 0, 0, 0, 1 }))
    assert.equal(.75, net:accuracy(X, { -1, -1, -1, 1 })) -- of -1 and 1: above 0
    assert.is_nil(net:accuracy(X, { 0, 0, 0, 2 }))
    net = mg.network { 3, 3, activation = "linear" }
    net.theta[1] = mg.hstack(mg.zeros(3, 1), mg.eye(3))
    assert.equal(.5, net:accuracy({ { 3, 1, 2 }, { 1, 2, 5 } }, { { 1, 0, 0 }, { 0, 1, 0 } }))
    assert.is_nil(net:accuracy({ { 3, 1, 2 } }, { { .5, .5, 0 } }))
  end)
end)

describe("forward, backward and update", function()
  it("take matrices of their own, of changing sizes", function()
    local net = helpers.xor()
    local first = net:forward { { 0, 1 } }
    assert.same({ 1, 1 }, first.shape)
    assert.same({ 1, 3 }, net.a[1].shape)
    net:forward(mg.ones(300, 2))
    assert.same({ 300, 1 }, net.a[4].shape)
    assert.is_nil(net.J) -- no targets, no cost
    net:backward(mg.ones(300, 1))
    assert.is_true(net:backward(mg.ones(300, 1)) == net.grad)
    net:forward()
    assert.same({ 4, 1 }, net.a[4].shape)
    assert.equal(net:cost(), net.J)
  end)

  it("leave THETA alone until the update", function()
    local net = helpers.xor()
    local before = helpers.theta(net)
    net:forward()
    net:backward()
    assert.equal(before, helpers.theta(net))
    net:update()
    assert.not_equal(before, helpers.theta(net))
    assert.equal(1, net.epoch)
  end)

  it("return what is not live", function()
    local net = helpers.xor()
    local yhat = net:forward()
    yhat:fill(5)
    assert.is_true(net.a[4]:max() < 1)
  end)

  it("raise out of order, and for what does not fit", function()
    local net = helpers.xor()
    local before = helpers.theta(net)
    raises(function() net:backward() end, "backward: no forward pass yet")
    raises(function() net:update() end, "update: no gradient yet")
    net:forward()
    raises(function() net:update() end, "update: no gradient yet")
    raises(function() net:backward { 1, 2 } end, "backward: y has 2 rows, expected 4")
    raises(function() net:backward(mg.ones(4, 2)) end, "backward: y has 2 columns, expected 1")
    raises(function() net:backward(mg.ones(1, 4)) end, "y has 1 row, expected 4", "y.T would fit")
    raises(function() net:backward { 1, 2, 3, 0 / 0 } end, "backward: y[4][1] is NaN")
    raises(function() net:backward "a" end, "y: expected a matrix", "a string")
    raises(function() net:forward(5) end, "X: expected a matrix", "a number")
    raises(function() net:forward(mg.ones(2, 3)) end, "forward: X has 3 columns, expected 2")
    raises(function() net:forward { { 1, 2 }, { 3 } } end, "X: row 2 has 1 number")
    raises(function() net:forward({ { 1, 2 } }, 1) end, "forward: takes at most 1 argument")
    raises(function() net:backward({ 1 }, 1) end, "backward: takes at most 1 argument")
    raises(function() net:update(1) end, "update: takes at most 0 arguments")
    raises(function() net:predict(mg.ones(2, 3)) end, "predict: X has 3 columns")
    raises(function() net:predict({ { 1, 2 } }, 1) end, "predict: takes at most 1 argument")
    raises(function() net:cost { { 1, 2 } } end, "cost: expected X and y, or neither")
    raises(function() net:accuracy({ { 1, 2 } }, { 1, 2 }) end, "accuracy: y has 2 rows, expected 1")
    raises(function() net:cost({ { 1, 2 } }, { 1 }, 2) end, "cost: takes at most 2 arguments")
    net.X, net.y = nil, nil
    raises(function() net:predict() end, "predict: no data")
    raises(function() net:cost() end, "cost: no data")
    raises(function() net:forward() end, "forward: no data yet")
    assert.equal(before, helpers.theta(net))
    net:forward { { 1, 2 } }
    raises(function() net:backward() end, "backward: no targets yet")
  end)
end)

-- Each runs away in its own place: J through Z, J itself, GRAD or DTHETA.
local runaways = {
  { quantity = "Z", spec = { 2, 2, 1, activation = "linear", eta = 1e3 } },
  { quantity = "Z", spec = { 2, { 3, "relu" }, { 1, "linear" }, eta = 50, cost = "mse", init = "he", seed = 3 } },
  { quantity = "cost", spec = { 2, 1, activation = "linear", eta = 10 } },
  { quantity = "DTHETA", spec = { 2, 2, 1, eta = 1.7e308, init = { "uniform", high = .01 } }, scale = 1e3 },
  { quantity = "THETA", spec = { 2, 2, 1, eta = .1, l2 = 1e200 } },
}

local function runaway(case)
  local net = helpers.xor(case.spec)
  if case.scale then net.y:set(net.y * case.scale) end
  return net
end

describe("a step that would make J or THETA non-finite", function()
  it("raises the same and leaves the same, step(n) and n times step(1)", function()
    for _, case in ipairs(runaways) do
      local net, single = runaway(case), runaway(case)
      local message = raises(function() net:step(5000) end, "step:", "would not be finite at epoch", "is kept")
      local other
      for _ = 1, 5000 do
        local ok, why = pcall(function() single:step() end)
        other = why
        if not ok then break end
      end
      local function words(m) return (m:gsub("^[^:]*:%d+: ", "")) end
      assert.equal(words(message), words(other))
      assert.equal(helpers.live(net), helpers.live(single), message)
      assert.is_truthy(message:find(case.quantity, 1, true), message)
      -- What is kept is finite, as is its J.
      for _, m in ipairs(net.theta) do assert.equal(0, (m - m):norm(), message) end
      assert.equal(0, net:cost() - net:cost(), message)
      assert.is_truthy(message:find(("THETA of epoch %d is kept"):format(net.epoch), 1, true), message)
      assert.is_nil(message:find "nan[^o]", message)
      -- It goes on from there.
      net.eta = 1e-300
      if net.options.l2 > 0 then net.options.l2 = 0 end
      local epoch = net.epoch
      net:step()
      assert.equal(epoch + 1, net.epoch)
    end
  end)

  it("says when THETA was bad before", function()
    local net = helpers.xor()
    net.theta[2][1][2] = 0 / 0
    local bits = helpers.theta(net)
    raises(function() net:step() end, "step: THETA[2][1][2] is NaN, expected finite numbers", "init()")
    raises(function() net:step(5) end, "step: THETA[2][1][2] is NaN, expected finite numbers", "init()")
    assert.equal(bits, helpers.theta(net))
    net.theta[2][1][2] = -1 / 0
    raises(function() net:step() end, "THETA[2][1][2] is -Inf")
    net:init()
    net:step()
    assert.equal(1, net.epoch)
  end)

  it("names row, unit and layer as people count", function()
    local net = mg.network { 1, { 2, "linear" }, { 2, "linear" } }
    net.X, net.y = { { 1 }, { 1e200 } }, mg.ones(2, 2)
    net.theta = { { { 1, 0 }, { 0, 1e200 } }, { { 1, 0, 0 }, { 1, 0, 1 } } }
    raises(function() net:step() end, "first Z[1][2][2] is Inf")
    net.theta[1] = { { 1, 0 }, { 0, 1e100 } }
    net.theta[2] = { { 1, 0, 0 }, { 1, 0, 1e100 } }
    raises(function() net:step() end, "first Z[2][2][2] is Inf")
    net.theta[2] = { { 1, 0, 0 }, { 1, 0, 1 } }
    raises(function() net:step() end, "every Z and A is finite, but their cost is not")
  end)

  it("is refused by update, too", function()
    local net = helpers.xor { eta = 1e308 }
    net.y:fill(1e5)
    net:forward()
    net:backward()
    local before = helpers.theta(net)
    raises(function() net:update() end, "update: THETA would not be finite at epoch 1", "DTHETA[")
    assert.equal(before, helpers.theta(net))
    net.eta = .1
    net:update()
    assert.equal(1, net.epoch)
  end)
end)
