-- What outlives what: views, rows, lists and data under a collector that is always at work; coroutines;
-- globals; and that no wrong argument moves a bit of THETA.

local helpers = require "helpers"
local mg = require "moongrad"

local raises = helpers.raises

-- f with the collector as eager as it can be, and whole collections between.
local function pressed(f)
  collectgarbage("incremental", 1, 1000, 1)
  for k = 1, 20 do
    f(k)
    collectgarbage()
    collectgarbage()
  end
  collectgarbage("incremental", 200, 100, 13)
end

describe("what outlives its network", function()
  it("are views of all kinds", function()
    pressed(function(k)
      local function views()
        local net = helpers.xor { seed = k }
        net:step(2)
        return net.theta[1], net.a[2], net.z[3], net.delta[1], net.grad[2], net.dtheta[3], net.theta[1][2],
          net.a[1]:cols(2, 3).T:rows(1, 1)[1]
      end
      local kept = { views() }
      collectgarbage()
      for _ = 1, 50 do mg.rand(50, 50) end -- takes freed memory
      for _, m in ipairs(kept) do
        assert.is_string(tostring(m))
        m[1] = m[1]
      end
      assert.equal(2, #kept[1])
      kept[1]:fill(3)
      assert.equal(3, kept[7][1])
    end)
  end)

  it("are its lists, which keep it", function()
    pressed(function(k)
      local theta, a, frozen, options, layers
      do
        local net = helpers.xor { seed = k }
        net:step()
        theta, a, frozen, options, layers = net.theta, net.a, net.frozen, net.options, net.layers
      end
      collectgarbage()
      collectgarbage()
      assert.same({ 3, 4, 3, 4 }, { #theta, #a, #frozen, #layers })
      theta[1] = mg.ones(2, 3)
      assert.equal(1, theta[1][2][3])
      options.cost, frozen[2] = "mse", true
      assert.same({ "mse", true }, { options.cost, frozen[2] })
    end)
  end)

  it("is nothing once all is let go", function()
    local seen = setmetatable({}, { __mode = "k" })
    for k = 1, 20 do
      local net = helpers.xor { seed = k }
      net:step()
      net:train { batch = 2 }
      local _ = { net.theta, net.theta[1], net.frozen, net.options, net.layers, net:check(), net:copy() }
      _.self = net.theta[1]
      assert.is_string(tostring(net.theta) .. tostring(net.options))
      seen[net] = true
    end
    collectgarbage()
    collectgarbage()
    collectgarbage()
    local n = 0
    for _ in pairs(seen) do n = n + 1 end
    assert.is_true(n <= 1, n) -- one may still be in a register
  end)

  it("holds no more memory after a thousand networks than after ten", function()
    local function some(n)
      for k = 1, n do
        local net = helpers.xor { seed = k }
        net:step(3)
        net:forward(mg.ones(100, 2))
        net.options.cost = "mse"
      end
      collectgarbage()
      collectgarbage()
      return collectgarbage "count"
    end
    some(10)
    local before = some(10)
    assert.is_true(some(1000) < before + 100) -- KiB; one network takes about 10
  end)
end)

describe("a network outlives", function()
  it("the data and the tables it came from", function()
    pressed(function(k)
      local net
      do
        local X, y = mg.data.xor()
        local wide = mg.hstack(X, y)
        local spec = { 2, { 3, "tanh" }, 1, X = wide:cols(1, 2), y = wide:cols(3, 3), seed = k }
        net = mg.network(spec)
        spec[2][1], spec[2][2], spec[3] = 9, "nonsense", nil
      end
      collectgarbage()
      net:step(3)
      assert.same({ { 0 }, { 1 }, { 1 }, { 0 } }, net.y:totable())
      net.X = net.X:copy()
      collectgarbage()
      net:step()
      net.X = nil
      collectgarbage()
      assert.is_string(tostring(net.a))
      net.X = { { 1, 2 } }
      net.y = { 1 }
      net:train { epochs = 2 }
      assert.equal("network 2-3-1   tanh, sigmoid, cost sse, eta 0.1   13 parameters   epoch 6", tostring(net))
    end)
  end)

  it("what it was copied from", function()
    pressed(function(k)
      local net = helpers.xor { seed = k }:copy():copy()
      collectgarbage()
      net:step()
      net = net:like { 2, 4, 1 }
      collectgarbage()
      assert.equal(1, net:step().epoch)
    end)
  end)

  it("its old memory, when a larger batch takes its place", function()
    pressed(function(k)
      local net = helpers.xor { seed = k }
      net:step()
      local a, delta = net.a[2], net.delta[3]
      local before = helpers.bits(a)
      net:forward(mg.ones(500 + k, 2))
      collectgarbage()
      assert.equal(before, helpers.bits(a)) -- a view of the smaller one, which it keeps
      a:fill(7)
      delta:fill(7)
      assert.same({ 500 + k, 3 }, net.a[2].shape)
      assert.is_true(net.a[2]:max() <= 1)
    end)
  end)

  it("data that are views of its own memory", function()
    local net = helpers.xor()
    net:step()
    net.X = net.a[1]:cols(2, 3)
    net.y = net.a[4]
    net:step(3)
    net:train { epochs = 3, batch = 3 }
    net.X = net.theta[1]:cols(1, 2)
    net.y = net.theta[2]:cols(1, 1)
    net:step(3)
    net:train { epochs = 3, batch = 1, test = { net.X, net.y } }
    net:forward(net.a[2]:cols(1, 2))
    net:backward(net.a[4])
    net:predict(net.a[2]:cols(2, 3))
    assert.is_true(net:check().relative >= 0)
    net.theta[1] = net.theta[2]
    assert.equal(helpers.bits(net.theta[1]), helpers.bits(net.theta[2]))
  end)
end)

describe("coroutines", function()
  it("train networks in turn, each as it would alone", function()
    local alone = helpers.xor { seed = 1 }
    alone:train { epochs = 10, batch = 3 }
    local turns, nets = {}, {}
    for k = 1, 3 do
      nets[k] = helpers.xor { seed = 1 }
      turns[k] = coroutine.wrap(function()
        for _ = 1, 10 do
          nets[k]:train { batch = 3 }
          coroutine.yield()
        end
      end)
    end
    for _ = 1, 10 do
      for k = 1, 3 do turns[k]() end
    end
    for k = 1, 3 do assert.equal(helpers.live(alone), helpers.live(nets[k])) end
  end)

  it("are told of errors at their own line", function()
    local co = coroutine.create(function()
      local net = helpers.xor()
      net:step(-1)
    end)
    local ok, why = coroutine.resume(co)
    assert.is_false(ok)
    assert.is_truthy(why:find "lifetimes_spec.lua:%d+: step: expected a whole number")
  end)

  it("die with their networks", function()
    pressed(function()
      local net = helpers.xor()
      local co = coroutine.wrap(function()
        net:train { epochs = 5, report = function() coroutine.yield() end }
      end)
      co()
    end)
  end)
end)

describe("a wrong argument", function()
  local wrong = { false, true, -1, 0, 1.5, 0 / 0, 1 / 0, -1 / 0, 1e300, 2 ^ 53, math.mininteger, math.maxinteger, "",
    "x", "1", {}, { {} }, { "x" }, { 1, "x" }, { { 1, 2 }, { 3 } }, { { 0 / 0, 1 } }, { x = 1 }, print,
    coroutine.create(print), io.stdout, mg.ones(1, 1), mg.ones(3, 3)[2], mg.ones(1, 5), mg.generator(1) }
  wrong[#wrong + 1] = helpers.xor()

  it("to any method raises one line or does what it says, and moves nothing else", function()
    local steady = { predict = true, cost = true, accuracy = true, copy = true, like = true, forward = true,
      backward = true, check = true }
    for _, name in ipairs { "step", "forward", "backward", "update", "predict", "cost", "accuracy", "train", "check",
      "init", "copy", "like" } do
      for i = 1, #wrong do
        for j = 0, #wrong do
          local v = wrong[i]
          local huge = name == "step" and math.type(v) and v >= 1e15 and v == v and v < 1 / 0 -- it would run
          if not huge then
            local net = helpers.xor()
            net:step()
            local before = helpers.theta(net)
            local ok, message = pcall(function()
              if j == 0 then return net[name](net, v) end
              return net[name](net, v, wrong[j])
            end)
            if not ok then
              assert.is_string(message)
              assert.is_nil(message:find "\n", message)
              assert.is_truthy(message:find "^[^:]*lifetimes_spec%.lua:%d+: [^:]", name .. ": " .. message)
              assert.is_nil(message:find "0x%x%x%x%x", message)
              assert.is_nil(message:find("attempt to", 1, true), message)
              assert.is_nil(message:find("bad argument", 1, true), message)
            end
            if not ok or steady[name] then assert.equal(before, helpers.theta(net), name) end
          end
        end
      end
    end
  end)

  it("to any option raises one line and changes nothing", function()
    for _, name in ipairs { "activation", "output", "cost", "eta", "optimizer", "l1", "l2", "bias_l1", "bias_l2",
      "init", "seed", "X", "y", "precision" } do
      for _, v in ipairs(wrong) do
        local net = helpers.xor()
        local before, text = helpers.theta(net), tostring(net.options)
        local function look(ok, message)
          if ok then return end
          assert.is_truthy(message:find "^[^:]*lifetimes_spec%.lua:%d+: [^:]", message)
          assert.is_nil(message:find "\n", message)
          assert.is_nil(message:find("attempt to", 1, true), message)
          assert.is_nil(message:find("bad argument", 1, true), message)
          assert.equal(text, tostring(net.options))
        end
        look(pcall(function() net.options[name] = v end))
        look(pcall(function() mg.network { 2, 1, [name] = v } end))
        assert.equal(before, helpers.theta(net))
      end
    end
  end)

  it("as a layer raises one line", function()
    for _, v in ipairs(wrong) do
      local specs = { { v, 2 }, { 2, v }, { 2, { v } }, { 2, { 2, v } }, { 2, { 2, bias = v } } }
      if v == v then specs[#specs + 1] = { 2, 2, [v] = 1 } end
      for _, spec in ipairs(specs) do
        local ok, message = pcall(function() mg.network(spec) end)
        if not ok then
          assert.is_truthy(message:find "^[^:]*lifetimes_spec%.lua:%d+: [^:]", message)
          assert.is_nil(message:find("attempt to", 1, true), message)
        end
      end
    end
  end)

  it("as a network is told so, with the colon", function()
    local net = helpers.xor()
    for _, name in ipairs { "step", "forward", "backward", "update", "predict", "cost", "accuracy", "train", "check",
      "init", "copy", "like" } do
      local method = net[name]
      for _, v in ipairs { 5, "x", {}, mg.ones(1, 1), io.stdout } do
        raises(function() method(v) end, "expected a network first, got", "colon")
      end
      raises(function() method() end, "expected a network first, got")
    end
  end)
end)

describe("require", function()
  it("sets no global, nor does anything after it", function()
    local loaded = {}
    for name in pairs(package.loaded) do
      if name:find "^moongrad" then loaded[#loaded + 1] = name end
    end
    for _, name in ipairs(loaded) do package.loaded[name] = nil end
    local before = getmetatable(_G)
    setmetatable(_G, { __newindex = function(_, name) error("global " .. tostring(name)) end,
      __index = function(_, name) error("global " .. tostring(name)) end })
    local ok, why = pcall(function()
      local fresh = require "moongrad"
      local X, y = fresh.data.xor()
      local net = fresh.network { 2, 2, 1, X = X, y = y, cost = { "squares", scale = 1 } }
      net:step(2)
      net:train { batch = 3, test = { X, y } }
      net.options.cost, net.frozen[1] = "mse", true
      return tostring(net) .. tostring(net.options) .. tostring(net:check { samples = 3 }) .. tostring(net.theta)
    end)
    setmetatable(_G, before)
    assert.is_true(ok, why)
  end)
end)
