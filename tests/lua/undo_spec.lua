-- Tests of undo, seek and copies: all of them restore a state bit for bit.

local helpers = require "helpers"
local mg = require "moongrad"
local places = require "moongrad.past.places"

local own_cost = helpers.own_functions()
local networks = helpers.many(100, 30) -- in each test of random ones

-- A random network of every activation, cost, depth and optimiser, by number; a function that picks from 1 to n, and
-- its generator.
local function random_network(k)
  local g = mg.generator(k)
  local function pick(n) return 1 + math.floor(g:rand() * n) end
  local net = helpers.random(k, { precision = pick(5) == 1 and "single" or nil, cost = pick(7) == 1 and own_cost or nil,
    seed = pick(3) > 1 and k })
  return net, pick, g
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
  function(net) net:walk():finish() end,
  function(net, pick)
    math.randomseed(pick(1000))
    pcall(net.bug, net, "any")
  end,
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

-- Does one of them, by number; an ETA too large for a network ends it with an error, having done some of it or nothing:
-- then THETA and the epoch are as before, and A, Z, DELTA and GRAD are gone. Returns whether it did anything.
local function command(net, pick, g)
  local before = helpers.theta(net) .. net.epoch
  return pcall(commands[pick(#commands)], net, pick, g) or before ~= helpers.theta(net) .. net.epoch
end

describe("undo", function()
  it("brings back what the last step left, not what a forward, backward or check made since, as help says", function()
    for _, pass in ipairs { function(n) n:forward() end, function(n) n:check() end,
      function(n)
        n:forward()
        n:backward()
      end } do
      local net = helpers.xor()
      net:step(5)
      local stepped = helpers.live(net)
      pass(net)
      net.eta = 1
      net:undo()
      assert.equal(.1, net.eta)
      assert.equal(stepped, helpers.live(net))
    end
    local said = tostring(require "moongrad.help.help".help "undo"):gsub("%s+", " ")
    assert.matches("forward, backward and check are no commands", said)
  end)

  it("takes back what any command did, on random networks", function()
    for k = 1, networks do
      local net, pick, g = random_network(k)
      net:undo(0)
      local states, first = { [0] = helpers.all(net) }, places.depth(net, 1000)
      local n = 20
      for c = 1, n do
        repeat -- one that changes something
          local is_done = command(net, pick, g)
          net:undo(0)
          states[c] = helpers.all(net)
        until is_done and states[c] ~= states[c - 1]
      end
      assert.equal(first + n, places.depth(net, 1000), "seed " .. k)
      local at = n
      while at > 0 do
        local by = math.min(pick(3), at)
        net:undo(by)
        at = at - by
        assert.equal(states[at], helpers.all(net), ("seed %d, back to command %d"):format(k, at))
      end
      if first > 0 then net:undo(first) end
      helpers.raises(function() net:undo() end, "no command to take back")
    end
  end)

  it("is not confused by what is no command", function()
    for k = 101, 100 + networks do
      local net, pick, g = random_network(k)
      local states, depths = {}, {}
      for c = 1, 20 do
        command(net, pick, g)
        net:undo(0)
        states[c], depths[c] = helpers.theta(net) .. net.eta, places.depth(net, 1000)
        asides[pick(#asides)](net, pick, g)
      end
      for c = 19, 1, -1 do
        if depths[c + 1] > depths[c] then net:undo(depths[c + 1] - depths[c]) end
        assert.equal(states[c], helpers.theta(net) .. net.eta, ("seed %d, command %d"):format(k, c))
      end
    end
  end)
end)

describe("seek", function()
  it("goes to every epoch of 200, through 20 commands", function()
    for k = 201, 200 + networks // 2 do
      local net, pick = random_network(k)
      local seen = { [0] = helpers.live(net) }
      for e = 1, 200 do
        if e % 10 == 0 then
          local what = pick(3)
          if what == 1 then net.eta = net.eta * .9 end
          if what == 2 then net.theta[1][1][1] = net.theta[1][1][1] end
          if what == 3 then net.X[1][1] = net.X[1][1] + .01 end
          net:undo(0)
          seen[e - 1] = helpers.live(net)
        end
        local mini = pick(4) == 1
        while not pcall(mini and net.train or net.step, net, mini and { batch = 2 } or 1) do
          net.eta = net.eta / 4
          seen[e - 1] = helpers.live(net)
        end
        seen[e] = helpers.live(net)
      end
      local moves = 0
      for _ = 1, 60 do
        local e = pick(201) - 1
        moves = moves + (e ~= net.epoch and 1 or 0)
        net:seek(e)
        assert.equal(seen[e], helpers.live(net), ("seed %d, epoch %d"):format(k, e))
      end
      net:undo(moves)
      assert.equal(200, net.epoch)
      assert.equal(seen[200], helpers.live(net))
    end
  end)
end)

describe("seek after init and undo", function()
  it("goes forwards to what was undone, and not to an epoch of before init", function()
    local net = helpers.xor { seed = 1 }
    net:step(5)
    local before = helpers.theta(net)
    net:init()
    net:step()
    local undone = helpers.theta(net)
    net:undo()
    net:seek(1)
    assert.equal(undone, helpers.theta(net))
    net:seek(5) -- seen only then
    assert.equal(before, helpers.theta(net))
    net:undo(3) -- the two seeks, and init
    assert.equal(before, helpers.theta(net))
  end)
end)

describe("what undo prints", function()
  it("says that X or y was written to since, which it does not take back", function()
    local net = helpers.xor()
    net:step(10)
    local first = helpers.live(net)
    net.X[1][1] = 7
    net:step(10)
    local second = helpers.live(net)
    assert.is_nil(tostring(net:undo()):find("written", 1, true)) -- what is taken back had the X that is there
    assert.equal(first, helpers.live(net))
    local r = net:undo()
    assert.same({ "X" }, r.written)
    assert.is_truthy(tostring(r):find("X was written to since then, and stays as it is: undo does not restore it", 1,
      true))
    assert.equal(7, net.X[1][1])
    net:seek(10) -- with the X of then
    assert.equal(first, helpers.live(net))
    net:seek(20)
    assert.equal(second, helpers.live(net))
    net.y[1][1] = 1
    net.X[1][1] = 8
    r = net:undo(2)
    assert.same({ "X", "y" }, r.written)
    assert.is_truthy(tostring(r):find("X and y were written to since then, and stay as they are", 1, true))
    net.y = net.y * 1
    net.y[2][1] = 0
    assert.same({ "y = ..." }, net:undo().undone)
    assert.same({}, net:undo(0).written)
  end)

  it("says so of a copy, of what was written to it and not to the other", function()
    local net = helpers.xor()
    net:step(5)
    local twin = net:copy()
    net.X[1][1] = 7
    assert.same({}, twin:undo().written)
    assert.same({ "X" }, net:undo().written)
    net:step()
    twin = net:copy()
    twin.y[1][1] = 1
    assert.same({}, net:undo().written)
    assert.same({ "y" }, twin:undo().written)
  end)

  it("is of a copy's copy alone", function()
    local net = helpers.xor()
    net:step()
    local twin = net:copy()
    local third = twin:copy()
    third.eta = 1
    third:undo(2)
    third.X[1][1] = 9
    assert.equal(0, twin.X[1][1])
    third:step()
    assert.same({}, third:undo().written)
    third.X[1][1] = 8
    third:seek(1)
    third.X[1][1] = 7
    assert.equal(0, twin.X[1][1])
    assert.equal(0, net.X[1][1])
  end)

  it("says how many like it can be taken back at once", function()
    local net = helpers.xor()
    net.eta = .5
    for _ = 1, 5000 do net:step() end
    local r = net:undo()
    assert.equal(4999, r.alike)
    assert.is_truthy(tostring(r):find("taken back: step()   4999 more such before it: undo(4999)   over 1000 left", 1,
      true))
    r = net:undo(4999)
    assert.equal(0, r.alike)
    assert.is_truthy(tostring(r):find("taken back: step() 4999 times   1 left", 1, true))
    assert.equal(0, net.epoch)
    net:step(3)
    net:step()
    assert.equal(0, net:undo().alike) -- step(3) is another
    assert.is_nil(tostring(net:undo()):find "like it")
    for k = 1, 7 do net.eta = k end
    net:step()
    net:step()
    local text = "step() 2 times, ETA = 7, ETA = 6, ETA = 5, ETA = 4 and 3 more"
    assert.is_truthy(tostring(net:undo(9)):find(text, 1, true))
  end)
end)

describe("an edit of THETA", function()
  it("is a command of its own after every other", function()
    local net = mg.network { 2, 2, 1, seed = 1 }
    net.X, net.y = mg.data.xor()
    local commands_before = {
      function() end, -- the data it gets to begin with are none
      function() net.eta = .5 end,
      function() net.frozen[1] = "bias" end,
      function() net:init() end,
      function() net.X = net.X * 2 end,
      function() net.options.l2 = .1 end,
      function() net:walk():finish() end,
    }
    for k, what in ipairs(commands_before) do
      local left = places.depth(net, 100)
      what()
      local before = helpers.all(net)
      net.theta[1][1][2] = k
      assert.same({ "an edit of THETA" }, net:undo().undone)
      assert.equal(before, helpers.all(net))
      assert.equal(left + (k > 1 and 1 or 0), places.depth(net, 100))
    end
  end)
end)

describe("time and bench", function()
  it("are one command of each network, whatever they call", function()
    local net, other = helpers.xor(), helpers.xor { seed = 5 }
    net:step(3)
    other:step()
    local before, before_other = helpers.all(net), helpers.all(other)
    mg.time(function()
      for _ = 1, 30 do net:step() end
      net.eta = .7
      net:train { epochs = 3 }
      other:step(2)
      mg.time(net.step, net)
    end)
    local after = helpers.all(net)
    assert.equal(1 + 1, places.depth(net, 1000))
    assert.same({ "time(...)" }, net:undo().undone)
    assert.equal(before, helpers.all(net))
    assert.same({ "time(...)" }, other:undo().undone)
    assert.equal(before_other, helpers.all(other))
    net:seek(37)
    assert.equal(after, helpers.all(net))
    mg.bench(net.step, net)
    net:step()
    assert.same({ "step()", "bench(...)" }, net:undo(2).undone)
    assert.equal(after, helpers.all(net))
  end)

  it("keep an edit before them apart, and end with an error", function()
    local net = helpers.xor()
    net:step()
    net.theta[1][1][1] = 5
    pcall(mg.time, function()
      net:step()
      error "mine"
    end)
    net:step()
    assert.same({ "step()", "time(...)", "an edit of THETA" }, net:undo(3).undone)
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
