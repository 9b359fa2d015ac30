-- Ways to draw THETA, and layers whose updates go by another eta.

local helpers = require "helpers"
local mg = require "moongrad"

local raises = helpers.raises

local function variance(m) return (m * m):mean() end

describe("init", function()
  it("draws with the variance that its formula has, and no biases", function()
    local n_in, n_out = 300, 200
    local wanted = { xavier = 2 / (n_in + n_out), ["xavier-normal"] = 2 / (n_in + n_out), he = 2 / n_in,
      ["he-uniform"] = 2 / n_in, lecun = 1 / n_in, orthogonal = 1 / n_in }
    for name, v in pairs(wanted) do
      for _, gain in ipairs { 1, 3 } do
        local net = mg.network { n_in, n_out, seed = 1, init = { name, gain = gain } }
        assert.equal(0, net.theta[1]:cols(1, 1):norm(), name)
        local ratio = variance(net.theta[1]:cols(2, n_in + 1)) / (v * gain ^ 2)
        assert.is_true(math.abs(ratio - 1) < .03, name) -- 60,000 numbers: some .006
      end
    end
  end)

  it("uniform stays within its bounds, normal draws NumPy's normals", function()
    local r = math.sqrt(6 / 4)
    local net = mg.network { 4, 50, seed = 2, init = "he-uniform" }
    local w = net.theta[1]:cols(2, 5)
    assert.is_true(w:max() < r and w:min() >= -r and w:max() > .9 * r)
    local g = mg.generator(3)
    local normals = g:randn(5, 4)
    net = mg.network { 4, 5, seed = 3, init = "lecun" }
    helpers.near(net.theta[1]:cols(2, 5), normals / 2, 1e-15)
    net = mg.network { 4, 5, seed = 3, init = "xavier-normal" }
    helpers.near(net.theta[1]:cols(2, 5), normals * math.sqrt(2 / 9), 1e-15)
  end)

  it("orthogonal makes rows orthonormal, or columns where there are more rows", function()
    local net = mg.network { 7, 4, 9, seed = 4, init = "orthogonal" }
    local w1, w2 = net.theta[1]:cols(2, 8), net.theta[2]:cols(2, 5)
    helpers.near(w1:matmul(w1.T), mg.eye(4), 1e-14)
    helpers.near(w2.T:matmul(w2), mg.eye(4), 1e-14)
    local again = mg.network { 7, 4, 9, seed = 4, init = "orthogonal" }
    assert.is_true(again.theta[2] == net.theta[2])
  end)

  it("auto takes the one that goes with each layer's activation", function()
    local auto = mg.network { 3, { 5, "relu" }, { 4, "tanh" }, 2, seed = 5, init = "auto" }
    local he = mg.network { 3, { 5, "relu" }, { 4, "tanh" }, 2, seed = 5, init = "he" }
    assert.is_true(auto.theta[1] == he.theta[1])
    local xavier = mg.network { 5, 4, seed = 6, init = "xavier" }
    auto = mg.network { 5, { 4, "tanh" }, seed = 6, init = "auto" }
    assert.is_true(auto.theta[1] == xavier.theta[1])
  end)

  it("takes matrices that are given, and goes back to them", function()
    local m = mg.matrix { { 1, 2, 3 } }
    local net = helpers.xor { 2, 1, init = { m } }
    assert.is_true(net.theta[1] == m)
    net:step(5)
    net:init()
    assert.is_true(net.theta[1] == m and net.epoch == 0)
    net:init { { { 4, 5, 6 } } }
    assert.equal(5, net.theta[1][1][2])
    net:undo()
    assert.is_true(net.theta[1] == m)
    raises(function() mg.network { 2, 1, init = { { { 1, 2 } } } } end, "theta[1]", "1 x 3", "1 x 2")
    raises(function() mg.network { 2, 1, init = { m, m } } end, "expected 1 matri", "got 2")
    assert.equal(3, #net:like { 2, 3, 1 }.theta[1])
  end)
end)

describe("a layer's eta_scale", function()
  it("is times eta in every update of it, whatever the optimiser", function()
    for _, name in ipairs(require "moongrad.core".optimizers) do
      local spec = { 2, { 9, "tanh" }, 1, optimizer = name, seed = 7, eta = .1 }
      local twin = helpers.xor(spec)
      spec[2] = { 9, "tanh", eta_scale = 2 }
      local net = helpers.xor(spec)
      for _, one in ipairs { net, twin } do
        one:forward()
        one:backward()
        one:update()
      end
      twin:undo()
      twin.eta = .2
      twin:forward()
      twin:backward()
      twin:update()
      assert.equal(helpers.bits(twin.dtheta[1]), helpers.bits(net.dtheta[1]), name)
      assert.is_true(not (twin.dtheta[2] == net.dtheta[2]), name)
      net:forward()
      net:backward()
      local told = net:explain("theta", 1, 1, 2)
      net:update()
      helpers.near({ { told.value } }, { { net.theta[1][1][2] } }, 1e-12)
      assert.is_true(net:copy().theta[1] == net.theta[1])
    end
  end)

  it("holds in the fused ways as in the plain one", function()
    for _, width in ipairs { 3, 40 } do
      local spec = { 2, { width, "tanh", eta_scale = .5 }, { 2, "tanh", eta_scale = 0 }, 1, seed = 8 }
      local net, twin = helpers.xor(spec), helpers.xor(spec)
      local still = net.theta[2]:copy()
      net:step(20)
      for _ = 1, 20 do
        twin:forward()
        twin:backward()
        twin:update()
      end
      assert.equal(helpers.bits(twin.theta), helpers.bits(net.theta))
      assert.is_true(still == net.theta[2])
    end
  end)

  it("is refused below 0, and told by diff", function()
    raises(function() mg.network { 2, { 2, eta_scale = -1 }, 1 } end, "eta_scale", "from 0")
    raises(function() mg.network { { 2, eta_scale = 2 }, 1 } end, "layer 1 is the input")
    local a, b = helpers.xor { 2, { 2, eta_scale = 2 }, 1 }, helpers.xor { 2, 2, 1 }
    assert.is_truthy(mg.diff(a, b).options:find("eta_scale", 1, true))
    assert.is_truthy(mg.diff(a, a:like { 2, 2, 1 }).options == nil)
  end)
end)
