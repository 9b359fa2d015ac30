#!/usr/bin/env moongrad
-- The gradient check of the article "Backpropagation NumPy Example": its author's, a right one, why they differ.
--
-- The author halves the gradient, asks why that is needed, and gets only two or three equal digits. The check has two
-- mistakes: THETA is updated between the gradient and the check, and the gradient is that of half the sum of squares,
-- while the differences are of the mean of squares.

local function fresh()
  seed(0)
  X, y = data.xor()
  LAYERS = {2, 2, 2, 1}
  ETA = 0.1
end

-- The largest relative difference between the elements of b and n, relative to b.
local function largest(b, n)
  return ((b - n):map(math.abs) / b:map(math.abs)):max()
end

-- Returns d mse / d THETA[1] by central differences, in a loop like the article's.
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

print "1. As the article does it: the gradient, an update, then differences at the new THETA, with epsilon .01.\n"
fresh()
step(1)
local backprop = DTHETA[1] / (-2 * ETA)
local after = differences(.01)
print "from backprop, divided by 2:"
print(backprop)
print "from grad check:"
print(after)
print(("\nLargest relative difference: %.2g\n"):format(largest(backprop, after)))

print "2. Done right: both at the same THETA, epsilon 1e-5, the same cost, and no division.\n"
fresh()
local right = check()
print(right)

print "\n3. Why they differ.\n"
fresh()
forward()
backward()
local same = differences(.01)
print(("The update in between: without it the article's method agrees to %.1g, with it only to %.1g."):format(
  largest(GRAD[1] / 2, same), largest(backprop, after)))
print(("The size of epsilon: with .01 the two agree to %.1g, with 1e-5 to %.1g."):format(largest(GRAD[1] / 2, same),
  largest(GRAD[1] / 2, differences(1e-5))))
local N, K = #X, LAYERS[#LAYERS]
print "The factor: backprop is the gradient of 1/2 sum (yhat - y)^2, the differences are of the mean of (yhat - y)^2."
print(("So backprop is N*K/2 = %g times as large; this is 2 only because N = %d and K = %d."):format(N * K / 2, N, K))
print "check finds the same factor when its differences are of the mean:\n"
print(check {of = "mse"})
