-- Tests of the data sets: their truth tables.

local helpers = require "helpers"
local mg = require "moongrad"

local raises = helpers.raises

local counted = { { 0, 0 }, { 0, 1 }, { 1, 0 }, { 1, 1 } }

describe("data", function()
  it("of two bits count 00 01 10 11, the article's order", function()
    local tables = { xor = { { 0 }, { 1 }, { 1 }, { 0 } }, and_ = { { 0 }, { 0 }, { 0 }, { 1 } },
      or_ = { { 0 }, { 1 }, { 1 }, { 1 } }, parity = { { 0 }, { 1 }, { 1 }, { 0 } } }
    for name, expected in pairs(tables) do
      local X, y = mg.data[name]()
      assert.same(counted, X:totable())
      assert.same(expected, y:totable())
    end
  end)

  it("of parity count in binary; y is 1 where the ones are odd", function()
    for bits = 1, 8 do
      local X, y = mg.data.parity { bits = bits }
      assert.same({ 2 ^ bits | 0, bits }, X.shape)
      assert.same({ 2 ^ bits | 0, 1 }, y.shape)
      for r = 1, #X do
        local number, ones = 0, 0
        for _, bit in ipairs(X[r]) do number, ones = 2 * number + bit, ones + bit end
        assert.equal(r - 1, number)
        assert.equal(ones % 2, y[r][1])
      end
    end
  end)

  it("are new each time", function()
    local X = mg.data.xor()
    X:fill(5)
    assert.same(counted, mg.data.xor():totable())
  end)

  it("raise for what they do not take", function()
    raises(function() mg.data.xor(1) end, "data.xor: takes no arguments")
    raises(function() mg.data.and_ {} end, "data.and_: takes no arguments")
    raises(function() mg.data.or_(nil) end, "data.or_: takes no arguments")
    raises(function() mg.data.parity(3) end, "data.parity: expected a table", "3")
    raises(function() mg.data.parity { bit = 3 } end, 'data.parity: no option "bit"', "bits")
    raises(function() mg.data.parity { bits = 0 } end, "bits: expected a whole number from 1, got 0")
    raises(function() mg.data.parity { bits = 17 } end, "bits: expected 1 to 16, got 17")
    raises(function() mg.data.parity { bits = "3" } end, "bits", '"3"')
    raises(function() mg.data.parity({}, 1) end, "data.parity: expected one table")
  end)
end)
