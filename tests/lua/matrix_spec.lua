-- Matrices and rows: what they are made from, how they are indexed, viewed, written and reckoned with.

local mg = require "moongrad"
local core = require "moongrad.core"

-- The numbers of a matrix as a table.
local function numbers(m) return m:totable() end

-- f raises one line that holds every one of the words.
local function assert_raises(f, ...)
  local ok, message = pcall(f)
  assert.is_false(ok)
  assert.is_string(message)
  assert.is_nil(message:find "\n")
  for _, word in ipairs { ... } do
    assert.is_truthy(message:find(word, 1, true), ("%q lacks %q"):format(message, word))
  end
end

describe("a matrix is made", function()
  it("of a table of rows", function()
    local m = mg.matrix { { 1, 2 }, { 3, 4 }, { 5, 6 } }
    assert.same({ 3, 2 }, m.shape)
    assert.equal(3, #m)
    assert.equal(3, m.nrows)
    assert.equal(2, m.ncols)
    assert.same({ { 1, 2 }, { 3, 4 }, { 5, 6 } }, numbers(m))
  end)

  it("of a flat table, as one row", function()
    assert.same({ { 1, 2, 3 } }, numbers(mg.matrix { 1, 2, 3 }))
  end)

  it("of sizes", function()
    assert.same({ { 0, 0, 0 }, { 0, 0, 0 } }, numbers(mg.matrix(2, 3)))
    assert.same({ { 0.5 }, { 0.5 } }, numbers(mg.matrix(2, 1, 0.5)))
  end)

  it("of a matrix, as a copy", function()
    local m = mg.ones(1, 2)
    local copy = mg.matrix(m)
    copy[1][1] = 5
    assert.same({ { 1, 1 } }, numbers(m))
  end)

  it("of rows of other matrices", function()
    local m = mg.matrix { { 1, 2 }, { 3, 4 } }
    assert.same({ { 3, 4 }, { 5, 6 }, { 1, 2 } }, numbers(mg.matrix { m[2], { 5, 6 }, m[1] }))
  end)

  it("by name", function()
    assert.same({ { 0, 0 } }, numbers(mg.zeros(1, 2)))
    assert.same({ { 1, 1 } }, numbers(mg.ones(1, 2)))
    assert.same({ { 1, 0 }, { 0, 1 } }, numbers(mg.eye(2)))
    assert.same({ { 0, 0.25, 0.5, 0.75, 1 } }, numbers(mg.linspace(0, 1, 5)))
    assert.same({ { 3 } }, numbers(mg.linspace(3, 4, 1)))
  end)

  it("beside and below others", function()
    local m = mg.matrix { { 1, 2 }, { 3, 4 } }
    assert.same({ { 1, 2, 9 }, { 3, 4, 8 } }, numbers(mg.hstack(m, { { 9 }, { 8 } })))
    assert.same({ { 1, 2 }, { 3, 4 }, { 5, 6 }, { 1, 2 } }, numbers(mg.vstack(m, { 5, 6 }, m[1])))
    assert.same({ { 1, 3, 1, 2 }, { 2, 4, 3, 4 } }, numbers(mg.hstack(m.T, m)))
  end)

  it("beside and below others in a list, as NumPy's stacks take them", function()
    local a, b = mg.matrix { { 1, 2 }, { 3, 4 } }, mg.matrix { { 5 }, { 6 } }
    assert.same({ { 1, 2, 5 }, { 3, 4, 6 } }, numbers(mg.hstack { a, b }))
    assert.same({ { 1, 2, 5, 6 } }, numbers(mg.hstack { a[1], b.T }))
    assert.same({ { 1, 2 }, { 3, 4 }, { 5, 6 } }, numbers(mg.vstack { a, b.T }))
    assert.same({ { 1, 2 }, { 3, 4 }, { 7, 8 } }, numbers(mg.vstack { a, { 7, 8 } }))
    assert.same({ { 1, 2 }, { 3, 4 } }, numbers(mg.hstack { a }))
    assert.same({ { 1, 2 }, { 3, 4 } }, numbers(mg.hstack { { 1, 2 }, { 3, 4 } })) -- one matrix
    local list = {}
    for i = 1, 300 do list[i] = b end
    assert.same({ 2, 300 }, mg.hstack(list).shape)
    assert_raises(function() mg.hstack { a, b.T } end, "hstack: ", "argument 2 has 1 rows", "2")
    assert_raises(function() mg.hstack { a, 5 } end, "hstack: ", "a number")
    assert_raises(function() mg.vstack({ a, b }, a) end, "vstack: ")
    assert_raises(function() mg.hstack(setmetatable({ a }, { __len = function() return 1e9 end }), b, b, b.T) end)
    for i = 1, 1000000 do list[i] = b end
    assert_raises(function() mg.hstack(list) end, "hstack: ", "1000000 matrices")
  end)

  it("with a shape that prints, and is a plain table", function()
    local shape = mg.zeros(4, 2).shape
    assert.equal("{4, 2}", tostring(shape))
    assert.equal("{1, 3}", tostring(mg.zeros(2, 3)[1].shape))
    local nrows, ncols = table.unpack(shape)
    assert.same({ 4, 2, 2 }, { nrows, ncols, #shape })
    assert.same({ 4, 2 }, shape)
    shape[1] = "x"
    assert.equal("{x, 2}", tostring(shape))
    pcall(getmetatable(shape).__tostring)
    pcall(getmetatable(shape).__tostring, 5)
  end)

  it("never ragged, empty, or of what is no number", function()
    assert_raises(function() mg.matrix { { 1, 2 }, { 3, 4 }, { 5 } } end, "row 3", "1 number", "has 2")
    assert_raises(function() mg.matrix {} end, "empty")
    assert_raises(function() mg.matrix { {}, {} } end, "empty")
    assert_raises(function() mg.matrix { { 1, "2" } } end, "[1][2]", "expected a number", "a string")
    assert_raises(function() mg.matrix { { 1, 2 }, 3 } end, "row 2", "a number")
    assert_raises(function() mg.matrix { 1, { 2 } } end, "[1][2]", "a table")
    assert_raises(function() mg.matrix { 1, nil, 3 } end, "[1][2]", "nil")
    assert_raises(function() mg.matrix { { 1, 2 }, mg.ones(2, 2) } end, "row 2", "a 2 x 2 matrix")
    assert_raises(function() mg.matrix { print } end, "a function")
    assert_raises(function() mg.matrix("x") end, "matrix: ", "a string")
    assert_raises(function() mg.matrix() end, "matrix: ", "got nothing")
  end)

  it("never of sizes that cannot be", function()
    assert_raises(function() mg.matrix(0, 3) end, "nrows", "1 or more", "got 0")
    assert_raises(function() mg.matrix(2, -3) end, "ncols", "got -3")
    assert_raises(function() mg.zeros(2.5, 3) end, "whole number", "got 2.5")
    assert_raises(function() mg.zeros(2) end, "zeros: ", "ncols", "got nothing", "write zeros(1, 2) for a row")
    assert_raises(function() mg.matrix(2) end, "write matrix(1, 2) for a row")
    assert_raises(function() mg.zeros(2, "x") end, "zeros: expected a whole number as ncols", "a string")
    assert_raises(function() mg.zeros(-2) end, "nrows", "got -2")
    assert_raises(function() mg.ones("2", 2) end, "nrows", "a string")
    assert_raises(function() mg.matrix(2, 2, "x") end, "a number as v", "a string")
    assert_raises(function() mg.zeros(0 / 0, 1) end, "whole number", "got NaN")
    assert_raises(function() mg.zeros(1 / 0, 1) end, "got Inf")
    assert_raises(function() mg.zeros(1e10, 1e10) end, "10000000000 x 10000000000", "this machine has")
    assert_raises(function() mg.zeros(math.maxinteger, 2) end, "this machine has")
    assert_raises(function() mg.zeros(10000000, 1000000) end, "72.8 TiB", "this machine has")
    assert_raises(function() mg.eye(1e6 * 1e3) end, "this machine has")
    assert_raises(function() mg.linspace(0, 1, 0) end, "linspace: ", "got 0")
    assert_raises(function() mg.hstack() end, "hstack: ", "none")
    assert_raises(function() mg.hstack({ { 1 }, { 2 } }, { 1 }) end, "argument 2 has 1 rows", "2")
    assert_raises(function() mg.vstack({ 1, 2 }, { 1 }) end, "argument 2 has 1 columns", "2")
    assert_raises(function() mg.vstack({ 1, 2 }, 5) end, "vstack: ", "a number")
  end)

  it("with no surplus arguments", function()
    assert_raises(function() mg.matrix({ 1 }, 2) end, "at most 1 argument", "got 2")
    assert_raises(function() mg.matrix(1, 2, 3, 4) end, "at most 3 arguments", "got 4")
    assert_raises(function() mg.eye(1, 2) end, "at most 1 argument")
    assert_raises(function() mg.zeros(1, 2, 3) end, "at most 2 arguments")
  end)
end)

describe("an element", function()
  local m
  before_each(function() m = mg.matrix { { 1, 2 }, { 3, 4 }, { 5, 6 } } end)

  it("is read and written with two indices", function()
    assert.equal(4, m[2][2])
    m[2][2] = -4
    assert.equal(-4, m[2][2])
    assert.equal(5, m[3.0][1])
  end)

  it("may be NaN or infinite", function()
    m[1][1], m[1][2] = 0 / 0, math.huge
    assert.is_true(m[1][1] ~= m[1][1])
    assert.equal(math.huge, m[1][2])
  end)

  it("ends ipairs and pairs at the last", function()
    local seen = {}
    for i, row in ipairs(m) do
      for j, x in ipairs(row) do seen[#seen + 1] = i * 100 + j * 10 + x end
    end
    assert.same({ 111, 122, 213, 224, 315, 326 }, seen)
    local count = 0
    for i, row in pairs(m) do
      for j, x in pairs(row) do
        count = count + 1
        assert.equal(m[i][j], x)
      end
    end
    assert.equal(6, count)
    assert.is_nil(m[4])
    assert.is_nil(m[1][3])
  end)

  it("is not reached out of range", function()
    assert_raises(function() return m[0] end, "row index 0", "1 to 3", "3 x 2")
    assert_raises(function() return m[5] end, "row index 5", "1 to 3", "3 x 2")
    assert_raises(function() return m[-1] end, "row index -1")
    assert_raises(function() return m[1.5] end, "row index 1.5", "whole number", "1 to 3")
    assert_raises(function() return m[0 / 0] end, "row index NaN is not a whole number")
    assert_raises(function() return m[math.huge] end, "whole number")
    assert_raises(function() return m[2 ^ 62] end, "out of range")
    assert_raises(function() return m[1][0] end, "column index 0", "1 to 2", "1 x 2 row")
    assert_raises(function() return m[1][4] end, "column index 4")
    assert_raises(function() return m[true] end, "a boolean", "1 to 3")
    assert_raises(function() return m[m] end, "a matrix")
    assert_raises(function() return m[nil] end, "nil")
    assert_raises(function() return m["1"] end, "no '1'")
  end)

  it("is not written out of range", function()
    assert_raises(function() m[4] = { 1, 2 } end, "row index 4", "1 to 3", "3 x 2")
    assert_raises(function() m[1][3] = 0 end, "column index 3", "1 to 2")
    assert_raises(function() m[1][0] = 0 end, "column index 0")
    assert_raises(function() m[1].x = 0 end, "no 'x'")
  end)

  it("is a number", function()
    assert_raises(function() m[1][1] = "1" end, "column 1", "a string")
    assert_raises(function() m[1][1] = nil end, "column 1", "nil")
    assert_raises(function() m[1][1] = { 1 } end, "a table")
  end)
end)

describe("a row", function()
  local m
  before_each(function() m = mg.matrix { { 1, 2, 3 }, { 4, 5, 6 } } end)

  it("is a view with the length of the columns", function()
    local row = m[2]
    assert.equal(3, #row)
    assert.same({ 1, 3 }, row.shape)
    row[1] = 40
    assert.equal(40, m[2][1])
    assert.same({ 40, 5, 6 }, row:totable())
  end)

  it("is a matrix wherever one is wanted", function()
    assert.equal(15, m[2]:sum())
    assert.same({ { 5, 7, 9 } }, numbers(m[1] + m[2]))
    assert.same({ { 2, 4, 6 }, { 5, 7, 9 } }, numbers(m + m[1]))
    assert.same({ { 14, 32 } }, numbers(m[1]:matmul(m.T)))
    assert.same({ { 1 }, { 2 }, { 3 } }, numbers(m[1].T))
    assert.is_true(m[1] == mg.matrix { 1, 2, 3 })
    assert.is_true(mg.is_matrix(m[1]))
  end)

  it("is assigned from a table, a row or a 1 x c matrix", function()
    m[1] = { 7, 8, 9 }
    assert.same({ 7, 8, 9 }, m[1]:totable())
    m[2] = m[1]
    assert.same({ 7, 8, 9 }, m[2]:totable())
    m[1] = mg.zeros(1, 3)
    assert.same({ { 0, 0, 0 }, { 7, 8, 9 } }, numbers(m))
    m[1] = m[1] + 1
    assert.same({ 1, 1, 1 }, m[1]:totable())
  end)

  it("is assigned from nothing else, and stays as it was", function()
    assert_raises(function() m[1] = { 1, 2 } end, "row 1", "2 x 3", "takes 3 numbers", "got 1 x 2")
    assert_raises(function() m[1] = { 1, 2, "x" } end, "row 1", "a string")
    assert_raises(function() m[1] = 5 end, "row 1", "takes 3 numbers", "a number")
    assert_raises(function() m[1] = nil end, "row 1", "nil")
    assert_raises(function() m[1] = mg.zeros(3, 1) end, "got 3 x 1")
    assert.same({ { 1, 2, 3 }, { 4, 5, 6 } }, numbers(m))
  end)
end)

describe("a field", function()
  local m = mg.ones(2, 2)

  it("that does not exist raises, with the nearest names", function()
    assert_raises(function() return m.nrow end, "no 'nrow'", "did you mean", "nrows")
    assert_raises(function() return m:argmx() end, "argmax")
    assert_raises(function() return m[1].shap end, "shape")
    assert_raises(function() return m.zzzzzzzz end, "no 'zzzzzzzz'")
  end)

  it("is not assigned", function()
    assert_raises(function() m.T = m end, "'T'", "cannot be assigned")
    assert_raises(function() m.nrows = 3 end, "'nrows'")
    assert_raises(function() m.row = 3 end, "no 'row'")
  end)

  it("gives no way to break the class", function()
    assert.is_false(getmetatable(m))
    assert.is_false(getmetatable(m[1]))
    assert.has_error(function() setmetatable(m, {}) end)
    local meta = debug.getmetatable(m)
    for _, name in ipairs { "__index", "__newindex", "__len", "__pairs", "__add", "__unm", "__eq", "__tostring" } do
      pcall(meta[name])
      pcall(meta[name], 5, 1, 2)
      pcall(meta[name], {}, 1, 2)
    end
  end)
end)

describe("a view", function()
  local m
  before_each(function() m = mg.matrix { { 1, 2, 3 }, { 4, 5, 6 }, { 7, 8, 9 } } end)

  it("shares its numbers", function()
    assert.same({ { 1, 4, 7 }, { 2, 5, 8 }, { 3, 6, 9 } }, numbers(m.T))
    m.T[1][3] = 70
    assert.equal(70, m[3][1])
    m:rows(2, 3):fill(0)
    assert.same({ { 1, 2, 3 }, { 0, 0, 0 }, { 0, 0, 0 } }, numbers(m))
    m:cols(2, 2):fill(-1)
    assert.same({ { 1, -1, 3 }, { 0, -1, 0 }, { 0, -1, 0 } }, numbers(m))
    assert.same({ { 3, 0, 0 } }, numbers(m:cols(3).T))
    assert.same({ { -1, -1 } }, numbers(m:rows(2, 3).T:rows(2)))
  end)

  it("outlives the matrix it was taken from", function()
    local views = {}
    for i = 1, 200 do
      local owner = mg.matrix(50, 50, i)
      views[i] = i % 2 == 0 and owner[50] or owner.T:rows(50, 50)
    end
    collectgarbage()
    collectgarbage()
    for i = 1, 200 do assert.equal(50 * i, views[i]:sum()) end
  end)

  it("is of rows and columns that there are", function()
    assert_raises(function() m:rows(0, 1) end, "rows: ", "1 to 3", "got 0")
    assert_raises(function() m:rows(2, 4) end, "rows: ", "2 to 3", "got 4")
    assert_raises(function() m:rows(3, 2) end, "got 2")
    assert_raises(function() m:cols(1, 2, 3) end, "at most 2 arguments")
    assert_raises(function() m:cols() end, "got nothing")
    assert_raises(function() m:cols("1") end, "a string")
  end)
end)

describe("writing whole matrices:", function()
  local m
  before_each(function() m = mg.matrix { { 1, 2 }, { 3, 4 } } end)

  it("copy is another matrix", function()
    local copy = m:copy()
    copy[1][1] = 10
    assert.equal(1, m[1][1])
    assert.same({ { 1, 3 }, { 2, 4 } }, numbers(m.T:copy()))
  end)

  it("fill and set write, and return the matrix", function()
    assert.equal(m, m:fill(2))
    assert.same({ { 2, 2 }, { 2, 2 } }, numbers(m))
    assert.same({ { 5, 6 }, { 7, 8 } }, numbers(m:set { { 5, 6 }, { 7, 8 } }))
    assert.same({ { 0, 0 }, { 7, 8 } }, numbers((function() m[1]:set { 0, 0 } return m end)()))
  end)

  it("set reads what it overwrites first", function()
    m:set(m.T)
    assert.same({ { 1, 3 }, { 2, 4 } }, numbers(m))
    local n = mg.linspace(1, 5, 5)
    n:cols(2, 5):set(n:cols(1, 4))
    assert.same({ { 1, 1, 2, 3, 4 } }, numbers(n))
  end)

  it("set wants the same shape", function()
    assert_raises(function() m:set { 1, 2 } end, "set: ", "2 x 2", "1 x 2")
    assert_raises(function() m:set(3) end, "set: ", "a number")
    assert_raises(function() m:set() end, "set: ", "got nothing")
    assert_raises(function() m:set({ { 1, 2 }, { 3, 4 } }, 1) end, "at most 1 argument")
    assert_raises(function() m:fill() end, "fill: ", "a number")
    assert_raises(function() m:fill("x") end, "a string")
    assert.same({ { 1, 2 }, { 3, 4 } }, numbers(m))
  end)

  it("reshape goes row by row into a new matrix", function()
    local r = mg.linspace(1, 6, 6):reshape(2, 3)
    assert.same({ { 1, 2, 3 }, { 4, 5, 6 } }, numbers(r))
    assert.same({ { 1, 4 }, { 2, 5 }, { 3, 6 } }, numbers(r.T:reshape(3, 2)))
    assert.same({ { 1, 4, 2, 5, 3, 6 } }, numbers(r.T:reshape(1, 6)))
    assert_raises(function() r:reshape(4, 2) end, "4 x 2", "6 numbers", "2 x 3")
    assert_raises(function() r:reshape(2 ^ 40, 2 ^ 40) end, "6 numbers")
  end)
end)

describe("arithmetic", function()
  local m = mg.matrix { { 1, 2 }, { 3, 4 } }

  it("goes element by element", function()
    assert.same({ { 2, 4 }, { 6, 8 } }, numbers(m + m))
    assert.same({ { 0, 0 }, { 0, 0 } }, numbers(m - m))
    assert.same({ { 1, 4 }, { 9, 16 } }, numbers(m * m))
    assert.same({ { 1, 1 }, { 1, 1 } }, numbers(m / m))
    assert.same({ { 1, 4 }, { 27, 256 } }, numbers(m ^ m))
    assert.same({ { -1, -2 }, { -3, -4 } }, numbers(-m))
  end)

  it("stretches numbers, rows and columns", function()
    assert.same({ { 3, 4 }, { 5, 6 } }, numbers(m + 2))
    assert.same({ { 1, 0 }, { -1, -2 } }, numbers(2 - m))
    assert.same({ { 1, 4 }, { 9, 16 } }, numbers(m ^ 2))
    assert.same({ { 2, 4 }, { 8, 16 } }, numbers(2 ^ m))
    assert.same({ { 11, 22 }, { 13, 24 } }, numbers(m + { 10, 20 }))
    assert.same({ { 11, 12 }, { 23, 24 } }, numbers({ { 10 }, { 20 } } + m))
    assert.same({ { 11, 21 }, { 12, 22 } }, numbers(mg.matrix { 10, 20 } + mg.matrix { 1, 2 }.T))
  end)

  it("says which shapes do not fit", function()
    assert_raises(function() return m + mg.ones(3, 2) end, "+: ", "2 x 2", "3 x 2")
    assert_raises(function() return m * mg.ones(1, 3) end, "*: ", "1 x 3")
  end)

  it("is of matrices and numbers", function()
    assert_raises(function() return m + "1" end, "+: ", "a string")
    assert_raises(function() return "1" - m end, "-: ", "a string")
    assert_raises(function() return m * nil end, "*: ", "nil")
    assert_raises(function() return m / true end, "/: ", "a boolean")
    assert_raises(function() return m // 2 end, "matrix")
    assert_raises(function() return m .. m end, "matrix")
    assert_raises(function() return m < m end, "mg.lt")
  end)

  it("compares", function()
    assert.is_true(m == m:copy())
    assert.is_true(m ~= m.T)
    assert.is_false(m == mg.ones(1, 2))
    assert.is_false(m == 1)
    assert.is_false(mg.matrix { 0 / 0 } == mg.matrix { 0 / 0 })
    assert.is_true(mg.matrix { 1, 2 } == mg.matrix { { 1 }, { 2 } }.T)
    assert.is_false(m == io.stdout)
    assert.same({ { 1, 0 }, { 0, 1 } }, numbers(mg.eq(m, m.T)))
    assert.same({ { 1, 1 }, { 0, 0 } }, numbers(mg.lt(m, 3)))
    assert.same({ { 0, 0 }, { 0, 1 } }, numbers(mg.gt(m, 3)))
    assert.equal(1, mg.gt(2, 1))
    assert_raises(function() return mg.eq(m, mg.ones(3, 3)) end, "eq: ", "3 x 3")
    assert_raises(function() return mg.eq(m) end, "eq: ", "nothing")
  end)

  it("multiplies matrices", function()
    assert.same({ { 7, 10 }, { 15, 22 } }, numbers(m:matmul(m)))
    assert.same({ { 5, 11 }, { 11, 25 } }, numbers(m:matmul(m.T)))
    assert.same({ { 5 }, { 11 } }, numbers(m:matmul { { 1 }, { 2 } }))
    assert_raises(function() m:matmul { 1, 2 } end, "matmul: ", "2 x 2", "1 x 2", "2 columns", "1 rows")
    assert_raises(function() m:matmul("x") end, "matmul: expected a matrix", "got a string")
    assert_raises(function() m:matmul(2) end, "matmul: ", "a number")
    assert_raises(function() m.matmul(2, m) end, "matmul: expected a matrix, got a number")
  end)

  it("leaves its arguments alone", function()
    local t = { 10, 20 }
    local _ = m + t
    assert.same({ 10, 20 }, t)
    assert.same({ { 1, 2 }, { 3, 4 } }, numbers(m))
  end)
end)

describe("a reduction", function()
  local m = mg.matrix { { 1, 7, 3 }, { 4, 5, 6 } }

  it("is of all elements, or along an axis", function()
    assert.equal(26, m:sum())
    assert.same({ { 5, 12, 9 } }, numbers(m:sum(1)))
    assert.same({ { 11 }, { 15 } }, numbers(m:sum(2)))
    assert.equal(26 / 6, m:mean())
    assert.same({ { 2.5, 6, 4.5 } }, numbers(m:mean(1)))
    assert.equal(1, m:min())
    assert.same({ { 3 }, { 4 } }, { { m:min(1)[1][3] }, { m:min(2)[2][1] } })
    assert.equal(7, m:max())
    assert.same({ { 4, 7, 6 } }, numbers(m:max(1)))
    assert.equal(5, mg.matrix { 3, 4 }:norm())
    assert.same({ { 2, 1, 2 } }, numbers(m:argmax(1)))
    assert.same({ { 2 }, { 3 } }, numbers(m:argmax(2)))
    assert.same({ 1, 2 }, { m:argmax() })
  end)

  it("takes axis 1 or 2", function()
    assert_raises(function() m:sum(3) end, "sum: ", "axis", "got 3")
    assert_raises(function() m:mean("x") end, "mean: ", "a string")
    assert_raises(function() m:max(1, 2) end, "at most 1 argument", "got 2")
    assert_raises(function() m.sum() end, "sum: expected a matrix, got nothing")
  end)
end)

describe("a function of numbers and matrices", function()
  it("is the same for both", function()
    local x = mg.linspace(-3, 3, 13)
    for name in ("exp abs sin cos floor sign sigmoid tanh relu leaky_relu elu gelu softplus"):gmatch "%S+" do
      local all = mg[name](x)
      for j = 1, #x[1] do assert.equal(mg[name](x[1][j]), all[1][j], name) end
      assert.is_true(mg[name](x.T) == all.T, name)
      assert.is_true(mg[name](x:totable()) == all, name)
    end
    assert.is_true(mg.log(mg.exp(x)):map(function(v) return math.floor(v * 1e6 + .5) / 1e6 end) == x)
    assert.equal(3, mg.sqrt(9))
  end)

  it("has known values", function()
    assert.equal(0.5, mg.sigmoid(0))
    assert.same({ -1, 0, 1 }, { mg.sign(-2), mg.sign(0), mg.sign(0.1) })
    assert.same({ 0, 3 }, { mg.relu(-3), mg.relu(3) })
    assert.same({ -0.02, 3 }, { mg.leaky_relu(-2), mg.leaky_relu(3) })
    assert.is_true(math.abs(mg.elu(-1) - (math.exp(-1) - 1)) < 1e-16)
    assert.is_true(math.abs(mg.gelu(1) - 0.8413447460685429) < 1e-15)
    assert.is_true(math.abs(mg.softplus(0) - math.log(2)) < 1e-16)
    assert.equal(-3, mg.floor(-2.5))
  end)

  it("overflows for no finite number", function()
    for _, x in ipairs { 1.7e308, -1.7e308, 1000, -1000, 5e-324, 0 } do
      for name in ("sigmoid softplus gelu tanh elu relu leaky_relu"):gmatch "%S+" do
        local a = mg[name](x)
        assert.is_true(a == a and math.abs(a) < math.huge, name)
      end
    end
    local a = mg.softmax { { 1.7e308, -1.7e308 }, { 1000, 1000 }, { -1e308, -1e308 } }
    assert.same({ { 1, 0 }, { 0.5, 0.5 }, { 0.5, 0.5 } }, numbers(a))
  end)

  it("hides no NaN", function()
    for name in ("exp sigmoid tanh relu leaky_relu elu gelu softplus sign abs"):gmatch "%S+" do
      local a = mg[name](0 / 0)
      assert.is_true(a ~= a, name)
    end
  end)

  it("softmax is of rows", function()
    local a = mg.softmax(mg.matrix { { 1, 2, 3 }, { 3, 2, 1 } }.T)
    assert.same({ 3, 2 }, a.shape)
    for i = 1, 3 do assert.is_true(math.abs(a[i]:sum() - 1) < 1e-15) end
    assert_raises(function() mg.softmax(1) end, "softmax: ", "a number")
  end)

  it("takes one argument of the right kind", function()
    assert_raises(function() mg.exp("1") end, "exp: ", "a matrix or a number", "a string")
    assert_raises(function() mg.exp() end, "exp: ", "nothing")
    assert_raises(function() mg.sigmoid(1, 2) end, "sigmoid: ", "at most 1 argument")
    assert_raises(function() mg.relu { { 1 }, { 1, 2 } } end, "relu: row 2")
  end)

  it("is named by its errors, however it was called", function()
    local m = mg.ones(2, 2)
    local zero, total = mg.zeros, m.sum
    assert_raises(zero, "zeros: expected")
    assert_raises(function() zero(1, 0) end, "zeros: expected")
    assert_raises(function() total(m, 3) end, "sum: expected")
    for _, name in ipairs { "matrix", "zeros", "ones", "eye", "linspace", "seed", "rand", "randn", "permutation",
      "generator", "hstack", "exp", "softmax", "eq" } do
      local ok, message = pcall(mg[name], -1, "x")
      assert.is_false(ok)
      assert.is_truthy((" " .. message):find(" " .. name .. ": ", 1, true), message)
    end
    for _, name in ipairs { "rows", "cols", "fill", "set", "reshape", "matmul", "sum", "mean", "argmax", "map" } do
      local ok, message = pcall(m[name], m, "x")
      assert.is_false(ok)
      assert.is_truthy((" " .. message):find(" " .. name .. ": ", 1, true), message)
    end
  end)

  it("may be the user's own", function()
    local m = mg.matrix { { 1, 2 }, { 3, 4 } }
    assert.same({ { 1, 4 }, { 9, 16 } }, numbers(m:map(function(x) return x * x end)))
    assert.is_true(m:map(mg.exp) == mg.exp(m))
    assert_raises(function() m:map(function() end) end, "map: ", "[1][1]", "got nothing")
    assert_raises(function() m:map(function(x) return x < 2 and x or nil end) end, "map: ", "[1][2]", "got nil")
    assert_raises(function() m:map(math.modf) end, "map: ", "one number", "[1][1]", "got 2 values")
    assert_raises(function() m:map(math.type) end, "map: ", "a string")
    assert.is_true((-m):map(math.abs) == m)
    assert.is_true(m:map(math.floor) == m)
    assert_raises(function() m:map(5) end, "map: ", "a function", "a number")
    assert_raises(function() m:map(function() error("mine", 0) end) end, "mine")
  end)
end)

describe("for other modules", function()
  it("an origin goes with the view it was set on", function()
    local m = mg.ones(2, 3)
    assert.is_nil(core.origin(m))
    assert.is_nil(core.label(m))
    core.set_origin(m, { what = "theta", layer = 1 })
    assert.equal("theta", core.origin(m).what)
    assert.equal("THETA[1]", core.label(m))
    assert_raises(function() return m[9] end, "THETA[1] (2 x 3)")
    assert.is_nil(core.origin(m.T))
    core.set_origin(m, nil)
    assert.is_nil(core.origin(m))
    assert.equal("y", core.label(core.set_origin(m, { what = "y" })))
  end)

  it("as_matrix takes tables, flat ones as a column when asked", function()
    local m = mg.ones(2, 2)
    assert.equal(m, core.as_matrix(m, "X"))
    assert.same({ { 1, 2 } }, numbers(core.as_matrix({ 1, 2 }, "X")))
    assert.same({ { 1 }, { 2 } }, numbers(core.as_matrix({ 1, 2 }, "y", true)))
    assert_raises(function() core.as_matrix({ { 1 }, { 1, 2 } }, "X") end, "X: row 2")
    assert_raises(function() core.as_matrix({ 1, "2" }, "y", true) end, "y: ", "a string")
    assert_raises(function() core.as_matrix(nil, "X") end, "X: ", "nil")
  end)

  it("nonfinite counts what is not finite", function()
    assert.same({ 0, 0 }, { core.nonfinite(mg.ones(2, 2)) })
    assert.same({ 1, 2, 1, 2 }, {
      core.nonfinite(mg.matrix { { 1, 1 / 0 }, { 0 / 0, -1 / 0 } }),
    })
  end)
end)
