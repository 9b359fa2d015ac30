-- Tests of diagnose: it finds each planted cause, its proposal can be typed and helps; and its numbers are right.

local helpers = require "helpers"
local kinds = require "kinds_of_trouble"
local mg = require "moongrad"

local X, y = mg.data.xor()

local net_of = helpers.tanh_xor
local finding = helpers.finding
local squeeze = helpers.squeeze

describe("a planted condition", function()
  -- name -> a network that has it, and whether its experiment removes the finding at once
  local planted = {
    { "symmetry", function() return net_of { init = { "constant", value = .3 } } end, true },
    { "symmetry", function()
      local net = net_of {}
      net.theta[1][2] = net.theta[1][1]
      return net
    end, true },
    { "saturation", function() return net_of { activation = "sigmoid", init = { "normal", sigma = 50 } } end, true },
    { "saturation", function()
      local net = net_of {}
      net:step(10)
      net.theta[1] = net.theta[1] * 200
      return net
    end, true },
    { "dead", function()
      local net = net_of { activation = "relu", init = "he" }
      for i = 1, 4 do net.theta[1][i][1] = -100 end
      return net
    end, true },
    { "dead output", function()
      local net = net_of { 2, 8, 1, activation = "relu", output = "relu" }
      net.theta[1][3] = -mg.ones(1, 3)
      net.theta[2] = -mg.ones(1, 9) -- Z[2] is under 0 for every row
      return net
    end, true },
    { "dead output", function()
      local net = net_of { output = "relu", y = 7 * y }
      net.theta[2] = mg.zeros(1, 5)
      net.theta[2][1][1] = -9
      return net
    end, true },
    { "vanishing", function()
      local net = net_of { 2, 4, 4, 4, 4, 4, 4, 1, activation = "sigmoid" }
      net:step(200)
      return net
    end, true },
    { "exploding", function()
      return net_of { 2, 30, 30, 30, 30, 1, activation = "relu", output = "linear", cost = "mse", eta = 1e-3,
        init = { "normal", sigma = 3 } }
    end, true },
    { "ETA too large", function() return net_of { eta = 1000 } end, true },
    { "ETA too large", function()
      return net_of { activation = "relu", output = "linear", cost = "mse", eta = 30, init = "he" }
    end, true },
    { "ETA too large", function()
      local g = mg.generator(1)
      local A, t = g:rand(300, 20), mg.zeros(300, 4)
      for i = 1, 300 do t[i][1 + (A[i][1] > .5 and 1 or 0) + (A[i][2] > .5 and 2 or 0)] = 1 end
      return net_of { 20, 32, 4, activation = "relu", output = "softmax", cost = "softmax", eta = 20, init = "he",
        X = A, y = t }
    end, true },
    { "ETA too small", function() return net_of { eta = 1e-6 } end, true },
    { "NaN", function()
      local net = net_of {}
      net.theta[2][1][2] = 0 / 0
      return net
    end, true },
    { "NaN", function() return net_of { activation = "linear", X = X * 1e308, init = { "constant", value = 3 } } end,
      true },
    { "frozen", function()
      local net = net_of {}
      net.frozen[1], net.frozen[2] = true, true
      return net
    end, true },
    { "data", function()
      local bad = X:copy()
      bad[3][1] = 0 / 0
      return net_of { X = bad }
    end, true },
    { "data", function() return net_of { y = { 1, 2, 3 } } end },
    { "unscaled", function() return net_of { X = X * 1000 } end, true },
    { "targets", function() return net_of { y = { 0, 5, 5, 0 } } end, true },
    { "constant", function() return net_of { X = mg.ones(4, 2) } end },
    { "ETA", function() return net_of { eta = -1 } end, true },
    { "ETA", function() return net_of { eta = 0 } end, true },
    { "gradient", function()
      local net = net_of {}
      net:bug "wrong-sign"
      return net
    end },
  }
  for k, case in ipairs(planted) do
    local name, make, helps = case[1], case[2], case[3]
    it(("%d, %s, is found, and its experiment can be typed"):format(k, name), function()
      local net = make()
      local before = helpers.bits(net.theta) .. net.epoch .. tostring(net.J)
      local d = net:diagnose()
      assert.equal(before, helpers.bits(net.theta) .. net.epoch .. tostring(net.J))
      assert.is_false(d.ok)
      local f = finding(d, name)
      assert.is_truthy(f, tostring(d))
      assert.is_false(f.minor)
      assert.equal(d.findings[1].try, d.try)
      assert.is_truthy(squeeze(tostring(d)):find(squeeze(name .. ": " .. f.text), 1, true))
      if f.try then net = helpers.type_in(net, f.try) end
      if helps then
        assert.is_truthy(f.try)
        local left = finding(net:diagnose(), name)
        assert.is_true(left == nil or left.minor, left and left.text)
      end
    end)
  end

  it("is named first where it is the cause of others", function()
    for name, spec in pairs { unscaled = { X = X * 1000 }, symmetry = { init = { "constant", value = 0 } },
      ["ETA too small"] = { eta = 1e-6 }, targets = { y = { 0, 5, 5, 0 } }, ETA = { eta = -1 } } do
      assert.equal(name, net_of(spec):diagnose().findings[1].name)
    end
  end)

  it("that is a mistake in the backward pass is seen, early and late, and is not named", function()
    for epochs = 0, 3000, 1500 do
      local net = net_of { eta = 1, cost = "mse" }
      net:step(epochs)
      assert.is_true(net:diagnose().ok)
      for _, mistake in ipairs(net:bug()) do
        if mistake.cannot then goto next end
        net:bug(mistake.name)
        local d = net:diagnose()
        -- late, the update that stale weights have had already is next to nothing, and nothing goes wrong
        if epochs == 0 or mistake.name ~= "stale-weights" then
          assert.equal("gradient", d.findings[1] and d.findings[1].name, mistake.name .. tostring(d))
          assert.equal("check()", d.try)
        end
        for _, words in ipairs { mistake.name, mistake.formula, "mistake", "planted" } do
          assert.is_nil(squeeze(tostring(d)):find(words, 1, true))
        end
        assert.is_nil(net:diagnose().try) -- who was sent to check() once is not again
        ::next::
      end
    end
  end)

  it("that is a cost that rises from next to nothing is not passed over", function()
    local net = net_of { eta = 1 }
    net:step(5000)
    net:bug "wrong-sign"
    local d, before = net:diagnose(), net:cost()
    assert.is_true(before < 1e-3)
    assert.is_false(d.ok)
    assert.is_truthy(squeeze(tostring(d)):find("in 300 epochs on a copy the cost rises by 6.72%", 1, true), tostring(d))
    helpers.near({ d.fall }, { (before - net:step(300).cost) / before }, 1e-12)
  end)

  it("that is a number that is not finite is told by the first that is", function()
    local function first(net, ...)
      local d = net:diagnose()
      assert.equal("NaN", d.findings[1].name)
      for _, words in ipairs { ... } do assert.is_truthy(d.findings[1].text:find(words, 1, true), tostring(d)) end
    end
    local net = net_of { 2, 2, 2, 1, activation = "linear", output = "linear", init = "uniform" }
    net.theta[1], net.theta[2] = net.theta[1] * 1e200, net.theta[2] * 1e200
    first(net, "Z[2][1][1] is Inf though every number before it is finite")
    net.theta[2] = net.theta[2] * 1e-200
    first(net, "the predictions are finite, but the cost sse is Inf")
    net = mg.network { 1, { 1, "linear" }, { 1, "linear" }, X = { { 1e300 } }, y = { 1e150 } }
    net.theta = { { { 0, 0 } }, { { 0, 1 } } } -- J is 5e299, GRAD[1] 1e300 times 1e150
    first(net, "GRAD[1][1][2] is -Inf though")
  end)

  it("that is a plateau of XOR is told by its mse", function()
    local article = mg.network { 2, 2, 2, 1, X = X, y = y, seed = 0 }
    article:step(1000)
    local f = article:diagnose().findings[1]
    assert.equal("plateau", f.name)
    assert.equal(1 / 4, f.value)
    -- 1/8: those of 20 seeds that get stuck there, and no other, are said to be
    local stuck = 0
    for seed = 0, 19 do
      local net = mg.network { 2, 2, 1, X = X, y = y, seed = seed, eta = 2, init = "normal" }
      local mse = net:step(5000).mse
      local d = net:diagnose()
      f = finding(d, "plateau")
      if math.abs(mse - 1 / 8) < .002 then
        stuck = stuck + 1
        assert.equal(1 / 8, f and f.value)
        net = helpers.type_in(net, f.try)
        assert.equal(4, net.layers[2])
      else
        assert.is_true(d.ok, tostring(d))
      end
    end
    assert.is_true(stuck >= 3)
    -- 1/6: rows 1 to 3 get 2/3, the mean of 0, 1, 1; row 4 is right. Sizes that no epoch moves.
    local net = mg.network { 2, 1, 1, X = X, y = y, seed = 0, eta = 1 }
    net.theta[1] = { { -150, 100, 100 } }
    net.theta[2] = { { math.log(2), -40 } }
    f = finding(net:diagnose(), "plateau")
    assert.equal(1 / 6, f and f.value)
  end)
end)

describe("the epochs on a copy", function()
  it("change the cost as those that are then done", function()
    for _, spec in ipairs { { eta = .5 }, { activation = "sigmoid", eta = 5 }, { eta = 20, cost = "mse" },
      { eta = -.1 } } do
      for _, epochs in ipairs { 0, 7, 400 } do
        local net = net_of(spec)
        net:step(epochs)
        local d, before = net:diagnose(), net:cost()
        local after = net:step(d.epochs).cost
        assert.equal(after, d.costs[#d.costs])
        assert.equal(301, #d.costs)
        helpers.near({ d.fall }, { (before - after) / before }, 1e-12)
        local words = ("the cost %s by %s%.3g%%"):format(after > before and "rises" or "falls",
          math.abs(d.fall) < .01 and "only " or "", 100 * math.abs(d.fall))
        assert.is_truthy(squeeze(tostring(d)):find(words, 1, true), tostring(d))
      end
    end
  end)

  it("may go up and down in one place, which is no rise", function()
    local net = mg.network { 2, 2, 2, 1, X = X, y = y, seed = 12 }
    net:step(1000)
    net:init "normal"
    net.eta = 2
    net:step(7000)
    local d = net:diagnose()
    assert.is_true(d.ups > 100 and math.abs(d.fall) < 1e-3)
    assert.is_nil(finding(d, "ETA too large"))
    assert.equal(1 / 8, finding(d, "plateau").value)
  end)

  it("may jump at once to where nothing moves, which is too large an ETA", function()
    local net = net_of { eta = 1000, seed = 19 }
    local d = net:diagnose()
    assert.is_true(d.costs[2] < .99 * d.costs[1] and d.costs[301] > .999 * d.costs[2])
    assert.is_truthy(finding(d, "ETA too large"), tostring(d))
  end)

  it("go on in batches, after batches, and are said to be of fewer rows where they are", function()
    local g = mg.generator(1)
    local A = g:rand(1500, 2) * 2 - 1
    local net = net_of { X = A, y = mg.lt((A * A):sum(2), .6) }
    net:train { epochs = 3, batch = 10 }
    local d = net:diagnose()
    assert.equal(10, d.batch)
    assert.is_truthy(squeeze(tostring(d)):find("epochs of batches of 10 on a copy with 1000 of the 1500 rows", 1, true))
  end)
end)

describe("a diagnosis", function()
  it("leaves the network, its live state and both generators as they were", function()
    local net = net_of {}
    net:step(3)
    net:train { epochs = 2, batch = 3 }
    mg.seed(5)
    local before, first = helpers.live(net), mg.rand(1, 1)[1][1]
    mg.seed(5)
    local d = net:diagnose()
    assert.equal(before, helpers.live(net))
    assert.equal(first, mg.rand(1, 1)[1][1])
    assert.equal(tostring(d), tostring(net:diagnose()))
    local shared = mg.network { 2, 3, 1, X = X, y = y, init = { "normal", sigma = 50 }, eta = 9 }
    before = helpers.live(shared)
    mg.seed(5)
    assert.equal("saturation", shared:diagnose().findings[1].name)
    assert.equal(before, helpers.live(shared))
    assert.equal(first, mg.rand(1, 1)[1][1])
    local twin = net_of {}
    twin:step(3)
    twin:train { epochs = 2, batch = 3 }
    net:train { epochs = 2, batch = 2 }
    twin:train { epochs = 2, batch = 2 }
    assert.equal(helpers.theta(twin), helpers.theta(net))
  end)

  it("has its numbers by layer", function()
    local net = net_of {}
    local d = net:diagnose()
    net:forward()
    net:backward()
    for l = 1, 2 do
      local ratio = net.eta * net.grad[l]:norm() / net.theta[l]:norm()
      helpers.near({ d.layers[l].update }, { ratio }, 1e-12)
      helpers.near({ d.layers[l].gradient }, { net.grad[l]:norm() }, 1e-12)
    end
    assert.equal(301, #d.costs)
    helpers.near({ d.costs[1] }, { net:cost() }, 1e-12)
  end)

  it("names findings that the page of help about them explains", function()
    local page = tostring(require("moongrad.help.help").help "not learning")
    for _, kind in ipairs(kinds) do
      for _, name in ipairs(kind.cause) do
        assert.is_truthy(page:find("\n  " .. name .. "  ", 1, true), name)
      end
    end
  end)

  it("says what is missing without data, and knows functions of one's own", function()
    local bare = mg.network { 2, 2, 1, seed = 1 }
    assert.is_true(bare:diagnose().ok)
    assert.is_truthy(tostring(bare:diagnose()):find("no data yet", 1, true))
    assert.is_nil(tostring(bare:diagnose()):find("nothing wrong", 1, true)) -- hardly anything was looked at
    mg.activation { name = "own tanh", f = mg.tanh, df = function(_, a) return 1 - a * a end }
    local net = net_of { activation = "own tanh", init = { "normal", sigma = 100 } }
    assert.is_truthy(finding(net:diagnose(), "saturation"))
    local failing = mg.activation { name = "failing", check = false, f = function() error "words" end,
      df = function() return 1 end }
    assert.is_truthy(finding(net_of { activation = failing }:diagnose(), "error").text:find "words")
  end)
end)
