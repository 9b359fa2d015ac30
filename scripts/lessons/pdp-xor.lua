#!/usr/bin/env moongrad
-- XOR as in the PDP handbook of 1988 (McClelland and Rumelhart, Explorations in Parallel Distributed Processing,
-- program bp): 2-2-1, all rows at once, eta .5, momentum .9, from the book's weights. The book watches tss, the sum of
-- squares over the four rows, before each update, and stops when it is below .04: that is at epoch 289.
--
-- What is to be seen: for 200 epochs next to nothing happens, all four predictions near .5; then one hidden unit
-- learns "or", the other "and", and within 50 epochs it is solved. Without momentum the same takes six times as long.

X, y = data.xor()

local function network_of_1988(optimizer)
  local net = network{2, 2, 1, eta = .5, optimizer = optimizer, X = X, y = y}
  net.theta = {
    {{-.276589, .432171, .448781}, {-.402498, -.038413, .036489}},
    {{.279299, .272080, .081714}},
  }
  return net
end

-- Epochs, counted as the book does, until tss is below .04.
local function solve(net, most, show)
  local tss = net:step(0).tss
  local epoch = 1
  while tss >= .04 and epoch < most do
    if show and (epoch == 1 or epoch % 30 == 0) then print(("%5d    %.6f"):format(epoch, tss)) end
    tss = net:step().tss
    epoch = epoch + 1
  end
  return epoch, tss
end

print "epoch    tss"
NET = network_of_1988 "momentum"
local epoch, tss = solve(NET, 1000, true)
print(("%5d    %.6f   below .04"):format(epoch, tss))

print "\n x1  x2   y    prediction"
local yhat = predict(X)
for i = 1, #X do
  print((" %d   %d    %d    %.5f"):format(X[i][1], X[i][2], y[i][1], yhat[i][1]))
end
step()
print "\nThe weights after that epoch's update, the bias in column 1, and the velocity V, which is that update:"
print(THETA[1])
print(V[1])

print("\nThe same without momentum: " .. solve(network_of_1988 "sgd", 20000) .. " epochs")
