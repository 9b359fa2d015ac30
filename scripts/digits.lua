#!/usr/bin/env moongrad
-- Handwritten digits: a network learns two thirds of them and reads the others.
--
-- The 1797 digits of 8 x 8 pixels that come with moongrad are split, each digit in equal shares. A network with 32
-- rectified units learns 1198 of them and has at least 96 % of the other 599 right. The table says which digits it
-- takes for which; below it is the first that it reads wrongly, as it looks.

local X_all, y_all = data.digits()
local X_test, y_test
X, y, X_test, y_test = data.split(X_all / 16, y_all, 2 / 3, {seed = 0, stratify = true})

NET = network{64, {32, "relu"}, {10, "softmax"}, cost = "softmax", l2 = 1e-4, init = "he", seed = 0,
  optimizer = "adam", eta = .003}
print "epoch   cost in training   right in training   right of the others"
train {
  epochs = 40, batch = 32, every = 5, test = {X_test, y_test},
  report = function(r)
    print(("%5d   %16.4f   %16.1f%%   %18.1f%%"):format(r.epoch, r.cost, 100 * r.accuracy, 100 * r.test_accuracy))
  end,
}

local confusion = NET:confusion(X_test, y_test)
print()
print(confusion)
assert(confusion.accuracy >= .96)

local read, are = classify(X_test), y_test:argmax(2) - 1
for i = 1, #X_test do
  if read[i][1] ~= are[i][1] then
    print(("\nRow %d is a %d and is read as %d:"):format(i, are[i][1], read[i][1]))
    for _, pixels in ipairs((X_test:rows(i, i) * 16):reshape(8, 8):totable()) do
      local line = {}
      for k, grey in ipairs(pixels) do line[k] = (" .:-=+*#@"):sub(grey // 2 + 1 | 0, grey // 2 + 1 | 0):rep(2) end
      print((table.concat(line):gsub(" +$", "")))
    end
    break
  end
end
