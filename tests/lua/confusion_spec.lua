-- classify, confusion and folds: the classes that a network predicts, counted and cross-validated.

local helpers = require "helpers"
local mg = require "moongrad"

local raises = helpers.raises
local data = mg.data

-- A network that returns its inputs.
local function mirror(y)
  local net = mg.network { 3, { 3, bias = false }, output = "linear", cost = "mse" }
  net.theta[1] = mg.eye(3)
  net.y = y
  return net
end

local truth = { 0, 0, 0, 1, 1, 1, 1, 2, 2, 2 }
local predicted = { 0, 0, 1, 1, 1, 0, 1, 1, 0, 1 }

describe("confusion", function()
  local names = { "a", "bb", "c" }
  local function named(list)
    local of = {}
    for i, c in ipairs(list) do of[i] = names[c + 1] end
    return (mg.one_hot(of, names))
  end

  -- confusion_matrix and classification_report(zero_division=0) of scikit-learn 1.2.1
  it("counts as scikit-learn does", function()
    local X, y = named(predicted), named(truth)
    local c = mirror(y):confusion(X, y)
    assert.same({ { 2, 1, 0 }, { 1, 3, 0 }, { 1, 2, 0 } }, c.matrix:totable())
    assert.same(names, c.classes)
    local function near(want, got) assert.is_true(math.abs(want - got) < 1e-15) end
    for k, want in ipairs { { .5, 2 / 3, 4 / 7, 3 }, { .5, .75, .6, 4 }, { 0, 0, 0, 3 } } do
      near(want[1], c.precision[k])
      near(want[2], c.recall[k])
      near(want[3], c.f1[k])
      assert.equal(want[4], c.support[k])
    end
    near(.5, c.accuracy)
    near(0.47222222222222215, c.macro.recall)
    near(0.39047619047619053, c.macro.f1)
    near(0.35, c.weighted.precision)
    near(0.4114285714285714, c.weighted.f1)
    assert.equal([[
y \ predicted  a  bb  c
a              2   1  0
bb             1   3  0
c              1   2  0

              precision  recall  f1-score  support
a                  0.50    0.67      0.57        3
bb                 0.50    0.75      0.60        4
c                  0.00    0.00      0.00        3
accuracy                             0.50       10
macro avg          0.33    0.47      0.39       10
weighted avg       0.35    0.50      0.41       10
class c is never predicted: its precision counts as 0]], tostring(c))
  end)

  it("is of the network's own data by default, and tells what is not in y", function()
    local y = named { 0, 1, 0 }
    local net = mirror(y)
    net.X = y:copy()
    local text = tostring(net:confusion())
    assert.is_truthy(text:find("class c is not in y: its recall counts as 0", 1, true))
    assert.equal(1, net:confusion().accuracy)
  end)

  it("has classes 0 and 1, or -1 and 1, of one output", function()
    local net = mg.network { 1, { 1, "linear", bias = false }, init = { { { 1 } } } }
    local c = net:confusion({ { .2 }, { .7 }, { .6 } }, { 0, 1, 0 })
    assert.same({ { { 1, 1 }, { 0, 1 } }, { 0, 1 } }, { c.matrix:totable(), c.classes })
    c = net:confusion({ { -.2 }, { .2 } }, { -1, 1 })
    assert.same({ { { 1, 0 }, { 0, 1 } }, { -1, 1 } }, { c.matrix:totable(), c.classes })
  end)

  it("says what it does not take", function()
    local net = mirror()
    raises(function() net:confusion() end, "confusion: no data")
    raises(function() net:confusion(mg.eye(3)) end, "confusion: expected X and y, or neither")
    raises(function() net:confusion(mg.eye(3), mg.rand(3, 3)) end, "confusion: y are no classes", "one_hot")
    raises(function() net:confusion(mg.eye(3), { 0, 1, 2 }) end, "y has 1 column, expected 3")
    raises(function() net:confusion(mg.eye(3), mg.eye(3), 1) end, "confusion: expected X and y")
    raises(function() net:confusion(mg.eye(3), mg.rand(2, 3)) end, "confusion: y has 2 rows, expected 3")
    raises(function() net:confusion(mg.rand(3, 2), mg.eye(3)) end, "confusion: X has 2 columns, expected 3")
  end)
end)

describe("classify", function()
  local X = mg.matrix { { .1, .9, 0 }, { 2, -1, 0 }, { 0, 0, .3 } }

  it("gives numbers from 1 without classes in y", function()
    assert.same({ { 2 }, { 1 }, { 3 } }, mirror():classify(X):totable())
    assert.same({ { 2 }, { 1 }, { 3 } }, mirror(mg.eye(3)):classify(X):totable())
  end)

  it("gives the classes of y, of its parts, and of a copy", function()
    local y = mg.one_hot { 0, 5, 9 }
    assert.same({ { 5 }, { 0 }, { 9 } }, mirror(y):classify(X):totable())
    assert.same({ { 5 }, { 0 }, { 9 } }, mirror(y):copy():classify(X):totable())
    local _, names
    _, y, names = data.iris()
    assert.same({ names[2], names[1], names[3] }, mirror(y):classify(X))
    local _, y1, _, y2 = data.split(y, y, .5, { seed = 1 })
    assert.same({ names[2], names[1], names[3] }, mirror(y1):classify(X))
    assert.same({ names[2], names[1], names[3] }, mirror(y2):classify(X))
  end)

  it("gives 0 and 1, or -1 and 1, of one output", function()
    local net = mg.network { 1, { 1, "linear", bias = false }, init = { { { 1 } } } }
    assert.same({ { 0 }, { 1 } }, net:classify({ { .2 }, { .7 } }):totable())
    net.y = { -1, 1 }
    assert.same({ { 1 }, { -1 } }, net:classify({ { .2 }, { -.7 } }):totable())
    net = mg.network { 1, { 1, "tanh", bias = false }, init = { { { 1 } } }, X = { { -3 }, { 3 } } }
    assert.same({ { -1 }, { 1 } }, net:classify():totable())
    raises(function() net:classify({ { 1 } }, 2) end, "classify: expected X")
    raises(function() net:classify { { 1, 2 } } end, "classify: X has 2 columns, expected 1, one for each input unit")
    raises(function() mg.network { 2, 1 }:classify() end, "classify: no data")
  end)
end)

describe("folds", function()
  it("have each row in one test, and each class in equal shares", function()
    local _, y = data.wine()
    local folds, seen = data.folds(y, 5, 1), {}
    assert.equal(5, #folds)
    for _, fold in ipairs(folds) do
      assert.equal(178, fold.train.ncols + fold.test.ncols)
      for _, i in ipairs(fold.test[1]) do
        assert.is_nil(seen[i])
        seen[i] = true
      end
      for _, i in ipairs(fold.train[1]) do assert.is_true(fold.test:eq(i):sum() == 0) end
      local counts = y:take(fold.test):sum(1)
      for c, all in ipairs { 59, 71, 48 } do assert.is_true(math.abs(counts[1][c] - all / 5) < 1) end
      assert.is_true(math.abs(fold.test.ncols - 178 / 5) < 1)
    end
    assert.equal(178, #seen)
    assert.is_true(folds[1].test == data.folds(y, 5, 1)[1].test)
    assert.is_false(folds[1].test == data.folds(y, 5, 2)[1].test)
    assert.equal(2, #data.folds({ "a", "b", "b", "a" }, 2))
    assert.equal(2, data.folds({ { 0 }, { 1 }, { 1 }, { 0 } }, 2, 7)[2].test.ncols)
  end)

  it("say what they do not take", function()
    raises(function() data.folds({ 0, 1, 0, 1 }, 1) end, "data.folds: k: expected a whole number from 2, got 1")
    raises(function() data.folds({ 0, 1, 0 }, 2) end, "data.folds: class 1 has 1 row, fewer than 2 folds")
    raises(function() data.folds({}, 2) end, "data.folds: y: the list of labels is empty")
    raises(function() data.folds({ 0, 1, 0, 1 }, 2, -1) end, "seed")
    raises(function() data.folds({ 0, 1, 0, 1 }, 2, 1, 1) end, "data.folds: expected y, k and a seed")
  end)
end)

describe("the shipped data", function()
  it("are learned: iris in five folds, a third of the digits held out", function()
    local X, y = data.iris()
    local right = 0
    for _, fold in ipairs(data.folds(y, 5, 0)) do
      local S, means, deviations = data.standardize(X:take(fold.train))
      local net = mg.network { 4, { 8, "tanh" }, 3, cost = "softmax", eta = .1, init = "xavier", seed = 1, X = S,
        y = y:take(fold.train) }
      net:train { epochs = 60, batch = 10 }
      local test = data.standardize(X:take(fold.test), means, deviations)
      right = right + net:accuracy(test, y:take(fold.test)) * fold.test.ncols
    end
    assert.is_true(right / 150 >= .95)
    X, y = data.digits()
    local X1, y1, X2, y2 = data.split(X / 16, y, 2 / 3, { seed = 0, stratify = true })
    local net = mg.network { 64, { 48, "relu" }, 10, cost = "softmax", eta = .1, init = "he", seed = 1, X = X1, y = y1 }
    net:train { epochs = 30, batch = 16 }
    assert.is_true(net:accuracy(X2, y2) >= .96)
    assert.equal(net:accuracy(X2, y2), net:confusion(X2, y2).accuracy)
  end)
end)
