-- Networks in single precision: the same words, numbers that read as numbers, and answers near double's.

local core = require "moongrad.core"
local helpers = require "helpers"
local mg = require "moongrad"

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

-- Five matrices of single precision, of a network's memory, and beside each its numbers in double: whole, a
-- transpose, some rows, some columns, one row.
local function views()
  local _, net = twins({ 4, 5, 3 }, 6)
  net:step(2)
  local theta = net.theta[1]
  local all = { theta, theta.T, theta:rows(2, 4), theta:cols(2, 4), theta[3], net.a[2]:cols(2, 3).T }
  return coroutine.wrap(function()
    for _, m in ipairs(all) do coroutine.yield(m, m:copy()) end
  end)
end

-- The bits of numbers and matrices.
local function bits(...)
  local parts = {}
  for i = 1, select("#", ...) do
    local x = select(i, ...)
    parts[i] = type(x) == "boolean" and tostring(x) or mg.is_matrix(x) and helpers.bits(x:copy()) or helpers.bits(x)
  end
  return table.concat(parts, "\n")
end

describe("a matrix of single precision", function()
  it("is calculated with as its numbers in double are", function()
    for m, d in views() do
      local other = mg.generator(1):rand(d.nrows, d.ncols)
      local function same(f) assert.equal(bits(f(d)), bits(f(m))) end
      same(function(x) return x + 1, 1 - x, x * x, x / 3, x ^ 2, 2 ^ x, -x, x + other, other - x, x * other end)
      same(function(x) return x + m, m - x, x + d, d / x, x + other[1], x.T + other.T end)
      same(function(x) return mg.eq(x, m), mg.lt(x, other), mg.gt(other, x), mg.eq(x, d), mg.lt(x, 0), mg.gt(0, x) end)
      same(function(x) return x == m, x == d, m == x, d == x, x == other, other == x, x.T == m.T end)
      for _, name in ipairs { "sum", "mean", "min", "max", "norm", "argmax" } do
        same(function(x) return x[name](x) end)
        same(function(x) return x[name](x, 1), x[name](x, 2), x.T[name](x.T, 1) end)
      end
      for name in ("exp sqrt abs sin cos floor sign sigmoid tanh relu leaky_relu elu gelu softplus softmax")
        :gmatch "%S+" do
        same(function(x) return mg[name](mg.abs(x)), mg[name](x.T) end)
      end
      same(function(x) return mg.log(mg.abs(x) + 1), x:map(math.abs), x:map(function(v) return v / 3 end) end)
      same(function(x) return x:matmul(d.T), d:matmul(x.T), x:matmul(x.T), x.T:matmul(x), other:matmul(x.T) end)
      same(function(x) return mg.hstack(x, d), mg.hstack(d, x, x), mg.hstack { x, d }, mg.hstack(x.T, x.T) end)
      same(function(x) return mg.vstack(x, d), mg.vstack(d, x), mg.vstack { x, x }, mg.vstack(x, other) end)
      same(function(x) return x:reshape(x.nrows * x.ncols, 1), x.T:reshape(1, x.nrows * x.ncols) end)
      same(function(x) return mg.matrix(x), x:copy(), x:rows(1), x:cols(1, 2), mg.matrix { x:rows(1), x:rows(1) } end)
    end
  end)

  it("reads and prints as its numbers in double do", function()
    for m, d in views() do
      assert.same(d.shape, m.T.T.shape)
      assert.same(d:totable(), (m.nrows == 1 and mg.matrix { m } or m):totable())
      assert.equal(tostring(d), tostring(m:rows(1, m.nrows)))
      local n = 0
      for i, row in ipairs(d) do
        for j, v in ipairs(row) do
          n = n + (m:rows(i).T[j][1] == v and 1 or 0)
        end
      end
      assert.equal(d.nrows * d.ncols, n)
    end
  end)

  it("is written from both, and writes to both", function()
    for m, d in views() do
      m:fill(1 / 3)
      assert.equal(string.unpack("f", string.pack("f", 1 / 3)), m:max())
      m:set(d)
      assert.is_true(m == d)
      local into = mg.zeros(d.nrows, d.ncols):set(m)
      assert.is_true(into == d)
      local turned = mg.zeros(d.ncols, d.nrows):set(m.T)
      assert.is_true(turned == d.T)
      m:set((-d):totable())
      assert.is_true(m == -d)
      m:set(m:copy() * 2)
      assert.is_true(m == d * -2)
      into[1] = m:rows(1)
      assert.is_true(into:rows(1) == d:rows(1) * -2)
      m:rows(1):set(d:rows(1))
      assert.is_true(m:rows(1) == d:rows(1))
      m:rows(1):set { (d:rows(1) * 4):totable()[1] }
      assert.is_true(m:rows(1) == d:rows(1) * 4)
    end
    local _, net = twins({ 2, 2, 1 }, 3) -- THETA[1] is 2 x 3
    local theta = net.theta[1]
    local before = theta:copy()
    theta[1] = theta[2]
    assert.is_true(theta[1] == before[2] and theta[2] == before[2])
    theta:set(before)
    theta:cols(2, 3):set(theta:cols(1, 2)) -- what overlaps is read first
    assert.is_true(theta == mg.hstack(before:cols(1), before:cols(1, 2)))
    theta:cols(1, 2):set(theta:cols(1, 2).T)
    assert.is_true(theta:cols(1, 2) == mg.hstack(before:cols(1), before:cols(1)).T)
    net.theta[2] = theta:rows(1)
    assert.is_true(net.theta[2] == theta:rows(1))
  end)

  it("marks and counts what is not finite", function()
    local _, net = twins({ 2, 2, 1 }, 3)
    local theta = net.theta[1]
    theta[1][2], theta[2][3], theta[2][1] = 0 / 0, 1 / 0, -1 / 0
    assert.same({ 1, 2, 1, 2 }, { core.nonfinite(theta) })
    assert.same({ 1, 2, 1, 2 }, { core.nonfinite(theta.T) })
    assert.matches("1 NaN, 2 Inf, first at %[1%]%[2%]$", tostring(theta))
    assert.matches("%-Inf", tostring(theta))
    assert.is_false(theta == theta:copy())
    assert.is_true(theta:sum() ~= theta:sum() and theta:max() ~= theta:max() and theta:min() ~= theta:min())
    assert.same({ 1, 2 }, { theta:argmax() })
    theta[1][2] = 1e300 -- beyond what it holds
    assert.equal(math.huge, theta[1][2])
    assert.same({ 0, 3, 1, 2 }, { core.nonfinite(theta) })
  end)

  it("is data for networks of either precision", function()
    local _, source = twins({ 4, 5, 3 }, 6)
    source:forward()
    local X, y = source.a[2], source.a[3] -- 6 x 6, 6 x 3
    for _, precision in ipairs { "double", "single" } do
      local function learn(data, targets)
        local net = mg.network { 6, 4, 3, seed = 2, X = data, y = targets, precision = precision }
        local out = helpers.bits(net:predict(data)) .. helpers.bits(net:predict(data.T.T))
        net:step(3)
        net:train { epochs = 2, batch = 4, X = data, y = targets }
        net:forward(data)
        net:backward(targets)
        return out .. helpers.live(net) .. net:cost() .. net:cost(data, targets)
      end
      assert.equal(learn(X:copy(), y:copy()), learn(X, y))
    end
  end)
end)

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
      assert.equal(helpers.live(a), helpers.live(b))
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
    assert.equal(helpers.live(net), helpers.live(net:copy()))
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
    helpers.raises(function() net.options.precision = "single" end, "precision cannot be changed later")
  end)
end)
