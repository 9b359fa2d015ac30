-- Tests of an epoch of train that is cut short: THETA, the epoch, the generator and the past are then as they were when
-- it began, whatever ended it.

local core = require "moongrad.core"
local helpers = require "helpers"
local mg = require "moongrad"

local calls, at, ends = 0, 0, nil -- of the activation below; what ends what at its at-th call

mg.activation { name = "ends early", f = function(z)
  calls = calls + 1
  if calls == at and ends then ends() end
  return 2 / (1 + math.exp(-2 * z)) - 1 -- tanh, of numbers alone
end, df = function(_, a) return 1 - a * a end }

local X, y = mg.randn(9, 2, mg.generator(4)), mg.rand(9, 1, mg.generator(5))

-- A network with a past, of which net:train will be asked next.
local function ready(o)
  ends = nil
  mg.seed(8)
  local net = mg.network { 2, 3, 1, activation = o.activation, output = "linear", X = X:copy(), y = y:copy(),
    seed = o.seed, precision = o.precision, eta = .1 }
  net:step(3)
  net:train { epochs = 2, batch = 4 }
  return net
end

-- All that is to be whole: THETA and the epoch, the generators, the last command.
local function whole(net)
  local own = core.own_rng(net)
  return table.concat({ helpers.theta(net), core.rng_state(), own and core.rng_state(own) or "",
    tostring(net:copy():undo().undone[1]) }, "\0")
end

-- What ends an epoch: each returns how it ended.
local ways = {
  ["a number that is not finite"] = function(net)
    local g = core.own_rng(net)
    local state = core.rng_state(g)
    local last = (g and mg.permutation(9, g) or mg.permutation(9))[1][9] -- the row that comes last
    core.rng_state(g, state)
    local was = net.y[last][1]
    net.y[last][1] = 1e300 -- its square overflows
    helpers.raises(function() net:train { batch = 2 } end, "train: ", "would not be finite at epoch 6",
      "THETA of epoch 5 is kept; try an ETA smaller than 0.1")
    net.y[last][1] = was
  end,
  ["an error in a function of its own"] = function(net)
    calls, at, ends = 0, 15, function() error("enough", 0) end
    local ok, message = pcall(net.train, net, { batch = 2 })
    assert.is_false(ok)
    assert.equal("enough", message)
  end,
  ["Ctrl-C, as lua5.4 says it"] = function(net)
    calls, at, ends = 0, 15, function() debug.sethook(function() end, "crl", 1) end
    local r = net:train { batch = 2 }
    debug.sethook()
    assert.is_true(r.interrupted)
    assert.equal(5, r.epoch)
    assert.equal("interrupted at epoch 5 of 6 (THETA kept)", tostring(r))
  end,
}

describe("an epoch that does not come to its end", function()
  for way, run in pairs(ways) do
    for _, o in ipairs { { seed = 3 }, {}, { seed = 3, precision = way:find "number" and "double" or "single" } } do
      it(("leaves what was there: %s, %s precision, %s generator"):format(way, o.precision or "double",
        o.seed and "a private" or "the shared"), function()
        o.activation = "ends early"
        local net = ready(o)
        local before = whole(net)
        run(net)
        ends = nil
        assert.equal(before, whole(net))
        for _, what in ipairs { "a", "z", "delta", "grad", "dtheta" } do assert.equal(0, #net[what], what) end
        assert.is_nil(net.J)
        net:train { epochs = 2, batch = 2 }
        local after = whole(net)
        local twin = ready(o) -- the same without
        twin:train { epochs = 2, batch = 2 }
        assert.equal(whole(twin), after)
        net:undo()
        assert.equal(5, net.epoch)
        net:seek(7)
        assert.equal(helpers.theta(twin), helpers.theta(net))
      end)
    end
  end

  it("ends train with the epochs before it done", function()
    local net = ready { activation = "sigmoid", seed = 3 }
    local twin = net:copy()
    twin:train { epochs = 3, batch = 2 }
    local ok, message = pcall(net.train, net, { epochs = 9, batch = 2, report = function(r)
      if r.epoch == 8 then net.y[6][1] = 1e300 end
    end })
    assert.is_false(ok)
    assert.is_truthy(message:find("THETA of epoch 8 is kept", 1, true), message)
    assert.equal(helpers.theta(twin), helpers.theta(net))
  end)

  it("says so of THETA itself when its first batch is refused", function()
    local net = ready { activation = "sigmoid", seed = 3 }
    net.theta[2][1][1] = 1e300
    local before = helpers.theta(net)
    helpers.raises(function() net:train { batch = 2 } end, "J is not finite for THETA as it stands")
    assert.equal(before, helpers.theta(net))
  end)
end)
