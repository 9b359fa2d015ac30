-- frame.lua - a chart of curves as lines of text: the title, the curves between two axes, a legend and notes.

local canvas = require "moongrad.plot.canvas"
local text = require "moongrad.text"
local ticks = require "moongrad.plot.ticks"
local floor, huge, max, min = math.floor, math.huge, math.max, math.min
local format, rep = string.format, string.rep

local frame = {}

local marks = { "*", "+", "o", "x", "#", "@", "%", "=" } -- of the series, where braille cannot be shown
local most_labels = 4

local function is_finite(v) return v - v == 0 end

-- Where v lies between low and high, from 0 to 1.
local function part(v, low, high)
  if high - low < huge then return (v - low) / (high - low) end
  return (v / 2 - low / 2) / (high / 2 - low / 2) -- 1e308 - -1e308 is infinite
end

-- The ranges of the points that are finite, {low, high} of x and of y, and the number of those that are not; nil and
-- the number if none is finite. A range of one value is widened.
local function ranges(series)
  local xs, ys, gaps = { huge, -huge }, { huge, -huge }, 0
  for _, s in ipairs(series) do
    for i, y in ipairs(s.y) do
      local x = s.x[i]
      if is_finite(x) and is_finite(y) then
        xs[1], xs[2], ys[1], ys[2] = min(xs[1], x), max(xs[2], x), min(ys[1], y), max(ys[2], y)
      else
        gaps = gaps + 1
      end
    end
  end
  if xs[1] > xs[2] then return nil, gaps end
  for _, r in ipairs { xs, ys } do
    local wider = max(.5, .05 * math.abs(r[1]))
    if r[1] == r[2] then r[1], r[2] = max(r[1] - wider, -1.7e308), min(r[2] + wider, 1.7e308) end
  end
  return { x = xs, y = ys }, gaps
end

-- Draws each series as a curve; a point that is not finite leaves a gap.
local function draw(c, series, range)
  for k, s in ipairs(series) do
    local x0, y0
    for i, y in ipairs(s.y) do
      local x1, y1
      if is_finite(s.x[i]) and is_finite(y) then
        x1 = part(s.x[i], range.x[1], range.x[2]) * (c.wide - 1)
        y1 = (1 - part(y, range.y[1], range.y[2])) * (c.high - 1)
        c:line(x0 or x1, y0 or y1, x1, y1, k)
      end
      x0, y0 = x1, y1
    end
  end
end

-- The labels of the axis y: row of characters -> text, and the columns of the widest.
local function labels(range, rows)
  local at, widest = {}, 0
  for _, v in ipairs(ticks.linear(range[1], range[2], most_labels)) do
    local label = format("%.6g", v)
    at[floor((1 - part(v, range[1], range[2])) * (4 * rows - 1) + .5) // 4] = label
    widest = max(widest, #label)
  end
  return at, widest
end

-- What stands below the curves: the axis x with its ends, the legend, what could not be drawn.
local function below(chart, range, gaps, margin, columns)
  local low, high = format("%.6g", range[1]), format("%.6g", range[2])
  local lines = { rep(" ", margin) .. (chart.ascii and "+" .. rep("-", columns) or "└" .. rep("─", columns)) }
  lines[2] = rep(" ", margin + 1) .. low .. rep(" ", max(1, columns - #low - #high)) .. high
  for k, s in ipairs(chart.series) do
    if s.name then lines[#lines + 1] = format("%s  %s", marks[(k - 1) % #marks + 1], text.one_line(s.name)) end
  end
  if gaps > 0 then
    lines[#lines + 1] = format(gaps == 1 and "%d point is not finite" or "%d points are not finite", gaps)
  end
  return lines
end

-- The lines of a chart {series = {{x=, y=, name=}, ...}, width=, height=, title=, ascii=}. Of height rows, the curves
-- have all. A window too small for axes gets one line that says so.
function frame.lines(chart)
  local range, gaps = ranges(chart.series)
  if not range then return { text.line(gaps == 0 and "no points" or "no point is finite", chart.width) } end
  local at, widest = labels(range.y, chart.height)
  local columns = chart.width - widest - 2
  if columns < 8 then return { text.line("the window is too narrow for a chart", chart.width) } end
  local c = canvas.new(columns, chart.height)
  draw(c, chart.series, range)
  local lines = { chart.title and text.line(chart.title, chart.width) }
  for r = 0, chart.height - 1 do
    local edge = at[r] and (chart.ascii and "+" or "┤") or chart.ascii and "|" or "│"
    lines[#lines + 1] = format("%" .. widest .. "s ", at[r] or "") .. edge .. c:row(r, chart.ascii and marks)
  end
  for _, line in ipairs(below(chart, range.x, gaps, widest + 1, columns)) do
    lines[#lines + 1] = text.line(line, chart.width)
  end
  return lines
end

return frame
