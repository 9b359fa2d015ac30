#!/usr/bin/env moongrad
-- The article's gradient check, first as its author took it, then rightly, and why the two differ.
--
-- The author halves the gradient and asks why that is needed; and the two sides agree to two or three digits
-- only. Two things happen at once: THETA is updated before it is checked, and the gradient descended is that of
-- half the sum of squares, while the cost that is differenced is their mean.

local function fresh()
  seed(0)
  X, y = data.xor()
  LAYERS = {2, 2, 2, 1}
  ETA = 0.1
end

-- How far b is from n, element by element, as check() measures it; the largest.
local function largest(b, n)
  return ((b - n):map(math.abs) / b:map(math.abs)):max()
end

-- d mse / d THETA[1] by central differences, as the article's loop takes them.
local function differences(epsilon)
  NET.options.cost = "mse"
  local numeric = matrix(#THETA[1], THETA[1].ncols)
  for i = 1, #THETA[1] do
    for j = 1, THETA[1].ncols do
      local w = THETA[1][i][j]
      THETA[1][i][j] = w + epsilon
      local above = cost()
      THETA[1][i][j] = w - epsilon
      local below = cost()
      THETA[1][i][j] = w
      numeric[i][j] = (above - below) / (2 * epsilon)
    end
  end
  NET.options.cost = "sse"
  return numeric
end

print "1. As the article does it: gradient, update, then differences at the new THETA, epsilon .01.\n"
fresh()
step(1)
local backprop = DTHETA[1] / (-2 * ETA)
local after = differences(.01)
print "from backprop, divided by 2:"
print(backprop)
print "from grad check:"
print(after)
print(("\nLargest relative difference: %.2g\n"):format(largest(backprop, after)))

print "2. At the same THETA, epsilon 1e-5, without dividing by anything.\n"
fresh()
local right = check()
print(right)

print "\n3. Why they differ.\n"
fresh()
forward()
backward()
local same = differences(.01)
print(("The update in between: without it the article's own numbers agree to %.1g, not %.1g."):format(
  largest(GRAD[1] / 2, same), largest(backprop, after)))
print(("The step epsilon = .01 itself is good for %.1g; 1e-5 brings %.1g."):format(largest(GRAD[1] / 2, same),
  largest(GRAD[1] / 2, differences(1e-5))))
local N, K = #X, LAYERS[#LAYERS]
print "The factor: backprop descends 1/2 sum (yhat - y)^2, the differences are of the mean of (yhat - y)^2."
print(("So backprop is N*K/2 = %g times the gradient of what is differenced; 2 only because N = %d and K = %d."):format(
  N * K / 2, N, K))
print "check says the same when it is asked to difference the mean:\n"
print(check {of = "mse"})
