#!/usr/bin/env moongrad
-- The training of the article "Backpropagation NumPy Example": a network {2, 2, 2, 1} tries to learn XOR.
--
-- It trains for 10,000 epochs of plain gradient descent and prints the mean of squares every 1000 epochs, as the
-- article does, and the predictions at the end. Try other seeds, `moongrad scripts/xor.lua 3`: with ETA .1, most
-- networks do not learn XOR in this time.

seed(tonumber((...)) or 0)
X, y = data.xor()
LAYERS = {2, 2, 2, 1}
ETA = 0.1

print "epoch    mse"
print(("%5d    %.12f"):format(0, step(0).mse))
for _ = 1, 10 do
  local r = step(1000)
  print(("%5d    %.12f"):format(r.epoch, r.mse))
end

print "\n x1  x2   y    prediction"
local yhat = predict(X)
for i = 1, #X do
  print((" %d   %d    %d    %.9f"):format(X[i][1], X[i][2], y[i][1], yhat[i][1]))
end
