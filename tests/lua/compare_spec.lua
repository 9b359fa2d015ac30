-- Networks trained side by side.

local helpers = require "helpers"
local mg = require "moongrad"

local raises = helpers.raises

describe("compare", function()
  it("trains copies on one order of rows, each as it would be trained alone", function()
    local a, b = helpers.xor { seed = 1 }, helpers.xor { seed = 1, optimizer = "adam", eta = .05 }
    a:step(3)
    local before = helpers.all(a) .. helpers.all(b)
    mg.seed(5)
    local c = mg.compare({ sgd = a, adam = b, again = a }, { epochs = 20, batch = 3, test = { a.X, a.y } })
    assert.equal(before, helpers.all(a) .. helpers.all(b))
    assert.same({ "adam", "again", "sgd" }, c.names)
    assert.equal(20, #c.histories.adam)
    assert.is_true(c.histories.again.cost == c.histories.sgd.cost)
    assert.equal(helpers.bits(c.networks.again.theta), helpers.bits(c.networks.sgd.theta))
    local alone = a:copy()
    mg.seed(5)
    alone.options.seed = nil
    local r = alone:train { epochs = 20, batch = 3 }
    assert.is_true(r.history.cost == c.histories.sgd.cost)
    assert.equal(20, #c.histories.sgd.test_cost)
    local lines = {}
    for line in tostring(c):gmatch "[^\n]+" do lines[#lines + 1] = line end
    assert.equal(13, #lines)
    assert.is_truthy(lines[1]:find "adam +again +sgd")
  end)

  it("goes on when one of them fails, and says why", function()
    local a, b = helpers.xor { seed = 1 }, helpers.xor { 2, { 2, "linear" }, 1, output = "linear", eta = 1e200 }
    local c = mg.compare({ good = a, bad = b }, { epochs = 5 })
    assert.equal(5, #c.histories.good)
    assert.is_truthy(c.failed.bad:find("finite", 1, true))
    assert.is_truthy(tostring(c):find("bad: ", 1, true))
    assert.is_nil(c.failed.good)
  end)

  it("is of networks by name", function()
    raises(function() mg.compare() end, "compare")
    raises(function() mg.compare {} end, "got none")
    raises(function() mg.compare { helpers.xor() } end, "by name")
    raises(function() mg.compare { a = 1 } end, "got a number")
    raises(function() mg.compare({ a = helpers.xor() }, { epoch = 1 }) end, "epochs")
  end)
end)
