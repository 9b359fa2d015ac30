-- plot_canvas_spec.lua - dots and lines land where they should, and nothing lands outside.

local canvas = require "moongrad.plot.canvas"

describe("a canvas", function()
  it("has each dot of a character in its place", function()
    local expected = { { "⠁", "⠈" }, { "⠂", "⠐" }, { "⠄", "⠠" }, { "⡀", "⢀" } }
    for y, row in ipairs(expected) do
      for x, text in ipairs(row) do
        local c = canvas.new(1, 1)
        c:dot(x - 1, y - 1, 1)
        assert.equal(text, c:row(0))
      end
    end
  end)

  it("draws a diagonal without a gap", function()
    local c = canvas.new(2, 1)
    c:line(0, 0, 3, 3, 1)
    assert.equal("⠑⢄", c:row(0))
  end)

  it("leaves out what lies outside", function()
    local c = canvas.new(2, 1)
    c:dot(-1, 0, 1)
    c:dot(4, 0, 1)
    c:dot(0, 4, 1)
    c:line(-5, -5, 9, -1, 1)
    assert.equal("  ", c:row(0))
  end)

  it("cuts a segment of 1e308 dots on either side at its edges", function()
    local c = canvas.new(2, 1)
    c:line(-1e308, 0, 1e308, 0, 1)
    assert.equal("⠉⠉", c:row(0))
  end)

  it("has the mark of the series that was drawn last where there is no braille", function()
    local c = canvas.new(2, 1)
    c:line(0, 0, 3, 0, 1)
    c:dot(3, 3, 2)
    assert.equal("*+", c:row(0, { "*", "+" }))
  end)
end)
