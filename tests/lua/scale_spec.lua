-- data.standardize: columns of mean 0 and deviation 1, and the same transform for new rows.

local helpers = require "helpers"
local mg = require "moongrad"

local raises = helpers.raises
local standardize = mg.data.standardize

describe("standardize", function()
  it("brings columns to mean 0 and deviation 1", function()
    local X = mg.data.wine()
    local before = X:copy()
    local Z, means, deviations = standardize(X)
    assert.is_true(mg.abs(Z:mean(1)):max() < 1e-14)
    assert.is_true(mg.abs(Z:std(1) - 1):max() < 1e-14)
    assert.same({ 1, 13, 1, 13 }, { #means, means.ncols, #deviations, deviations.ncols })
    assert.is_true(X == before)
    -- StandardScaler of scikit-learn 1.2.1: the first row of load_wine
    for j, want in ipairs { 1.5186125409891542, -0.562249798328623, 0.23205254099473993, -1.1695931750229027 } do
      assert.is_true(math.abs(Z[1][j] - want) < 1e-14)
    end
  end)

  it("brings new rows there as the first were", function()
    local _, means, deviations = standardize { { 1, 10 }, { 3, 30 } }
    local Z, m, d = standardize({ { 5, 20 } }, means, deviations)
    assert.same({ { 3, 0 } }, Z:totable())
    assert.is_true(m == means and d == deviations)
    assert.same({ { 2, 0 } }, standardize({ { 5, 1 } }, { 1, 1 }, { 2, 3 }):totable())
  end)

  it("says what it cannot", function()
    raises(function() standardize { { 1, 2 }, { 2, 2 } } end,
      "data.standardize: column 2 has no deviation: all its numbers are equal")
    raises(function() standardize { { .1 }, { .1 }, { .1 } } end, "column 1 has no deviation")
    raises(function() standardize({ { 1 }, { 2 } }, { 1 }) end, "expected both means and deviations", "no deviations")
    raises(function() standardize({ { 1 }, { 2 } }, nil, { 1 }) end, "no means")
    raises(function() standardize({ { 1 }, { 2 } }, { 1, 2 }, { 1, 2 }) end, "means: expected 1 x 1", "got 1 x 2")
    raises(function() standardize({ { 1 }, { 2 } }, { 1 }, { -1 }) end,
      "column 1 has no deviation: the one given is -1")
    raises(function() standardize { { 1 }, { 0 / 0 } } end, "NaN or infinite")
    raises(function() standardize "x" end, "data.standardize: X", "a string")
    raises(function() standardize({ { 1 }, { 2 } }, { 1 }, { 0 }) end, "the one given is 0; leave it out")
    local net = mg.network { 1, 1 }
    raises(function() net:predict(standardize { { 1 }, { 2 } }) end,
      "predict: takes one matrix, got 3; predict((f(X)))")
    assert.equal(2, #net:predict((standardize { { 1 }, { 2 } })))
    raises(function() standardize({ { 1 } }, { 1 }, { 1 }, 2) end, "data.standardize: expected X")
  end)
end)
