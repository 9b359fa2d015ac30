-- undo_spec.lua - taking commands back, going to any epoch, copies: to the last bit.

local again = require "moongrad.past.again"
local core = require "moongrad.core"
local kit = require "kit"
local mg = require "moongrad"
local past = require "moongrad.past.past"


-- All that undo brings back, as text.
local function all(net)
  local parts = { kit.live(net), net.eta, kit.bits(net.X), kit.bits(net.y), core.bug(net),
    tostring(net.options), tostring(net.frozen) }
  local own = core.own_rng(net)
  parts[#parts + 1] = own and core.rng_state(own):gsub(".", function(c) return ("%02x"):format(c:byte()) end) or ""
  return table.concat(parts, "\n")
end

-- A random network of every activation, cost and depth, by number.
local hidden = { "sigmoid", "tanh", "relu", "softplus", "elu" }
local function random_network(k)
  local g = mg.generator(k)
  local function pick(n) return 1 + math.floor(g:rand() * n) end
  local spec = { pick(3) + 1 }
  for l = 1, pick(5) do spec[l + 1] = { pick(4), hidden[pick(#hidden)], bias = g:rand() < .8 } end
  spec[#spec][2] = "sigmoid"
  spec.cost = ({ "sse", "mse", "cross-entropy", "quadratic" })[pick(4)]
  spec.eta = .05
  spec.l2 = g:rand() < .5 and 1e-3 or nil
  spec.precision = g:rand() < .2 and "single" or nil
  spec.seed = g:rand() < .7 and k or nil
  local rows = pick(9)
  spec.X, spec.y = g:randn(rows, spec[1]), g:rand(rows, spec[#spec][1])
  spec.init = "xavier"
  return mg.network(spec), pick, g
end

-- What a user does, each one command: by name. Each leaves the network finite.
local commands = {
  function(net, pick) net:step(pick(10)) end,
  function(net, pick) net:step(pick(10)) end,
  function(net) net:step() end,
  function(net, pick) net:train { epochs = pick(4), batch = pick(4) } end,
  function(net, pick) net:train { epochs = pick(4), shuffle = false } end,
  function(net) net:forward() net:backward() net:update() end,
  function(net) net:init() end,
  function(net) net:init("epsilon", { epsilon = .5 }) end,
  function(net, _, g) net.theta[1][1][2] = g:rand() end,
  function(net, pick) net.eta = pick(1000) / 20000 end,
  function(net, pick) net.frozen[pick(#net.theta)] = ({ true, "bias", "weights", false })[pick(4)] end,
  function(net) net:walk():finish() net:forward() end,
  function(net) pcall(net.bug, net, "any") end,
  function(net, pick) net.options.l1 = pick(1000) / 1e6 end,
  function(net, pick) net.X = net.X * (1 + pick(1000) / 1e5) end,
  function(net, pick, g) net:train { epochs = pick(3), batch = 2, X = g:randn(6, net.layers[1]),
    y = g:rand(6, net.layers[#net.layers]) } end,
}

-- Leaves the network as it is, and yet may confuse.
local asides = {
  function() end,
  function(net) net:forward() end,
  function(net, pick, g) net:forward(g:randn(pick(5), net.layers[1])) end,
  function(net) net.X[1][1] = net.X[1][1] + .125 end,
  function(net) net.y[1][1] = 1 - net.y[1][1] end,
  function(net) net:predict() end,
  function(net) if #net.grad > 0 then net.delta[1]:fill(0) end end,
}

describe("undo", function()
  it("takes back what any command did, on random networks", function()
    for k = 1, 40 do
      local net, pick, g = random_network(k)
      local states = { [0] = all(net) }
      local n = 20
      for c = 1, n do
        local last
        repeat -- one that changes something
          commands[pick(#commands)](net, pick, g)
          net:undo(0)
          last = all(net)
        until last ~= states[c - 1]
        states[c] = last
      end
      assert.equal(n, again.depth(net, 1000), "seed " .. k)
      local at = n
      while at > 0 do
        local by = math.min(pick(3), at)
        net:undo(by)
        at = at - by
        assert.equal(states[at], all(net), ("seed %d, back to command %d"):format(k, at))
      end
      kit.raises(function() net:undo() end, "no command to take back")
    end
  end)

  it("is not confused by what is no command", function()
    for k = 101, 130 do
      local net, pick, g = random_network(k)
      local states = {}
      for c = 1, 20 do
        commands[pick(#commands)](net, pick, g)
        net:undo(0)
        states[c] = kit.theta(net) .. net.eta
        asides[pick(#asides)](net, pick, g)
      end
      local where = again.depth(net, 1000)
      for at = 19, 1, -1 do
        while again.depth(net, 1000) > where - 1 do net:undo() end
        where = where - 1
        local found = false
        for c = 1, at do found = found or states[c] == kit.theta(net) .. net.eta end
        assert.is_true(found or where <= 0, ("seed %d, %d"):format(k, where))
        if where == 0 then break end
      end
    end
  end)
end)

describe("seek", function()
  it("goes to every epoch of 200, through 20 commands", function()
    for k = 201, 215 do
      local net, pick = random_network(k)
      local seen = { [0] = kit.live(net) }
      for e = 1, 200 do
        if e % 10 == 0 then
          local what = pick(3)
          if what == 1 then net.eta = net.eta * .9 end
          if what == 2 then net.theta[1][1][1] = net.theta[1][1][1] end
          if what == 3 then net.X[1][1] = net.X[1][1] + .01 end
          net:undo(0)
          seen[e - 1] = kit.live(net)
        end
        if pick(4) == 1 then net:train { batch = 2 } else net:step() end
        seen[e] = kit.live(net)
      end
      for _ = 1, 60 do
        local e = pick(201) - 1
        net:seek(e)
        assert.equal(seen[e], kit.live(net), ("seed %d, epoch %d"):format(k, e))
      end
      net:undo(60 - 0)
      assert.equal(200, net.epoch)
      assert.equal(seen[200], kit.live(net))
    end
  end)
end)

describe("a past", function()
  it("is in reach after a million epochs", function()
    local net = kit.xor()
    net:step(10)
    local before = kit.live(net)
    net:step(1000000)
    local after = kit.live(net)
    net:undo()
    assert.equal(before, kit.live(net))
    net:seek(1000010)
    assert.equal(after, kit.live(net))
  end)

  it("stays within its memory, and says what is gone", function()
    local net = kit.xor { undo = 1 }
    for i = 1, 5000 do
      net.eta = .1 + i * 1e-6
      net:step()
    end
    assert.is_true(past.of(net).bytes <= 2 ^ 20)
    net:undo(300)
    assert.equal(4850, net.epoch)
    kit.raises(function() net:seek(3) end, "seek: epoch 3 is no longer kept", "undo = ")
    kit.raises(function() net:undo(9000) end, "can be taken back", "no longer kept")
    kit.raises(function() net:seek(5001) end, "was not seen", "step(151) goes there")
  end)

  it("does not grow in a loop of steps", function()
    local net = kit.xor()
    for _ = 1, 1000 do net:step() end
    local events = past.of(net).last
    for _ = 1, 20000 do net:step() end
    assert.is_true(past.of(net).last <= events + 1)
    assert.same({ "step()", "step()" }, net:undo(2).undone)
    assert.equal(20998, net.epoch)
  end)

  it("is kept of a large network by THETA alone, what a pass leaves by doing it again", function()
    local X, y = kit.data(1, 200, 40, 3)
    local net = mg.network { 40, 60, 3, seed = 1, X = X, y = y, eta = .01, undo = 2 }
    local states = {}
    for c = 1, 6 do
      net:step(3)
      states[c] = kit.live(net)
    end
    assert.is_false(past.of(net).events[1].images[1].whole)
    for c = 5, 1, -1 do
      net:undo()
      assert.equal(states[c], kit.live(net))
    end
    net:undo()
    assert.equal(0, #net.grad)
    net:seek(18)
    assert.equal(states[6], kit.live(net))
  end)

  it("counts a step that an error ended by what it did", function()
    local net = kit.xor { { 2 }, { 1, "linear" }, eta = .1 }
    net:step(5)
    net.eta = 1e155
    assert.is_false(pcall(net.step, net, 100))
    local epoch, state = net.epoch, kit.live(net)
    net:step(0)
    if epoch > 5 then
      net:undo()
      assert.equal(5, net.epoch)
      net:seek(epoch)
    end
    assert.equal(state, kit.live(net))
  end)

  it("is not kept when no memory is given for it", function()
    local net = kit.xor { undo = 0 }
    net:step(3)
    kit.raises(function() net:undo() end, "undo: nothing is kept")
    kit.raises(function() net:seek(1) end, "nothing is kept")
  end)

  it("is the copy's too, and neither knows of the other", function()
    local net = kit.xor { seed = 3 }
    net:train { epochs = 5, batch = 2 }
    net:step(10)
    local twin = net:copy()
    assert.equal(all(net), all(twin))
    local state = all(net)
    twin:step(5)
    twin:undo(2)
    assert.equal(5, twin.epoch)
    twin:seek(3)
    twin.X[1][1] = 9
    twin:train { epochs = 2 }
    assert.equal(state, all(net))
    net:seek(3)
    assert.equal(0, net.X[1][1])
    twin:undo(2)
    twin:seek(3)
    assert.equal(kit.live(net), kit.live(twin))
  end)

  it("has a train with the shared generator in the order it had", function()
    local X, y = mg.data.xor()
    mg.seed(5)
    local net = mg.network { 2, 3, 1, X = X, y = y }
    net:train { epochs = 20, batch = 1 }
    local state = kit.live(net)
    net:train { epochs = 20, batch = 1 }
    local drawn = core.rng_state()
    net:undo()
    assert.equal(state, kit.live(net))
    net:seek(7)
    net:seek(20)
    assert.equal(state, kit.live(net))
    assert.equal(drawn, core.rng_state())
  end)

  it("raises for what is no count, no epoch", function()
    local net = kit.xor()
    net:step(3)
    kit.raises(function() net:undo(-1) end, "undo: expected a whole number from 0")
    kit.raises(function() net:undo(1, 2) end, "undo: expected one number")
    kit.raises(function() net:undo(5) end, "undo: only 1 command can be taken back")
    kit.raises(function() net:seek() end, "seek: expected a whole number from 0")
    kit.raises(function() net:seek(4) end, "seek: epoch 4 was not seen; seen are 0 to 3; step(1) goes there")
    assert.equal(3, net.epoch)
  end)
end)

describe("the current network", function()
  it("is the one before LAYERS = again, after undo", function()
    local moongrad = assert(os.getenv "MOONGRAD")
    local file = os.tmpname()
    local script = assert(io.open(file, "w"))
    script:write [[
      seed(0)  X, y = data.xor()  LAYERS = {2, 2, 2, 1}
      step(100)  first = NET
      LAYERS = {2, 3, 1}  step(5)  LAYERS = {2, 4, 1}
      assert(undo(2).undone[1] == "LAYERS = {2, 4, 1}")
      assert(#LAYERS == 3 and LAYERS[2] == 3 and NET.epoch == 0)
      print(undo())
      assert(NET == first and NET.epoch == 100)
      undo()
      print(pcall(undo))
    ]]
    script:close()
    local pipe = assert(io.popen(moongrad .. " " .. file .. " 2>&1"))
    local out = pipe:read "a"
    pipe:close()
    os.remove(file)
    assert.is_truthy(out:find("taken back: LAYERS = {2, 3, 1}   1 left", 1, true), out)
    assert.is_truthy(out:find("no command to take back", 1, true), out)
  end)
end)

describe("what Ctrl-C stops on the way", function()
  local error, sethook = error, debug.sethook

  -- f, with a hook as lua5.4's Ctrl-C sets it, which raises at some instruction of Lua. Was it stopped?
  local function interrupt(f)
    local n = 0
    local ok = pcall(function()
      sethook(function()
        n = n + 1
        if n < 40 then return end
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
      local net = kit.xor()
      net:train { epochs = 10 + k, batch = 3 }
      net.eta = .5
      net:step(30)
      local end_of_all = kit.live(net)
      if interrupt(function() for _ = 1, k do net:seek(5) net:seek(41) end end) then stopped = stopped + 1 end
      local here = kit.theta(net)
      net:step(3)
      net:undo()
      assert.equal(here, kit.theta(net))
      net:seek(40 + k)
      assert.equal(end_of_all, kit.live(net))
      assert.equal(.5, net.eta)
      assert.equal(4, #net.X)
    end
    assert.is_true(stopped > 5)
  end)
end)
