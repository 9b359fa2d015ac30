-- plot_frame_spec.lua - charts as text keep within their width, say what they leave out, and carry no control byte.

local frame = require "moongrad.plot.frame"
local text = require "moongrad.text"

local function curve(width, ascii, title)
  local x, y = {}, {}
  for i = 1, 60 do x[i], y[i] = i, i == 30 and 0 / 0 or i * i end
  return frame.lines { series = { { x = x, y = y, name = "a\27[31m" } }, width = width, height = 8, ascii = ascii,
    title = title }
end

describe("a chart's text", function()
  it("keeps within its width, whatever the title", function()
    for _, width in ipairs { 40, 80, 120 } do
      for _, ascii in ipairs { false, true } do
        for _, line in ipairs(curve(width, ascii, string.rep("漢\27[2J<&\"\t", 2000))) do
          assert.is_true(text.width(line) <= width)
          assert.is_nil(string.find(line, "%c"))
          if ascii and not string.find(line, "漢") then assert.is_nil(string.find(line, "[\128-\255]")) end
        end
      end
    end
  end)

  it("says how many points are not finite", function()
    local lines = curve(80, true)
    assert.equal("1 point is not finite", lines[#lines])
  end)

  it("is exact for a line of two points", function()
    assert.same({
      "  1 +             ******", "0.5 +      *******      ", "  0 +******             ",
      "    +-------------------", "     1                 2",
    }, frame.lines { series = { { x = { 1, 2 }, y = { 0, 1 } } }, width = 24, height = 3, ascii = true })
  end)

  it("is one line where there is nothing to draw or no room", function()
    assert.same({ "no points" }, frame.lines { series = {}, width = 40, height = 3 })
    local nan = { { x = { 1 }, y = { 0 / 0 } } }
    assert.same({ "no point is finite" }, frame.lines { series = nan, width = 40, height = 3 })
    assert.equal(1, #frame.lines { series = { { x = { 1 }, y = { 3 } } }, width = 10, height = 3 })
  end)
end)
