-- Data sets that are drawn or shipped, and their division; those of scikit-learn against tests/golden/draws.lua.

local helpers = require "helpers"
local mg = require "moongrad"

local raises = helpers.raises
local data = mg.data

local function assert_near(want, m, tolerance)
  want = mg.matrix(want)
  assert.same({ #want, want.ncols }, { #m, m.ncols })
  assert.is_true(mg.abs(m - want):max() <= tolerance)
end

-- The rows of X as texts, sorted.
local function rows_of(X, y)
  local all = {}
  for i = 1, #X do all[i] = table.concat(X[i]:totable(), " ") .. ":" .. table.concat(y[i]:totable(), " ") end
  table.sort(all)
  return all
end

describe("the points of scikit-learn", function()
  for _, run in ipairs(dofile "tests/golden/draws.lua") do
    it("are drawn from seed " .. run.seed, function()
      local X, y = data.moons { n = 9, noise = .1, seed = run.seed }
      assert_near(run.moons.X, X, 1e-15)
      assert.is_true(y == mg.matrix(run.moons.y))
      mg.seed(run.seed)
      X, y = data.circle { n = 9, noise = .05, factor = .5 }
      assert_near(run.circle.X, X, 1e-15)
      assert.is_true(y == mg.matrix(run.circle.y))
      X, y = data.blobs { n = 8, seed = run.seed }
      assert.is_true(X == mg.matrix(run.blobs.X))
      assert.is_true(y == mg.matrix(run.blobs.y))
    end)
  end

  it("are on their curves without noise", function()
    local X, y = data.circle { n = 50, seed = 1 }
    for i = 1, 50 do assert.is_true(math.abs(X[i]:norm() - (y[i][1] == 1 and .8 or 1)) < 1e-15) end
    assert.same({ 100, 2 }, data.moons().shape)
  end)
end)

describe("the points of courses", function()
  -- The first row of deeplearning.ai's load_planar_dataset; of the spiral of CS231n after np.random.seed(0) the
  -- rows 2 and 300: their programs run with NumPy 1.24.2.
  it("are those of their programs", function()
    local X, y = data.planar { seed = 1 }
    assert_near({ { 1.2044422922543192, 3.576114148128845 } }, X:rows(1), 1e-14)
    assert.same({ { 400, 2 }, 200 }, { { #X, X.ncols }, y:sum() })
    X, y = data.spiral { seed = 0 }
    assert_near({ { 0.0012135812756681984, 0.010027842517114817 } }, X:rows(2), 1e-15)
    assert_near({ { -0.47270638487404987, 0.881219991658897 } }, X:rows(300), 1e-14)
    assert.same({ 0, 0, 1, 2 }, { y[1][1], y[100][1], y[101][1], y[201][1] })
    X, y = data.gauss { n = 5, noise = 0 }
    assert.same({ { -2, -2 }, { -2, -2 }, { 2, 2 }, { 2, 2 }, { 2, 2 } }, X:totable())
    assert.same({ { 0 }, { 0 }, { 1 }, { 1 }, { 1 } }, y:totable())
  end)

  it("say what they do not take", function()
    for name in ("circle moons blobs spiral planar gauss"):gmatch "%S+" do
      local who, f = "data." .. name .. ": ", data[name]
      raises(function() f { noise = -1 } end, who .. "noise: expected a number from 0, got -1")
      raises(function() f { noise = "x" } end, who .. "noise: ", '"x"')
      raises(function() f { n = 1 } end, who .. "n: expected a whole number from 2, got 1")
      raises(function() f { seed = -1 } end, "seed: ")
      raises(function() f { nois = 1 } end, "data." .. name .. ': no option "nois"', "noise")
      raises(function() f(100) end, "data." .. name .. ": expected a table of options", "100")
      raises(function() f({}, 1) end, "data." .. name .. ": expected one table")
    end
    raises(function() data.circle { factor = 1 } end, "factor: expected a number from 0, below 1, got 1")
    raises(function() data.planar { n = 9 } end, "data.planar: n: expected a multiple of 2", "got 9")
    raises(function() data.spiral { n = 100 } end, "data.spiral: n: expected a multiple of 3", "got 100")
    raises(function() data.blobs { n = 2 } end, "centers: expected at most n, 2, got 3")
    raises(function() data.blobs { centers = 0 } end, "centers: expected a whole number from 1, got 0")
  end)
end)

describe("shipped data", function()
  -- The means are those of sklearn.datasets.load_iris, load_wine, load_digits.
  it("are whole", function()
    local X, y, names = data.iris()
    assert_near({ { 5.843333333333334, 3.0573333333333337, 3.758, 1.1993333333333336 } }, X:mean(1), 1e-14)
    assert.same({ { 50, 50, 50 } }, y:sum(1):totable())
    assert.same({ "setosa", "versicolor", "virginica" }, names)
    X, y = data.wine()
    assert.same({ 178, 13 }, { #X, X.ncols })
    assert.is_true(math.abs(X:mean() - 69.13366292091617) < 1e-12)
    assert.same({ { 59, 71, 48 } }, y:sum(1):totable())
    X, y, names = data.digits()
    assert.same({ 1797, 64, 561718 }, { #X, X.ncols, X:sum() })
    assert.same({ { 178, 182, 177, 183, 181, 182, 181, 179, 174, 180 } }, y:sum(1):totable())
    assert.same({ 0, 0, 5, 13, 9, 1, 0, 0 }, X:rows(1):cols(1, 8)[1]:totable())
    assert.equal(9, names[10])
    raises(function() data.iris(1) end, "data.iris: takes no arguments")
  end)
end)

describe("split", function()
  local X, y = data.iris()

  it("gives each row to one part, in random order", function()
    local X1, y1, X2, y2 = data.split(X, y, .7, { seed = 3 })
    assert.same({ 105, 105, 45, 45 }, { #X1, #y1, #X2, #y2 })
    assert.same(rows_of(X, y), rows_of(mg.vstack(X1, X2), mg.vstack(y1, y2)))
    assert.is_false(X1 == X:rows(1, 105))
    local again = data.split(X, y, .7, { seed = 3 })
    assert.is_true(X1 == again)
    mg.seed(3)
    assert.is_true(X1 == data.split(X, y, .7))
    assert.is_false(X1 == data.split(X, y, .7, { seed = 4 }))
  end)

  it("gives each class its share with stratify", function()
    local _, y1, _, y2 = data.split(X, y, .7, { seed = 3, stratify = true })
    assert.same({ { 35, 35, 35 } }, y1:sum(1):totable())
    assert.same({ { 15, 15, 15 } }, y2:sum(1):totable())
    local labels = mg.matrix { 0, 0, 0, 0, 0, 1, 1, 1 }.T
    _, y1, _, y2 = data.split(labels, labels, .5, { seed = 1, stratify = true })
    assert.same({ 4, 4 }, { #y1, #y2 })
    assert.is_true(math.abs(y1:sum() - 1.5) == .5)
  end)

  it("says what it does not take", function()
    raises(function() data.split(X, y, 0) end, "share: expected a number between 0 and 1, both excluded, got 0")
    raises(function() data.split(X, y, 1) end, "both excluded, got 1")
    raises(function() data.split(X, y) end, "share", "got nil")
    raises(function() data.split(X, y, .001) end, "share: 0.001 of 150 rows leaves one part without rows")
    raises(function() data.split(X, y:rows(1, 9), .5) end, "data.split: X has 150 rows, y has 9")
    raises(function() data.split(X, nil, .5) end, "data.split: y", "nil")
    raises(function() data.split(X, y, .5, { stratify = 1 }) end, "stratify: expected true or false, got 1")
    raises(function() data.split(X, y, .5, { seeds = 1 }) end, 'no option "seeds"', "seed")
  end)
end)
