-- Optimisers that are written in Lua: they do what a built-in one does, and what fails has changed nothing.

local core = require "moongrad.core"
local helpers = require "helpers"
local mg = require "moongrad"

local raises = helpers.raises

local function ball(theta, grad, state, _, eta)
  state.v = .9 * state.v - eta * grad
  theta:set(theta + state.v)
end

local function make(name, update, states)
  return mg.optimizer { name = name, update = update, states = states or { "v" } }
end

local function bits(net)
  return helpers.theta(net) .. core.updates(net) .. helpers.bits(net.v)
end

describe("an optimiser of one's own", function()
  it("leaves the bits that a built-in one leaves", function()
    make("own ball", ball)
    for k = 1, helpers.many(40, 10) do
      local own = helpers.random(k, { optimizer = "own ball" })
      local built_in = helpers.random(k, { optimizer = "momentum" })
      for _, net in ipairs { own, built_in } do
        net:step(3)
        net:train { epochs = 2, batch = 3 }
        net:walk():finish()
        net:forward()
        net:backward()
        net:update()
      end
      assert.equal(bits(built_in), bits(own))
      local twin = own:copy()
      own:undo(3)
      own:train { epochs = 2, batch = 3 }
      assert.equal(bits(twin:seek(5) and twin), bits(own))
      assert.equal(own.theta[1][1][1], twin.theta[1][1][1])
    end
  end)

  it("is given copies, t and eta, and has up to four states by name", function()
    local kept, times = nil, {}
    local o = make("keeps", function(theta, grad, state, t, eta)
      kept, times[#times + 1] = theta, t
      state.p[1][1], state.u[1][1] = t, eta
      theta:set(theta - eta * grad)
    end, { "p", "q", "r", "u" })
    assert.equal('optimizer "keeps"   states p, q, r, u', tostring(o))
    local net = helpers.xor { 2, 1, optimizer = o, eta = .25 }
    assert.equal("keeps", net.options.optimizer)
    net:step(3)
    assert.same({ 1, 2, 3 }, times)
    assert.same({ 3, 0, 0, .25 }, { net.state.p[1][1][1], net.state.q[1]:norm(), net.state.r[1]:norm(),
      net.state.u[1][1][1] })
    kept:fill(7)
    assert.is_true(net.theta[1][1][1] ~= 7)
    assert.equal(0, #net.v)
  end)

  it("leaves alone what is frozen or not there, and its states there at 0", function()
    make("fills", function(theta, _, state)
      theta:fill(9)
      state.v:fill(8)
    end)
    local net = helpers.xor { 2, { 2, "tanh", bias = false }, 1, optimizer = "fills" }
    net.frozen[2] = "weights"
    local before = net.theta[2]:copy()
    net:step()
    assert.is_true(net.theta[1]:cols(2, 3) == mg.matrix(2, 2, 9) and net.theta[1]:cols(1, 1):norm() == 0)
    assert.is_true(net.theta[2]:cols(2, 3) == before:cols(2, 3) and net.theta[2][1][1] == 9)
    assert.equal(0, net.v[1]:cols(1, 1):norm() + net.v[2]:cols(2, 3):norm() + net.dtheta[2]:cols(2, 3):norm())
  end)

  it("that fails has changed nothing", function()
    local net
    local failing = {
      { function() error "boo" end, "boo" },
      { function() coroutine.yield() end, "yield" },
      { function(_, _, s) s.v = mg.ones(9, 9) end, "9 x 9", "state v of layer 2", "1 x 3" },
      { function(_, _, s) s.v = nil end, "nil", "state v" },
      { function(_, _, s) s.w = 1 end, "state w", "not among" },
      { function(theta) theta[1][2] = 0 / 0 end, "NaN in theta[1][2] of layer 2" },
      { function(_, _, s) s.v[1][1] = 1 / 0 end, "Inf in v[1][1] of layer 2" },
      { function(theta) return theta end, "returned a matrix" },
      { function() net:step() end, "in the middle of a pass" },
      { function() net.options.optimizer = "sgd" end, "in the middle of a pass" },
    }
    for k, case in ipairs(failing) do
      local fails = false
      make("failing", function(theta, grad, state, t, eta)
        ball(theta, grad, state, t, eta)
        if fails and #theta == 1 then return case[1](theta, grad, state) end -- in the second layer
      end)
      net = helpers.xor { 2, 2, 1, optimizer = "failing", seed = k }
      net:step(2)
      local before, rng = bits(net), core.rng_state(core.own_rng(net))
      fails = true
      local calls = { net.step, net.update, function() net:train { batch = 2, epochs = 3 } end,
        function() net:walk():finish() end, function() coroutine.wrap(net.step)(net) end }
      for _, f in ipairs(calls) do
        local ok, message = pcall(f, net)
        assert.is_false(ok)
        assert.is_nil(message:find "\n")
        for i = 2, #case do assert.is_truthy(message:find(case[i], 1, true), message) end
        assert.equal(before, bits(net))
        assert.equal(rng, core.rng_state(core.own_rng(net)))
        if f ~= net.update then net:forward() net:backward() end
      end
      fails = false
      net:step()
      assert.equal(3, net.epoch)
    end
  end)

  it("in single precision may not leave what that does not hold", function()
    make("large", function(theta) theta[1][1] = 1e200 end)
    local net = helpers.xor { 2, 1, optimizer = "large", precision = "single" }
    raises(function() net:step() end, "1e+200", "theta[1][1]")
  end)

  it("is explained by what it adds, and copied, and kept alive", function()
    make("heavy", ball)
    local net = helpers.xor { 2, 2, 1, optimizer = "heavy", seed = 1 }
    make("heavy", function() error "another" end) -- networks keep the one that they have
    collectgarbage()
    collectgarbage()
    net:step(3)
    net:forward()
    net:backward()
    local e, twin = net:explain("theta", 1, 2, 2), net:copy()
    net:update()
    assert.equal(net.theta[1][2][2], e.engine)
    assert.equal(net.dtheta[1][2][2], net:explain("dtheta", 1, 2, 2).value)
    assert.is_truthy(tostring(e):find('optimizer "heavy"', 1, true))
    twin:forward()
    twin:backward()
    twin:update()
    assert.equal(bits(net), bits(twin))
    raises(function() helpers.xor { optimizer = "heavy" }:step() end, "another")
  end)

  it("goes with planted mistakes", function()
    make("heavy", ball)
    for _, name in ipairs { "stale-weights", "shifted-bias", "dropped-row", "wrong-sign" } do
      local net = helpers.xor { 2, 3, 2, 1, optimizer = "heavy", seed = 2 }
      net:bug(name)
      net:step(2)
      assert.equal(2, net.epoch, name)
      assert.is_string(net:check().verdict)
    end
  end)

  it("is checked when it is defined", function()
    raises(function() mg.optimizer { update = ball } end, "name", "expected")
    raises(function() mg.optimizer { name = "adam", update = ball } end, "built in")
    raises(function() mg.optimizer { name = "x" } end, "update", "function")
    raises(function() mg.optimizer { name = "x", update = ball, states = "v" } end, "list of names")
    raises(function() mg.optimizer { name = "x", update = ball, states = { "v", "v" } } end, "taken")
    raises(function() mg.optimizer { name = "x", update = ball, states = { "theta" } } end, "taken")
    raises(function() mg.optimizer { name = "x", update = ball, states = { "V!" } } end, "small letters")
    raises(function() mg.optimizer { name = "x", update = ball, states = { "p", "q", "r", "u", "w" } } end, "up to 4")
    raises(function() mg.optimizer { name = "x", update = ball, state = { "v" } } end, "states")
    make("heavy", ball)
    raises(function() mg.network { 2, 1, optimizer = { "heavy", beta1 = 1 } } end, "no option")
    raises(function() mg.network { 2, 1, optimizer = mg.cost { name = "sq", f = function(a, y) return (a - y) ^ 2 end,
      delta = function(a, y) return 2 * (a - y) end } } end, "got the cost sq")
  end)
end)
