#!/usr/bin/env moongrad
-- deeplearning.ai, course 2: a gradient check, and its own rounding.

print [[
Gradient checking
Source: deeplearning.ai, Improving Deep Neural Networks (Coursera), week 1

A network 4-5-3-1, three rows, all drawn after np.random.seed(1). The check is ||b - n|| / (||b|| + ||n||), b by
backpropagation, n by central differences with epsilon 1e-7. The notebook's first backward pass has twice the right dW2
and four times the right db1. Its cost computes 1 - A from A, as here:
]]

mg.cost {
  name = "cross-entropy of A",
  f = function(a, y) return -(y * math.log(a) + (1 - y) * math.log(1 - a)) / 3 end,
  delta = function(a, y) return (a - y) / (a * (1 - a)) / 3 end,
}
seed(1)
local inputs, theta = randn(4, 3), {}
for l, size in ipairs {{5, 4}, {3, 5}, {1, 3}} do
  local w = randn(size[1], size[2])
  theta[l] = hstack(randn(size[1], 1), w)
end
X, y = inputs.T, {1, 1, 0}
NET = network{4, {5, "relu"}, {3, "relu"}, {1, "sigmoid"}, cost = "cross-entropy of A", init = theta}

-- ||b - n|| / (||b|| + ||n||) over all layers of a check.
local function ratio(layers)
  local apart, b, n = 0, 0, 0
  for _, layer in ipairs(layers) do
    apart = apart + (layer.backprop - layer.numeric):norm() ^ 2
    b, n = b + layer.backprop:norm() ^ 2, n + layer.numeric:norm() ^ 2
  end
  return sqrt(apart) / (sqrt(b) + sqrt(n))
end

local c = check{epsilon = 1e-7}
local mended = c.norm_ratio
local first, second = c.layers[1].backprop:cols(1, 1), c.layers[2].backprop:cols(2, 6)
first:set(4 * first)
second:set(2 * second)
print(published {
  {"with the two mistakes", "0.2850932", ratio(c.layers)},
  {"without them", "1.2e-07", mended}, -- of 1.189e-07 two digits are not rounding
})

NET.options.cost = "cross-entropy"
local left = check{epsilon = 1e-7}.norm_ratio
assert(left < 1e-8)
print "\nThe second number is mostly the rounding of 1 - A. Of moongrad's own cost, from Z, less than 1e-8 is left."
