-- Matrices and rows: what they are made from, how they are indexed, viewed and written.

local core = require "moongrad.core"
local helpers = require "helpers"
local mg = require "moongrad"

local raises = helpers.raises

-- The numbers of a matrix as a table.
local function numbers(m) return m:totable() end

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
    raises(function() mg.hstack { a, b.T } end, "hstack: ", "argument 2 has 1 rows", "2")
    raises(function() mg.hstack { a, 5 } end, "hstack: ", "a number")
    raises(function() mg.vstack({ a, b }, a) end, "vstack: ")
    raises(function() mg.hstack(setmetatable({ a }, { __len = function() return 1e9 end }), b, b, b.T) end)
    for i = 1, 1000000 do list[i] = b end
    raises(function() mg.hstack(list) end, "hstack: ", "1000000 matrices")
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
    pcall(debug.getmetatable(shape).__tostring)
    pcall(debug.getmetatable(shape).__tostring, 5)
  end)

  it("never ragged, empty, or of what is no number", function()
    raises(function() mg.matrix { { 1, 2 }, { 3, 4 }, { 5 } } end, "row 3", "1 number", "has 2")
    raises(function() mg.matrix {} end, "empty")
    raises(function() mg.matrix { {}, {} } end, "empty")
    raises(function() mg.matrix { { 1, "2" } } end, "[1][2]", "expected a number", "a string")
    raises(function() mg.matrix { { 1, 2 }, 3 } end, "row 2", "a number")
    raises(function() mg.matrix { 1, { 2 } } end, "[1][2]", "a table")
    raises(function() mg.matrix { 1, nil, 3 } end, "[1][2]", "nil")
    raises(function() mg.matrix { { 1, 2 }, mg.ones(2, 2) } end, "row 2", "a 2 x 2 matrix")
    raises(function() mg.matrix { print } end, "a function")
    raises(function() mg.matrix("x") end, "matrix: ", "a string")
    raises(function() mg.matrix() end, "matrix: ", "got nothing")
  end)

  it("never of sizes that cannot be", function()
    raises(function() mg.matrix(0, 3) end, "nrows", "1 or more", "got 0")
    raises(function() mg.matrix(2, -3) end, "ncols", "got -3")
    raises(function() mg.zeros(2.5, 3) end, "whole number", "got 2.5")
    raises(function() mg.zeros(2) end, "zeros: ", "ncols", "got nothing", "write zeros(1, 2) for a row")
    raises(function() mg.matrix(2) end, "write matrix(1, 2) for a row")
    raises(function() mg.zeros(2, "x") end, "zeros: expected a whole number as ncols", "a string")
    raises(function() mg.zeros(-2) end, "nrows", "got -2")
    raises(function() mg.ones("2", 2) end, "nrows", "a string")
    raises(function() mg.matrix(2, 2, "x") end, "a number as v", "a string")
    raises(function() mg.zeros(0 / 0, 1) end, "whole number", "got NaN")
    raises(function() mg.zeros(1 / 0, 1) end, "got Inf")
    raises(function() mg.zeros(1e10, 1e10) end, "10000000000 x 10000000000", "this machine has")
    raises(function() mg.zeros(math.maxinteger, 2) end, "this machine has")
    raises(function() mg.zeros(10000000, 1000000) end, "72.8 TiB", "this machine has")
    raises(function() mg.eye(1e6 * 1e3) end, "this machine has")
    raises(function() mg.linspace(0, 1, 0) end, "linspace: ", "got 0")
    raises(function() mg.hstack() end, "hstack: ", "none")
    raises(function() mg.hstack({ { 1 }, { 2 } }, { 1 }) end, "argument 2 has 1 rows", "2")
    raises(function() mg.vstack({ 1, 2 }, { 1 }) end, "argument 2 has 1 columns", "2")
    raises(function() mg.vstack({ 1, 2 }, 5) end, "vstack: ", "a number")
  end)

  it("with no surplus arguments", function()
    raises(function() mg.matrix({ 1 }, 2) end, "at most 1 argument", "got 2")
    raises(function() mg.matrix(1, 2, 3, 4) end, "at most 3 arguments", "got 4")
    raises(function() mg.eye(1, 2) end, "at most 1 argument")
    raises(function() mg.zeros(1, 2, 3) end, "at most 2 arguments")
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
    raises(function() return m[0] end, "row index 0", "1 to 3", "3 x 2")
    raises(function() return m[5] end, "row index 5", "1 to 3", "3 x 2")
    raises(function() return m[-1] end, "row index -1")
    raises(function() return m[1.5] end, "row index 1.5", "whole number", "1 to 3")
    raises(function() return m[0 / 0] end, "row index NaN is not a whole number")
    raises(function() return m[math.huge] end, "whole number")
    raises(function() return m[2 ^ 62] end, "out of range")
    raises(function() return m[1][0] end, "column index 0", "1 to 2", "1 x 2 row")
    raises(function() return m[1][4] end, "column index 4")
    raises(function() return m[true] end, "a boolean", "1 to 3")
    raises(function() return m[m] end, "take: expected a list of rows", "a 3 x 2 matrix")
    raises(function() return m[nil] end, "nil")
    raises(function() return m["1"] end, "no '1'")
  end)

  it("is not written out of range", function()
    raises(function() m[4] = { 1, 2 } end, "row index 4", "1 to 3", "3 x 2")
    raises(function() m[1][3] = 0 end, "column index 3", "1 to 2")
    raises(function() m[1][0] = 0 end, "column index 0")
    raises(function() m[1].x = 0 end, "no 'x'")
  end)

  it("is a number", function()
    raises(function() m[1][1] = "1" end, "column 1", "a string")
    raises(function() m[1][1] = nil end, "column 1", "nil")
    raises(function() m[1][1] = { 1 } end, "a table")
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
    raises(function() m[1] = { 1, 2 } end, "row 1", "2 x 3", "takes 3 numbers", "got 1 x 2")
    raises(function() m[1] = { 1, 2, "x" } end, "row 1", "a string")
    raises(function() m[1] = 5 end, "row 1", "takes 3 numbers", "a number")
    raises(function() m[1] = nil end, "row 1", "nil")
    raises(function() m[1] = mg.zeros(3, 1) end, "got 3 x 1")
    assert.same({ { 1, 2, 3 }, { 4, 5, 6 } }, numbers(m))
  end)
end)

describe("a field", function()
  local m = mg.ones(2, 2)

  it("that does not exist raises, with the nearest names", function()
    raises(function() return m.nrow end, "no 'nrow'", "did you mean", "nrows")
    raises(function() return m:argmx() end, "argmax")
    raises(function() return m[1].shap end, "shape")
    raises(function() return m.zzzzzzzz end, "no 'zzzzzzzz'")
  end)

  it("is not assigned", function()
    raises(function() m.T = m end, "'T'", "cannot be assigned")
    raises(function() m.nrows = 3 end, "'nrows'")
    raises(function() m.row = 3 end, "no 'row'")
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
    raises(function() m:rows(0, 1) end, "rows: ", "1 to 3", "got 0")
    raises(function() m:rows(2, 4) end, "rows: ", "2 to 3", "got 4")
    raises(function() m:rows(3, 2) end, "got 2")
    raises(function() m:cols(1, 2, 3) end, "at most 2 arguments")
    raises(function() m:cols() end, "got nothing")
    raises(function() m:cols("1") end, "a string")
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
    raises(function() m:set { 1, 2 } end, "set: ", "2 x 2", "1 x 2")
    raises(function() m:set(3) end, "set: ", "a number")
    raises(function() m:set() end, "set: ", "got nothing")
    raises(function() m:set({ { 1, 2 }, { 3, 4 } }, 1) end, "at most 1 argument")
    raises(function() m:fill() end, "fill: ", "a number")
    raises(function() m:fill("x") end, "a string")
    assert.same({ { 1, 2 }, { 3, 4 } }, numbers(m))
  end)

  it("reshape goes row by row into a new matrix", function()
    local r = mg.linspace(1, 6, 6):reshape(2, 3)
    assert.same({ { 1, 2, 3 }, { 4, 5, 6 } }, numbers(r))
    assert.same({ { 1, 4 }, { 2, 5 }, { 3, 6 } }, numbers(r.T:reshape(3, 2)))
    assert.same({ { 1, 4, 2, 5, 3, 6 } }, numbers(r.T:reshape(1, 6)))
    raises(function() r:reshape(4, 2) end, "4 x 2", "6 numbers", "2 x 3")
    raises(function() r:reshape(2 ^ 40, 2 ^ 40) end, "6 numbers")
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
    raises(function() return m[9] end, "THETA[1] (2 x 3)")
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
    raises(function() core.as_matrix({ { 1 }, { 1, 2 } }, "X") end, "X: row 2")
    raises(function() core.as_matrix({ 1, "2" }, "y", true) end, "y: ", "a string")
    raises(function() core.as_matrix(nil, "X") end, "X: ", "nil")
  end)

  it("nonfinite counts what is not finite", function()
    assert.same({ 0, 0 }, { core.nonfinite(mg.ones(2, 2)) })
    assert.same({ 1, 2, 1, 2 }, {
      core.nonfinite(mg.matrix { { 1, 1 / 0 }, { 0 / 0, -1 / 0 } }),
    })
  end)
end)
