-- Tests of train: the order of the rows, the short last batch, reports, callbacks and their errors.

local helpers = require "helpers"
local mg = require "moongrad"

local raises = helpers.raises

local function make(spec, rows)
  local net = mg.network(spec)
  net.X, net.y = helpers.data(9, rows, spec[1], type(spec[#spec]) == "table" and spec[#spec][1] or spec[#spec])
  return net
end

-- Row numbers of an order as a matrix of those rows.
local function rows_of(m, order, from, to)
  local rows = {}
  for k = from, to do rows[#rows + 1] = m[math.tointeger(order[1][k])] end
  return mg.matrix(rows)
end

-- An epoch, batch by batch, by forward, backward and update; returns the mean of the batches' costs.
local function emulate(net, order, batch)
  local costs, n = 0, 0
  for from = 1, #net.X, batch do
    local to = math.min(from + batch - 1, #net.X)
    local X, y = rows_of(net.X, order, from, to), rows_of(net.y, order, from, to)
    costs, n = costs + net:cost(X, y), n + 1
    net:forward(X)
    net:backward(y)
    net:update()
  end
  return costs / n
end

describe("train", function()
  it("takes batches in the order of NumPy's permutation, the last short one too", function()
    local cases = {
      { spec = { 2, 3, 1, seed = 5 }, rows = 10, batch = 3 },
      { spec = { 4, { 9, "tanh" }, { 3, "softmax" }, cost = "softmax", l2 = .01, seed = 5 }, rows = 50, batch = 7 },
      { spec = { 3, { 8, "relu", bias = false }, { 2, "linear" }, cost = "mse", seed = 1 }, rows = 9, batch = 1 },
      { spec = { 70, 80, 2, cost = "quadratic", init = "xavier", seed = 2 }, rows = 130, batch = 64 },
      { spec = { 3, 4, 2, seed = 3 }, rows = 8, batch = 100 },
    }
    for _, case in ipairs(cases) do
      local net, twin = make(case.spec, case.rows), make(case.spec, case.rows)
      -- A generator that has drawn what the network drew.
      local g = mg.generator(case.spec.seed)
      for l, m in ipairs(net.theta) do
        local layer = case.spec[l + 1]
        local bias = case.spec.init ~= "xavier" and (type(layer) == "number" or layer.bias ~= false)
        g:rand(#m, m.ncols - (bias and 0 or 1))
      end
      for epoch = 1, 3 do
        local cost = emulate(twin, g:permutation(case.rows), case.batch)
        local r = net:train { batch = case.batch }
        assert.equal(helpers.bits(twin.theta), helpers.bits(net.theta))
        assert.equal(helpers.bits(twin.grad), helpers.bits(net.grad))
        assert.equal(helpers.bits(twin.a), helpers.bits(net.a))
        assert.equal(epoch, r.epoch)
        -- The same numbers, though evaluation need not add a batch's in the same blocks.
        assert.near(cost, r.cost, 1e-13 * math.max(1, cost))
      end
    end
  end)

  -- np.random.seed(0); permutation(10): NumPy 1.24.2
  it("draws that order from the shared generator where there is no seed", function()
    mg.seed(0)
    assert.same({ { 3, 9, 5, 10, 2, 7, 8, 4, 1, 6 } }, mg.permutation(10):totable())
    local net = make({ 1, 1, init = "constant" }, 10)
    local twin = net:copy()
    mg.seed(0)
    net:train { batch = 4 }
    emulate(twin, mg.matrix { 3, 9, 5, 10, 2, 7, 8, 4, 1, 6 }, 4)
    assert.equal(helpers.bits(twin.theta), helpers.bits(net.theta))
  end)

  it("without shuffling takes rows as they lie, and draws nothing", function()
    local net, twin = make({ 2, 3, 1, seed = 5 }, 10), make({ 2, 3, 1, seed = 5 }, 10)
    net:train { batch = 4, shuffle = false, epochs = 2 }
    for _ = 1, 2 do emulate(twin, mg.linspace(1, 10, 10), 4) end
    assert.equal(helpers.bits(twin.theta), helpers.bits(net.theta))
    net:init()
    twin:init()
    assert.equal(helpers.bits(twin.theta), helpers.bits(net.theta))
  end)

  it("with all rows in one batch, unshuffled, is step", function()
    local net, twin = helpers.xor(), helpers.xor()
    local r = net:train { epochs = 20, shuffle = false }
    twin:step(20)
    assert.equal(helpers.live(twin), helpers.live(net))
    assert.equal(20, r.epoch)
    -- of the batch as it passed, before its update
    assert.equal(net.J, r.cost)
  end)

  it("in n epochs leaves what n times one leaves, reports or none", function()
    local net, twin = make({ 3, 5, 2, seed = 4 }, 11), make({ 3, 5, 2, seed = 4 }, 11)
    net:train { epochs = 6, batch = 4, every = 4, test = { net.X, net.y } }
    for _ = 1, 6 do twin:train { batch = 4 } end
    assert.equal(helpers.live(twin), helpers.live(net))
  end)

  it("takes data of its own and leaves the network's", function()
    local net, twin = helpers.xor(), helpers.xor()
    local X, y = net.X, net.y
    net.X, net.y = nil, nil
    net:train { X = X, y = y, epochs = 3 }
    twin:train { epochs = 3 }
    assert.equal(helpers.theta(twin), helpers.theta(net))
    assert.is_nil(net.X)
    net:train { X = { { 1, 2 }, { 3, 4 } }, y = { 0, 1 } }
    twin:train { X = X.T.T, y = y:rows(1, 4) }
    assert.equal(4, twin.epoch)
    twin:step()
    assert.same({ 4, 3 }, twin.a[1].shape)
  end)
end)

describe("train's reports", function()
  it("have a history of every so many epochs, and the last", function()
    local net = helpers.xor()
    local seen = {}
    local last = net:train { epochs = 10, every = 4, report = function(r) seen[#seen + 1] = r.epoch end }
    assert.same({ 4, 8, 10 }, seen)
    assert.same(3, #last.history)
    assert.is_true(last.history[3] == last)
    assert.equal(4, last.history[1].epoch)
    assert.is_nil(tostring(last):find "\n")
    assert.is_truthy(tostring(last):find "^epoch 10   cost %d")
  end)

  it("print as a list, at most 40 lines of it", function()
    local function lines_of(epochs)
      local list = {}
      local history = helpers.xor():train { epochs = epochs }.history
      for line in (tostring(history) .. "\n"):gmatch "(.-)\n" do list[#list + 1] = line end
      return list, history
    end
    local list, history = lines_of(3)
    assert.equal(3, #list)
    for i, r in ipairs(history) do assert.equal(tostring(r), list[i]) end
    assert.equal(40, #(lines_of(40)))
    list, history = lines_of(100)
    assert.equal(40, #list)
    assert.equal(tostring(history[1]), list[1])
    assert.matches("^epoch 20 ", list[20])
    assert.equal("...", list[21])
    assert.equal(tostring(history[100]), list[40])
    assert.equal("no reports", tostring(helpers.xor():train { epochs = 0 }.history))
  end)

  it("are thinned to a thousand of all epochs, unless it is said how many", function()
    local seen = 0
    local last = helpers.xor():train { epochs = 2503, report = function() seen = seen + 1 end }
    local history = last.history
    assert.equal(2503, seen)
    assert.equal(626, #history)
    for i = 1, 625 do assert.equal(4 * i, history[i].epoch) end
    assert.is_true(history[626] == last and last.epoch == 2503)
    assert.same({ 1000, 1000, 1 }, (function()
      local h = helpers.xor():train { epochs = 1000 }.history
      return { #h, h[1000].epoch, h[1].epoch }
    end)())
    assert.same({ 501, 1001, 2 }, (function()
      local h = helpers.xor():train { epochs = 1001 }.history
      return { #h, h[501].epoch, h[1].epoch }
    end)())
    assert.equal(2503, #helpers.xor():train { epochs = 2503, every = 1 }.history)
    local stopped = helpers.xor():train { epochs = 5000, stop_when = function(r) return r.epoch == 1501 end }
    assert.same({ 751, 1501 }, { #stopped.history, stopped.history[751].epoch })
  end)

  it("tell the seconds since the call began, the last the whole call's", function()
    local function busy()
      local till = os.clock() + .02
      while os.clock() < till do end
    end
    local before = os.clock()
    local last = helpers.xor():train { epochs = 4, report = busy }
    local took = os.clock() - before
    assert.is_true(last.seconds >= .08 * .9)
    assert.is_true(last.seconds >= took * .9)
    local earlier = 0
    for _, r in ipairs(last.history) do
      assert.is_true(r.seconds > earlier)
      earlier = r.seconds
    end
    assert.is_true(last.history[3].seconds >= .04 * .9 and last.history[3].seconds < last.seconds)
    assert.matches("   %d[%d.]* m?s$", tostring(last))
  end)

  it("have the cost of test rows at the epoch's end", function()
    local net = helpers.xor()
    local X, y = { { 0, 0 }, { 1, .5 } }, { 0, 1 }
    local r = net:train { epochs = 3, batch = 2, test = { X, y } }
    assert.equal(net:cost(X, y), r.test_cost)
    assert.equal(net:accuracy(X, y), r.test_accuracy)
    assert.is_truthy(tostring(r):find("test cost", 1, true))
    assert.is_nil(helpers.xor():train { test = { X, { .3, 2 } } }.test_accuracy)
  end)

  it("mean the batches as they passed", function()
    local net = helpers.xor()
    net.eta = 0 -- so that all batches see the same THETA
    local r = net:train { batch = 1 }
    assert.near(net:cost() / 4, r.cost, 1e-15) -- sse adds over rows
    assert.equal(4, r.batches)
    assert.matches("^epoch 1   cost [%d.]+ a batch   mse ", tostring(r))
    assert.equal(2, net:train { batch = 3 }.batches)
    for _, whole in ipairs { net:train(), net:train { batch = 4 }, net:step() } do
      assert.is_nil(whole.batches)
      assert.is_nil(tostring(whole):find "batch")
    end
    assert.near(net:step(0).mse, r.mse, 1e-15)
    assert.near(4 * r.mse, r.tss, 1e-15)
    assert.equal(.5, r.accuracy)
  end)

  it("stop when asked, every epoch", function()
    local net = helpers.xor()
    local asked = 0
    local r = net:train { epochs = 100, every = 50, stop_when = function(x)
      asked = asked + 1
      return x.epoch == 7
    end }
    assert.same({ 7, 7, 1 }, { asked, r.epoch, #r.history })
    assert.equal(7, net.epoch)
    assert.is_true(r.stopped)
    assert.matches("   stopped by stop_when   ", tostring(r))
    assert.is_false(net:train { stop_when = function() end }.stopped)
    assert.is_nil(net:train().stopped)
  end)

  it("are none in no epochs", function()
    local net = helpers.xor()
    local before = helpers.theta(net)
    local r = net:train { epochs = 0 }
    assert.same({ 0, 0 }, { r.epoch, #r.history })
    assert.equal("epoch 0", tostring(r))
    assert.equal(before, helpers.theta(net))
  end)
end)

describe("a callback of train", function()
  it("that raises leaves the network whole, and its error as it was", function()
    local net, twin = helpers.xor(), helpers.xor()
    local thrown = {}
    local ok, why = pcall(function()
      net:train { epochs = 10, batch = 2, report = function(r) if r.epoch == 3 then error(thrown) end end }
    end)
    assert.is_false(ok)
    assert.equal(thrown, why)
    twin:train { epochs = 3, batch = 2 }
    assert.equal(helpers.live(twin), helpers.live(net))
    ok, why = pcall(function() net:train { epochs = 10, stop_when = function() return net.nothing end } end)
    assert.is_false(ok)
    assert.is_truthy(why:find "train_spec.lua:%d+: network has no \"nothing\"")
    net:step()
    assert.equal(5, net.epoch)
  end)

  it("may edit THETA, eta and the data", function()
    local net = helpers.xor()
    net:train { epochs = 3, report = function()
      net.theta[1]:fill(.5)
      net.theta[2] = mg.ones(2, 3)
      net.eta = 0
      net.y[1][1] = 1
      net.X = nil
    end }
    assert.same({ .5, .5, .5 }, net.theta[1]:totable()[2])
    assert.equal(3, net.epoch)
  end)

  it("may step and train the same network, and draw it anew", function()
    local net, twin = make({ 2, 3, 1, seed = 1 }, 9), make({ 2, 3, 1, seed = 1 }, 9)
    net:train { epochs = 2, batch = 4, report = function()
      net:step(2)
      net:train { batch = 5 }
      net:forward(mg.ones(1000, 2)) -- grows the batch's memory
    end }
    for _ = 1, 2 do
      twin:train { batch = 4 }
      twin:step(2)
      twin:train { batch = 5 }
    end
    assert.equal(helpers.theta(twin), helpers.theta(net))
    net:train { epochs = 3, stop_when = function() net:init() end }
    assert.equal(0, net.epoch)
  end)

  it("that spoils the data is told so", function()
    local net = helpers.xor()
    raises(function()
      net:train { epochs = 3, report = function() net.X[2][1] = 0 / 0 end }
    end, "train: X[2][1] is NaN, expected finite numbers")
    assert.equal(1, net.epoch)
    net.X[2][1] = 0
    net:step()
  end)

  it("may yield", function()
    local net, twin = helpers.xor(), helpers.xor()
    local co = coroutine.wrap(function()
      return net:train { epochs = 3, report = function(r) coroutine.yield(r.epoch) end }
    end)
    assert.same({ 1, 2, 3 }, { co(), co(), co() })
    assert.equal(3, co().epoch)
    twin:train { epochs = 3 }
    assert.equal(helpers.theta(twin), helpers.theta(net))
  end)

  it("may be what can be called", function()
    local count = setmetatable({ n = 0 }, { __call = function(self) self.n = self.n + 1 end })
    helpers.xor():train { epochs = 4, report = count }
    assert.equal(4, count.n)
  end)
end)

describe("train raises", function()
  it("for what it cannot do, before anything changes", function()
    local net = helpers.xor()
    net:step(2)
    local before = helpers.live(net)
    local function no(o, ...) raises(function() net:train(o) end, ...) end
    no({ epoch = 1 }, 'train: no option "epoch"', "epochs")
    no({ epochs = -1 }, "train: epochs: expected a whole number from 0, got -1")
    no({ epochs = "3" }, "train: epochs", '"3"')
    no({ epochs = 1.5 }, "train: epochs", "1.5")
    no({ batch = 0 }, "train: batch: expected a whole number from 1, got 0")
    no({ batch = {} }, "train: batch", "a table")
    no({ every = 0 }, "train: every")
    no({ shuffle = 1 }, "train: shuffle: expected true or false, got 1")
    no({ report = 5 }, "train: report: expected a function, got 5")
    no({ report = setmetatable({}, { __metatable = 5 }) }, "train: report: expected a function, got a table")
    no({ stop_when = "x" }, 'train: stop_when: expected a function, got "x"')
    no({ X = net.X }, "train: expected X and y, or neither")
    no({ X = { { 1, 2, 3 } }, y = { 1 } }, "train: X has 3 columns, expected 2")
    no({ X = net.X, y = { 1 } }, "train: y has 1 row, expected 4")
    no({ X = net.X, y = { 1, 2, 3, 0 / 0 } }, "train: y[4][1] is NaN")
    no({ X = "a", y = { 1 } }, "X: expected a matrix", "a string")
    no({ test = 5 }, "train: test: expected {X, y}, got 5")
    no({ test = { net.X } }, "train: test: expected {X, y}")
    no({ test = { X = net.X, y = net.y } }, "train: test: expected {X, y}")
    no({ test = { net.X, net.y, 3 } }, "train: test: expected {X, y}")
    no({ test = { net.X, { 1 } } }, "train: test: y has 1 row, expected 4")
    no(5, "train: expected a table", "5")
    raises(function() net:train({}, 5) end, "train: expected one table")
    raises(function() net.train { epochs = 5 } end, "train: expected a network first, got a table", "net:train")
    assert.equal(before, helpers.live(net))
    net.y = nil
    no({}, "train: no targets yet")
    net.X = nil
    no({}, "train: no data yet")
  end)

  it("when J or THETA would not stay finite, and keeps what was", function()
    local net = mg.network { 1, 1, activation = "linear", eta = 1e3, seed = 0 }
    net.X, net.y = { { 1 }, { 2 }, { 3 } }, { 1, 2, 3 }
    raises(function() net:train { epochs = 1000, batch = 2 } end, "train:", "would not be finite at epoch", "is kept")
    assert.equal(0, (net.theta[1] - net.theta[1]):norm())
    net.eta = 1e-300
    local epoch = net.epoch
    net:train { batch = 3 }
    assert.equal(epoch + 1, net.epoch)
  end)
end)
