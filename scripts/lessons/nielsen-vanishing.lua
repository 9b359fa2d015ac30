#!/usr/bin/env moongrad
-- Nielsen, chapter 5: the gradient vanishes in a deep network, or explodes.

print [[
Why are deep neural networks hard to train?
Source: Michael Nielsen, Neural Networks and Deep Learning, 2015, chapter 5

A chain of single neurons. From layer to layer a delta is multiplied by w times the slope of the sigmoid, which is 1/4
at most, at z = 0. Below, biases keep every z at 0, and w is first 1, then 100:
]]

-- DELTA of a chain of four weights w whose z are all 0.
local function deltas(w)
  NET = network{1, 1, 1, 1, 1, X = {{1}}, y = {0}}
  THETA = {{{-w, w}}, {{-w / 2, w}}, {{-w / 2, w}}, {{-w / 2, w}}}
  forward()
  backward()
  return DELTA[1][1][1], DELTA[2][1][1], DELTA[3][1][1]
end

local one, _, three = deltas(1)
local first, second = deltas(100)
print(published {
  {"slope of the sigmoid at 0", ".25", A[2][1][2] * (1 - A[2][1][2])},
  {"w = 1: b3 learns faster than b1 by", "16", three / one},
  {"w = 100: DELTA grows from layer to layer by", "25", first / second},
})

print [[

A large w alone does not help: it leaves only few inputs at which w times the slope is 1 or more. The width of their
interval is greatest at w = 6.9:
]]
local w = linspace(4.01, 20, 1600)
local width = 2 / w * log(w * (1 + sqrt(1 - 4 / w)) / 2 - 1)
print(published {
  {"w with the widest interval", "6.9", w[1][math.tointeger(width:argmax(2)[1][1])]},
  {"its width", ".45", width:max()},
})

print [[

In networks with 30 units in each hidden layer, the norm of the gradient of the biases, layer by layer, at the start.
The chapter has MNIST, with .012 .060 .283 in three layers and .003 .017 .070 .285 in four; here are the small digits:
]]
X, y = data.digits()
X = X / 16
local ordered = true
for layers = 2, 4 do
  local of = {64, cost = "quadratic", init = "lecun", seed = 1}
  for l = 1, layers do of[l + 1] = 30 end
  of[layers + 2] = 10
  NET = network(of)
  forward()
  local speeds, last = {}, 0
  for l, grad in ipairs(backward()) do
    local speed = grad:cols(1, 1):norm()
    if l <= layers then speeds[l], ordered, last = ("%.4f"):format(speed), ordered and speed > last, speed end
  end
  print(layers .. " hidden layers: " .. table.concat(speeds, "  "))
end
print()
print(published {{"each hidden layer learns more slowly than the next", "yes", ordered and "yes" or "no"}})
