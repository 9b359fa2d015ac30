-- Tests of diagnose's experiments: the epochs that it tries on a copy, and what it says about the cost in them.

local helpers = require "helpers"
local mg = require "moongrad"

local net_of = helpers.tanh_xor
local squeeze = helpers.squeeze
local has = helpers.finding

describe("a cost that falls", function()
  it("by next to nothing, because ETA is small, is said to, and falls further with the one proposed", function()
    for seed = 1, 10 do
      local net = net_of { 2, 8, 1, eta = 1e-3, seed = seed }
      local d = net:diagnose()
      local f = has(d, "ETA too small")
      assert.is_truthy(f, tostring(d))
      local before, twin = net:cost(), net:copy()
      twin:step(300)
      net = helpers.type_in(net, (f.try:gsub("step%(%d+%)", "step(300)")))
      assert.is_true(before - net:cost() > 5 * (before - twin:cost()))
    end
  end)

  it("by next to nothing, though updates are as large as usual, is not said to have small ones", function()
    local net = net_of { 2, 2, 1, activation = "sigmoid", eta = .1, init = { "epsilon", epsilon = 1e-4 } }
    local d = net:diagnose()
    assert.is_true(d.widest > 1e-3)
    assert.is_truthy(has(d, "ETA too small").text:find("up to %S+ of its weights, and yet with ETA"))
    assert.is_nil(tostring(d):find("usual", 1, true))
  end)

  it("nearly as far with a smaller ETA gets that one proposed", function()
    local g = mg.generator(5)
    local A = g:randn(20, 4)
    local net = net_of { 4, 12, 1, cost = "cross-entropy", eta = 1e-4, seed = 5, X = A,
      y = mg.lt(A:cols(1, 1) * A:cols(2, 2), .2) }
    local eta = tonumber(has(net:diagnose(), "ETA too small").try:match "ETA = ([^;]+);")
    local before, left = net:cost(), {}
    for k = 0, 1 do
      local twin = net:copy()
      twin.eta = eta * 10 ^ k
      left[k] = twin:step(300).cost
    end
    assert.is_true(left[0] < .1 * before and left[1] < left[0] and left[0] - left[1] < .05 * before)
  end)

  it("slowly with a tenth that was proposed is said to, and well with what is then", function()
    local net = net_of { 2, 8, 1, eta = 1000, seed = 1 }
    assert.is_truthy(has(net:diagnose(), "ETA too large"))
    net.eta = 1e-3
    net = helpers.type_in(net, has(net:diagnose(), "ETA too small").try)
    assert.is_nil(has(net:diagnose(), "ETA too small"))
    assert.is_nil(has(net:diagnose(), "ETA too large"))
  end)

  it("slowly with updates of the usual size is not ETA's", function()
    for seed = 1, 10 do
      local d = net_of { 2, 8, 1, eta = .02, seed = seed }:diagnose()
      assert.is_true(d.fall < .3)
      assert.is_nil(has(d, "ETA too small"), tostring(d))
    end
  end)
end)

describe("a cost that stays", function()
  it("while predictions go to and fro is laid to ETA, and they rest with the one proposed", function()
    -- a line through four points: x^2 sums to 10, so an update of .2 takes its slope as far to the other side
    local net = net_of { 1, 1, activation = "linear", output = "linear", X = { { 1 }, { -1 }, { 2 }, { -2 } },
      y = { 1, 2, 3, 5 }, eta = .2 }
    net:step(50)
    local d = net:diagnose()
    assert.equal(0, d.fall)
    assert.equal("ETA too large", d.findings[1].name)
    local from, to = d.findings[1].text:match "a prediction goes from (%S+) to (%S+) and back"
    net:step(2) -- the answers that are furthest off, x = 2 or -2, of one epoch and the next
    local answers = ("%.4g %.4g"):format(net.a[2][3][1], net.a[2][4][1])
    net:step()
    answers = answers .. (" %.4g %.4g"):format(net.a[2][3][1], net.a[2][4][1])
    assert.is_truthy(answers:find(from, 1, true), answers)
    assert.is_truthy(answers:find(to, 1, true), answers)
    net = helpers.type_in(net, d.try)
    assert.is_nil(has(net:diagnose(), "ETA too large"))
    assert.near(3.125, net:cost(), 1e-6) -- (39 - 11^2 / 4 - 5^2 / 10) / 2, by normal equations
  end)

  it("while relus are dead and predictions go to and fro is laid to ETA, too", function()
    local net = net_of { 2, 8, 1, activation = "relu", output = "relu", seed = 3 }
    net.theta[1], net.theta[2][1][1] = -mg.ones(8, 3), .4 -- the bias of the output alone moves, towards .5 and past it
    local d = net:diagnose()
    assert.is_truthy(has(d, "dead"))
    local f = has(d, "ETA too large")
    assert.is_truthy(f.text:find("a prediction goes from", 1, true))
    assert.is_true(f.minor)
    net = helpers.type_in(net, f.try)
    assert.is_nil(has(net:diagnose(), "ETA too large"))
  end)
end)

describe("a diagnosis", function()
  it("has lines to type that show what came of their epochs", function()
    for _, make in ipairs { function() return net_of { eta = -1 } end, function() return net_of { eta = 1e-6 } end,
      function() return net_of { eta = 1000 } end } do
      local line = make():diagnose().try
      local results = table.pack(assert(load(line, "=try", "t", setmetatable({ step = function() return "shown" end },
        { __index = _ENV })))())
      assert.equal("shown", results[1], line)
    end
  end)

  it("of many parameters is tried on few rows, and says so; the numbers of the layers are of all", function()
    local g = mg.generator(3)
    local net = net_of { 300, 200, 10, X = g:randn(500, 300), y = g:rand(500, 10), eta = 1e-3 }
    local d = net:diagnose()
    assert.is_true(3 * (301 * 200 + 201 * 10) * d.rows * d.epochs <= 3e8) -- multiply-adds of a try
    assert.is_true(d.rows >= 64 and d.epochs >= 8)
    assert.is_truthy(squeeze(tostring(d)):find(("in %d epochs on a copy with %d of the 500 rows"):format(d.epochs,
      d.rows), 1, true), tostring(d))
    net:forward()
    net:backward()
    assert.near(net.grad[1]:norm(), d.layers[1].gradient, 1e-12 * net.grad[1]:norm())
  end)

  it("says that a cost stays where only its last bits move", function()
    local g, moved = mg.generator(2), 0
    for seed = 1, 20 do
      local net = net_of { 3, 5, 1, output = "linear", X = g:randn(50, 3), y = g:randn(50, 1), seed = seed,
        eta = 1e-17 }
      net.frozen[1] = true
      local d = net:diagnose()
      if d.costs[1] ~= d.costs[301] then moved = moved + 1 end
      assert.equal(0, d.fall)
      assert.is_truthy(squeeze(tostring(d)):find("the cost stays", 1, true), tostring(d))
    end
    assert.is_true(moved > 0)
  end)
end)
