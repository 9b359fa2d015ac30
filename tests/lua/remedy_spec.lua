-- Tests that a network learns when one types what diagnose proposes, and then trains for some epochs.

local core = require "moongrad.core"
local helpers = require "helpers"
local mg = require "moongrad"

local X, y = mg.data.xor()

local net_of = helpers.tanh_xor

describe("who types what it proposes, and goes on,", function()
  for name, make in pairs {
    symmetry = function(seed) return net_of { init = { "constant", value = .3 }, seed = seed } end,
    saturation = function(seed)
      return net_of { activation = "sigmoid", init = { "normal", sigma = 50 }, seed = seed }
    end,
    dead = function(seed)
      local net = net_of { activation = "relu", init = "he", seed = seed }
      for i = 1, 4 do net.theta[1][i][1] = -100 end
      return net
    end,
    ["dead output"] = function(seed)
      local net = net_of { 2, 8, 1, activation = "relu", output = "relu", seed = seed }
      net.theta[2] = -mg.ones(1, 9)
      return net
    end,
    vanishing = function(seed) return net_of { 2, 4, 4, 4, 4, 4, 4, 1, activation = "sigmoid", seed = seed } end,
    exploding = function(seed)
      return net_of { 2, 30, 30, 30, 1, activation = "relu", output = "linear", cost = "mse", eta = 1e-3,
        init = { "normal", sigma = 3 }, seed = seed }
    end,
    ["ETA too large"] = function(seed) return net_of { output = "linear", eta = .6, seed = seed } end,
    ["ETA too small"] = function(seed) return net_of { eta = 1e-6, seed = seed } end,
    ETA = function(seed) return net_of { eta = -1, seed = seed } end,
    NaN = function(seed)
      local net = net_of { seed = seed }
      net.theta[1][1][1] = 0 / 0
      return net
    end,
    ["the plateau at 1/4"] = function(seed) -- the article's network
      local net = mg.network { 2, 2, 2, 1, X = X, y = y, seed = seed }
      net:step(1000)
      return net
    end,
    unscaled = function(seed) return net_of { X = X * 1000, seed = seed } end,
    targets = function(seed) return net_of { y = { 0, 5, 5, 0 }, seed = seed } end,
  } do
    it("gets out of it: " .. name, function()
      for seed = 0, 4 do
        local net, typed = make(seed), {}
        local d = net:diagnose()
        while d.try and #typed < 4 do
          typed[#typed + 1] = d.try
          net = helpers.type_in(net, d.try)
          pcall(net.step, net, 2000)
          d = net:diagnose()
        end
        local _, mse = core.evaluate(net, net.X, net.y)
        local all = mg.matrix(net.y)
        assert.is_true(mse < .1 * ((all - all:mean()) ^ 2):mean(), ("seed %d, mse %g: %s"):format(seed, mse,
          table.concat(typed, " | ")))
      end
    end)
  end
end)
