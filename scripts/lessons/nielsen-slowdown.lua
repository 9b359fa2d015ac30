#!/usr/bin/env moongrad
-- Nielsen, chapter 3: squares learn slowly where a neuron is badly wrong.

print [[
The cross-entropy cost function
Source: Michael Nielsen, Neural Networks and Deep Learning, 2015, chapter 3

One neuron with one input, 1, is to give 0. It trains for 300 epochs of the quadratic cost, a^2 / 2, with eta .15;
first from w = .6, b = .9, then from w = 2, b = 2, where it is badly wrong and saturated:
]]

-- The outputs before and after 300 epochs.
local function trained(w, b, cost, eta)
  NET = network{1, 1, cost = cost, eta = eta, init = {{{b, w}}}, X = {{1}}, y = {0}}
  local before = predict()[1][1]
  step(300)
  return before, predict()[1][1]
end

local near, near_end = trained(.6, .9, "sse", .15)
local far, far_end = trained(2, 2, "sse", .15)
print(published {
  {"output from w = .6, b = .9", ".82", near},
  {"after 300 epochs", ".09", near_end},
  {"output from w = 2, b = 2", ".98", far},
  {"after 300 epochs", ".20", far_end},
})

print [[

The slope a (1 - a) of the sigmoid is to blame. It cancels in the gradient of the cross-entropy, which is a - y: the
further off, the faster. The size of the first gradient, from both starts:
]]
local function speed(w, b, cost)
  NET = network{1, 1, cost = cost, init = {{{b, w}}}, X = {{1}}, y = {0}}
  forward()
  return abs(backward()[1][1][1])
end
for _, cost in ipairs {"sse", "cross-entropy"} do
  print(("%-14s %.3f  %.3f"):format(cost, speed(.6, .9, cost), speed(2, 2, cost)))
end
local _, first = trained(.6, .9, "cross-entropy", .005)
local _, second = trained(2, 2, "cross-entropy", .005)
local said = "\nWith the cross-entropy and the chapter's eta, .005, the outputs after 300 epochs are %.2f and %.2f."
print(said:format(first, second))
print "(The chapter's animations end at .04 and .05: scripts/museum.lua says why.)"
