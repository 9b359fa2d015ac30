-- Tests that no activation or cost written in Lua, whatever it does or defines, damages the network that calls it.

local helpers = require "helpers"
local mg = require "moongrad"

local tripped -- what the functions below do at their fifth call, if anything
local calls = 0

local function call()
  calls = calls + 1
  if calls == 5 and tripped then tripped() end
end

mg.activation { name = "trips f", f = function(z) call() return 1 / (1 + math.exp(-z)) end,
  df = function(_, a) return a * (1 - a) end }
mg.activation { name = "trips df", f = function(z) return 1 / (1 + math.exp(-z)) end,
  df = function(_, a) call() return a * (1 - math.abs(a)) end } -- of numbers alone

-- A network with a past whose function does what at its fifth call from now on.
local function ready(name, precision, what)
  tripped = nil
  local X, y = mg.data.xor()
  local net = mg.network { 2, 3, 1, activation = name, output = "sigmoid", X = X, y = y, seed = 1,
    precision = precision }
  net:step(2)
  net:step(3)
  net.theta[1][1][2] = .25
  calls, tripped = 0, function() what(net) end
  return net
end

-- Everything that changes a network, or runs it.
local changes = {
  function(net) net.theta[1][1][1] = 7 end,
  function(net) net.theta[1]:fill(0) end,
  function(net) net.theta[2] = mg.zeros(1, 4) end,
  function(net) if net.z[1] then net.z[1]:fill(0) else error "not made yet" end end,
  function(net) net:step() end,
  function(net) net:train { epochs = 1, batch = 2 } end,
  function(net) net:forward() end,
  function(net) net:backward() end,
  function(net) net:update() end,
  function(net) net:init() end,
  function(net) net:undo() end,
  function(net) net:seek(1) end,
  function(net) net:copy() end,
  function(net) net:bug "wrong-sign" end,
  function(net) net:walk()() end,
  function(net) net:check() end,
  function(net) net:predict() end,
  function(net) net.eta = 5 end,
  function(net) net.X = mg.zeros(3, 2) end,
  function(net) net.y = nil end,
  function(net) net.frozen[1] = true end,
  function(net) net.options.l2 = 3 end,
  function(net) net.options.seed = 3 end,
  function(net) net.options.activation = "tanh" end,
  function(net) net.options.cost = "mse" end,
}

local runs = {
  function(net) net:step(3) end,
  function(net) net:forward() net:backward() end,
  function(net) net:train { epochs = 2, batch = 3 } end,
  function(net) net:walk():finish() end,
  function(net) net:check() end,
  function(net) net:seek(1) end,
}

describe("a network whose function", function()
  it("tries to change or to run it in the middle of a pass is left as it was", function()
    for _, name in ipairs { "trips f", "trips df" } do
      for c, change in ipairs(changes) do
        for r, run in ipairs(runs) do
          local precision = (c + r) % 2 == 0 and "single" or "double"
          local net = ready(name, precision, change)
          local before, options = helpers.theta(net), tostring(net.options)
          local ok, message = pcall(run, net)
          assert.is_false(ok, ("%s, change %d, run %d"):format(name, c, r))
          assert.is_truthy(message:find "tests/lua/custom_whole_spec", message) -- the user's own line
          tripped = nil
          local twin = ready(name, precision, change)
          tripped = nil
          assert.equal(before, helpers.theta(net), ("change %d, run %d"):format(c, r))
          assert.equal(options, tostring(net.options))
          for _, n in ipairs { net, twin } do -- and it goes on as if nothing had been
            n:step(2)
            n:undo()
            n:seek(1)
            n:step()
          end
          assert.equal(helpers.theta(twin), helpers.theta(net))
        end
      end
    end
  end)

  it("tries it and goes on leaves what it would have left without", function()
    for c, change in ipairs(changes) do
      for r, run in ipairs(runs) do
        local twin = ready("trips f", "double", function() end)
        run(twin)
        local net = ready("trips f", "double", function(n) assert.is_false(pcall(change, n)) end)
        run(net)
        tripped = nil
        assert.equal(helpers.theta(twin), helpers.theta(net), ("change %d, run %d"):format(c, r))
        for _, n in ipairs { net, twin } do
          n:undo()
          n:step()
        end
        assert.equal(helpers.theta(twin), helpers.theta(net))
      end
    end
  end)

  it("fails while undo and seek do its steps again is where it was, and can go back later", function()
    local net = ready("trips f", "double", function() error "the user's words" end)
    local before = helpers.theta(net)
    helpers.raises(function() net:seek(1) end, "the user's words")
    assert.equal(before, helpers.theta(net))
    calls = 0
    helpers.raises(function() net:undo(2) end, "the user's words")
    assert.equal(before, helpers.theta(net))
    tripped = nil
    net:undo(2)
    assert.equal(2, net.epoch)
    net:seek(5)
    net:seek(1)
    assert.equal(1, net.epoch)
  end)

  it("is defined again between its steps finds each function again where it was used", function()
    local X, y = mg.data.xor()
    local function define(k)
      mg.activation { name = "again", f = function(z) return mg.tanh(k * z) end,
        df = function(_, a) return k * (1 - a * a) end }
      mg.cost { name = "again", f = function(a, t) return k * (a - t) ^ 2 end,
        delta = function(a, t) return 2 * k * (a - t) end }
    end
    define(1)
    local net = mg.network { 2, { 3, "again" }, 1, output = "sigmoid", cost = "again", X = X, y = y, seed = 2,
      eta = .5 }
    local at = { [0] = helpers.theta(net) }
    local function go()
      for _ = 1, 4 do
        net:step()
        at[net.epoch] = helpers.theta(net)
      end
    end
    go()
    define(2)
    collectgarbage()
    go() -- as it was made
    net.options.activation, net.options.cost = "again", "again"
    go()
    define(3)
    local copy = net:copy()
    for _, n in ipairs { net, copy } do
      for _, epoch in ipairs { 3, 6, 10, 0, 12, 5, 9, 1 } do
        n:seek(epoch)
        assert.equal(at[epoch], helpers.theta(n))
      end
    end
  end)
end)
