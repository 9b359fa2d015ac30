-- Reckoning with matrices: arithmetic, comparison, reductions, functions of numbers and matrices.

local helpers = require "helpers"
local mg = require "moongrad"

local raises = helpers.raises

-- The numbers of a matrix as a table.
local function numbers(m) return m:totable() end

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
    raises(function() return m + mg.ones(3, 2) end, "+: ", "2 x 2", "3 x 2")
    raises(function() return m * mg.ones(1, 3) end, "*: ", "1 x 3")
  end)

  it("is of matrices and numbers", function()
    raises(function() return m + "1" end, "+: ", "a string")
    raises(function() return "1" - m end, "-: ", "a string")
    raises(function() return m * nil end, "*: ", "nil")
    raises(function() return m / true end, "/: ", "a boolean")
    raises(function() return m // 2 end, "matrix")
    raises(function() return m .. m end, "matrix")
    raises(function() return m < m end, "mg.lt")
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
    raises(function() return mg.eq(m, mg.ones(3, 3)) end, "eq: ", "3 x 3")
    raises(function() return mg.eq(m) end, "eq: ", "nothing")
  end)

  it("multiplies matrices", function()
    assert.same({ { 7, 10 }, { 15, 22 } }, numbers(m:matmul(m)))
    assert.same({ { 5, 11 }, { 11, 25 } }, numbers(m:matmul(m.T)))
    assert.same({ { 5 }, { 11 } }, numbers(m:matmul { { 1 }, { 2 } }))
    raises(function() m:matmul { 1, 2 } end, "matmul: ", "2 x 2", "1 x 2", "2 columns", "1 rows")
    raises(function() m:matmul("x") end, "matmul: expected a matrix", "got a string")
    raises(function() m:matmul(2) end, "matmul: ", "a number")
    raises(function() m.matmul(2, m) end, "matmul: expected a matrix, got a number")
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
    raises(function() m:sum(3) end, "sum: ", "axis", "got 3")
    raises(function() m:mean("x") end, "mean: ", "a string")
    raises(function() m:max(1, 2) end, "at most 1 argument", "got 2")
    raises(function() m.sum() end, "sum: expected a matrix, got nothing")
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
    raises(function() mg.softmax(1) end, "softmax: ", "a number")
  end)

  it("takes one argument of the right kind", function()
    raises(function() mg.exp("1") end, "exp: ", "a matrix or a number", "a string")
    raises(function() mg.exp() end, "exp: ", "nothing")
    raises(function() mg.sigmoid(1, 2) end, "sigmoid: ", "at most 1 argument")
    raises(function() mg.relu { { 1 }, { 1, 2 } } end, "relu: row 2")
  end)

  it("is named by its errors, however it was called", function()
    local m = mg.ones(2, 2)
    local zero, total = mg.zeros, m.sum
    raises(zero, "zeros: expected")
    raises(function() zero(1, 0) end, "zeros: expected")
    raises(function() total(m, 3) end, "sum: expected")
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
    raises(function() m:map(function() end) end, "map: ", "[1][1]", "got nothing")
    raises(function() m:map(function(x) return x < 2 and x or nil end) end, "map: ", "[1][2]", "got nil")
    raises(function() m:map(math.modf) end, "map: ", "one number", "[1][1]", "got 2 values")
    raises(function() m:map(math.type) end, "map: ", "a string")
    assert.is_true((-m):map(math.abs) == m)
    assert.is_true(m:map(math.floor) == m)
    raises(function() m:map(5) end, "map: ", "a function", "a number")
    local ok, message = pcall(m.map, m, function() error("mine", 0) end)
    assert.same({ false, "mine" }, { ok, message })
  end)
end)
