#!/usr/bin/env moongrad
-- CS231n's spiral: how many hidden units it takes to part three arms, drawn as a map.
--
-- 300 points lie on three arms of a spiral. A linear classifier draws straight borders and has half of them right.
-- With more rectified units the borders bend more; from some 20 on they follow the arms.

X, y = data.spiral{seed = 0}
y = one_hot(y)

-- Prints the class that NET predicts at each place of the square from -1 to 1; capitals are the points.
local function map(columns, rows)
  local places, letters = {}, {}
  for r = 1, rows do
    for c = 1, columns do places[#places + 1] = {(2 * c - 1) / columns - 1, 1 - (2 * r - 1) / rows} end
  end
  for k, class in ipairs(predict(places):argmax(2):totable()) do letters[k] = ({".", "+", "o"})[class[1] | 0] end
  local class = y:argmax(2)
  for i = 1, #X do
    local c, r = (X[i][1] + 1) / 2 * columns // 1, (1 - X[i][2]) / 2 * rows // 1
    if math.max(abs(X[i][1]), abs(X[i][2])) < 1 then
      letters[r * columns + c + 1 | 0] = ({"A", "B", "C"})[class[i][1] | 0]
    end
  end
  for r = 1, rows do print(table.concat(letters, "", (r - 1) * columns + 1, r * columns)) end
end

print "hidden units   cost      right of 300"
for _, hidden in ipairs {0, 3, 6, 12, 25, 50, 100} do
  local layers = {2, {hidden, "relu"}, {3, "softmax"}, cost = "softmax", init = "he", eta = 1, l2 = 1e-3, seed = 0}
  if hidden == 0 then table.remove(layers, 2) end
  NET = network(layers)
  local r = step(1000)
  print(("%12d   %.4f    %.0f"):format(hidden, r.cost, r.accuracy * 300))
end

print "\nThe map of the last network: A on ., B on +, C on o.\n"
map(64, 24)
