-- Optimisers: each is declared whole, chosen by name, refused by name and number.

local core = require "moongrad.core"
local helpers = require "helpers"
local mg = require "moongrad"
local optimisers = require "moongrad.optimisers"

local raises = helpers.raises

-- All the bits of THETA, the states, and how many updates there have been.
local function states(net)
  local parts = { helpers.theta(net), core.updates(net) }
  for name, list in pairs(net.state) do parts[#parts + 1] = name .. helpers.bits(list) end
  return table.concat(parts, "\n")
end

describe("optimisers", function()
  it("are each declared whole", function()
    for _, name in ipairs(core.optimizers) do
      local o, net = optimisers[name], helpers.xor { optimizer = name }
      assert.is_table(o, name)
      for _, field in ipairs { "formula", "update", "from", "shapes", "element" } do
        assert.is_string(o[field], name .. ": " .. field)
      end
      assert.is_function(o.terms, name)
      net:step(2)
      local before = select(5, core.updated(net, 1, 1, 1, false))
      local known, names = core.optimizer_states[name], {}
      assert.same({ name, known }, { core.optimizer(net) })
      assert.equal(#before, #known, name)
      for _, state in ipairs(known) do
        assert.is_string(o.states[state].element, name .. ": " .. state)
        assert.is_function(o.states[state].terms, name .. ": " .. state)
        names[state] = true
      end
      for state in pairs(o.states or {}) do assert.is_true(names[state], name .. ": " .. state) end
      for _, number in ipairs(core.optimizer_numbers[name]) do
        local v = number.default
        if number.is_choice then v = v and 1 or 0 end
        assert.is_true(v >= number.least and v < number.below, name .. ": " .. number.name)
      end
    end
    for name in pairs(optimisers) do assert.is_table(core.optimizer_numbers[name], name) end
  end)

  it("are options, as names and as tables", function()
    for _, name in ipairs(core.optimizers) do
      local net = mg.network { 2, 1, optimizer = name }
      assert.equal(name, net.options.optimizer)
      net.options.optimizer = { name }
      assert.equal(name, net.options.optimizer[1])
      for _, number in ipairs(core.optimizer_numbers[name]) do
        net.options.optimizer = { name, [number.name] = number.default }
        assert.equal(number.default, net.options.optimizer[number.name])
        raises(function() net.options.optimizer = { name, [number.name] = 0 / 0 } end, number.name, "NaN")
      end
      assert.equal(name, net:copy().options.optimizer[1])
      raises(function() net.options.optimizer = { name, nosuch = 1 } end, name, "has no option", "nosuch")
    end
    local net = mg.network { 2, 1 }
    raises(function() net.options.optimizer = "sdg" end, "did you mean sgd")
    raises(function() net.options.optimizer = { "sdg" } end, "did you mean sgd")
    raises(function() net.options.optimizer = {} end, "expected one of")
    raises(function() net.options.optimizer = 5 end, "expected one of")
    assert.equal("sgd", net.options.optimizer)
  end)

  it("stay when another option is set, and their states with them", function()
    for _, name in ipairs(core.optimizers) do
      local net = helpers.xor { optimizer = name, seed = 1 }
      net:step(3)
      local before = { core.updated(net, 1, 1, 1, true) }
      net.options.l2 = 0
      assert.same(before, { core.updated(net, 1, 1, 1, true) }, name)
      assert.equal(3, before[3])
    end
  end)

  it("come back with undo and seek, to the bit", function()
    for _, name in ipairs(core.optimizers) do
      local net = helpers.xor { optimizer = name, seed = 2 }
      net:step(5)
      local at_5 = { core.updated(net, 1, 1, 1, false) }
      net:step(3)
      local at_8 = { core.updated(net, 1, 1, 1, false) }
      net:undo()
      assert.same(at_5, { core.updated(net, 1, 1, 1, false) }, name)
      net:step(3)
      assert.same(at_8, { core.updated(net, 1, 1, 1, false) }, name)
      net:seek(5)
      assert.same(at_5[4], (select(4, core.updated(net, 1, 1, 1, false))), name)
      local w = net:walk()
      w:finish()
      net:step(2)
      assert.same(at_8[4], (select(4, core.updated(net, 1, 1, 1, false))), name)
    end
  end)

  it("leave by a walk, a copy, undo and seek every bit that a step leaves, at random", function()
    for k = 1, helpers.many(100, 32) do
      local name = core.optimizers[k % #core.optimizers + 1]
      local net = helpers.random(k, { optimizer = name })
      local bits = {}
      for epoch = 1, 4 do
        net:step()
        bits[epoch] = states(net)
      end
      local twin = net:copy()
      assert.equal(bits[4], states(twin), name)
      net:seek(2)
      assert.equal(bits[2], states(net), name)
      local w = net:walk()
      w:finish()
      assert.equal(bits[3], states(net), name)
      w:back()
      assert.equal(bits[2], states(net), name)
      w:finish()
      net:step()
      assert.equal(bits[4], states(net), name)
      twin:undo(2)
      twin:step(2)
      assert.equal(bits[4], states(twin), name)
      assert.is_true(mg.diff(net, twin).equal, name)
    end
  end)

  it("leave THETA, states, their count and the generator as they were when an update is refused", function()
    for _, name in ipairs(core.optimizers) do
      for _, how in ipairs { "step", "train", "walk" } do
        local net = helpers.xor { optimizer = name, seed = 3, activation = "linear" }
        net:step(2)
        net.eta = 1e300
        if name == "rprop" then
          net.options.optimizer = { name, most = 1e308, up = 1e308 } -- whose steps do not grow with eta
        end
        local before, generator = states(net), core.rng_state(core.own_rng(net))
        local function refused()
          if how == "step" then net:step(50) end
          if how == "train" then net:train { epochs = 50, batch = 2 } end
          if how == "walk" then net:walk():finish() end
        end
        local ok, message = pcall(refused)
        if not ok and net.epoch == 2 then
          assert.equal(before, states(net), name .. " " .. how)
          if how ~= "train" then assert.equal(generator, core.rng_state(core.own_rng(net))) end
        end
        assert.is_true(how == "walk" or not ok, name .. " " .. how)
        if not ok then assert.is_nil(message:find "\n", message) end
        for _, list in pairs(net.state) do
          for _, m in ipairs(list) do assert.is_true(m:norm() < math.huge, name) end
        end
      end
    end
  end)

  it("keep the states of what is frozen, or not there, at 0", function()
    for _, name in ipairs(core.optimizers) do
      local net = helpers.xor { 2, { 3, "tanh", bias = false }, 1, optimizer = name, seed = 4 }
      net.frozen[2] = "weights"
      net:step(3)
      net.frozen[1] = true
      for _, list in pairs(net.state) do
        assert.equal(0, list[1]:norm(), name)
        assert.equal(0, list[2]:cols(2, 4):norm(), name)
        assert.is_true(list[2][1][1] ~= 0, name)
      end
      net:undo()
      for _, list in pairs(net.state) do
        assert.equal(0, list[1]:cols(1, 1):norm(), name)
        assert.is_true(list[1]:norm() > 0, name)
      end
    end
  end)

  it("show their states, which may be written to, and undo knows of it", function()
    local net = helpers.xor { optimizer = "adam", seed = 5 }
    assert.equal(0, net.v[1]:norm())
    net:step(2)
    assert.is_true(net.state.v[1] == net.v[1] and net.state.s[2] == net.s[2])
    local before = states(net)
    net.v[1] = mg.ones(2, 3)
    net.state.s[2][1][1] = 7
    assert.equal(6, net.v[1]:sum())
    net:undo()
    assert.equal(before, states(net))
    raises(function() net.v[1] = mg.ones(2, 2) end, "2 x 2")
    raises(function() net.state.v = {} end, "cannot be set whole")
    raises(function() return net.state.steps end, "adam", "no \"steps\"", "v, s")
    raises(function() net.state = {} end, "state cannot be set")
    net.options.optimizer = "sgd"
    assert.equal(0, #net.v)
    raises(function() return net.v[2] end, "sgd", "has none")
    raises(function() net:explain("v", 1, 1, 1) end, "sgd", "has none")
    net:undo()
    assert.equal(before, states(net))
  end)

  it("explain an update to 1e-12, term by term", function()
    for k = 1, helpers.many(100, 32) do
      local name = core.optimizers[k % #core.optimizers + 1]
      local net = helpers.random(k, { optimizer = name, eta = .01 })
      net:step(3)
      net:forward()
      net:backward()
      local now, told = net.theta[1]:copy(), {}
      for j = 1, now.ncols do told[j] = net:explain("theta", 1, 1, j) end
      net:update()
      for j = 1, now.ncols do
        local e = net:explain("dtheta", 1, 1, j)
        helpers.near({ told[j].value, e.value }, { net.theta[1][1][j], net.dtheta[1][1][j] }, 1e-12)
        for _, what in ipairs { "v", "s" } do
          if #net[what] > 0 then helpers.near({ net:explain(what, 1, 1, j).value }, { net[what][1][1][j] }, 1e-12) end
        end
      end
    end
  end)

  it("differ in the state that differs first", function()
    local net = helpers.xor { optimizer = "rprop", seed = 6 }
    net:step(3)
    local twin = net:copy()
    twin.state.steps[2][1][2] = 1
    local d = mg.diff(net, twin)
    assert.same({ "steps", 2, 1, 2 }, { d.quantity, d.layer, d.i, d.j })
  end)

  it("refuse numbers out of their range, and a negative eta where it is a step's size", function()
    for _, bad in ipairs { { "adam", beta1 = 1 }, { "adam", beta2 = -.1 }, { "adam", epsilon = -1 },
      { "momentum", momentum = 1 }, { "rmsprop", alpha = 1.5 }, { "rprop", up = .5 }, { "rprop", least = 2, most = 1 },
      { "adamw", weight_decay = -1 }, { "adamw", decay_bias = 1 }, { "adam", beta1 = "x" } } do
      raises(function() mg.network { 2, 1, optimizer = bad } end, "expected")
    end
    for _, name in ipairs { "adagrad", "rmsprop", "adam", "adamw", "rprop" } do
      raises(function() mg.network { 2, 1, optimizer = name, eta = -.1 } end, "eta", "from 0", name)
      local net = mg.network { 2, 1, optimizer = name }
      raises(function() net.eta = -.1 end, "eta", "from 0", name)
      net = mg.network { 2, 1, eta = -.1 }
      raises(function() net.options.optimizer = name end, "eta", "from 0", name)
      assert.equal("sgd", net.options.optimizer)
    end
  end)

  it("let a mean whose gradient has become 0 vanish, which takes as long a number as any", function()
    for _, name in ipairs { "momentum", "nesterov", "adam" } do
      local net = helpers.xor { 2, 1, optimizer = name, precision = "single", seed = 8 }
      net:step()
      assert.is_true(net.v[1]:norm() > 0)
      net:forward()
      net:backward()
      net.grad[1]:fill(0)
      for _ = 1, 900 do net:update() end
      assert.equal(0, net.v[1]:norm(), name)
    end
  end)

  it("decay biases as PyTorch's does, unless decay_bias is false", function()
    for _, decays in ipairs { true, false } do
      local net = helpers.xor { 2, 1, optimizer = { "adamw", weight_decay = .5, decay_bias = decays }, seed = 7 }
      net:forward()
      net:backward()
      net.grad[1]:fill(0)
      net:update()
      assert.equal(decays, net.dtheta[1][1][1] ~= 0)
      assert.is_true(net.dtheta[1][1][2] ~= 0)
    end
  end)
end)
