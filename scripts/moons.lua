#!/usr/bin/env moongrad
-- micrograd's moons: two half circles that reach into each other, parted with a hinge loss.
--
-- Andrej Karpathy's micrograd ends with this example: 100 points, a network 2-16-16-1 of rectified units, the hinge
-- loss and 1e-4 times the sum of squares of all parameters, and 100 steps whose eta falls from 1 to .1. There and here
-- all points are right in the end. (The weights are other ones: micrograd draws them with Python's random.)

X, y = data.moons{n = 100, noise = .1, seed = 1337}
y = 2 * y - 1

NET = network{2, {16, "relu"}, {16, "relu"}, {1, "linear"}, cost = "hinge", l2 = 2e-4, bias_l2 = 2e-4,
  init = {"epsilon", epsilon = 1}, seed = 1337}
for l = 1, 3 do THETA[l]:cols(1, 1):fill(0) end

print "step   loss      right of 100"
for k = 0, 99 do
  ETA = 1 - .9 * k / 100
  if k % 10 == 0 then print(("%4d   %.5f   %.0f"):format(k, cost(), accuracy() * 100)) end
  step()
end
print((" 100   %.5f   %.0f"):format(cost(), accuracy() * 100))
assert(accuracy() == 1)

print "\nWhat it says of each place, # above 0 and . below:\n"
for b = 1.5, -1, -.125 do
  local places = {}
  for k = 0, 56 do places[k + 1] = {-1.5 + k / 14, b} end
  local line = {}
  for k, output in ipairs(predict(places):totable()) do line[k] = output[1] > 0 and "#" or "." end
  print(table.concat(line))
end
