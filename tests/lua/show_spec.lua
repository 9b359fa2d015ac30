-- Matrices as text, and the names that errors suggest.

local core = require "moongrad.core"
local mg = require "moongrad"
local names = require "moongrad.names"
local show = require "moongrad.show"

local function lines(m)
  local list = {}
  for line in (tostring(m) .. "\n"):gmatch "(.-)\n" do list[#list + 1] = line end
  return list
end

-- m, as if it were a view of a network of three layers.
local function labelled(m, what, layer)
  return core.set_origin(m, { what = what, layer = layer, net = { layers = { 2, 2, 1 } } })
end

describe("a matrix as text", function()
  local width, height = show.width, show.height
  before_each(function()
    show.width = function() return 80 end
    mg.digits(6)
  end)
  after_each(function() show.width, show.height = width, height end)

  it("has its shape above, and columns aligned on the point", function()
    assert.same({
      "3 x 3",
      "  1     0.5       1e-09",
      "-10     2.25  12345.7",
      "  0.25  1        -3",
    }, lines(mg.matrix { { 1, 0.5, 1e-9 }, { -10, 2.25, 12345.678 }, { 0.25, 1, -3 } }))
  end)

  it("shows a row likewise", function()
    assert.same({ "1 x 2", "3  4" }, lines(mg.matrix { { 1, 2 }, { 3, 4 } }[2]))
  end)

  it("marks and counts what is not finite", function()
    local m = mg.matrix { { 1.5, 2 }, { 1 / 0, 0 / 0 }, { -1 / 0, 3 } }
    assert.same({ "3 x 2", "   1.5    2", " Inf    NaN", "-Inf      3", "1 NaN, 2 Inf, first at [2][1]" }, lines(m))
    assert.equal("1 NaN, first at [1][1]", lines(mg.matrix { 0 / 0 })[3])
    local big = mg.zeros(1000, 1000)
    big[500][700] = 1 / 0
    local text = lines(big)
    assert.equal("1 Inf, first at [500][700]", text[#text])
  end)

  it("has as many digits as asked for", function()
    local m = mg.matrix { 2 / 3 }
    assert.equal(6, mg.digits())
    assert.equal("0.666667", lines(m)[2])
    assert.equal(17, mg.digits(17))
    assert.equal("0.66666666666666663", lines(m)[2])
    assert.equal(1, mg.digits(1))
    assert.equal("0.7", lines(m)[2])
    for _, n in ipairs { 0, 18, 1.5, "6", false } do
      assert.has_error(function() mg.digits(n) end, "digits: expected a whole number, 1 to 17, got " .. tostring(n))
    end
    assert.has_error(function() mg.digits(0 / 0) end, "digits: expected a whole number, 1 to 17, got NaN")
    assert.has_error(function() mg.digits(6, 7) end)
    assert.equal(1, mg.digits())
  end)

  it("labels the bias and the units of THETA, GRAD and DTHETA", function()
    assert.same({
      "THETA[1]  2 x 3",
      "   bias    1    2",
      "1   0.1    2  3",
      "2  -4    100  0.5",
    }, lines(labelled(mg.matrix { { 0.1, 2, 3 }, { -4, 100, 0.5 } }, "theta", 1)))
    assert.equal("GRAD[2]  1 x 1", lines(labelled(mg.ones(1, 1), "grad", 2))[1])
    assert.equal("   bias", lines(labelled(mg.ones(1, 1), "dtheta", 2))[2])
  end)

  it("labels the rows of data and the units of A, Z and DELTA", function()
    assert.same({
      "A[1]  2 x 3",
      "   one  1  2",
      "1    1  0  0",
      "2    1  0  1",
    }, lines(labelled(mg.matrix { { 1, 0, 0 }, { 1, 0, 1 } }, "a", 1)))
    assert.same({ "A[3]  1 x 1", "   1", "1  7" }, lines(labelled(mg.matrix { 7 }, "a", 3)))
    assert.same({ "Z[1]  1 x 2", "   1  2", "1  7  8" }, lines(labelled(mg.matrix { 7, 8 }, "z", 1)))
    assert.equal("DELTA[1]  1 x 1", lines(labelled(mg.ones(1, 1), "delta", 1))[1])
    assert.same({ "X  1 x 2", "1  1" }, lines(labelled(mg.ones(1, 2), "X")))
    assert.same({ "y  1 x 1", "1" }, lines(labelled(mg.ones(1, 1), "y")))
  end)

  it("never has more than 40 rows of numbers, edges kept", function()
    local text = lines(mg.linspace(1, 40, 40).T)
    assert.equal(41, #text)
    text = lines(mg.linspace(1, 1000, 1000).T)
    assert.equal(41, #text)
    assert.same({ "1000 x 1", "   1" }, { text[1], text[2] })
    assert.equal("  20", text[21])
    assert.equal(" ...", text[22])
    assert.same({ " 982", "1000" }, { text[23], text[41] })
    text = lines(labelled(mg.ones(100, 1), "z", 1))
    assert.equal("100  1", text[#text])
  end)

  it("is no taller than the window, with the prompt below it", function()
    assert.is_nil(show.height())
    local tall = mg.linspace(1, 1000, 1000).T
    local marked = tall:copy()
    marked[1][1] = 0 / 0
    for rows, most in pairs { [30] = 28, [12] = 10, [10] = 8, [3] = 8, [42] = 40, [100] = 40, [0] = 8 } do
      show.height = function() return rows end
      assert.equal(1 + most, #lines(tall))
      assert.equal(tostring(most), lines(mg.linspace(1, most, most).T)[most + 1])
    end
    for _, rows in ipairs { 12, 13, 30, 41 } do
      show.height = function() return rows end
      for _, m in ipairs { tall, marked, labelled(tall.T.T, "z", 1), labelled(marked.T.T, "theta", 1) } do
        local text = lines(m)
        assert.equal(rows - 1, #text)
        assert.is_truthy(table.concat(text, "\n"):find "%f[%d]1000%f[%D]")
        assert.is_truthy(text[#text]:find "1000$" or text[#text]:find "1 NaN")
      end
    end
  end)

  it("never is wider than the terminal, edges kept", function()
    mg.seed(1)
    for _, columns in ipairs { 20, 33, 80, 132 } do
      show.width = function() return columns end
      for _, ncols in ipairs { 2, 9, 10, 11, 12, 30, 500 } do
        for _, m in ipairs { mg.randn(50, ncols), mg.ones(50, ncols), labelled(mg.randn(50, ncols), "theta", 1) } do
          local text = lines(m)
          for _, line in ipairs(text) do
            assert.is_true(#line <= columns, line)
          end
          assert.is_truthy(columns < 33 or text[#text]:find(show.number(m[50][ncols]), 1, true))
        end
      end
    end
    show.width = function() return 20 end
    assert.equal("1  2  ...  99  100", lines(mg.linspace(1, 100, 100))[2])
    assert.equal("1  2  3  4  5  6  7", lines(mg.linspace(1, 7, 7))[2])
    assert.equal("1  2  3  ...  7  8", lines(mg.linspace(1, 8, 8))[2])
  end)

  it("shows one column whatever the width", function()
    show.width = function() return 1 end
    mg.digits(17)
    assert.equal("-0.66666666666666663  ...", lines(mg.ones(1, 2) * -2 / 3)[2])
    assert.equal("-0.66666666666666663", lines(mg.ones(1, 1) * -2 / 3)[2])
  end)

  it("is soon there for a large matrix", function()
    local m = mg.zeros(60000, 100)
    local start = os.clock()
    tostring(m)
    tostring(m.T)
    assert.is_true(os.clock() - start < 1)
  end)
end)

describe("names", function()
  it("are near after a slip or two", function()
    assert.same({ "eta" }, names.near("etaa", { "eta", "epochs", "batch" }))
    assert.same({ "tanh" }, names.near("tahn", { "tanh", "relu" }))
    assert.same({ "ETA" }, names.near("eta", { "ETA" }))
    assert.same({ "cross-entropy" }, names.near("cross", { "sse", "cross-entropy" }))
    assert.same({ "softmax", "softplus" }, names.near("soft", { "softplus", "softmax", "sse" }))
    assert.same({ "a1", "a2", "a3" }, names.near("a", { "a4", "a3", "a2", "a1" }))
    assert.same({}, names.near("momentum", { "eta", "sgd" }))
    assert.same({}, names.near("", {}))
    assert.same({}, names.near(("x"):rep(100000), { "eta" }))
  end)

  it("are suggested in a phrase", function()
    assert.equal("; did you mean eta?", names.suggest("etaa", { "eta", "batch" }))
    assert.equal("; did you mean softmax or softplus?", names.suggest("soft", { "softplus", "softmax" }))
    assert.equal("; did you mean a1, a2 or a3?", names.suggest("a", { "a3", "a2", "a1" }))
    assert.equal("; known: batch, eta", names.suggest("zzzz", { "eta", "batch" }))
    local many = {}
    for i = 1, 30 do many[i] = "name" .. i end
    assert.equal("", names.suggest("zzzz", many))
    assert.equal("", names.suggest("zzzz", {}))
  end)
end)
