-- Threads: large operations shared out, every bit as with one.

local core = require "moongrad.core"
local helpers = require "helpers"
local mg = require "moongrad"

describe("threads", function()
  local before = mg.threads()
  after_each(function() mg.threads(before) end)

  local function trained(n, optimizer)
    mg.threads(n)
    local g = mg.generator(1)
    local net = mg.network { 100, 150, { 70, "tanh" }, seed = 2, init = "xavier", optimizer = optimizer or "sgd" }
    net.X, net.y = g:randn(80, 100), g:rand(80, 70)
    net:step(5)
    net:train { epochs = 2, batch = 33 }
    return net
  end

  it("do not change a bit", function()
    local wanted = helpers.live(trained(1))
    for n = 2, 4 do assert.equal(wanted, helpers.live(trained(n))) end
  end)

  it("do not change a bit of any optimiser's update", function()
    for _, name in ipairs(core.optimizers) do
      assert.equal(helpers.live(trained(1, name)), helpers.live(trained(3, name)), name)
    end
  end)

  it("are counted, and are those of networks made from then on", function()
    assert.equal(3, mg.threads(3))
    assert.equal(3, mg.threads())
    local net = trained(2)
    mg.threads(1)
    net:step(3)
    collectgarbage()
    collectgarbage()
    net:step(3)
    helpers.raises(function() mg.threads(0) end, "threads: expected a whole number as n, 1 to 64, got 0")
    helpers.raises(function() mg.threads(65) end, "1 to 64")
  end)

  it("are let go with the networks that use them", function()
    for _ = 1, 30 do
      mg.threads(3)
      trained(2)
      collectgarbage()
    end
  end)
end)
