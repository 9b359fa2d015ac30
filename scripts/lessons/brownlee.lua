#!/usr/bin/env moongrad
-- Brownlee, 2016: a network from scratch, trained row by row.

print [[
How to code a neural network with backpropagation from scratch
Source: Jason Brownlee, machinelearningmastery.com, 2016

Ten rows of two classes, a network 2-2-2, eta .5, an update after each row, in their order. The page draws its weights
with Python's random after seed(1); here they are written down. Its error is the sum of squares of an epoch, each row
before its update.
]]

X = {
  {2.7810836, 2.550537003}, {1.465489372, 2.362125076}, {3.396561688, 4.400293529}, {1.38807019, 1.850220317},
  {3.06407232, 3.005305973}, {7.627531214, 2.759262235}, {5.332441248, 2.088626775}, {6.922596716, 1.77106367},
  {8.675418651, -0.242068655}, {7.673756466, 3.508563011},
}
y = one_hot{0, 0, 0, 0, 0, 1, 1, 1, 1, 1}
NET = network{2, 2, 2, eta = .5}
THETA = {
  {{0.763774618976614, 0.13436424411240122, 0.8474337369372327},
    {0.4494910647887381, 0.2550690257394217, 0.49543508709194095}},
  {{0.0938595867742349, 0.651592972722763, 0.7887233511355132},
    {0.43276706790505337, 0.02834747652200631, 0.8357651039198697}},
}

local history = train{epochs = 20, batch = 1, shuffle = false}.history
local rows = {}
for error in ([[6.350 5.531 5.221 4.951 4.519 4.173 3.835 3.506 3.192 2.898 2.626 2.377 2.153 1.953 1.774 1.614 1.472
  1.346 1.233 1.132]]):gmatch "%S+" do
  rows[#rows + 1] = {("error of epoch %d"):format(#rows), error, history[#rows + 1].tss}
end
for _, row in ipairs {
  {"hidden unit 1, weight 1", "-1.4688375095432327", THETA[1][1][2]},
  {"hidden unit 1, weight 2", "1.850887325439514", THETA[1][1][3]},
  {"hidden unit 1, bias", "1.0858178629550297", THETA[1][1][1]},
  {"output 1, weight 1", "2.515394649397849", THETA[2][1][2]},
  {"output 1, weight 2", "-0.3391927502445985", THETA[2][1][3]},
  {"output 1, bias", "-0.9671565426390275", THETA[2][1][1]},
} do
  row.within = 1e-12 -- of 200 updates in another order of summation
  table.insert(rows, row)
end
print(published(rows))
print(("\nIt has all ten rows right: accuracy %g."):format(accuracy()))
