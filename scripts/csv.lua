-- Learns a class from the columns of a CSV file.
-- moongrad scripts/csv.lua FILE TARGET
--
-- TARGET is the name or the number of the column that is to be predicted.

local path, target = arg[1], arg[2]
if not target then
  print "usage: moongrad scripts/csv.lua FILE TARGET"
  print "  FILE    values in lines, as a spreadsheet exports them"
  print "  TARGET  the name or the number of the column to predict"
  os.exit(path and 1 or 0)
end

local X, y, about = data.csv(path, { target = math.tointeger(tonumber(target)) or target, missing = "mean" })
if not X then
  io.stderr:write(y, "\n")
  os.exit(1)
end
print(about)
if not about.classes then
  local list, seen, count = y:totable(), {}, 0
  for _, row in ipairs(list) do
    if not seen[row[1]] then seen[row[1]], count = true, count + 1 end
  end
  if count > 20 then
    print(string.format("the target has %d different numbers; this script learns classes", count))
    os.exit(1)
  end
  y, about.classes = one_hot(y)
end

-- Three quarters to learn from, one quarter to judge by, which is scaled as the first part was.
local train_X, train_y, test_X, test_y = data.split(X, y, .75, { seed = 1, stratify = true })
local means, deviations
train_X, means, deviations = data.standardize(train_X)
test_X = data.standardize(test_X, means, deviations)

seed(1)
local is_pair = y.ncols == 1
local net = network { X.ncols, { 16, "tanh" }, { y.ncols, is_pair and "sigmoid" or "softmax" },
  cost = is_pair and "cross-entropy" or "softmax", init = "auto", optimizer = "adam", eta = .01,
  X = train_X, y = train_y }
net:train { epochs = 200, batch = 16, test = { test_X, test_y }, patience = 20, best = true }

print(string.format("\n%d rows learned, %d held out: %.1f %% right\n", #train_X, #test_X,
  100 * net:accuracy(test_X, test_y)))
print(net:confusion(test_X, test_y))
