-- Rows by list, sorting, medians, deviations, finding, labels as one-hot rows.

local helpers = require "helpers"
local mg = require "moongrad"

local raises = helpers.raises
local nan = 0 / 0

describe("rows by list", function()
  local m = mg.matrix { { 1, 2 }, { 3, 4 }, { 5, 6 } }

  it("are a copy of those rows, in the order of the list", function()
    local rows = m[{ 3, 1 }]
    assert.same({ { 5, 6 }, { 1, 2 } }, rows:totable())
    rows:fill(0)
    assert.same({ 5, 6 }, m[3]:totable())
    assert.same({ { 5, 6 }, { 5, 6 } }, m:take({ 3, 3 }):totable())
    assert.same({ { 3, 4 } }, m[mg.matrix { 2 }]:totable())
    assert.same({ { 3, 4 }, { 1, 2 } }, m:take(mg.matrix { 2, 1 }.T):totable())
    assert.same({ { 2, 4, 6 }, { 1, 3, 5 } }, m.T[{ 2, 1 }]:totable())
    local order = mg.permutation(3)
    local all = m:take(order)
    for i = 1, 3 do assert.is_true(all:rows(i) == m:rows(order[1][i] // 1 | 0)) end
    local wide = mg.rand(40, 30)
    assert.is_true(wide[{ 40, 7 }] == mg.vstack(wide:rows(40), wide:rows(7)))
  end)

  it("say which entry is none", function()
    raises(function() return m[{ 1, 4 }] end, "take: entry 2 of the list: expected the index of a row, 1 to 3, got 4")
    raises(function() return m[{ 0 }] end, "got 0")
    raises(function() return m:take { 1.5 } end, "entry 1", "got 1.5")
    raises(function() return m:take { nan } end, "got NaN")
    raises(function() return m:take { "1" } end, "entry 1", "a string")
    raises(function() return m:take {} end, "take: the list is empty")
    raises(function() return m:take(m) end, "take: expected a list of rows", "3 x 2")
    raises(function() return m:take(1) end, "take: expected a list of rows", "a number")
    raises(function() return m:take() end, "take: expected a list of rows", "nil")
    raises(function() m[{ 1 }] = { 1, 2 } end, "row index is a table")
  end)
end)

describe("sort", function()
  it("returns a sorted copy and where the numbers were", function()
    local m = mg.matrix { { 3, 1 }, { 2, 5 }, { 9, 0 } }
    local sorted, places = m:sort()
    assert.same({ { 2, 0 }, { 3, 1 }, { 9, 5 } }, sorted:totable())
    assert.same({ { 2, 3 }, { 1, 1 }, { 3, 2 } }, places:totable())
    sorted, places = m:sort(2)
    assert.same({ { 1, 3 }, { 2, 5 }, { 0, 9 } }, sorted:totable())
    assert.same({ { 2, 1 }, { 1, 2 }, { 2, 1 } }, places:totable())
    assert.same({ { 1, 2, 3 } }, mg.matrix({ 3, 1, 2 }):sort():totable())
    assert.same({ 3, 1 }, m[1]:totable())
  end)

  it("keeps the order of equal numbers, and puts NaN last", function()
    local sorted, places = mg.matrix({ 1, nan, 0, 1, -math.huge, 0 }):sort()
    assert.same({ { 5, 3, 6, 1, 4, 2 } }, places:totable())
    assert.equal(-math.huge, sorted[1][1])
    assert.is_true(sorted[1][6] ~= sorted[1][6])
  end)

  it("is table.sort's of many", function()
    for n = 1, 70 do
      local m = mg.generator(n):randint(0, 20, 1, n)
      local want = m[1]:totable()
      table.sort(want)
      local sorted, places = m:sort()
      assert.same(want, sorted[1]:totable())
      assert.is_true(m.T:take(places).T == sorted)
    end
  end)

  it("has an axis of 1 or 2", function()
    raises(function() mg.ones(2, 2):sort(3) end, "sort: ", "axis", "got 3")
    raises(function() mg.ones(2, 2):sort(1, 2) end, "at most 1 argument")
    raises(function() mg.ones(2, 2):median(0) end, "median: ", "axis", "got 0")
  end)
end)

describe("median and std", function()
  -- np.median, np.std of the same numbers: NumPy 1.24.2
  it("are NumPy's", function()
    local m = mg.matrix { { 1, 7, 3, 8 }, { 4, 5, 6, -2 }, { 2, 2, 9, 1 } }
    assert.equal(3.5, m:median())
    assert.same({ { 2, 5, 6, 1 } }, m:median(1):totable())
    assert.same({ { 5 }, { 4.5 }, { 2 } }, m:median(2):totable())
    assert.is_true(math.abs(m:std() - 3.131382371342656) < 1e-15)
    local down = m:std(1)
    for j, want in ipairs { 1.247219128924647, 2.0548046676563256, 2.449489742783178, 4.189935029992178 } do
      assert.is_true(math.abs(down[1][j] - want) < 2e-15)
    end
    assert.same({ 3, 1 }, m:std(2).shape)
    assert.equal(0, mg.matrix({ 1e9 + .1, 1e9 + .1 }):std())
    assert.equal(.5, mg.matrix({ 1e9, 1e9 + 1 }):std()) -- not by the mean of squares, which loses all digits
  end)

  it("hide no NaN", function()
    local m = mg.matrix { 1, nan, 2 }
    assert.is_true(m:median() ~= m:median() and m:std() ~= m:std())
  end)
end)

describe("eq, lt, gt and find", function()
  it("choose rows", function()
    local y = mg.matrix { { 0 }, { 2 }, { 1 }, { 2 } }
    assert.same({ { 2, 4 } }, y:eq(2):find():totable())
    assert.same({ { 0 }, { 1 }, { 1 }, { 1 } }, y:gt(0):totable())
    assert.same({ { 1 }, { 0 }, { 1 }, { 0 } }, y:lt(2):totable())
    assert.same({ { 2, 3 } }, mg.matrix({ 0, -1, .5 }):find():totable())
    local rows, cols = mg.matrix({ { 0, 1 }, { 1, 1 } }):find()
    assert.same({ { { 1, 2, 2 } }, { { 2, 1, 2 } } }, { rows:totable(), cols:totable() })
    assert.is_nil(y:eq(7):find())
    raises(function() return y:eq() end, "eq: ")
    raises(function() return y:find(1) end, "find: ")
  end)
end)

describe("one_hot", function()
  it("has the distinct labels, sorted, as classes", function()
    local m, classes = mg.one_hot { 2, 0, 5, 2 }
    assert.same({ { 0, 1, 0 }, { 1, 0, 0 }, { 0, 0, 1 }, { 0, 1, 0 } }, m:totable())
    assert.same({ 0, 2, 5 }, classes)
    m, classes = mg.one_hot { "b", "a" }
    assert.same({ { { 0, 1 }, { 1, 0 } }, { "a", "b" } }, { m:totable(), classes })
    assert.is_true(mg.one_hot(mg.matrix { 2, 0 }.T) == mg.one_hot { 2, 0 })
    assert.is_true(mg.one_hot { { 2 }, { 0 } } == mg.one_hot { 2, 0 })
  end)

  it("has 1 to k, or the classes of a table, those that no label has too", function()
    local m, classes = mg.one_hot({ 1, 3 }, 3)
    assert.same({ { { 1, 0, 0 }, { 0, 0, 1 } }, { 1, 2, 3 } }, { m:totable(), classes })
    m, classes = mg.one_hot({ 0, 2 }, { 2, 1, 0 })
    assert.same({ { { 0, 0, 1 }, { 1, 0, 0 } }, { 2, 1, 0 } }, { m:totable(), classes })
  end)

  it("says what is no label", function()
    raises(function() mg.one_hot({ 1, 0 }, 3) end, "one_hot: label 2 is 0, expected 1 to 3",
      "labels from 0 are one_hot(labels, {0, 1, ..., 2})")
    raises(function() mg.one_hot({ 1, 4 }, 3) end, "label 2 is 4, expected 1 to 3")
    raises(function() mg.one_hot({ 1, 1.5 }, 3) end, "label 2 is 1.5")
    raises(function() mg.one_hot({ 1, "x" }, { 1, 2 }) end, 'label 2 is "x", expected one of the classes given')
    raises(function() mg.one_hot({ 1 }, 1) end, "k, the number of classes: expected a whole number from 2, got 1")
    raises(function() mg.one_hot { 3, 3 } end, "one_hot: every label is 3")
    raises(function() mg.one_hot({ 1, 2 }, { 1 }) end, "expected two or more")
    raises(function() mg.one_hot({ 1, 2 }, { 1, 2, 1 }) end, "classes: 1 is there twice")
    raises(function() mg.one_hot {} end, "one_hot: the list of labels is empty")
    raises(function() mg.one_hot(mg.ones(2, 2)) end, "one label a row", "2 x 2")
    raises(function() mg.one_hot { 1, nan } end, "label 2: expected a number or a name, got NaN")
    raises(function() mg.one_hot(3) end, "expected labels", "3")
    raises(function() mg.one_hot({ 1, 2 }, 2, 3) end, "one_hot: expected labels")
  end)
end)
