-- Tests of the past that undo and seek use: how much of it is kept, and of which networks.

local core = require "moongrad.core"
local helpers = require "helpers"
local mg = require "moongrad"
local past = require "moongrad.past.past"

describe("a past", function()
  it("is in reach after a million epochs", function()
    local net = helpers.xor()
    net:step(10)
    local before = helpers.live(net)
    net:step(1000000)
    local after = helpers.live(net)
    net:undo()
    assert.equal(before, helpers.live(net))
    net:seek(1000010)
    assert.equal(after, helpers.live(net))
  end)

  it("stays within its memory, and says what is gone", function()
    local net = helpers.xor { undo = 1 }
    for i = 1, 5000 do
      net.eta = .1 + i * 1e-6
      net:step()
    end
    assert.is_true(past.of(net).bytes <= 2 ^ 20)
    net:undo(300)
    assert.equal(4850, net.epoch)
    helpers.raises(function() net:seek(3) end, "seek: epoch 3 is no longer kept", "undo = ")
    helpers.raises(function() net:undo(9000) end, "can be taken back", "no longer kept")
    helpers.raises(function() net:seek(5001) end, "was not at epoch 5001", "step(151) goes there")
  end)

  it("does not grow in a loop of steps", function()
    local net = helpers.xor()
    for _ = 1, 1000 do net:step() end
    local events = past.of(net).last
    for _ = 1, 20000 do net:step() end
    assert.is_true(past.of(net).last <= events + 1)
    assert.same({ "step()", "step()" }, net:undo(2).undone)
    assert.equal(20998, net.epoch)
  end)

  it("is kept of a large network by THETA alone, what a pass leaves by doing it again", function()
    local X, y = helpers.data(1, 200, 40, 3)
    local net = mg.network { 40, 60, 3, seed = 1, X = X, y = y, eta = .01, undo = 2 }
    local states = {}
    for c = 1, 6 do
      net:step(3)
      states[c] = helpers.live(net)
    end
    assert.is_false(past.of(net).events[1].images[1].whole)
    for c = 5, 1, -1 do
      net:undo()
      assert.equal(states[c], helpers.live(net))
    end
    net:undo()
    assert.equal(0, #net.grad)
    net:seek(18)
    assert.equal(states[6], helpers.live(net))
  end)

  it("has THETA before what was done with data too large for a copy, and written to since", function()
    local X, y = helpers.data(1, 3000, 20, 1)
    local net = mg.network { 20, 3, 1, seed = 1, X = X, y = y, undo = 1 }
    local states = { [0] = helpers.theta(net) }
    for c = 1, 3 do
      net:step(2)
      states[c] = helpers.theta(net)
      net.X[c][1] = 5
      assert.equal(0, net:undo(0).n) -- no matter that this cannot be made again
    end
    net:train { epochs = 2, batch = 100 }
    assert.is_true(select(2, core.image_sizes(net)) > 2 ^ 20 / 64) -- so that images are of THETA alone
    for c = 3, 0, -1 do
      net:undo()
      assert.equal(states[c], helpers.theta(net), c)
    end
    net:seek(6)
    assert.equal(states[3], helpers.theta(net))
    helpers.raises(function() net:seek(5) end, "seek: epoch 5 is no longer kept")
    assert.equal(states[3], helpers.theta(net))
  end)

  it("counts a step that an error ended by what it did", function()
    local net = helpers.xor { { 2 }, { 1, "linear" }, eta = .1 }
    net:step(5)
    net.eta = 1e155
    assert.is_false(pcall(net.step, net, 100))
    local epoch, state = net.epoch, helpers.live(net)
    net:step(0)
    if epoch > 5 then
      net:undo()
      assert.equal(5, net.epoch)
      net:seek(epoch)
    end
    assert.equal(state, helpers.live(net))
  end)

  it("is not kept when no memory is given for it", function()
    local net = helpers.xor { undo = 0 }
    net:step(3)
    helpers.raises(function() net:undo() end, "undo: this network keeps no past")
    helpers.raises(function() net:seek(1) end, "keeps no past")
  end)

  it("is copied with what was written into the live state", function()
    local net = helpers.xor()
    net:step(2)
    for _, what in ipairs { "a", "z", "delta", "grad", "dtheta" } do
      for l = 1, #net[what] do net[what][l][1][1] = l end -- the column of ones, too
    end
    assert.equal(helpers.all(net), helpers.all(net:copy()))
  end)

  it("is the copy's too, and neither knows of the other", function()
    local net = helpers.xor { seed = 3 }
    net:train { epochs = 5, batch = 2 }
    net:step(10)
    local twin = net:copy()
    assert.equal(helpers.all(net), helpers.all(twin))
    local state = helpers.all(net)
    twin:step(5)
    twin:undo(2)
    assert.equal(5, twin.epoch)
    twin:seek(3)
    twin.X[1][1] = 9
    twin:train { epochs = 2 }
    assert.equal(state, helpers.all(net))
    net:seek(3)
    assert.equal(0, net.X[1][1])
    twin:undo(2)
    twin:seek(3)
    assert.equal(helpers.live(net), helpers.live(twin))
  end)

  it("has a train with the shared generator in the order it had", function()
    local X, y = mg.data.xor()
    mg.seed(5)
    local net = mg.network { 2, 3, 1, X = X, y = y }
    net:train { epochs = 20, batch = 1 }
    local state = helpers.live(net)
    net:train { epochs = 20, batch = 1 }
    local drawn = core.rng_state()
    net:undo()
    assert.equal(state, helpers.live(net))
    net:seek(7)
    net:seek(20)
    assert.equal(state, helpers.live(net))
    assert.equal(drawn, core.rng_state())
  end)

  it("raises for what is no count, no epoch", function()
    local net = helpers.xor()
    net:step(3)
    helpers.raises(function() net:undo(-1) end, "undo: expected a whole number from 0")
    helpers.raises(function() net:undo(1, 2) end, "undo: expected one number")
    helpers.raises(function() net:undo(5) end, "undo: only 1 command can be taken back")
    helpers.raises(function() net:seek() end, "seek: expected a whole number from 0")
    helpers.raises(function() net:seek(4) end, "seek: the network was not at epoch 4, only at 0 to 3",
      "; step(1) goes there")
    assert.equal(3, net.epoch)
  end)
end)

describe("what Ctrl-C stops on the way", function()
  local error, sethook = error, debug.sethook

  -- f, with a hook as lua5.4's Ctrl-C sets it, which raises at the at-th event of Lua, the 40th. Was it stopped?
  local function interrupt(f, at)
    local n = 0
    local ok = pcall(function()
      sethook(function()
        n = n + 1
        if n < (at or 40) then return end
        sethook()
        error("interrupted!", 0)
      end, "", 7)
      f()
      sethook()
    end)
    return not ok
  end

  it("leaves a network that is known", function()
    local stopped = 0
    for k = 1, 30 do
      local net = helpers.xor()
      net:train { epochs = 10 + k, batch = 3 }
      net.eta = .5
      net:step(30)
      local end_of_all = helpers.live(net)
      local known = { [helpers.theta(net)] = true } -- it is where it was, or has arrived
      for _, epoch in ipairs { 5, 41 } do
        net:seek(epoch)
        known[helpers.theta(net)] = true
      end
      net:seek(40 + k)
      if interrupt(function() for _ = 1, k do net:seek(5) net:seek(41) end end) then stopped = stopped + 1 end
      local here = helpers.theta(net)
      assert.is_true(known[here], net.epoch)
      net:step(3)
      net:undo()
      assert.equal(here, helpers.theta(net))
      net:seek(40 + k)
      assert.equal(end_of_all, helpers.live(net))
      assert.equal(.5, net.eta)
      assert.equal(4, #net.X)
    end
    assert.is_true(stopped > 5)
  end)

  it("leaves a network that seek moves here or there, wherever it comes", function()
    for at = 1, 250 do
      local net = helpers.xor()
      net:train { epochs = 12, batch = 3 }
      net.eta = .5
      net:step(20)
      local known = {}
      for _, epoch in ipairs { 5, 32 } do
        net:seek(epoch)
        known[helpers.theta(net)] = true
      end
      interrupt(function() net:seek(5) end, at)
      past.ended()
      local here = helpers.theta(net)
      assert.is_true(known[here], at)
      net:step(2)
      net:undo()
      assert.equal(here, helpers.theta(net), at)
    end
  end)

  it("ends what was to be one command, wherever it comes", function()
    local net = helpers.xor()
    for at = 1, 200 do
      for _, run in ipairs { function() mg.time(net.step, net) end, function() net:train { epochs = 2 } end,
        function() net:step(3, { stop_when = function() end }) end } do
        interrupt(run, at)
        past.ended() -- as after an input at the prompt
        net.eta = at + .5
        net:step()
        assert.same({ "step()", ("ETA = %g"):format(at + .5) }, net:undo(2).undone, at)
      end
    end
  end)
end)
