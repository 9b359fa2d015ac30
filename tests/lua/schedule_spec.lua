-- What train may be asked for besides: schedules, clipping, weights of rows, patience, and the best THETA.

local core = require "moongrad.core"
local helpers = require "helpers"
local mg = require "moongrad"

local near, raises = helpers.near, helpers.raises
local rates = dofile "tests/golden/schedules.lua"

local function columns(list)
  local rows = {}
  for i, v in ipairs(list) do rows[i] = { v } end
  return rows
end

describe("a schedule", function()
  it("gives PyTorch's rates, and leaves the network's", function()
    for _, case in ipairs(rates) do
      local net = helpers.xor { 2, 1, eta = case.from }
      local r = net:train { epochs = 20, eta = case.eta }
      near(r.history.eta, columns(case), 1e-14)
      assert.equal(case.from, net.eta)
    end
  end)

  it("begins with a warmup, then goes from its own beginning", function()
    local net = helpers.xor { 2, 1, eta = .4 }
    local r = net:train { epochs = 24, eta = { "step", every = 6, factor = .5, warmup = 4 } }
    near(r.history.eta, columns { .1, .2, .3, .4, .4, .4, .4, .4, .4, .4, .2, .2, .2, .2, .2, .2, .1, .1, .1, .1,
      .1, .1, .05, .05 }, 1e-14)
    near(net:train { epochs = 3, eta = { "constant", warmup = 2 } }.history.eta, columns { .2, .4, .4 }, 1e-14)
    near(net:train { epochs = 2, eta = "cosine" }.history.eta, columns { .4, .2 }, 1e-14)
    near(net:train { epochs = 1, eta = { "one-cycle", peak = 1 } }.history.eta, { { 4e-5 } }, 1e-9)
  end)

  it("is what makes the updates, as eta set before each epoch does", function()
    for _, name in ipairs { "sgd", "momentum", "adam" } do
      local spec = { optimizer = name, seed = 1, eta = .3 }
      local net, twin = helpers.xor(spec), helpers.xor(spec)
      net:train { epochs = 6, batch = 3, eta = function(e) return .1 * e end }
      for e = 1, 6 do
        twin.eta = .1 * e
        twin:train { batch = 3 }
      end
      assert.equal(helpers.bits(twin.theta), helpers.bits(net.theta))
      net:seek(3)
      twin:seek(3)
      assert.equal(helpers.bits(twin.theta), helpers.bits(net.theta))
      net:seek(6)
      net:undo(3)
      assert.equal(0, net.epoch)
    end
  end)

  it("may be a number, or a function of the epoch of this call and the report before", function()
    local net, seen = helpers.xor(), {}
    net:step(5)
    net:train { epochs = 3, eta = function(e, r)
      seen[e] = r and r.epoch or 0
      return .1
    end }
    assert.same({ 0, 6, 7 }, seen)
    assert.equal(.7, net:train { eta = .7 }.eta)
    assert.equal(.1, net:train().eta)
  end)

  it("that gives no number ends train with THETA as before", function()
    local net = helpers.xor { optimizer = "adam" }
    for _, f in ipairs { function() return nil end, function() return 0 / 0 end, function() return "x" end,
      function() return -1 end, function() error "boo" end } do
      local before = helpers.all(net)
      assert.is_false(pcall(net.train, net, { epochs = 3, eta = f }))
      assert.equal(before, helpers.all(net))
    end
    raises(function() net:train { epochs = 3, eta = function(e) return e < 3 and .1 or nil end } end, "epoch 3", "nil")
    assert.equal(2, net.epoch)
    for _, bad in ipairs { { "cosinus" }, { "step", every = 0 }, { "step", factor = "x" }, { "cosine", peak = 1 },
      { "one-cycle" }, { "step", warmup = -1 }, { "step", every = 1.5 }, true } do
      raises(function() net:train { eta = bad } end, "train: eta")
    end
  end)
end)

describe("clip", function()
  it("shortens GRAD to the norm where it is longer, and is counted", function()
    local net, twin = helpers.xor { seed = 2 }, helpers.xor { seed = 2 }
    local function norm(grads)
      local sum = 0
      for _, m in ipairs(grads) do sum = sum + m:norm() ^ 2 end
      return math.sqrt(sum)
    end
    twin:forward()
    twin:backward()
    local whole = norm(twin.grad)
    local r = net:train { clip = whole / 4, shuffle = false }
    assert.equal(1, r.clipped)
    near({ { norm(net.grad) } }, { { whole / 4 } }, 1e-12)
    for l, m in ipairs(net.grad) do near(m, twin.grad[l] / 4, 1e-12) end
    assert.equal(0, net:train { clip = 1e3, batch = 1 }.clipped)
    assert.equal(4, net:train { clip = 1e-9, batch = 1 }.clipped)
    net:undo()
    net:undo()
    assert.equal(1, net.epoch)
    assert.is_nil(net:train().clipped)
    raises(function() net:train { clip = 0 } end, "clip", "above 0")
  end)
end)

describe("max_norm", function()
  it("shortens the weights into each unit, and DTHETA with them", function()
    local net = helpers.xor { 2, 70, 1, seed = 3, init = "normal" }
    local before = net.theta[1]:copy()
    net:train { max_norm = .5 }
    for i = 1, 70 do
      local w = net.theta[1]:rows(i, i):cols(2, 3)
      assert.is_true(w:norm() <= .5 + 1e-12)
    end
    near(net.theta[1] - before, net.dtheta[1], 1e-12)
    near(net.theta[1]:cols(1, 1), before:cols(1, 1), .1)
    net:undo()
    assert.is_true(before == net.theta[1])
  end)
end)

describe("weights", function()
  it("of rows count their losses so many times", function()
    local weights = { 2, 0, 1, 3 }
    for _, cost in ipairs { "sse", "cross-entropy", "mse" } do
      for _, batch in ipairs { 4, 3, 1 } do
        local net = helpers.xor { cost = cost, seed = 4 }
        local X, y, twin = {}, {}, helpers.xor { cost = cost, seed = 4 }
        for i, w in ipairs(weights) do
          for _ = 1, w do X[#X + 1], y[#y + 1] = net.X[i]:totable(), net.y[i]:totable() end
        end
        if batch == 4 then
          net:train { row_weights = weights, shuffle = false }
          twin.eta = twin.eta * (cost == "sse" and 1 or #X / 4)
          twin:train { X = X, y = y, shuffle = false }
          for l, m in ipairs(net.theta) do near(m, twin.theta[l], 1e-12) end
        else
          local r = net:train { row_weights = { 1, 1, 1, 1 }, batch = batch }
          assert.equal(twin:train { batch = batch }.cost, r.cost)
          assert.equal(helpers.bits(twin.theta), helpers.bits(net.theta))
        end
      end
    end
  end)

  it("of classes are those of their rows, in every order of them", function()
    local net, twin = helpers.xor { seed = 5 }, helpers.xor { seed = 5 }
    net:train { class_weights = { 1, 5 }, batch = 3, epochs = 3 }
    twin:train { row_weights = { 1, 5, 5, 1 }, batch = 3, epochs = 3 }
    assert.equal(helpers.bits(twin.theta), helpers.bits(net.theta))
    twin:undo()
    twin:train { row_weights = mg.matrix { 1, 2.5, 5, 1 }, class_weights = { 1, 2 }, batch = 3, epochs = 3 }
    local many = helpers.xor { 2, 3, cost = "softmax", y = { { 1, 0, 0 }, { 0, 1, 0 }, { 0, 0, 1 }, { 1, 0, 0 } } }
    local same = many:copy()
    many:train { class_weights = { 1, 2, 3 } }
    same:train { row_weights = { 1, 2, 3, 1 } }
    assert.equal(helpers.bits(same.theta), helpers.bits(many.theta))
  end)

  it("are refused where they do not fit", function()
    local net = helpers.xor()
    local before = helpers.all(net)
    raises(function() net:train { row_weights = { 1, 2 } } end, "row_weights", "expected 4", "got 2")
    raises(function() net:train { row_weights = { 0, 0, 0, 0 } } end, "all 0")
    raises(function() net:train { row_weights = { 1, -1, 0, 0 } } end, "from 0", "-1")
    raises(function() net:train { row_weights = 3 } end, "list of numbers")
    raises(function() net:train { class_weights = { 1, 2, 3 } } end, "expected 2")
    raises(function() net:train { class_weights = { 1, 2 }, X = net.X, y = { .5, .2, .1, .3 } } end, "no classes")
    assert.equal(before, helpers.all(net))
  end)
end)

describe("patience", function()
  it("ends train when test_cost has not become lower for so long, and the best THETA comes back", function()
    local net = helpers.xor { seed = 6, eta = 1 }
    local test = { net.X, 1 - net.y } -- learning makes it worse
    net:step(100)
    local before = net.theta[1]:copy()
    local r = net:train { epochs = 500, test = test, patience = 7 }
    assert.is_true(r.stopped)
    assert.equal("patience", r.reason)
    assert.equal(r.epoch, r.best_epoch + 7)
    assert.is_truthy(tostring(r):find("stopped by patience", 1, true))
    net:undo()
    local best = net:train { epochs = 500, test = test, patience = 7, best = true }
    near({ { net:cost(table.unpack(test)) } }, { { best.best_cost } }, 1e-15)
    near(best.history.test_cost, r.history.test_cost, 1e-15)
    net:undo()
    assert.is_true(before == net.theta[1])
    raises(function() net:train { patience = 3 } end, "test")
    raises(function() net:train { best = true } end, "test")
    raises(function() net:train { patience = 0, test = test } end, "patience")
  end)
end)

describe("a history", function()
  it("has its columns as matrices", function()
    local net = helpers.xor()
    local r = net:train { epochs = 5, test = { net.X, net.y } }
    assert.same({ 5, 1 }, r.history.cost.shape)
    for i, one in ipairs(r.history) do
      assert.equal(one.cost, r.history.cost[i][1])
      assert.equal(one.epoch, r.history.epoch[i][1])
      assert.equal(one.test_cost, r.history.test_cost[i][1])
    end
    assert.is_nil(r.history.clipped)
    assert.is_nil(r.history[6])
    assert.is_truthy(core.is_matrix(r.history.eta))
  end)
end)
