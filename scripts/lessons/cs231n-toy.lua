#!/usr/bin/env moongrad
-- CS231n, assignment 1: the toy network 4-10-3.

print [[
Implementing a neural network
Source: CS231n (Stanford), assignment 1, two_layer_net.ipynb

Five rows of four inputs from np.random.seed(1), weights from np.random.seed(0); rectified units, softmax, and the sum
of squares of the weights times .05 in the cost, here l2 = .1.
]]

X, y = 10 * generator(1):randn(5, 4), one_hot{0, 1, 2, 2, 1}
seed(0)
local first, second = .1 * randn(4, 10), .1 * randn(10, 3)
NET = network{4, {10, "relu"}, {3, "softmax"}, cost = "softmax", l2 = .1, eta = .1,
  init = {hstack(zeros(10, 1), first.T), hstack(zeros(3, 1), second.T)}}
forward()
print(published {
  {"score 1 1", "-0.81233741", Z[2][1][1]},
  {"score 1 2", "-1.27654624", Z[2][1][2]},
  {"score 1 3", "-0.70335995", Z[2][1][3]},
  {"score 5 1", "-0.00618733", Z[2][5][1]},
  {"score 5 2", "-0.12435261", Z[2][5][2]},
  {"score 5 3", "-0.15226949", Z[2][5][3]},
  {"loss", "1.30378789133", cost()},
})

print [[

It trains for 100 steps with almost no l2, on 200 rows that are drawn with replacement from the five each time; eta
falls by 5 % after each step.
]]
NET.options.l2 = 1e-5
local rows, targets, loss = X, y, {}
for k = 1, 100 do
  local batch = choice(5, 200)
  X, y = rows:take(batch), targets:take(batch)
  loss[k] = cost()
  step()
  ETA = .95 * ETA
end
print(published {
  {"loss before step 1", "1.241994", loss[1]},
  {"loss before step 100", "0.017149607938732", loss[100], within = 1e-13},
})
