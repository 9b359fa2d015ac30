-- Reads handwritten digits: the network of Nielsen's first chapter, then a modern one.
-- moongrad scripts/mnist.lua FOLDER [EPOCHS]
--
-- FOLDER has the four files of the MNIST database. Source: Nielsen, Neural Networks and Deep Learning, 2015, chapter 1.

local folder, epochs = arg[1], tonumber(arg[2])
if not folder then
  print "usage: moongrad scripts/mnist.lua FOLDER [EPOCHS]"
  print "  FOLDER  the files train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte and"
  print "          t10k-labels-idx1-ubyte, each also with .gz"
  return
end
local X, y, X_test, y_test = data.mnist(folder)
if not X then
  io.stderr:write(y, "\n")
  os.exit(1)
end
local function report(r)
  print(string.format("epoch %2d   %.2f %% of the test images", r.epoch, 100 * r.test_accuracy))
end

print "784-30-10, sigmoid, quadratic cost, eta 3, batches of 10: Nielsen has 95.42 % at its best"
seed(0)
local net = network { 784, 30, 10, cost = "quadratic", init = "normal", eta = 3, X = X, y = y }
net:train { epochs = epochs or 30, batch = 10, test = { X_test, y_test }, report = report }

print "\n784-128-10, relu and softmax, adam, dropout"
seed(0)
net = network { 784, { 128, "relu", dropout = .2 }, { 10, "softmax" }, cost = "softmax", init = "auto",
  optimizer = "adam", eta = .001, X = X, y = y }
net:train { epochs = epochs or 10, batch = 32, test = { X_test, y_test }, report = report }
