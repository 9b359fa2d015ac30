#!/usr/bin/env moongrad
-- Ng, exercise 4: the gradient check of a small network.

print [[
Checking the gradients of a neural network
Source: Andrew Ng, Machine Learning (Coursera), exercise 4, checkNNGradients

The network 3-5-3 and its 5 rows are filled with sin(1), sin(2), ... / 10, column by column. The differences are
central, with epsilon 1e-4. The exercise wants a relative difference below 1e-9; the digits of 2.3e-11 are partly
rounding, so published runs print from 2.33e-11 to 2.37e-11.
]]

-- A matrix of sin(1), sin(2), ... / 10, column by column.
local function sines(rows, columns)
  return (sin(linspace(1, rows * columns, rows * columns)) / 10):reshape(columns, rows).T
end

NET = network{3, 5, 3, cost = "cross-entropy"}
THETA = {sines(5, 4), sines(3, 6)}
X, y = sines(5, 3), one_hot({2, 3, 1, 2, 3}, 3)

local c = check{epsilon = 1e-4}
local g = c.layers[1].backprop
NET.options.l2 = 3 / #X -- lambda 3: the exercise divides it by 2m
local regularised = check{epsilon = 1e-4}
print(published {
  {"relative difference", "2.3e-11", c.norm_ratio, within = .4e-11},
  {"gradient 1", "-9.2783e-03", g[1][1]},
  {"gradient 2", "8.8991e-03", g[2][1]},
  {"gradient 3", "-8.3601e-03", g[3][1]},
  {"gradient 4", "7.6281e-03", g[4][1]},
  {"gradient 5", "-6.7480e-03", g[5][1]},
  {"gradient 6", "-3.0498e-06", g[1][2]},
  {"gradient 7", "1.4287e-05", g[2][2]},
  {"gradient 8", "-2.5938e-05", g[3][2]},
  {"gradient 6, lambda 3", "-1.6768e-02", regularised.layers[1].backprop[1][2]},
})
