-- split.lua - rows for training and for testing.

local core = require "moongrad.core"
local labels = require "moongrad.labels"
local options = require "moongrad.options"
local raise = require "moongrad.raise"
local show = options.show

local split = {}

-- The class of each row of y, as a list. y has a column of labels, or one for each class, or is a table of labels.
local function class_list(who, y)
  local is_one_hot = core.is_matrix(y) and #y > 1 and y.ncols > 1
  return labels.list(who, is_one_hot and y:argmax(2) or y)
end

-- The rows of each class in the order given: a list of lists of row numbers. class: the class of each row.
local function by_class(class, order)
  local classes, lists = {}, {}
  for _, i in ipairs(order) do
    local c = class[i]
    if not classes[c] then
      classes[c] = {}
      lists[#lists + 1] = classes[c]
    end
    table.insert(classes[c], i)
  end
  return lists
end

-- 1 to n in random order, as a list of integers; seed nil: from the generator that seed(k) sets.
local function shuffled(n, seed)
  local g = seed == nil and {} or { core.generator(options.check("seed", seed)) }
  local order = core.permutation(n, table.unpack(g))[1]:totable()
  for k, i in ipairs(order) do order[k] = math.tointeger(i) end
  return order
end

-- How many rows of each class go to the first part, of k in all: its share, rounded so that the sum is k (the largest
-- remainders up).
local function counts(lists, n, k)
  local count, rest, left = {}, {}, k
  for c, list in ipairs(lists) do
    count[c] = #list * k // n
    left = left - count[c]
    rest[c] = { c = c, remainder = #list * k % n }
  end
  table.sort(rest, function(a, b)
    if a.remainder ~= b.remainder then return a.remainder > b.remainder end
    return a.c < b.c
  end)
  for r = 1, left do count[rest[r].c] = count[rest[r].c] + 1 end
  return count
end

-- Which rows of order go to the first part: row -> true.
local function chosen(order, lists, k)
  local first = {}
  if not lists then
    for r = 1, k do first[order[r]] = true end
    return first
  end
  local count = counts(lists, #order, k)
  for c, list in ipairs(lists) do
    for r = 1, count[c] do first[list[r]] = true end
  end
  return first
end

--- data.split(X, y, share [, {seed=, stratify=true}])
-- Returns X1, y1, X2, y2: the share of the rows, rounded, and the others, both in random order. The order is drawn from
-- the generator that seed(k) sets, or with seed from one of its own. With stratify each class has the same share of
-- its rows in both, as nearly as whole rows allow. share is a number between 0 and 1.
-- > X1, y1, X2, y2 = data.split(X, y, .75, {seed = 1})
function split.split(X, y, share, o, ...)
  o = options.take("data.split", o, ...)
  X, y = core.as_matrix(X, "data.split: X"), core.as_matrix(y, "data.split: y", true)
  if #X ~= #y then raise("data.split: X has %d rows, y has %d", #X, #y) end
  if not options.finite(share) or share <= 0 or share >= 1 then
    raise("data.split: share: expected a number between 0 and 1, both excluded, got %s", show(share))
  end
  if o.stratify ~= nil and type(o.stratify) ~= "boolean" then
    raise("data.split: stratify: expected true or false, got %s", show(o.stratify))
  end
  local k = (#X * share + .5) // 1 | 0
  if k < 1 or k >= #X then
    raise("data.split: share: %s of %d rows leaves one part without rows", show(share), #X)
  end
  local order = shuffled(#X, o.seed)
  local first = chosen(order, o.stratify and by_class(class_list("data.split: y", y), order), k)
  local parts = { [true] = {}, [false] = {} }
  for _, i in ipairs(order) do table.insert(parts[first[i] or false], i) end
  local classes = labels.remembered(y)
  local y1, y2 = y:take(parts[true]), y:take(parts[false])
  return X:take(parts[true]), labels.remember(y1, classes), X:take(parts[false]), labels.remember(y2, classes)
end

--- data.folds(y, k [, seed])
-- Divides the rows into k folds for cross-validation, each class in equal shares. Returns a list of k tables with
-- .train and .test, matrices 1 x n of row numbers; each row is in .test once. y has a column of labels or one for each
-- class, or is a table of labels. The order is drawn from the generator that seed(k) sets, or with seed from one of its
-- own. A class with fewer rows than folds raises.
-- > for _, fold in ipairs(data.folds(y, 2, 1)) do print(X:take(fold.train), y:take(fold.test)) end
function split.folds(y, k, seed, ...)
  if select("#", ...) > 0 then raise "data.folds: expected y, k and a seed" end
  k = options.whole("data.folds: k", k, 2)
  local class = class_list("data.folds: y", y)
  local fold_of, at = {}, 0
  for _, rows in ipairs(by_class(class, shuffled(#class, seed))) do
    if #rows < k then
      raise("data.folds: class %s has %d row%s, fewer than %d folds", show(class[rows[1]]), #rows,
        #rows == 1 and "" or "s", k)
    end
    for _, i in ipairs(rows) do fold_of[i], at = at % k + 1, at + 1 end
  end
  local folds = {}
  for f = 1, k do
    local parts = { [true] = {}, [false] = {} }
    for i = 1, #class do table.insert(parts[fold_of[i] == f], i) end
    folds[f] = { train = core.matrix(parts[false]), test = core.matrix(parts[true]) }
  end
  return folds
end

return split
