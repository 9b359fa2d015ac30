-- Tests of activations and costs written in Lua: they train as built-in ones do, are checked, and fail without harm.

local core = require "moongrad.core"
local helpers = require "helpers"
local mg = require "moongrad"

local X, y = mg.data.xor()

local function tanh_slope(_, a) return 1 - a * a end

-- A network that differs from another in one function alone.
local function net_of(spec)
  local all = { 2, 3, 1, X = X, y = y, seed = 3, eta = .5 }
  for key, v in pairs(spec) do all[key] = v end
  return mg.network(all)
end

describe("an activation of one's own", function()
  it("trains as the built-in one of the same formula, on numbers and on matrices, to rounding", function()
    local numbers = mg.activation { name = "by numbers", df = function(_, a) return a * (1 - a) end,
      f = function(z) return 1 / (1 + math.exp(-z)) end }
    local matrices = mg.activation { name = "by matrices", df = function(_, a) return a * (1 - a) end,
      f = function(z) return 1 / (1 + mg.exp(-z)) + 0 * z.nrows end }
    assert.equal("numbers", numbers.f_on)
    assert.equal("matrices", matrices.f_on)
    for _, precision in ipairs { "double", "single" } do
      -- 300 epochs pass on what libm and the kernels round differently; nothing here grows it.
      local tolerance = precision == "double" and 1e-11 or 1e-4
      local r = net_of { precision = precision }
      r:step(300)
      for _, a in ipairs { numbers, matrices, "by numbers" } do
        local net = net_of { activation = a, precision = precision }
        net:step(300)
        for l = 1, 2 do helpers.near(net.theta[l], r.theta[l], tolerance) end
        helpers.near(net:predict(), r:predict(), tolerance)
        assert.is_true(net:check().ok)
      end
    end
  end)

  it("is called by what it can do with", function()
    local seen = {}
    local function note(v) seen[#seen + 1] = mg.is_matrix(v) and "matrix" or type(v) end
    local relu = mg.activation { name = "my relu", f = function(z) note(z) return math.max(z, 0) end,
      df = function(z) return z > 0 and 1 or 0 end }
    assert.equal("numbers", relu.f_on)
    assert.is_true(relu.kink)
    seen = {}
    net_of { activation = relu }:step()
    for _, kind in ipairs(seen) do assert.equal("number", kind) end
    local both = mg.activation { name = "both", f = function(z) note(z) return mg.tanh(z) end, df = tanh_slope }
    assert.equal("either", both.f_on)
    seen = {}
    net_of { activation = both }:step()
    for _, kind in ipairs(seen) do assert.equal("matrix", kind) end
  end)

  it("goes on with numbers where a branch cannot do with a matrix", function()
    local limit = math.huge
    local f = mg.activation { name = "branch", df = tanh_slope, f = function(z)
      if limit < math.huge and z > limit then return 1 end
      return mg.tanh(z)
    end }
    assert.equal("either", f.f_on)
    local net, twin = net_of { activation = f }, net_of { activation = "tanh" }
    limit = 1e6
    net:step(20)
    twin:step(20)
    for l = 1, 2 do helpers.near(net.theta[l], twin.theta[l], 1e-12) end -- tanh of numbers and of matrices
  end)

  it("can stand wherever a built-in one can", function()
    local g = mg.activation { name = "place", f = mg.tanh, df = tanh_slope }
    for _, spec in ipairs { { activation = "place" }, { activation = g }, { activation = "tanh", output = "place" },
      { 2, { 3, g }, { 1, "place" } }, { 2, { 3, "place" }, { 1, "tanh" } } } do
      local r = net_of { activation = "tanh" }
      local net = net_of(spec)
      net:step(10)
      if net.options.output ~= "sigmoid" then
        r:step(10)
        for l = 1, 2 do helpers.near(net.theta[l], r.theta[l], 1e-12) end
      end
    end
    local net = net_of {}
    net.options.activation = "place"
    assert.equal("place", net.options.activation)
    assert.is_truthy(tostring(net):find("place", 1, true))
    assert.is_true(net:check().ok)
    net:train { epochs = 3, batch = 2 }
    assert.equal(3, net.epoch)
  end)

  it("can be called, on numbers and on matrices, and printed", function()
    local g = mg.activation { name = "callable", f = mg.tanh, df = tanh_slope }
    local h = mg.activation { name = "callable 2", f = function(z) return z:copy() end,
      df = function(z) return z * 0 + 1 end }
    assert.equal(mg.tanh(.5), g(.5))
    assert.equal(.5, h(.5))
    assert.is_true(g(X) == mg.tanh(X))
    assert.is_truthy(tostring(g):find("callable", 1, true))
    assert.is_truthy(tostring(g):find("checked at 49 points", 1, true))
  end)

  it("is refused with a wrong derivative, and says where, what was expected and what came", function()
    local function define(df, check)
      return function() return mg.activation { name = "wrong", f = mg.tanh, df = df, check = check } end
    end
    helpers.raises(define(function(_, a) return 1 - a end), "wrong", "df is", "at z =", "slope", "check = false")
    helpers.raises(define(function(_, a) return a * a - 1 end), "df is -1 at z = 0, where f has slope 1")
    assert.is_truthy(define(function(_, a) return 1 - a end, false)())
    assert.is_false(net_of { activation = "wrong" }:check().ok)
  end)

  it("may have a kink, where anything between the slopes will do", function()
    for _, at_0 in ipairs { 0, .5, 1 } do
      assert.is_true(mg.activation { name = "kinked", f = function(z) return math.max(z, 0) end,
        df = function(z) return z > 0 and 1 or z < 0 and 0 or at_0 end }.kink)
    end
    helpers.raises(function()
      mg.activation { name = "kinked", f = function(z) return math.max(z, 0) end,
        df = function(z) return z > 0 and 1 or z < 0 and 0 or 2 end }
    end, "df is 2 at z = 0", "0 to the left, 1 to the right")
  end)

  it("is refused when it is no function of one number that is finite", function()
    local function raises(f, ...)
      helpers.raises(function() mg.activation { name = "no", f = f, df = tanh_slope } end, ...)
    end
    raises(function() return nil end, "f", "gave nil")
    raises(function() return "x" end, "f", 'gave "x"')
    raises(function(z) return math.log(z) end, "f is NaN at z = -")
    raises(function(z) return 1 / z end, "f is Inf at z = 0")
    raises(mg.softmax, "each element by itself")
    raises(function() error "the user's own words" end, "the user's own words")
    raises(3, "expected a function, got 3")
    raises(setmetatable({}, { __metatable = 5 }), "expected a function, got a table")
    helpers.raises(function() mg.activation { name = "tanh", f = mg.tanh, df = tanh_slope } end, "built in")
    helpers.raises(function() mg.activation { f = mg.tanh, df = tanh_slope } end, "name")
    helpers.raises(function() mg.activation { name = "a", f = mg.tanh, df = tanh_slope, dff = 1 } end, "dff", "df")
    helpers.raises(function() mg.network { 2, 1, activation = "calable" } end, "did you mean callable")
  end)

  it("that fails in a pass leaves the network as it was, and its message comes through", function()
    local mode
    local function f(z)
      if mode == "error" then error "my own words" end
      if mode == "table" then error { code = 7 } end
      if mode == "nil" then return nil end
      if mode == "string" then return "x" end
      if mode == "NaN" then return 0 / 0 end
      return math.exp(-z * z)
    end
    mg.activation { name = "fails", f = f, df = function(z, a) return -2 * z * a end }
    local net = net_of { activation = "fails", output = "sigmoid" }
    net:step(3)
    local before = helpers.theta(net)
    for _, case in ipairs { { "error", "my own words" }, { "nil", "fails: f gave nil for z = " },
      { "string", "fails: f gave a string for z = " }, { "NaN", "fails: f gave NaN for z = " } } do
      mode = case[1]
      for _, call in ipairs { function() net:step(5) end, function() net:forward() end,
        function() net:predict() end, function() net:cost() end, function() net:train { epochs = 2, batch = 2 } end,
        function() net:check() end } do
        helpers.raises(call, case[2])
        assert.equal(before, helpers.theta(net))
      end
    end
    mode = "table"
    local _, e = pcall(net.step, net)
    assert.same({ code = 7 }, e)
    mode = nil
    net:step(2)
    local twin = net_of { activation = "fails", output = "sigmoid" }
    twin:step(5)
    assert.equal(helpers.theta(twin), helpers.theta(net))
  end)

  it("keeps the epochs that were whole when it fails on the way, and no update that cannot be evaluated", function()
    local calls, last = 0, math.huge
    mg.activation { name = "later", df = function(_, a) return 1 - a * a end, f = function(z)
      calls = calls + 1
      if calls > last then error "later" end
      return (math.exp(2 * z) - 1) / (math.exp(2 * z) + 1)
    end, check = false }
    local function fresh() return net_of { activation = "later", output = "sigmoid" } end
    local net = fresh()
    calls = 0
    net:step(1)
    local a_pass = calls / 2 -- one pass, one evaluation
    for _, whole in ipairs { 0, 1, 4 } do
      net = fresh()
      calls, last = 0, a_pass * whole + 5
      assert.is_false(pcall(net.step, net, 9))
      last = math.huge
      local twin = fresh()
      twin:step(whole)
      assert.equal(helpers.theta(twin), helpers.theta(net))
    end
    net = fresh()
    calls, last = 0, a_pass * 3 + 5 -- in the evaluation after the third
    assert.is_false(pcall(net.step, net, 3))
    last = math.huge
    local twin = fresh()
    twin:step(2)
    assert.equal(helpers.theta(twin), helpers.theta(net))
  end)

  it("cannot run or change the network whose pass calls it", function()
    local net, what
    mg.activation { name = "inward", df = tanh_slope, f = function(z)
      if what then what() end
      return mg.tanh(z)
    end }
    net = net_of { activation = "inward" }
    local before = helpers.theta(net)
    for _, f in ipairs { function() net:step() end, function() net:forward { { 1, 2 } } end,
      function() net.options.activation = "tanh" end, function() net:predict() end,
      function() net:train { epochs = 1, batch = 1 } end } do
      what = f
      helpers.raises(function() net:step() end, "in the middle of a pass")
      what = nil
      assert.equal(before, helpers.theta(net))
    end
    local other = net_of { activation = "inward", seed = 5 } -- but another one
    local once = true
    what = function()
      if not once then return end
      once = false
      other:step(2)
    end
    net:step()
    assert.equal(2, other.epoch)
    assert.equal(1, net.epoch)
  end)

  it("stays with the networks made with it", function()
    mg.activation { name = "old", f = function(z) return mg.tanh(z) end, df = tanh_slope }
    local net, twin = net_of { activation = "old" }, net_of { activation = "tanh" }
    mg.activation { name = "old", f = function(z) return z end, df = function() return 1 end }
    collectgarbage()
    collectgarbage()
    local copy, like = net:copy(), net:like { 2, 4, 1 }
    for _, n in ipairs { net, copy, twin } do n:step(20) end
    for l = 1, 2 do
      helpers.near(net.theta[l], twin.theta[l], 1e-12)
      helpers.near(copy.theta[l], twin.theta[l], 1e-12)
    end
    like:forward()
    assert.is_true(like.a[3] == mg.tanh(like.z[2]))
    assert.is_true(net:check().ok)
    net.options.activation = "old" -- the name as it is now
    net:forward()
    assert.is_true(net.a[3] == net.z[2])
  end)

  it("is collected when nothing uses it, although it knows a network that uses it", function()
    local weak = setmetatable({}, { __mode = "k" })
    do
      local net
      local g = mg.activation { name = "cycle", f = function(z) return net and z or z end,
        df = function() return 1 end }
      net = net_of { activation = g }
      weak[net] = true
    end
    mg.activation { name = "cycle", f = function(z) return z end, df = function() return 1 end }
    collectgarbage()
    collectgarbage()
    assert.is_nil(next(weak))
  end)

  it("is never called from another thread", function()
    mg.activation { name = "threads", f = function(z) return mg.tanh(z) end, df = tanh_slope }
    local g = mg.generator(1)
    local data = { 30, 300, 300, 2, activation = "threads", X = g:rand(400, 30), y = g:rand(400, 2), eta = .01 }
    local bits
    local before = mg.threads()
    for n = 1, 2 do
      mg.threads(n)
      local net = net_of(data)
      net:step(2)
      bits = bits or helpers.theta(net)
      assert.equal(bits, helpers.theta(net))
    end
    mg.threads(before)
  end)
end)

describe("a cost of one's own", function()
  local function squares(yhat, t) return (yhat - t) ^ 2 end

  local same = {
    sse = { { f = function(a, t) return squares(a, t) / 2 end, delta = function(a, t) return a - t end },
      { f = function(a, t) return squares(a, t):sum() / 2 end, delta = function(a, t) return a - t end } },
    mse = { { f = function(a, t) return squares(a, t):mean() end,
      delta = function(a, t) return 2 * (a - t) / (a.nrows * a.ncols) end } },
    ["cross-entropy"] = { { f = function(a, t) return -(t * mg.log(a) + (1 - t) * mg.log(1 - a)):sum() / #a end,
      delta = function(a, t) return (a - t) / (a * (1 - a)) / #a end } },
    softmax = { { f = function(a, t) return -(t * mg.log(a)):sum() / #a end,
      delta = function(a, t) return -t / a / #a end } },
  }

  it("trains as the built-in one of the same formula, whatever batches the rows come in", function()
    local g = mg.generator(4)
    local data = { 3, 4, 2, X = g:randn(300, 3), y = g:rand(300, 2), eta = .01, output = "sigmoid" }
    for name, list in pairs(same) do
      local output = name == "softmax" and "softmax" or "sigmoid"
      for k, spec in ipairs(list) do
        spec.name = name .. k
        local cost = mg.cost(spec)
        local mine, theirs = net_of(data), net_of(data)
        mine.options.output, theirs.options.output = output ~= "softmax" and output or nil, nil
        if output == "softmax" then
          mine = net_of { 3, 4, 2, X = data.X, y = data.y, eta = .01, output = output, cost = cost }
          theirs = net_of { 3, 4, 2, X = data.X, y = data.y, eta = .01, output = output, cost = name }
        else
          mine.options.cost, theirs.options.cost = cost, name
        end
        for _, n in ipairs { mine, theirs } do
          n:step(20)
          n:train { epochs = 2, batch = 64 }
        end
        -- From yhat, not from z, and summed in another order: some 1e-13 an update.
        for l = 1, 2 do helpers.near(mine.theta[l], theirs.theta[l], 1e-10) end
        helpers.near({ mine:cost() }, { theirs:cost() }, 1e-10)
        helpers.near({ mine.J }, { theirs.J }, 1e-10)
        assert.is_true(mine:check { samples = 20 }.ok)
        assert.equal(spec.name, mine.options.cost)
      end
    end
  end)

  it("is differenced by check{of=}", function()
    mg.cost { name = "mine", f = function(a, t) return squares(a, t):mean() end,
      delta = function(a, t) return 2 * (a - t) / (a.nrows * a.ncols) end }
    local c = net_of {}:check { of = "mine" }
    assert.is_false(c.ok)
    assert.equal("mine", c.of)
    helpers.near({ c.worst.backprop / c.worst.numeric }, { 2 }, 1e-5) -- N K / 2, to the differences' own error
  end)

  it("is refused with a wrong delta, or a J that is no sum and no mean", function()
    helpers.raises(function()
      mg.cost { name = "bad", f = function(a, t) return squares(a, t):sum() end,
        delta = function(a, t) return a - t end }
    end, "cost bad", "delta is", "yhat =", "dJ/dyhat is", "ratio 0.5")
    helpers.raises(function()
      mg.cost { name = "bad", f = function(a, t) return squares(a, t):sum() ^ .5 end,
        delta = function(a) return a end }
    end, "sum", "mean")
    helpers.raises(function() mg.cost { name = "bad", f = squares } end, "delta", "expected a function")
    helpers.raises(function() mg.cost { name = "sse", f = squares, delta = squares } end, "built in")
  end)

  it("that fails leaves the network as it was", function()
    local mode
    mg.cost { name = "failing", f = function(a, t)
      if mode == "error" then error "cost's words" end
      if mode == "NaN" then return 0 / 0 end
      return squares(a, t):sum()
    end, delta = function(a, t)
      if mode == "delta" then error "delta's words" end
      if mode == "shape" then return a:rows(1, 1) end
      return 2 * (a - t)
    end }
    local net = net_of { cost = "failing" }
    net:step(2)
    local before = helpers.theta(net)
    for case, words in pairs { error = "cost's words", NaN = "cost failing: f gave NaN", delta = "delta's words",
      shape = "cost failing: delta gave a 1 x 1 matrix" } do
      mode = case
      helpers.raises(function() net:step(4) end, words)
      assert.equal(before, helpers.theta(net))
    end
  end)

  it("is told from an activation", function()
    local g = mg.activation { name = "an activation", f = mg.tanh, df = tanh_slope }
    helpers.raises(function() mg.network { 2, 1, cost = g } end, "the activation an activation")
    assert.equal("activation", (core.custom(g)))
  end)
end)
