-- Optimisers equal PyTorch's, epoch by epoch: the numbers are tests/golden/optimisers.lua.

local helpers = require "helpers"
local mg = require "moongrad"

local elsewhere = {} -- optimisers that PyTorch does not have, by name: which test holds them against other numbers
local golden = dofile "tests/golden/optimisers.lua"
local near = helpers.near

local function name_of(case)
  return type(case.optimizer) == "table" and case.optimizer[1] or case.optimizer
end

local function network(case, more)
  local spec = { 2, { 2, "tanh" }, { 1, "sigmoid" }, cost = "mse", eta = case.eta, optimizer = case.optimizer,
    X = golden.X, y = golden.y }
  for name, v in pairs(more or {}) do spec[name] = v end
  local net = mg.network(spec)
  net.theta = golden.theta
  return net
end

local function same_theta(net, theta, tolerance)
  for l, m in ipairs(theta) do near(net.theta[l], m, tolerance) end
end

describe("an optimiser equals PyTorch's", function()
  for _, case in ipairs(golden) do
    it(("in 25 steps: %s"):format(name_of(case)), function()
      local net = network(case)
      for _, theta in ipairs(case.whole) do
        net:step()
        same_theta(net, theta, 1e-12)
      end
      net = network(case)
      net:step(25)
      same_theta(net, case.whole[25], 1e-12)
    end)

    it(("in 25 epochs of batches: %s"):format(name_of(case)), function()
      local net = network(case)
      for _, theta in ipairs(case.batches) do
        net:train { batch = 3, shuffle = false }
        same_theta(net, theta, 1e-12)
      end
    end)

    it(("in single precision, as near as that is: %s"):format(name_of(case)), function()
      local net = network(case, { precision = "single" })
      net:step(25)
      same_theta(net, case.whole[25], 2e-5)
    end)
  end

  it("is each of them", function()
    local missing = {}
    for _, name in ipairs(require "moongrad.core".optimizers) do missing[name] = true end
    for _, case in ipairs(golden) do missing[name_of(case)] = nil end
    for name in pairs(elsewhere) do missing[name] = nil end
    assert.is_nil(next(missing))
  end)
end)
