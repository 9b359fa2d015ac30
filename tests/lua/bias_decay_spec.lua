-- bias_decay_spec.lua - the options bias_l1 and bias_l2: in J, in GRAD, in check, in explain, in every way of a pass.

local helpers = require "helpers"
local mg = require "moongrad"

local function random(seed)
  local g = mg.generator(seed)
  return mg.network { 3, { 4, "tanh", bias = seed % 3 > 0 }, { 2, "linear" }, cost = "mse", seed = seed,
    init = { "normal" }, precision = seed % 4 == 0 and "single" or "double", l2 = seed % 7 * .01,
    bias_l1 = seed % 2 * .03, bias_l2 = seed % 5 * .02, X = g:randn(6, 3), y = g:rand(6, 2) }
end

describe("bias_l1 and bias_l2", function()
  it("add l1 sum of |b| + l2/2 sum of b^2 to J and their slope to GRAD", function()
    local net = mg.network { 2, 1, X = { { 1, 2 } }, y = { 1 }, init = { { { -3, .5, .25 } } } }
    local decayed = net:copy()
    decayed.options.bias_l1, decayed.options.bias_l2 = .1, .01
    assert.is_true(math.abs(decayed:cost() - net:cost() - (.1 * 3 + .005 * 9)) < 1e-15)
    for _, n in ipairs { net, decayed } do
      n:forward()
      n:backward()
    end
    helpers.near(decayed.grad[1] - net.grad[1], { { -.1 + .01 * -3, 0, 0 } }, 1e-16)
  end)

  it("agree with differences and are the same in fused passes", function()
    for seed = 1, helpers.many(100, 40) do
      local net = random(seed)
      assert.equal("ok", net:check().verdict)
      local steps, calls = net:copy(), net:copy()
      steps:step(4)
      for _ = 1, 4 do
        calls:forward()
        calls:backward()
        calls:update()
      end
      assert.equal(helpers.theta(steps), helpers.theta(calls))
    end
  end)

  it("leave a layer without biases as it is", function()
    local net = mg.network { 2, { 2, bias = false }, { 1, bias = false }, bias_l2 = 1, seed = 1, X = mg.data.xor(),
      y = { 0, 1, 1, 0 } }
    local plain = net:copy()
    plain.options.bias_l2 = 0
    net:step(5)
    plain:step(5)
    assert.equal(helpers.live(plain), helpers.live(net))
  end)

  it("are named by check when a gradient of one's own forgets them", function()
    local net = random(8)
    net.options.bias_l1, net.options.bias_l2, net.options.l2 = 0, .2, 0
    net:forward()
    net:backward()
    for l = 1, 2 do
      for i = 1, #net.grad[l] do net.grad[l][i][1] = net.grad[l][i][1] - .2 * net.theta[l][i][1] end
    end
    local report = net:check { grad = net.grad }
    assert.is_truthy(tostring(report):find("bias_l2 is forgotten", 1, true), tostring(report))
  end)

  it("are terms of explanations, and survive undo and copy", function()
    local net = random(5)
    net:forward()
    net:backward()
    for i = 1, 4 do
      local node = net:explain("grad", 1, i, 1)
      assert.is_true(math.abs(node.difference) < 1e-15)
      assert.equal("l1, l2", node.terms[#node.terms].label)
    end
    assert.is_true(math.abs(net:explain("cost").difference) < 1e-14)
    net.options.bias_l2 = .5
    assert.equal(.5, net:copy().options.bias_l2)
    net:undo()
    assert.equal(0, net.options.bias_l2)
  end)

  it("are numbers from 0", function()
    helpers.raises(function() mg.network { 2, 1, bias_l2 = -1 } end, "bias_l2: expected a number from 0, got -1")
    helpers.raises(function() mg.network { 2, 1, bias_l1 = "x" } end, "bias_l1: expected a number from 0")
  end)
end)
