-- The trace of a network's cost: which epochs it has, and that they are the same however they were done.

local helpers = require "helpers"
local mg = require "moongrad"

local function same(a, b) return a.trace.epoch == b.trace.epoch and a.trace.cost == b.trace.cost end

describe("the trace of the cost", function()
  it("has every epoch at first, J of the THETA that a step goes out from", function()
    local net = helpers.xor()
    assert.is_nil(net.trace)
    local costs = {}
    for e = 1, 5 do
      costs[e] = { net:cost() }
      net:step()
    end
    assert.is_true(net.trace.epoch == mg.matrix { { 0 }, { 1 }, { 2 }, { 3 }, { 4 } })
    helpers.near(net.trace.cost, costs, 1e-14)
  end)

  it("has at most 1000 points, thinned by halves, of one stride", function()
    for _, optimizer in ipairs { "sgd", "adam" } do
      local net, twin = helpers.xor { optimizer = optimizer }, helpers.xor { optimizer = optimizer }
      net:step(5001)
      for _ = 1, 5001 do twin:step() end
      local epochs = net.trace.epoch
      assert.equal(626, #epochs)
      for i = 1, #epochs do assert.equal(8 * (i - 1), epochs[i][1]) end
      assert.is_true(same(net, twin))
    end
  end)

  it("is that of what was not taken back", function()
    local net = helpers.xor { seed = 1 }
    net:step(10)
    net:step(20)
    net:undo()
    assert.equal(10, #net.trace.epoch)
    net:step(5)
    local twin = helpers.xor { seed = 1 }
    twin:step(15)
    assert.is_true(same(net, twin))
    assert.is_true(same(net, net:copy()))
    net:init()
    net:step(2)
    assert.is_true(net.trace.epoch == mg.matrix { { 0 }, { 1 } })
  end)

  it("of train has the mean of each epoch", function()
    local net = helpers.xor()
    local r = net:train { epochs = 4, batch = 2 }
    assert.is_true(net.trace.epoch == mg.matrix { { 1 }, { 2 }, { 3 }, { 4 } })
    assert.is_true(net.trace.cost == r.history.cost)
  end)
end)
