#!/usr/bin/env moongrad
-- CS231n, case study: a spiral, by a linear classifier and by a network.

print [[
Putting it together: minimal neural network case study
Source: CS231n (Stanford), course notes, neural-networks-case-study

100 points on each of three arms, from np.random.seed(0). The linear softmax classifier trains for 200 steps with eta 1
and l2 .001; the loss before so many steps:
]]

seed(0)
X, y = data.spiral()
y = one_hot(y)
randn(1, 18) -- the notes' session drew as many before the weights
local first = .01 * randn(2, 3)
NET = network{2, {3, "softmax"}, cost = "softmax", l2 = 1e-3, eta = 1, init = {hstack(zeros(3, 1), first.T)}}

-- Rows for published: the loss, after every so many steps, and the list of those in the notes.
local function losses(every, list)
  local rows = {}
  for loss in list:gmatch "%S+" do
    if #rows > 0 then step(every) end
    rows[#rows + 1] = {("%d"):format(NET.epoch), loss, cost()}
  end
  return rows
end

local rows = losses(10, [[1.096956 0.917265 0.851503 0.822336 0.807586 0.799448 0.794681 0.791764 0.789920 0.788726
  0.787938 0.787409 0.787049 0.786803 0.786633 0.786514 0.786431 0.786373 0.786331 0.786302]])
step(10)
table.insert(rows, {"accuracy", "0.49", accuracy()})
print(published(rows))

print "\nA network with 100 rectified units, whose weights are drawn next:\n"
local hidden, output = .01 * randn(2, 100), .01 * randn(100, 3)
NET = network{2, {100, "relu"}, {3, "softmax"}, cost = "softmax", l2 = 1e-3, eta = 1,
  init = {hstack(zeros(100, 1), hidden.T), hstack(zeros(3, 1), output.T)}}
rows = losses(1000, "1.098744 0.294946 0.259301 0.248310 0.246170")
table.insert(rows, {"accuracy", "0.98", accuracy()})
print(published(rows))
