-- plot_ticks_spec.lua - the numbers at an axis are round, few, and inside.

local ticks = require "moongrad.plot.ticks"

describe("ticks", function()
  it("are round numbers", function()
    assert.same({ 0, 2, 4, 6, 8, 10 }, ticks.linear(0, 10, 5))
    assert.same({ -1, -.5, 0, .5, 1 }, ticks.linear(-1, 1, 5))
    assert.same({ 100, 200, 300 }, ticks.linear(70, 333, 4))
  end)

  it("are one number for a constant", function() assert.same({ 3 }, ticks.linear(3, 3, 5)) end)

  it("are finite and few for any range", function()
    for _, range in ipairs { { -1e308, 1e308 }, { 0, 5e-324 }, { 1, 1 + 2 ^ -52 }, { -1e-300, 1e308 }, { .1, .7 } } do
      local all = ticks.linear(range[1], range[2], 5)
      assert.is_true(#all >= 1 and #all <= 6)
      for _, x in ipairs(all) do assert.is_true(x - x == 0) end
    end
  end)
end)
