-- classify.lua - the classes that a network predicts, and how they compare with those of y.

local core = require "moongrad.core"
local labels = require "moongrad.labels"
local raise = require "moongrad.raise"
local text = require "moongrad.text"
local format = string.format

local classify = {}

-- Are y's numbers -1 and 1? Without y the output decides: tanh has these.
local function is_signed(net, y)
  if y then return y:min() < 0 end
  local activations = core.network_state(net).activations
  return activations[#activations] == "tanh"
end

-- The class of each row of outputs or targets m, as its number from 1, N x 1. Of one column it is 2 above the
-- threshold: .5, or 0 where classes are -1 and 1.
local function places(m, signed)
  if m.ncols > 1 then return m:argmax(2) end
  return m:gt(signed and 0 or .5) + 1
end

-- The classes of the outputs, of which there are k columns: those that y's columns stand for, or numbers.
local function classes_of(y, k, signed)
  if k == 1 then return { signed and -1 or 0, 1 } end
  local classes = labels.remembered(y)
  if not classes or #classes ~= k then
    classes = {}
    for c = 1, k do classes[c] = c end
  end
  return classes
end

--- net:classify(X)
-- Returns the class of each row of X (default: the network's X): that of the largest output, or with one output 1 above
-- .5, else 0 (targets -1 and 1: 1 above 0, else -1). A network whose y was made by one_hot, iris, digits or wine, or is
-- a part of such a y by split, gives its classes, else classes are numbered from 1. Numbers are an N x 1 matrix, names
-- a table. A, Z, DELTA, GRAD and J do not change.
-- > classify{{0, 1}, {1, 1}}
function classify.classify(net, X, ...)
  core.network_self(net, "classify")
  if select("#", ...) > 0 then raise "classify: expected X" end
  X = X ~= nil and core.as_matrix(X, "X") or net.X or raise "classify: no data: give classify X, or set it"
  local inputs, y = net.layers[1], net.y
  if X.ncols ~= inputs then
    raise("classify: X has %d columns, expected %d, one for each input unit", X.ncols, inputs)
  end
  local predicted = net:predict(X)
  local signed = is_signed(net, y)
  local of = places(predicted, signed)
  local classes, list, are_names = classes_of(y, predicted.ncols, signed), {}, false
  for i = 1, #of do
    list[i] = classes[math.tointeger(of[i][1])]
    are_names = are_names or type(list[i]) == "string"
  end
  return are_names and list or core.as_matrix(list, "classes", true)
end

-- --- the confusion matrix --------------------------------------------------------------------

local confusion = { __name = "confusion", __metatable = false } -- the metatable of what net:confusion returns

local function share(x) return format("%.2f", x) end

-- The rows of scikit-learn's classification report.
local function report(c)
  local rows = { { "", "precision", "recall", "f1-score", "support" } }
  for k, class in ipairs(c.classes) do
    rows[k + 1] = { tostring(class), share(c.precision[k]), share(c.recall[k]), share(c.f1[k]), tostring(c.support[k]) }
  end
  rows[#rows + 1] = { "accuracy", "", "", share(c.accuracy), tostring(c.n) }
  for _, kind in ipairs { "macro", "weighted" } do
    local a = c[kind]
    rows[#rows + 1] = { kind .. " avg", share(a.precision), share(a.recall), share(a.f1), tostring(c.n) }
  end
  return rows
end

function confusion.__tostring(c)
  local rows = { { "y \\ predicted" } }
  for k, class in ipairs(c.classes) do
    rows[1][k + 1] = tostring(class)
    rows[k + 1] = { tostring(class) }
    for j = 1, #c.classes do rows[k + 1][j + 1] = format("%d", c.matrix[k][j]) end
  end
  local notes = {}
  for k, class in ipairs(c.classes) do
    if c.support[k] == 0 then notes[#notes + 1] = format("\nclass %s is not in y: its recall counts as 0", class) end
    if c.matrix:cols(k):sum() == 0 then
      notes[#notes + 1] = format("\nclass %s is never predicted: its precision counts as 0", class)
    end
  end
  return text.aligned(rows) .. "\n\n" .. text.aligned(report(c)) .. table.concat(notes)
end

-- a / b; 0 where b is 0, as scikit-learn counts it.
local function ratio(a, b) return b > 0 and a / b or 0 end

-- Adds precision, recall, f1, support by class and their averages to c, which has the matrix.
local function add_scores(c)
  c.precision, c.recall, c.f1, c.support, c.n = {}, {}, {}, {}, math.tointeger(c.matrix:sum())
  c.macro, c.weighted = { precision = 0, recall = 0, f1 = 0 }, { precision = 0, recall = 0, f1 = 0 }
  local right = 0
  for k = 1, #c.classes do
    local hits, in_y, predicted = c.matrix[k][k], c.matrix:rows(k):sum(), c.matrix:cols(k):sum()
    c.precision[k], c.recall[k], c.support[k] = ratio(hits, predicted), ratio(hits, in_y), math.tointeger(in_y)
    c.f1[k] = ratio(2 * hits, in_y + predicted)
    right = right + hits
    for name in pairs(c.macro) do
      c.macro[name] = c.macro[name] + c[name][k] / #c.classes
      c.weighted[name] = c.weighted[name] + c[name][k] * in_y / c.n
    end
  end
  c.accuracy = right / c.n
  return c
end

--- net:confusion([X, y])
-- Counts the classes that the network predicts for the rows X against those of y (default: the network's X and y).
-- Returns .matrix, a row for each class of y and a column for each class predicted; .classes; .precision[k],
-- .recall[k], .f1[k] and .support[k] of class k; their averages .macro and .weighted, by support; .accuracy and .n.
-- Shown, it is the matrix and scikit-learn's report. A ratio of nothing counts as 0. Raises when y are no classes: one-
-- hot rows, 0 and 1, or -1 and 1.
-- > c = confusion()
-- > c.matrix
function classify.confusion(net, X, y, ...)
  core.network_self(net, "confusion")
  if select("#", ...) > 0 then raise "confusion: expected X and y, or neither" end
  if (X == nil) ~= (y == nil) then raise "confusion: expected X and y, or neither" end
  if X == nil then X, y = net.X, net.y end
  if not X or not y then raise "confusion: no data: give confusion X and y, or set them" end
  X, y = core.as_matrix(X, "X"), core.as_matrix(y, "y", true)
  core.check_data(net, "confusion", X, y)
  if net:accuracy(X, y) == nil then
    raise "confusion: y are no classes: expected one-hot rows, 0 and 1, or -1 and 1; one_hot makes rows of labels"
  end
  local signed = is_signed(net, y)
  local of, predicted = places(y, signed), places(net:predict(X), signed)
  local known = labels.remembered(y) and y or net.y
  local c = { classes = classes_of(known and known.ncols == y.ncols and known or nil, y.ncols, signed) }
  c.matrix = core.zeros(#c.classes, #c.classes)
  for i = 1, #of do
    local row, j = c.matrix[math.tointeger(of[i][1])], math.tointeger(predicted[i][1])
    row[j] = row[j] + 1
  end
  return setmetatable(add_scores(c), confusion)
end

return classify
