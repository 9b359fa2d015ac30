-- Tests of diagnose: causes that it once missed or confused with others are named, and what it proposes for them helps,
-- or nothing is proposed.

local core = require "moongrad.core"
local helpers = require "helpers"
local mg = require "moongrad"

local X, y = mg.data.xor()

local net_of = helpers.tanh_xor

-- The first finding of net is this one; its line, typed, makes a copy learn next to all of the variance of y. Returns
-- the diagnosis.
local function is_mended(net, name, ...)
  local d = net:diagnose()
  local f = d.findings[1]
  assert.equal(name, f and f.name, tostring(d))
  assert.is_string(f.try)
  for _, words in ipairs { ... } do assert.is_truthy((f.text .. f.try):find(words, 1, true), tostring(d)) end
  net = helpers.type_in(net:copy(), f.try)
  local t = mg.matrix(net.y)
  local _, mse = core.evaluate(net, net.X, net.y)
  local variance = ((t - t:mean()) ^ 2):mean()
  assert.is_true(mse <= .05 * (variance > 0 and variance or .25), f.try .. " leaves mse " .. mse)
  return d
end

describe("a network that cannot fit", function()
  it("because it has no hidden layer gets one", function()
    for _, spec in ipairs { { 2, 1, eta = 1 }, { 2, 1, activation = "sigmoid", output = "linear", cost = "mse" },
      { 2, 1, cost = "cross-entropy" } } do
      local net = net_of(spec)
      for _ = 1, 2 do
        is_mended(net, "linear", "there is no hidden layer", "LAYERS = {2, 4, 1}")
        net:step(3000)
      end
    end
  end)

  it("because its hidden layers are linear gets others", function()
    local net = net_of { 2, 4, 1, activation = "linear", output = "sigmoid", eta = .1 }
    for _ = 1, 2 do
      is_mended(net, "linear", "the hidden layers are linear", "tanh")
      net:step(3000)
    end
  end)

  it("because equal rows have different targets is told which, and the least mse, and gets no advice", function()
    local net = net_of { X = { { 0, 0 }, { 0, 1 }, { 1, 0 }, { 0, 1 }, { 1, 1 } }, y = { 0, 1, 1, 0, 0 }, eta = 1 }
    for _ = 1, 3 do
      local d = net:diagnose()
      local f = d.findings[1]
      assert.equal("contradiction", f.name)
      assert.same({ 2, 4 }, f.rows)
      assert.near(.1, f.value, 1e-15) -- two rows of five get .5
      assert.is_truthy(f.text:find("rows 2 and 4 of X are equal", 1, true))
      assert.is_truthy(f.text:find("mse cannot be below 0.1", 1, true))
      assert.is_nil(f.try)
      net:step(5000)
    end
    assert.is_nil(net:diagnose().try)
    assert.equal(1, #net:diagnose().findings)
  end)

  it("because of a few such rows among many has learnt what it can", function()
    local g = mg.generator(4)
    local A = g:rand(60, 2) * 2 - 1
    local t = mg.lt(A:cols(1, 1), 0)
    A[60], t[60][1] = A[1], 1 - t[1][1]
    local net = net_of { 2, 8, 1, cost = "cross-entropy", X = A, y = t, eta = 1 }
    net:step(3000)
    local d = net:diagnose()
    assert.is_true(d.ok, tostring(d))
    assert.is_true(d.findings[1].minor)
  end)

  it("because of l1 or l2 gets less of it", function()
    for _, name in ipairs { "l1", "l2" } do
      for _, value in ipairs { .3, 3 } do
        local net = net_of { [name] = value, eta = .3 }
        for _ = 1, 2 do
          is_mended(net, name .. " too large", ("with %s = %g"):format(name, value), "NET.options." .. name)
          net:step(1000)
        end
      end
    end
  end)
end)

describe("data that", function()
  it("are -1 and 1 on a sigmoid get tanh", function()
    for epochs = 0, 600, 300 do
      local net = net_of { 2, 8, 1, y = 2 * y - 1 }
      net:step(epochs)
      is_mended(net, "targets", 'output = "tanh"')
    end
    is_mended(net_of { 2, 8, 1, y = 2 * y - 1, cost = "cross-entropy" }, "targets", "y = (y - -1) / 2")
  end)

  it("are class numbers under softmax get a column for each class", function()
    local A = mg.matrix { { 0, 0 }, { 0, .1 }, { 1, 0 }, { 1, .1 }, { 0, 1 }, { .1, 1 } }
    for from = 0, 1 do
      local net = net_of { 2, 6, 3, output = "softmax", cost = "softmax", X = A, y = { 0, 0, 1, 1, 2, 2 } }
      net.y = net.y + from
      is_mended(net, "data", "class numbers", ("y = eq(y, {{%d, %d, %d}})"):format(from, from + 1, from + 2))
    end
    local net = net_of { 2, 6, 2, output = "softmax", cost = "softmax", X = A, y = { 0, 0, 1, 1, 2, 2 } }
    is_mended(net, "data", "class numbers", "LAYERS = {2, 6, 3}")
  end)

  it("stand on their side are turned", function()
    is_mended(net_of { 2, 8, 1, X = X.T:copy() }, "data", "X = X.T:copy()")
  end)

  it("are 1e4 times too large are scaled", function()
    is_mended(net_of { 2, 8, 1, y = 1e4 * y }, "targets", "y = y / 10000")
    is_mended(net_of { 2, 8, 1, y = 1e4 * y, output = "linear", cost = "mse", eta = .1 }, "targets", "y = y / 1e+04")
  end)

  it("are scaled come to lie within the reach of the output", function()
    for _, targets in ipairs { y * 9.522377e79 + 3.24e79, y * 3.3333333 - 1.7777777, y * 1e-3 - 7.777777777 } do
      local net = net_of { 2, 8, 1, y = targets, cost = "cross-entropy" }
      local d = net:diagnose()
      assert.equal("targets", d.findings[1].name)
      net = helpers.type_in(net, d.try)
      assert.is_true(net.y:min() >= 0 and net.y:max() <= 1, d.try)
      assert.is_nil(net:diagnose().try)
    end
  end)

  it("are too large for single precision are scaled, all of them at once", function()
    local net = net_of { 2, 8, 1, precision = "single" }
    for _, name in ipairs { "X", "y" } do
      net.X, net.y = X, y
      net[name] = net[name] * 1e200
      local d = net:diagnose()
      assert.is_truthy(tostring(d):find("too large for single precision", 1, true))
      assert.equal(name .. " = " .. name .. " / 1e+200", d.try)
    end
  end)

  it("are one row are spoken of without a share of their variance", function()
    local net = net_of { X = { { 1, 2 } }, y = { 1 } }
    assert.is_nil(tostring(net:diagnose()):find("variance", 1, true))
    net.X, net.y = X, { 1, 1, 1, 1 }
    assert.is_nil(tostring(net:diagnose()):find("variance", 1, true))
  end)
end)

describe("steps and weights that", function()
  it("have learnt get no advice for what is still unusual of them", function()
    -- l2 has made the hidden units equal, and y is learnt to the last bit
    local net = net_of { 1, { 2, "relu" }, { 1, "linear" }, X = { { .84 } }, y = { .5 } }
    net.theta = { { { 0, 0 }, { 0, 0 } }, { { .5, 0, 0 } } }
    local d = net:diagnose()
    assert.is_true(d.ok, tostring(d))
    assert.is_nil(d.try)
    net = net_of { X = X, y = y * 1.0000003 }
    net:step(5000)
    d = net:diagnose()
    assert.is_true(d.ok, tostring(d))
  end)

  it("ETA 1e5 has spoilt are laid to ETA", function()
    for _, epochs in ipairs { 0, 1, 300 } do
      for _, activation in ipairs { "tanh", "sigmoid" } do
        local net = net_of { 2, 8, 1, activation = activation, eta = 1e5 }
        net:step(epochs)
        is_mended(net, "ETA too large", "1e+05", "ETA = ")
      end
    end
  end)

  it("biases of -100 leave dead are drawn anew", function()
    for seed = 1, 5 do
      local net = net_of { 2, 8, 1, activation = "relu", init = "he", seed = seed }
      net.theta[1]:cols(1, 1):fill(-100)
      is_mended(net, "dead", "8 of the 8 relus")
    end
  end)

  it("explode as in Nielsen's chain are said to", function()
    -- chapter 5: weights of 100, and biases at which z is 0 and sigmoid' 1/4: 25 times more with each layer
    local net = net_of { 1, 1, 1, 1, 1, activation = "sigmoid", X = { { 1 } }, y = { 0 }, eta = .1 }
    for l = 1, 4 do net.theta[l] = { { l == 1 and -100 or -50, 100 } } end
    local d = is_mended(net, "exploding", "1.6e+04")
    assert.near(25 ^ 3, d.ratio, 1e-9 * 25 ^ 3)
  end)

  it("are relus that are merely off are not said to vanish", function()
    local g = mg.generator(2)
    local A = g:rand(40, 2)
    local net = net_of { 2, 8, 8, 1, activation = "relu", init = "he", X = A, y = mg.lt(A:cols(1, 1), A:cols(2, 2)),
      cost = "cross-entropy", eta = 1e-3 }
    for i = 1, 8 do net.theta[1][i] = { -1.35, i % 2 == 0 and .7 or .3, i % 2 == 0 and .7 or .3 } end
    local d = net:diagnose()
    assert.is_true(d.layers[1].saturated > .9 and d.layers[1].dead < 8)
    for _, f in ipairs(d.findings) do assert.are_not.equal("vanishing", f.name) end
  end)

  it("are all 0 have no update that is so many times as large", function()
    for _, layers in ipairs { { 2, 3, 1 }, { 2, 1 } } do
      layers.init = "constant"
      local d = net_of(layers):diagnose()
      assert.is_nil(tostring(d):find "e%+%d%d%d")
      for _, m in ipairs(d.layers) do assert.is_true(m.update == nil or m.update < 1e3) end
    end
  end)
end)
