-- Published numbers beside ours: when they agree, and what is said when they do not.

local helpers = require "helpers"
local mg = require "moongrad"

local raises = helpers.raises
local published = mg.published

describe("published", function()
  it("compares to the digits that are printed", function()
    local t = published {
      { "cost", ".298371109", .29837110876 }, { "mean", "0.50", .5049 }, { "epochs", "289", 289 },
      { "ratio", "2.3e-11", 2.3285e-11 }, { "slope", "-1.5", -1.46 }, { "yhat", "0 1 1 0", "0 1 1 0" },
    }
    assert.equal(6, #t)
    assert.equal(.29837110876, t[1].here)
    assert.equal(".298371109", t[1].published)
    assert.is_true(math.abs(t[1].difference + 2.4e-10) < 1e-15)
    assert.truthy(tostring(t):find "\nepochs +289 +289 +0\n.*\nyhat +0 1 1 0 +0 1 1 0 +0$")
    assert.truthy(tostring(t):find("ratio        2.3e-11      2.3e-11     2.8e-13", 1, true))
  end)

  it("raises when one digit differs", function()
    raises(function() published { { "cost", ".298371109", .2983711096 } } end,
      "published: cost is 0.298371109600", ", published .298371109")
    raises(function() published { { "a", "1", 1 }, { "b", "2.00", 2.006 }, { "c", "x", "y" } } end,
      "published: b is 2.00", ", published 2.00; c is y, published x")
    raises(function() published { { "a", "0.0", 0 / 0 } } end, "a is ", "nan, published 0.0")
    raises(function() published { { "a", "1e-9", 1.6e-9 } } end, "published 1e-9")
  end)

  it("takes another tolerance", function()
    assert.is_true(published { { "ratio", "2.3e-11", 2.6e-11, within = .5e-11 } }[1].agrees)
    raises(function() published { { "ratio", "2.3e-11", 2.9e-11, within = .5e-11 } } end, "ratio is 2.9")
    raises(function() published { { "a", "1", 0 / 0, within = 1 } } end, "a is ")
  end)

  it("says what it does not take", function()
    raises(function() published() end, "published: expected a table of rows", "got nil")
    raises(function() published {} end, "published: expected a table of rows")
    raises(function() published({ { "a", "1", 1 } }, 1) end, "published: expected a table of rows")
    raises(function() published { { "a", 1, 1 } } end, 'row 1: expected {quantity, "number as printed", ours}', "1, 1}")
    raises(function() published { { "a", "1", 1 }, 7 } end, "row 2: ", "got 7")
    raises(function() published { { "a", "1" } } end, "row 1: ", "nil}")
    raises(function() published { { "a", "about 1", 1 } } end, 'a: expected a number as it was printed, got "about 1"')
    raises(function() published { { "a", ".", 1 } } end, 'a: expected a number as it was printed, got "."')
    raises(function() published { { "a", "0x10", 16 } } end, 'got "0x10"')
    raises(function() published { { "a", "1", 1, within = 0 } } end, "a: within: expected a number above 0, got 0")
  end)
end)
