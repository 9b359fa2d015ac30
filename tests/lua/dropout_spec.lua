-- Dropout: what is left out, by whom, and that it is the same every way it is done.

local core = require "moongrad.core"
local helpers = require "helpers"
local mg = require "moongrad"

local raises = helpers.raises

local function make(more)
  local spec = { 3, { 40, "tanh", dropout = .5 }, { 7, "relu", dropout = .25 }, 1, seed = 1, eta = .1, init = "xavier" }
  for name, v in pairs(more or {}) do spec[name] = v end
  local net = mg.network(spec)
  net.X, net.y = helpers.data(3, 12, 3, 1)
  return net
end

local function generator(net) return core.rng_state(core.own_rng(net)) end

describe("dropout", function()
  it("multiplies activations by 0 or 1 / (1 - p), drawn from the network's generator", function()
    local net = make()
    local g = core.generator(0)
    core.rng_state(g, generator(net))
    net:forward()
    for l, p in ipairs { .5, .25 } do
      local mask, u = core.mask(net, l), g:rand(12, net.layers[l + 1])
      for i = 1, 12 do
        for j = 1, mask.ncols do assert.equal(u[i][j] < p and 0 or 1 / (1 - p), mask[i][j]) end
      end
    end
    assert.equal(core.rng_state(g), generator(net))
    local mask, z, a = core.mask(net, 1), net.z[1], net.a[2]
    helpers.near(a:cols(2, 41), mg.tanh(z) * mask, 1e-14)
    assert.equal(12, a:cols(1, 1):sum())
    local share = mg.network { 1, { 1000, dropout = .3 }, 1, seed = 2 }
    share:forward(mg.zeros(50, 1))
    assert.is_true(math.abs(core.mask(share, 1):mean() - 1) < .01)
  end)

  it("is not of predict, cost and check, which draw nothing", function()
    local net = make()
    local plain = mg.network { 3, { 40, "tanh" }, { 7, "relu" }, 1, init = net.theta and {
      net.theta[1]:copy(), net.theta[2]:copy(), net.theta[3]:copy() } }
    local before = generator(net)
    assert.is_true(plain:predict(net.X) == net:predict())
    assert.equal(plain:cost(net.X, net.y), net:cost())
    assert.equal(before, generator(net))
    for k = 1, 6 do
      net:step()
      before = generator(net)
      assert.is_true(net:check().ok, k)
      assert.equal(before, generator(net))
    end
  end)

  it("has the gradient of the masked network", function()
    local net = make { l2 = .01 }
    net:forward()
    net:backward()
    local grad, masks = net.grad[1]:copy(), { core.mask(net, 1), core.mask(net, 2) }
    local function j()
      local a1 = mg.tanh(mg.hstack(mg.ones(12, 1), net.X):matmul(net.theta[1].T)) * masks[1]
      local a2 = mg.relu(mg.hstack(mg.ones(12, 1), a1):matmul(net.theta[2].T)) * masks[2]
      local yhat = mg.sigmoid(mg.hstack(mg.ones(12, 1), a2):matmul(net.theta[3].T))
      local sum = ((yhat - net.y) ^ 2):sum() / 2
      for _, m in ipairs(net.theta) do sum = sum + .005 * (m:cols(2, m.ncols) ^ 2):sum() end
      return sum
    end
    for i = 1, 40, 7 do
      for k = 1, 4 do
        local w, h = net.theta[1][i][k], 1e-6
        net.theta[1][i][k] = w + h
        local high = j()
        net.theta[1][i][k] = w - h
        local low = j()
        net.theta[1][i][k] = w
        assert.is_true(math.abs((high - low) / (2 * h) - grad[i][k]) < 1e-7)
      end
    end
  end)

  it("leaves the same bits by step, single steps, walks and the parts of a step", function()
    for _, optimizer in ipairs { "sgd", "adam" } do
      local nets = {}
      for k = 1, 4 do nets[k] = make { optimizer = optimizer } end
      nets[1]:step(5)
      for _ = 1, 5 do
        nets[2]:step()
        nets[3]:walk():finish()
        nets[4]:forward()
        nets[4]:backward()
        nets[4]:update()
      end
      for k = 2, 4 do
        assert.equal(helpers.live(nets[1]), helpers.live(nets[k]))
        assert.equal(generator(nets[1]), generator(nets[k]))
      end
    end
  end)

  it("is an operation of a walk, with its mask, which can be undone", function()
    local net = make()
    local w = net:walk()
    local a = w:to("a", 1).value:copy()
    local op = w()
    assert.equal("dropout", op.name)
    assert.equal(1, op.layer)
    assert.is_true(op.value:cols(2, 41) == a:cols(2, 41) * op.mask)
    assert.is_truthy(op.text:find("mask", 1, true))
    w:back()
    assert.is_true(net.a[2] == a)
    w:finish()
    local twin = make()
    twin:step()
    assert.equal(helpers.live(twin), helpers.live(net))
  end)

  it("is the same after undo and seek, with a generator of its own or the shared one", function()
    for _, seed in ipairs { 1, false } do
      mg.seed(4)
      local net = make { seed = seed or nil }
      if not seed then net = make { init = "xavier" } net.options.seed = nil end
      local seen = { [0] = helpers.bits(net.theta) }
      for e = 1, 12 do
        if e % 3 == 0 then net:train { batch = 5, shuffle = e % 2 == 0 } else net:step() end
        seen[e] = helpers.bits(net.theta)
      end
      net:step(8)
      seen[20] = helpers.bits(net.theta)
      for _, e in ipairs { 3, 11, 0, 20, 7, 12, 1 } do
        net:seek(e)
        assert.equal(seen[e], helpers.bits(net.theta), e)
      end
      assert.is_true(mg.diff(net, net:copy()).equal)
    end
  end)

  it("draws as much in batches, and a refused step leaves the generator as it was", function()
    local net, twin = make(), make()
    net:train { epochs = 3, batch = 5 }
    for _ = 1, 3 do twin:train { batch = 5 } end
    assert.equal(helpers.theta(twin), helpers.theta(net))
    assert.equal(generator(twin), generator(net))
    net = make { activation = "linear", output = "linear" }
    net:step(2)
    net.eta = 1e200
    local single = net:copy()
    assert.is_false(pcall(net.step, net, 50))
    while pcall(single.step, single) do assert.is_true(single.epoch < 60) end
    assert.equal(helpers.theta(single), helpers.theta(net))
    assert.equal(generator(single), generator(net))
  end)

  it("is explained by what was left out", function()
    local net = make()
    net:forward()
    net:backward()
    for j = 2, 41 do
      local e = net:explain("a", 2, 1, j)
      helpers.near({ { e.value } }, { { net.a[2][1][j] } }, 1e-12)
      e = net:explain("delta", 1, 1, j - 1)
      helpers.near({ { e.value } }, { { net.delta[1][1][j - 1] } }, 1e-12)
    end
  end)

  it("is of hidden layers, below 1", function()
    raises(function() mg.network { 2, { 3, dropout = 1 }, 1 } end, "dropout", "below 1")
    raises(function() mg.network { 2, { 3, dropout = -.1 }, 1 } end, "dropout", "from 0")
    raises(function() mg.network { 2, 3, { 1, dropout = .5 } } end, "last layer")
    raises(function() mg.network { { 2, dropout = .5 }, 1 } end, "layer 1 is the input")
    assert.is_truthy(mg.diff(make(), mg.network { 3, 40, 7, 1 }).options:find("dropout", 1, true))
    assert.equal(.5, core.network_state(make():copy()).layers[2].dropout)
  end)
end)
