-- The fourth exercise of the machine learning course: its costs, its gradient check, its accuracy.
-- moongrad scripts/coursera.lua FOLDER
--
-- FOLDER has ex4data1.mat and ex4weights.mat of the course. Source: A. Ng, Machine Learning, 2011, exercise 4.

local folder = arg[1]
if not folder then
  print "usage: moongrad scripts/coursera.lua FOLDER"
  print "  FOLDER  the files ex4data1.mat and ex4weights.mat of the course's fourth exercise"
  return
end
local function read(name)
  local t, message = data.mat(folder .. "/" .. name)
  if t then return t end
  io.stderr:write(message, "\n")
  os.exit(1)
end
local course, weights = read "ex4data1.mat", read "ex4weights.mat"
local X, y = course.X, one_hot(course.y, 10) -- the digit 0 is class 10

-- The course divides the square of the weights by 2 N, without the biases: l2 = lambda / N.
local function network_of(lambda)
  local net = network { 400, 25, 10, cost = "cross-entropy", l2 = lambda / #X, X = X, y = y }
  net.theta = { weights.Theta1, weights.Theta2 }
  return net
end

print(published {
  { "cost of the course's weights", ".287629", network_of(0):cost() },
  { "the same with lambda = 1", ".383770", network_of(1):cost() },
})
local net = network_of(3)
print(net:check { samples = 100 })

seed(0)
net = network { 400, 25, 10, cost = "cross-entropy", l2 = 1 / #X, init = { "epsilon", epsilon = .12 }, X = X, y = y }
net:minimize { iterations = 50 }
print(string.format("after 50 iterations %.1f %% right; the course expects about 95.3 %%", 100 * net:accuracy()))
