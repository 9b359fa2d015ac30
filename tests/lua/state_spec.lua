-- Tests of network/state.lua, the state of a network as a value: taken, put into another network, compared.

local core = require "moongrad.core"
local helpers = require "helpers"
local mg = require "moongrad"
local state = require "moongrad.network.state"

-- What training goes on from, and all that was chosen.
local function all(net)
  local own = core.own_rng(net)
  return table.concat({ helpers.theta(net), helpers.bits(net.grad), net.eta, helpers.bits(net.X), helpers.bits(net.y),
    core.bug(net), tostring(net.options), tostring(net.frozen), own and core.rng_state(own) or "shared" }, "\n")
end

local function go_on(net)
  net:train { epochs = 3, batch = 2 }
  net:step(2)
  return helpers.live(net)
end

-- Networks of all kinds in the middle of their training.
local function networks()
  local list, quartic = {}, helpers.own_functions()
  for k = 1, helpers.many(60, 20) do
    local net = helpers.random(k, { precision = k % 4 == 0 and "single", seed = k % 3 == 0 and k })
    net:step(k % 3)
    net.eta = .01 * k
    list[k] = net
  end
  list[#list + 1] = helpers.xor { 2, { 3, "tests' swish" }, 1, cost = quartic, output = "linear", eta = .01 }
  list[#list + 1] = helpers.xor()
  list[#list]:bug "stale-weights"
  list[#list]:step(3)
  list[#list + 1] = mg.network { 2, 1 } -- without data
  return list
end

-- Does v hold nothing but numbers, strings, booleans, matrices, and tables of them?
local function is_plain(v)
  if type(v) == "table" then
    for key, x in pairs(v) do
      if not (is_plain(key) and is_plain(x)) then return false end
    end
    return getmetatable(v) == nil
  end
  return type(v) == "number" or type(v) == "string" or type(v) == "boolean" or mg.is_matrix(v)
    or core.custom(v) ~= nil
end

describe("the state of a network", function()
  it("is all that another network needs to be it and to go on alike", function()
    for k, net in ipairs(networks()) do
      local s = state.take(net)
      assert.is_true(is_plain(s), k)
      local made = state.make(s)
      state.put(made, s)
      assert.equal(all(net), all(made), k)
      local sizes = {}
      for l, size in ipairs(net.layers) do sizes[l] = size end
      sizes.precision = net.options.precision
      for l, layer in ipairs(core.network_state(net).layers) do -- a bias is settled when a network is made
        if not layer.bias then sizes[l] = { layer.size, bias = false } end
      end
      local other = mg.network(sizes)
      state.put(other, s)
      assert.equal(all(net), all(other), k)
      if net.X then
        local shared = core.rng_state()
        local after = go_on(net)
        core.rng_state(nil, shared)
        made.X, made.y = made.X:copy(), made.y:copy()
        assert.equal(after, go_on(made), k)
      end
    end
  end)

  it("stays what it was when the network goes on", function()
    local net = helpers.xor()
    net:step(5)
    local s, was = state.take(net), all(net)
    net:step(5)
    net.eta, net.frozen[1], net.options.l2 = 7, "bias", .1
    net:init()
    state.put(net, s)
    assert.equal(was, all(net))
  end)

  it("has settings that are the same until one changes", function()
    for name, change in pairs {
      given = function(net) net.options.l1 = .5 end,
      layers = function(net) net.options.activation = "tanh" end,
      eta = function(net) net.eta = 3 end,
      frozen = function(net) net.frozen[2] = "weights" end,
      bug = function(net) net:bug "stale-weights" end,
      rng = function(net) net.options.seed = 5 end,
      X = function(net) net.X = net.X:copy() end,
      y = function(net) net.y = nil end,
    } do
      local net = helpers.xor()
      local before, was = state.settings(net), helpers.all(net)
      net:step()
      net:undo()
      assert.is_true(state.same(before, state.settings(net)))
      change(net)
      local after = state.settings(net)
      assert.is_false(state.same(before, after), name)
      assert.is_false(rawequal(before[name], after[name]), name)
      state.apply(net, before)
      assert.is_true(state.same(before, state.settings(net)), name)
      assert.equal(was, helpers.all(net), name)
    end
  end)

  it("says in words what moves THETA differently", function()
    local net = helpers.xor()
    local s = state.settings(net)
    assert.same({}, state.differences(s, state.settings(net:copy())))
    for text, change in pairs {
      ["activations {sigmoid, sigmoid, sigmoid} and {tanh, tanh, sigmoid}"] = function(o)
        o.options.activation, o.options.output = "tanh", "sigmoid"
      end,
      ["cost sse and squares * 3"] = function(o) o.options.cost = { "squares", scale = 3 } end,
      ["eta 0.1 and 2.0"] = function(o) o.eta = 2 end,
      ["l1 0 and 0.5"] = function(o) o.options.l1 = .5 end,
      ["l2 0 and 0.5"] = function(o) o.options.l2 = .5 end,
      ["frozen {false, false, false} and {false, bias, false}"] = function(o) o.frozen[2] = "bias" end,
      ["bug none and wrong-sign"] = function(o) o:bug "wrong-sign" end,
    } do
      local other = net:copy()
      change(other)
      assert.same({ text }, state.differences(s, state.settings(other)))
    end
    local single = helpers.xor { 2, 2, { 2, bias = false }, 1, precision = "single" }
    assert.same({ "biases {true, true, true} and {true, false, true}", "precision double and single" },
      state.differences(s, state.settings(single)))
  end)
end)
