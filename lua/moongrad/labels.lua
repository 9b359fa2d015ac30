-- labels.lua - class labels: one number or name for each row, as lists and as 0/1 matrices.

local core = require "moongrad.core"
local raise = require "moongrad.raise"
local values = require "moongrad.values"

local labels = {}
local show = values.show
local classes_of = setmetatable({}, { __mode = "k" }) -- matrix of targets -> the classes that its columns stand for

-- Notes the classes of y's columns, a list of numbers or names; nil: none. Returns y.
function labels.remember(y, classes)
  classes_of[y] = classes
  return y
end

-- The classes of y's columns as they were noted, else nil.
function labels.remembered(y) return y and classes_of[y] end

-- Returns labels v as a list: numbers (whole ones as integers) or strings. v is a table of them or a matrix of one row
-- or one column. who: the function that got them.
function labels.list(who, v)
  if core.kind(v) ~= "a table" then
    if not core.is_matrix(v) then raise("%s: expected labels, a table or one column, got %s", who, show(v)) end
    if #v > 1 and v.ncols > 1 then
      raise("%s: expected one label a row, got %d x %d; m:argmax(2) makes labels of one-hot rows", who, #v, v.ncols)
    end
    v = v:reshape(1, v.nrows * v.ncols)[1]:totable()
  end
  local list = {}
  for i = 1, #v do
    local label = v[i]
    if type(label) == "table" and #label == 1 then label = label[1] end -- {{0}, {1}}, a column
    if type(label) ~= "string" and not values.finite(label) then
      raise("%s: label %d: expected a number or a name, got %s", who, i, show(label))
    end
    list[i] = math.tointeger(label) or label
  end
  if #list == 0 then raise("%s: the list of labels is empty", who) end
  return list
end

-- The distinct labels of a list, sorted: numbers before names.
function labels.classes(list)
  local classes, seen = {}, {}
  for _, label in ipairs(list) do
    if not seen[label] then seen[label], classes[#classes + 1] = true, label end
  end
  table.sort(classes, function(a, b)
    if type(a) == type(b) then return a < b end
    return type(a) == "number"
  end)
  return classes
end

-- The classes that one_hot's second argument names: 1 .. k, those of a list, without it those of the labels.
local function classes_wanted(given, list)
  local classes
  if given == nil then
    classes = labels.classes(list)
    if #classes < 2 then
      raise("one_hot: every label is %s: name the classes, two or more, one_hot(labels, {0, 1})", show(classes[1]))
    end
  elseif type(given) == "number" then
    classes = {}
    for c = 1, values.whole("one_hot: k, the number of classes", given, 2) do classes[c] = c end
  else
    classes = labels.list("one_hot: classes", given)
    if #classes < 2 then raise("one_hot: classes: expected two or more, got 1") end
  end
  return classes
end

-- Class -> its place in the list. Raises when a class is there twice.
local function places_of(classes)
  local places = {}
  for c, class in ipairs(classes) do
    if places[class] then raise("one_hot: classes: %s is there twice", show(class)) end
    places[class] = c
  end
  return places
end

--- mg.one_hot(labels [, k or classes])
-- Returns a 0/1 matrix with a row for each label and a column for each class, 1 in the column of the label's class, and
-- the classes, a table. labels are numbers or names: a table, or a matrix of one row or one column. The classes are the
-- distinct labels, sorted; or 1 to k; or those of a table, {0, 1, 2}, in its order. A class that no label has gets a
-- column of zeros. A network that has the matrix as y knows the classes: see classify.
-- > mg.one_hot{2, 0, 2}
-- 3 x 2
-- 0  1
-- 1  0
-- 0  1
-- {0, 2}
function labels.one_hot(v, given, ...)
  if select("#", ...) > 0 then raise "one_hot: expected labels, and k or a table of classes" end
  local list = labels.list("one_hot", v)
  local classes = classes_wanted(given, list)
  local places, numbers = places_of(classes), {}
  for i, label in ipairs(list) do
    numbers[i] = places[label]
    if not numbers[i] then
      local shown = type(given) == "number" and "1 to " .. given or "one of the classes given"
      raise("one_hot: label %d is %s, expected %s%s", i, show(label), shown, label == 0 and type(given) == "number"
        and string.format("; labels from 0 are one_hot(labels, {0, 1, ..., %d})", given - 1) or "")
    end
  end
  local all = {}
  for c = 1, #classes do all[c] = c end
  return labels.remember(core.eq(core.as_matrix(numbers, "labels", true), core.as_matrix(all, "classes")), classes),
    classes
end

return labels
