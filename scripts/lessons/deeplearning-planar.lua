#!/usr/bin/env moongrad
-- deeplearning.ai, course 1: a flower of two colours.

print [[
Planar data classification with one hidden layer
Source: deeplearning.ai, Neural Networks and Deep Learning (Coursera), week 3

400 points of a flower from np.random.seed(1), four hidden tanh units with weights from np.random.seed(2), eta 1.2. The
cost before so many steps. (After 7000 the sixth digit depends on rounding: published runs differ there, too.)
]]

X, y = data.planar{seed = 1}

-- A network with n hidden units; its weights are drawn from the generator that seed(k) sets, its biases are 0.
local function planar(n)
  local hidden = .01 * randn(n, 2)
  local output = .01 * randn(1, n)
  NET = network{2, {n, "tanh"}, {1, "sigmoid"}, cost = "cross-entropy", eta = 1.2,
    init = {hstack(zeros(n, 1), hidden), hstack(zeros(1, 1), output)}}
end

seed(2)
planar(4)
local rows = {}
for cost_then in ("0.693048 0.288083 0.254385 0.233864 0.226792 0.222644 0.219731 0.217504"):gmatch "%S+" do
  if #rows > 0 then step(1000) end
  rows[#rows + 1] = {("%d"):format(NET.epoch), cost_then, cost()}
end
step(3000)
table.insert(rows, {"accuracy in %, rounded down", "90", accuracy() * 100 // 1})
print(published(rows))

print "\nThe accuracy in % after 5000 steps with other numbers of hidden units:\n"
rows = {}
for k, percent in ipairs {"67.5", "67.25", "90.75", "90.5", "91.25"} do
  seed(2)
  planar(k)
  step(5000)
  rows[k] = {k .. " hidden", percent, accuracy() * 100}
end
print(published(rows))
