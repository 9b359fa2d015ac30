-- Tests of bug(): what each planted mistake computes, where it is refused, and that check() finds and names it.

local core = require "moongrad.core"
local helpers = require "helpers"
local mg = require "moongrad"

local raises = helpers.raises

local all = { "stale-weights", "missing-factor", "no-output-derivative", "derivative-of-a", "no-hidden-derivative",
  "shifted-bias", "dropped-row", "wrong-sign" }

local slopes = {
  sigmoid = function(z) local a = 1 / (1 + math.exp(-z)) return a * (1 - a) end,
  softplus = function(z) return 1 / (1 + math.exp(-z)) end,
}

-- GRAD by the formulas of help "mistakes", from X, y and THETA, for sigmoid outputs and cost "mse". g: the slope of
-- the hidden layers.
local function gradients(net, mistake, g)
  local L, N, K = #net.theta, #net.X, #net.y[1]
  local function slope(l)
    local v = mistake == "derivative-of-a" and (l == L and net.a[L + 1] or net.a[l + 1]:cols(2, net.a[l + 1].ncols))
      or net.z[l]
    return v:map(l == L and slopes.sigmoid or g)
  end
  local factor = mistake == "missing-factor" and 1 or 1 / (N * K)
  local delta = 2 * factor * (net.a[L + 1] - net.y)
  if mistake == "wrong-sign" then delta = -delta end
  if mistake ~= "no-output-derivative" then delta = delta * slope(L) end
  local grads = {}
  for l = L, 1, -1 do
    local rows = mistake == "dropped-row" and N - 1 or N
    local penalty = net.options.l2 * net.theta[l]
    penalty:cols(1, 1):fill(0)
    grads[l] = delta:rows(1, rows).T:matmul(net.a[l]:rows(1, rows)) + penalty
    if l > 1 then
      local back, n = net.theta[l], net.theta[l].ncols
      if mistake == "stale-weights" then back = back - net.eta * grads[l] end
      back = mistake == "shifted-bias" and back:cols(1, n - 1) or back:cols(2, n)
      delta = delta:matmul(back)
      if mistake ~= "no-hidden-derivative" then delta = delta * slope(l - 1) end
    end
  end
  return grads
end

local function make(k, spec)
  spec.seed = k
  local net = mg.network(spec)
  net.X, net.y = helpers.data(k + 1, 7, net.layers[1], net.layers[#net.layers])
  return net
end

local function has(list, name)
  for _, v in ipairs(list) do
    if v == name then return true end
  end
  return false
end

describe("bug", function()
  it("computes what its formula says", function()
    for k, name in ipairs(all) do
      for hidden, g in pairs(slopes) do
        local net = make(k, { 3, 4, 9, 5, 2, activation = hidden, output = "sigmoid", cost = "mse", eta = .7, l2 = .01,
          init = "xavier" })
        net:bug(name)
        net:forward()
        net:backward()
        for l, wanted in ipairs(gradients(net, name, g)) do
          helpers.near(net.grad[l], wanted, 1e-14) -- sums of some ten terms up to 1
        end
      end
    end
  end)

  it("of the output's slope is made of a logarithmic cost as published code makes it", function()
    for k = 1, 20 do
      for _, cost in ipairs { "cross-entropy", "softmax" } do
        local net = make(k, { 3, 4, 3, activation = "tanh", cost = cost, init = "xavier",
          precision = k > 15 and "single" or nil })
        if cost == "softmax" then net.y = net.y / net.y:sum(2) end
        for _, name in ipairs { "no-output-derivative", "extra-output-derivative" } do
          net:bug(name)
          net:forward()
          net:backward()
          local a, y = net.a[3], net.y
          local wanted = name == "extra-output-derivative" and (a - y) / 7 * (a * (1 - a))
            or cost == "softmax" and -(y / a) / 7 or ((1 - y) / (1 - a) - y / a) / 7 -- dJ/da, J -1/N sum of ...
          helpers.near(net.delta[2], wanted, k > 15 and 1e-5 or 1e-13) -- a cancels in a - y; single: 24 bits
          local c = net:check()
          assert.is_false(c.ok)
          assert.same({ name }, c.mistakes)
        end
      end
    end
  end)

  it("of the output's slope stays finite where an output is 0 or 1", function()
    for _, cost in ipairs { "cross-entropy", "softmax" } do
      local net = make(3, { 3, 2, cost = cost })
      net.y = mg.eq(mg.matrix { { 1 }, { 2 }, { 1 }, { 2 }, { 1 }, { 2 }, { 1 } }, { { 1, 2 } })
      net.theta[1] = { { 0, 1e3, 1e3, 1e3 }, { 0, -1e3, 1e3, -1e3 } }
      net:bug "no-output-derivative"
      net:forward()
      net:backward()
      assert.is_true(net.grad[1]:norm() < math.huge)
    end
  end)

  it("is made by backward, step and train alike, and gone with bug(false)", function()
    for _, name in ipairs(all) do
      local net = make(1, { 2, 3, 2 })
      local plain = net:copy()
      net:bug(name)
      local twin, other = net:copy(), net:copy()
      for _ = 1, 3 do
        net:forward()
        net:backward()
        net:update()
      end
      twin:step(3)
      other:train { epochs = 3, shuffle = false }
      assert.equal(helpers.live(net), helpers.live(twin))
      assert.equal(helpers.bits(net.theta), helpers.bits(other.theta))
      plain:step(3)
      assert.are_not.equal(helpers.bits(plain.theta), helpers.bits(net.theta))
      net.theta, twin.theta = plain.theta, plain.theta
      net:bug(false)
      net:step(2)
      plain:step(2)
      assert.equal(helpers.bits(plain.theta), helpers.bits(net.theta))
    end
  end)

  it("is not given away by what is shown of the network", function()
    local net = make(1, { 2, 3, 2 })
    local shown, options, list = tostring(net), tostring(net.options), tostring(net:bug())
    net:bug "wrong-sign"
    assert.equal(shown, tostring(net))
    assert.equal(options, tostring(net.options))
    assert.equal(list, tostring(net:bug()))
  end)

  it("lists the mistakes, and why one cannot show", function()
    local list = make(1, { 2, 3, 2 }):bug()
    assert.equal(9, #list)
    local can = {}
    for _, mistake in ipairs(list) do
      if not mistake.cannot then can[#can + 1] = mistake.name end
      assert.is_string(mistake.formula)
      assert.is_truthy(tostring(list):find(mistake.name, 1, true))
    end
    assert.same(all, can)
    can = {}
    for _, mistake in ipairs(make(1, { 2, 3, 2, cost = "cross-entropy" }):bug()) do
      if not mistake.cannot then can[#can + 1] = mistake.name end
    end
    assert.same({ "stale-weights", "missing-factor", "no-output-derivative", "extra-output-derivative",
      "derivative-of-a", "no-hidden-derivative", "shifted-bias", "dropped-row", "wrong-sign" }, can)
    list = make(1, { 2, 2, output = "linear" }):bug()
    local cannot = {}
    for _, mistake in ipairs(list) do
      if mistake.cannot then cannot[#cannot + 1] = mistake.name end
    end
    assert.same({ "stale-weights", "no-output-derivative", "extra-output-derivative", "derivative-of-a",
      "no-hidden-derivative", "shifted-bias" }, cannot)
    assert.is_truthy(tostring(list):find("cannot show here: the output is linear", 1, true))
  end)

  it("refuses what cannot show in this network, and says why", function()
    local function no(net, name, ...)
      raises(function() net:bug(name) end, "bug: " .. name .. " cannot show in this network: ", ...)
      assert.equal("none", core.bug(net))
    end
    local one = make(1, { 2, 2 })
    for _, name in ipairs { "stale-weights", "no-hidden-derivative", "shifted-bias" } do
      no(one, name, "no hidden layer")
    end
    local slow = make(1, { 2, 3, 2, eta = 0 })
    no(slow, "stale-weights", "ETA is 0")
    slow.eta, slow.frozen[2] = 1, "weights"
    no(slow, "stale-weights", "frozen")
    slow.frozen[2] = "bias"
    slow:bug "stale-weights"
    no(make(1, { 2, 3, 2, cost = { "squares", scale = 1 } }), "missing-factor", "is 1 here")
    local entropy = make(1, { 2, 3, 1, cost = "cross-entropy", X = { { 1, 2 } }, y = { 1 } })
    entropy.X, entropy.y = { { 1, 2 } }, { 1 }
    no(entropy, "missing-factor", "there is only one row")
    no(make(1, { 2, 3, 1 }), "extra-output-derivative", "g'(Z[2]) belongs in DELTA[2]")
    no(entropy, "dropped-row", "there is only one row")
    no(make(1, { 2, 1, cost = "cross-entropy" }), "derivative-of-a", "g' cancels at the output")
    local straight = make(1, { 2, { 3, "linear" }, { 2, "linear" } })
    no(straight, "no-output-derivative", "the output is linear")
    no(straight, "no-hidden-derivative", "the hidden layers are linear")
    no(make(1, { 2, { 3, "relu" }, { 2, "linear" } }), "derivative-of-a", "same at a as at z")
    -- Without data nobody knows how many rows there will be.
    mg.network({ 2, 3, 1, cost = "cross-entropy" }):bug "dropped-row"
  end)

  it("says where it changes nothing at THETA as it stands", function()
    local net = make(1, { 2, { 3, "relu" }, 1 })
    net.X = mg.abs(net.X)
    for l = 1, 2 do net.theta[l] = mg.abs(net.theta[l]) end -- each relu is on its slope of 1
    assert.is_truthy(net:bug("no-hidden-derivative"):find("so check() has nothing to find", 1, true))
    assert.is_true(net:check().ok)
    net.theta[1][2][1] = -100
    assert.equal("no-hidden-derivative is planted; bug(false) removes it", net:bug "no-hidden-derivative")
    assert.same({ "no-hidden-derivative" }, net:check().mistakes)
    net.y = nil
    assert.equal("wrong-sign is planted; bug(false) removes it", net:bug "wrong-sign")
  end)

  it("plants one that it does not name", function()
    local net = make(1, { 2, 2 })
    for _ = 1, 20 do
      local said = net:bug "any"
      local planted = core.bug(net)
      assert.is_true(has({ "missing-factor", "no-output-derivative", "derivative-of-a", "dropped-row", "wrong-sign" },
        planted), planted)
      assert.is_nil(said:find(planted, 1, true))
      assert.is_truthy(said:find("one of 5 mistakes", 1, true))
      assert.equal(planted .. " is removed", net:bug(false))
    end
    assert.equal("no mistake was planted", net:bug(false))
    net:bug "wrong-sign"
    assert.equal("wrong-sign is removed", net:bug "none")
  end)

  it("raises for what is no mistake", function()
    local net = make(1, { 2, 3, 2 })
    raises(function() net:bug "stale-weight" end, 'bug: no mistake "stale-weight"', "did you mean stale-weights?")
    raises(function() net:bug "x" end, 'bug: no mistake "x"', "bug() lists them")
    raises(function() net:bug(true) end, "bug: no mistake true", "bug(false) removes")
    raises(function() net:bug({}) end, "bug: no mistake a table")
    raises(function() net:bug("wrong-sign", 2) end, "bug: expected one name")
    raises(function() net.bug "wrong-sign" end, "bug: expected a network first")
    assert.equal("none", core.bug(net))
  end)
end)

-- --- check finds it -----------------------------------------------------------------------------

local smooth = { "sigmoid", "tanh", "gelu", "softplus" }
local costs = { "sse", "mse", "quadratic", "cross-entropy", "softmax" }

-- A network of shape and kind by k, of 1 to 5 layers of weights.
local function any_network(k)
  local cost = costs[k % #costs + 1]
  local spec = { 2 + k % 3, 3 + k % 4, 2 + k % 2, activation = smooth[k % #smooth + 1], cost = cost, init = "xavier",
    eta = .3 }
  spec.output = cost == "cross-entropy" and "sigmoid" or cost == "softmax" and "softmax" or spec.activation
  if k % 6 == 0 then table.remove(spec, 2) end
  for l = 1, k % 6 - 2 do table.insert(spec, 3, 2 + (k + l) % 4) end
  local net = make(k, spec)
  if cost == "softmax" then
    local y = mg.zeros(7, net.layers[#net.layers])
    for i = 1, 7 do y[i][i % y.ncols + 1] = 1 end
    net.y = y
  end
  net:step(k % 10)
  return net
end

describe("check", function()
  it("finds and names each mistake, 100 seeds of each, and sees none where there is none", function()
    local depths = {}
    for k = 1, helpers.many(1000, 100) do
      local net = any_network(k)
      depths[#net.theta] = true
      local c = net:check()
      assert.is_true(c.ok, k .. tostring(c))
      for i, mistake in ipairs(net:bug()) do
        if not mistake.cannot then
          net:bug(mistake.name)
          c = net:check()
          assert.is_false(c.ok, k .. mistake.name)
          assert.same({ mistake.name }, c.mistakes, k .. tostring(c))
          assert.is_truthy(c.reason:find(("the mistake %q makes"):format(mistake.name), 1, true), c.reason)
          assert.equal(mistake.name, core.bug(net), i)
        end
      end
    end
    assert.equal(5, #depths)
  end)

  it("leaves THETA, GRAD and the planted mistake as they were", function()
    local net = make(3, { 2, 3, 2 })
    net:bug "shifted-bias"
    net:forward()
    net:backward()
    local before = helpers.live(net)
    net:check()
    assert.equal(before, helpers.live(net))
    assert.equal("shifted-bias", core.bug(net))
  end)

  it("names all that make the same of GRAD", function()
    -- One hidden unit, the last bias 0, and an ETA whose update makes the last weight 0, too: the column that is
    -- shifted and the weight that is stale are then both 0.
    local net = mg.network { 1, { 1, "sigmoid" }, { 1, "linear" }, X = { { 1 }, { 1 } }, y = { 0, 0 }, seed = 1 }
    net.theta[2][1] = { 0, .5 }
    net:forward()
    net:backward()
    net.eta = .5 / net.grad[2][1][2]
    net:bug "shifted-bias"
    local c = net:check()
    assert.is_false(c.ok)
    assert.same({ "stale-weights", "shifted-bias" }, c.mistakes)
    assert.is_truthy(c.reason:find('each of the mistakes "stale-weights" and "shifted-bias"', 1, true))
  end)

  it("names the mistake in a gradient of one's own", function()
    local net = make(4, { 3, 4, 2, cost = "mse", l2 = .01 })
    net:forward()
    for _, name in ipairs(all) do
      local c = net:check { grad = gradients(net, name, slopes.sigmoid) }
      assert.is_false(c.ok)
      assert.same({ name }, c.mistakes)
    end
    assert.is_true(net:check({ grad = gradients(net, nil, slopes.sigmoid) }).ok)
    assert.is_true(net:check({ grad = net.grad }).ok)
  end)

  it("finds and names each with functions written in Lua, a cost that is a sum and one that is a mean", function()
    local mean = mg.cost { name = "bug's mean", f = function(a, t) return ((a - t) ^ 2):mean() end,
      delta = function(a, t) return 2 * (a - t) / (#a * a.ncols) end }
    for k, cost in ipairs { helpers.own_functions(), mean } do
      for seed = 1, 20 do
        local net = make(seed, { 3, 4, 3, 2, activation = "tests' swish", output = "sigmoid", cost = cost,
          init = "xavier" })
        assert.is_true(net:check().ok)
        for _, mistake in ipairs(net:bug()) do
          if not mistake.cannot then
            net:bug(mistake.name)
            assert.same({ mistake.name }, net:check().mistakes, k)
          end
        end
      end
    end
  end)

  it("names it in single precision, on one layer, and beside another cost", function()
    local net = make(5, { 3, 4, 2, precision = "single" })
    net:bug "no-hidden-derivative"
    assert.same({ "no-hidden-derivative" }, net:check().mistakes)
    net = make(5, { 3, 4, 2 })
    net:bug "no-hidden-derivative"
    assert.same({ "no-hidden-derivative" }, net:check({ layer = 1 }).mistakes)
    assert.is_true(net:check({ layer = 2 }).ok)
    local c = net:check { of = "mse" }
    assert.same({ "no-hidden-derivative" }, c.mistakes)
    assert.same({}, make(5, { 3, 4, 2 }):check({ of = "mse" }).mistakes)
  end)
end)
