-- Tests that diagnose finds nothing wrong in networks that learn, or that may still learn.

local core = require "moongrad.core"
local helpers = require "helpers"
local mg = require "moongrad"

local X, y = mg.data.xor()

local net_of = helpers.tanh_xor
local finding = helpers.finding

describe("no alarm", function()
  local function silent(net, train, times)
    local seen = {}
    for k = 0, times do
      if k > 0 then train(net) end
      seen[#seen + 1] = net:diagnose()
    end
    return seen
  end

  for label, spec in pairs {
    tanh = { 2, 8, 1, cost = "cross-entropy" },
    relu = { 2, 8, 1, activation = "relu", cost = "cross-entropy", init = "he" },
    sigmoid = { 2, 4, 1, activation = "sigmoid", eta = 2, init = "normal" },
  } do
    it("is raised for XOR that is learnt, on the way and at the end: " .. label, function()
      local learnt = 0
      for seed = 0, helpers.many(50, 20) - 1 do
        spec.seed = seed
        local net = net_of(spec)
        local seen = silent(net, function() net:step(1000) end, 3)
        local _, mse = core.evaluate(net, X, y)
        if mse < .02 then
          learnt = learnt + 1
          for k, d in ipairs(seen) do assert.is_true(d.ok, ("seed %d, look %d\n%s"):format(seed, k, d)) end
        end
      end
      assert.is_true(learnt >= helpers.many(45, 18))
    end)
  end

  it("is raised before batches of a cost that is a sum over many rows", function()
    for seed = 0, helpers.many(20, 3) - 1 do
      local g = mg.generator(seed)
      local A = g:rand(600, 10)
      local t = mg.zeros(600, 5)
      for i = 1, 600 do t[i][A[i]:argmax(2)[1][1] % 5 + 1] = 1 end
      local net = net_of { 10, 20, 5, activation = "sigmoid", X = A, y = t, seed = seed, eta = .5 }
      local d = net:diagnose()
      assert.is_true(d.ok, tostring(d))
      local f = finding(d, "ETA too large") -- for step(), which it is
      assert.is_true(f.minor)
      assert.equal("train{epochs = 10, batch = 16}", f.try)
      local before = net:cost()
      net:train { epochs = 10, batch = 16 }
      assert.is_true(net:cost() < before)
      assert.is_true(net:diagnose().ok)
    end
  end)

  it("is raised by one row, or by large numbers that no unit is flat at", function()
    assert.is_true(mg.network({ 2, 2, 1, X = { { 1, 2 } }, y = { 1 }, seed = 1, eta = .5 }):diagnose().ok)
    local net = net_of { 2, { 3, "relu" }, { 3, "linear" }, 1, X = X * 1e20 + 1e20, init = { "constant", value = 1 } }
    local d = net:diagnose()
    assert.equal("0 0 0 0", table.concat({ d.layers[1].saturated // 1 | 0, d.layers[1].dead,
      d.layers[2].saturated // 1 | 0, d.layers[2].dead }, " "))
  end)

  it("is raised by relus on their kinks", function()
    local learnt, all = 0, helpers.many(100, 30)
    for seed = 0, all - 1 do -- biases 0, and a row of zeros: every relu is on its kink
      local net = net_of { 2, 8, 1, activation = "relu", cost = "cross-entropy", init = "he", seed = seed }
      local d = net:diagnose()
      assert.is_nil(finding(d, "gradient"), seed)
      net:step(5000)
      local _, mse = core.evaluate(net, X, y)
      if mse < .02 then -- some do get stuck
        learnt = learnt + 1
        assert.is_true(d.ok, seed)
      end
    end
    assert.is_true(learnt > .9 * all)
  end)

  it("is raised for curves and classes that are learnt in batches", function()
    for seed = 0, 4 do
      local g = mg.generator(seed)
      local A = g:rand(200, 2) * 2 - 1
      local inside = mg.lt((A * A):sum(2), .6)
      local nets = {
        net_of { 2, 16, 1, cost = "cross-entropy", X = A, y = inside, seed = seed },
        net_of { 2, 16, 1, output = "linear", cost = "mse", eta = .1, X = A, seed = seed,
          y = mg.sin(A:cols(1, 1) * 3) + g:randn(200, 1) * .1 },
      }
      for _, net in ipairs(nets) do
        for k, d in ipairs(silent(net, function() net:train { epochs = 60, batch = 10 } end, 3)) do
          assert.is_true(d.ok, ("seed %d, look %d\n%s"):format(seed, k, d))
        end
      end
    end
  end)
end)
