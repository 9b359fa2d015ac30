#!/usr/bin/env moongrad
-- Trask, 2015: a neural network in 11 lines of Python.

print [[
A neural network in 11 lines of Python
Source: Andrew Trask, iamtrask.github.io, 12 July 2015

There are no biases: the third input is always 1. The weights are drawn from U[-1, 1) after seed(1), eta is 1. The
first network learns to copy its first input. The page prints the outputs before the last of 10,000 updates:
]]

X = {{0, 0, 1}, {0, 1, 1}, {1, 0, 1}, {1, 1, 1}}
y = {0, 0, 1, 1}
seed(1)
NET = network{3, {1, bias = false}, eta = 1, init = {(2 * rand(3, 1) - 1).T}}
step(9999)
local yhat = predict()
print(published {
  {"output 1", ".00966449", yhat[1][1]},
  {"output 2", ".00786506", yhat[2][1]},
  {"output 3", ".99358898", yhat[3][1]},
  {"output 4", ".99211957", yhat[4][1]},
})

print "\nWith four hidden units it learns the XOR of the first two. The mean absolute error before so many steps:\n"
y = {0, 1, 1, 0}
seed(1)
local first, second = 2 * rand(3, 4) - 1, 2 * rand(4, 1) - 1
NET = network{3, {4, bias = false}, {1, bias = false}, eta = 1, init = {first.T, second.T}}
local rows = {}
for error in ([[0.496410031903 0.00858452565325 0.00578945986251 0.00462917677677 0.00395876528027
  0.00351012256786]]):gmatch "%S+" do
  if #rows > 0 then step(10000) end
  rows[#rows + 1] = {("%d"):format(NET.epoch), error, abs(y - predict()):mean()}
end
print(published(rows))
