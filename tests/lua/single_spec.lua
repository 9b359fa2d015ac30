-- Networks in single precision: the same words, numbers that read as numbers, and answers near double's.

local mg = require "moongrad"
local kit = require "kit"

local function twins(spec, rows)
  local g = mg.generator(5)
  local X, y = g:rand(rows, spec[1]), mg.gt(g:rand(rows, spec[#spec]), .5)
  local nets = {}
  for i, precision in ipairs { "double", "single" } do
    local o = { X = X, y = y, seed = 3, precision = precision }
    for k, v in pairs(spec) do o[k] = v end
    nets[i] = mg.network(o)
  end
  return nets[1], nets[2]
end

-- The largest distance of a from b, over the largest of b.
local function apart(a, b) return mg.abs(a - b):max() / mg.abs(b):max() end

describe("single precision", function()
  it("starts from the same THETA, rounded", function()
    local a, b = twins({ 4, 20, 3 }, 10)
    for l = 1, 2 do assert.is_true(apart(b.theta[l], a.theta[l]) < 2 ^ -23) end
    assert.equal("single", b.options.precision)
  end)

  it("follows double for some epochs to the digits it has", function()
    for _, spec in ipairs { { 2, 2, 1 }, { 4, 20, 3, activation = "tanh" }, { 5, 9, 17, 4, cost = "cross-entropy" } } do
      local a, b = twins(spec, 30)
      local ra, rb = a:step(20), b:step(20)
      assert.is_true(math.abs(ra.cost - rb.cost) < 1e-4 * ra.cost)
      for l = 1, #a.theta do assert.is_true(apart(b.theta[l], a.theta[l]) < 1e-4) end
      assert.is_true(apart(b:predict(b.X), a:predict(a.X)) < 1e-4)
    end
  end)

  it("takes n steps as n times one", function()
    for _, spec in ipairs { { 2, 2, 1 }, { 4, 20, 3 } } do
      local _, a = twins(spec, 8)
      local _, b = twins(spec, 8)
      a:step(9)
      for _ = 1, 9 do b:step() end
      assert.equal(kit.live(a), kit.live(b))
    end
  end)

  it("gives matrices that read, print and calculate as any other", function()
    local _, net = twins({ 2, 3, 1 }, 5)
    net:step(3)
    local theta = net.theta[1]
    assert.equal("number", type(theta[1][1]))
    assert.is_true((theta + 1):sum() - theta:sum() - 9 < 1e-12)
    assert.is_true(theta == theta:copy())
    assert.equal(3, #theta.T)
    assert.matches("THETA%[1%]  3 x 3", tostring(theta))
    assert.equal(3, #theta.T:matmul(theta))
    theta[2][1] = .1
    assert.is_true(math.abs(net.theta[1][2][1] - .1) < 1e-8)
    net.theta[1] = { { 1, 2, 3 }, { 4, 5, 6 }, { 7, 8, 9 } }
    assert.equal(45, net.theta[1]:sum())
  end)

  it("is trained in mini-batches and copied", function()
    local _, net = twins({ 6, 12, 2 }, 50)
    local r = net:train { epochs = 3, batch = 7 }
    assert.equal(3, r.epoch)
    assert.equal(kit.live(net), kit.live(net:copy()))
  end)

  it("is checked with the tolerance it can keep, and says so", function()
    local _, net = twins({ 2, 3, 1 }, 6)
    local c = net:check()
    assert.is_true(c.ok)
    assert.equal(1e-2, c.tolerance)
    assert.matches("single precision cannot resolve 1e%-06", tostring(c))
    assert.is_nil(net:check({ tolerance = .05 }).warning)
    assert.is_false(net:check({ of = "mse", tolerance = .05 }).ok)
  end)

  it("is settled when the network is made", function()
    local net = mg.network { 2, 1 }
    kit.raises(function() net.options.precision = "single" end, "precision is settled when a network is made")
  end)
end)
