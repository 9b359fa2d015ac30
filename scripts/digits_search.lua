-- A random search: which learning rate, layer and batch read digits best?
-- moongrad scripts/digits_search.lua [points]

local points = tonumber(arg[1]) or 40
local X, y = data.digits()
X = X / 16 -- grey from 0 to 1

-- The points are judged by rows that no network is trained on; the last third judges the best point alone.
local train_X, train_y, rest_X, rest_y = data.split(X, y, 1 / 3, { seed = 1, stratify = true })
local judge_X, judge_y, last_X, last_y = data.split(rest_X, rest_y, .5, { seed = 2, stratify = true })

local r = sweep {
  X = train_X, y = train_y, test = { judge_X, judge_y }, epochs = 20,
  random = points, eta = { from = 1e-3, to = 1, log = true }, batch = { 8, 32, 128 },
  hidden = { from = 8, to = 64, whole = true }, activation = { "tanh", "relu" },
  build = function(p)
    return network { 64, { p.hidden, p.activation }, { 10, "softmax" }, cost = "softmax", init = "auto", eta = p.eta }
  end,
}
local ranked = r:sort "test_cost"
print "The best five:"
for i = 1, math.min(5, #ranked) do
  local p = ranked[i]
  print(string.format("  eta %.4f   batch %3d   %2d %s   test cost %.4f   accuracy %.1f %%", p.eta, p.batch, p.hidden,
    p.activation, p.test_cost, 100 * p.test_accuracy))
end

local best = ranked[1]
seed(best.seed)
local net = network { 64, { best.hidden, best.activation }, { 10, "softmax" }, cost = "softmax", init = "auto",
  eta = best.eta, X = train_X, y = train_y }
net:train { epochs = 20, batch = best.batch }
print(string.format("On rows that chose nothing: %.1f %% right", 100 * net:accuracy(last_X, last_y)))
