-- Tests of check(): gradients that differences cannot resolve, because they are too small or differences too coarse;
-- and the sweep of epsilon.

local helpers = require "helpers"
local mg = require "moongrad"

local raises = helpers.raises
local make, contains = helpers.on_random_data, helpers.contains

describe("check", function()
  it("says when differences cannot tell gradients from 0", function()
    local net = helpers.xor()
    local c = net:check { epsilon = 1e-20 }
    assert.is_true(c.ok)
    assert.equal(c.compared, c.unresolved)
    contains(c.reason, "nothing could be checked: no gradient can be told from 0",
      "by epsilon = 1e-20 resolve no less than", "try check{epsilon = 1e-5}")
    contains(tostring(c), "check UNDECIDED")
    c = net:check { epsilon = 1e-5 }
    contains(tostring(c), "check ok")
    assert.equal(0, c.unresolved)
    assert.matches("every gradient agrees", c.reason)
  end)

  it("says so where every gradient is 0, or next to it, and what to do", function()
    local net = helpers.xor()
    local function undecided(c, ...)
      assert.is_true(c.ok) -- nothing is known to be wrong
      assert.equal(c.compared, c.unresolved)
      contains(c.reason, "nothing could be checked: ", ...)
      contains(tostring(c), "check UNDECIDED")
      assert.is_nil(tostring(c):find "agree")
    end
    for l = 1, 3 do net.theta[l]:fill(1e6) end -- saturated: every g' is 0
    undecided(net:check(), "every gradient is 0", "diagnose()", 'init("xavier")')
    local s = net:check { sweep = true }
    contains(s.reason, "nothing could be checked: every gradient is 0")
    assert.is_nil(tostring(s):find "grows")
    net:bug "wrong-sign"
    undecided(net:check(), "every gradient is 0")
    net:bug(false)
    -- g' of the output is some 1e-15 and J is 1: no epsilon will do
    net:init()
    net.theta[3]:fill(13)
    undecided(net:check(), "no gradient can be told from 0: the largest is", "diagnose()", 'init("xavier")')
    net:init "xavier" -- what it says to do
    contains(tostring(net:check()), "check ok", "every gradient agrees")
    -- a J of 1e7 drowns gradients near .1 at 1e-5, but not at the epsilon that is named
    net = mg.network { 1, 1, activation = "linear", X = { { 1 }, { 1 } }, y = { 3e3 + 1e-3, -3e3 } }
    net.theta = { { { 0, 0 } } }
    local c = net:check { epsilon = 1e-5, method = "central" }
    undecided(c, 'method = "five-point"')
    local options = assert(load("return " .. c.reason:match "try check(%b{})"))()
    c = net:check(options)
    assert.equal(0, c.unresolved)
    contains(tostring(c), "check ok")
    assert.equal("ok", net:check().verdict) -- which tries larger ones by itself
  end)

  it("says how many are below what their difference resolves to the tolerance", function()
    local net = helpers.xor()
    local c = net:check { epsilon = 1e-6 }
    local below, floor = 0, c.floor
    for l = 1, 3 do
      for i, row in ipairs(c.layers[l].backprop:totable()) do
        for j, b in ipairs(row) do
          if math.max(math.abs(b), math.abs(c.layers[l].numeric[i][j])) < floor then below = below + 1 end
        end
      end
    end
    assert.is_true(below > 0 and below < c.compared)
    local said = "%d of %d are smaller than the floor: rounding hides their last digits, so they agree to within %.2g"
    contains(c.reason, said:format(below, c.compared, 1e-6 * floor))
  end)

  it("tells an epsilon that is too large or too small from a wrong gradient", function()
    local c = helpers.xor():check { epsilon = .1 }
    assert.equal("ok", c.verdict)
    assert.is_true(c.relative > 1e-4)
    contains(c.reason, "the gradient is right by five points", "epsilon = 0.1 is too large", 'method = "five-point"')
    -- Z is 1e6, so J loses six digits that its size does not show.
    local net = mg.network { 1, 1, activation = "linear", X = { { .3 } }, y = { 1e6 + .1 } }
    net.theta = { { { 1e6, 0 } } }
    c = net:check()
    assert.equal("ok", c.verdict)
    assert.equal(2, c.retaken)
    assert.equal("undecided", net:check({ epsilon = 1e-11 }).verdict)
    contains(helpers.xor():check({ epsilon = 1e-20 }).reason, "epsilon = 1e-20 is too small")
  end)

  it("takes central differences that are too coarse by five points", function()
    -- Near its minimum a gradient is small, and what the third derivative of J adds to a central difference is not.
    local net = mg.network { 1, 1, activation = "tanh", X = { { 1 } }, y = { .5 } }
    net.theta = { { { 0, .549306144334055 + 1e-6 } } } -- tanh(.549306144334055) = .5
    local c = net:check()
    assert.is_true(c.ok, tostring(c))
    assert.equal(2, c.retaken)
    contains(c.reason, "2 of 2 agree by five points")
    for _, o in ipairs { { method = "central" }, { epsilon = 1e-3 } } do
      c = net:check(o)
      assert.equal("ok", c.verdict)
      assert.is_true(c.relative > 1e-6) -- the numbers are those that were asked for
    end
    net:bug "wrong-sign"
    c = net:check()
    assert.is_false(c.ok)
    assert.same({ "wrong-sign" }, c.mistakes)
    assert.equal(0, c.retaken)
  end)

  it("sweeps epsilon: slopes 1, 2 and 4, and the best", function()
    for k = 1, 20 do
      local s = make(k, 6, { 3, 4, 2, init = "xavier" }):check { sweep = true }
      assert.is_true(s.ok)
      -- two or more decades of a power, with the next power's share at .1 still in it
      assert.near(1, s.slopes.forward, .1)
      assert.near(2, s.slopes.central, .05)
      assert.near(4, s.slopes["five-point"], .1)
      assert.equal(12, #s.epsilons)
      assert.equal(1e-12, s.epsilons[12])
      for _, method in ipairs { "forward", "central", "five-point" } do
        assert.equal(12, #s.errors[method])
        assert.is_true(s.best.error <= s.bests[method].error)
      end
      assert.equal("five-point", s.best.method)
      assert.is_true(s.best.epsilon == 1e-3 or s.best.epsilon == 1e-2)
      assert.equal(s.best.error, s.errors["five-point"][s.best.epsilon == 1e-2 and 2 or 3])
      contains(tostring(s), "five-point", "1e-12", "slope", "best: five-point with epsilon")
    end
    local net = make(1, 6, { 3, 4, 2 })
    local before = helpers.theta(net)
    local s = net:check { sweep = true, of = "mse", samples = 5 }
    assert.is_false(s.ok)
    assert.is_nil(s.slopes.central)
    contains(s.reason, "the error is at least")
    assert.equal(before, helpers.theta(net))
    raises(function() net:check { sweep = true, epsilon = 1 } end, "check: sweep tries every epsilon and method")
    raises(function() net:check { sweep = 1 } end, "check: sweep: expected true or false, got 1")
    raises(function() net:check { sweep = true, method = "central" } end, "leave method out")
  end)
end)
