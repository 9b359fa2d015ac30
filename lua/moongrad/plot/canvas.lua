-- canvas.lua - a grid of dots, 2 wide and 4 high in each character, on which curves are drawn; knows no axes.

local char, concat = utf8.char, table.concat
local abs, ceil, floor, max = math.abs, math.ceil, math.floor, math.max

local canvas = {}
canvas.__index = canvas

-- The bit of each dot of a braille character, U+2800 + bits: bits[row of the dot][column of the dot].
local bits = { { 0x01, 0x08 }, { 0x02, 0x10 }, { 0x04, 0x20 }, { 0x40, 0x80 } }

-- An empty canvas of columns x rows characters.
function canvas.new(columns, rows)
  return setmetatable({ columns = columns, rows = rows, wide = 2 * columns, high = 4 * rows, cells = {}, owners = {} },
    canvas)
end

-- Sets the dot in column x from the left and row y from the top, from 0, for series k. Dots outside are left out.
function canvas:dot(x, y, k)
  if x < 0 or y < 0 or x >= self.wide or y >= self.high then return end
  local cell = (y // 4) * self.columns + x // 2
  self.cells[cell] = (self.cells[cell] or 0) | bits[y % 4 + 1][x % 2 + 1]
  self.owners[cell] = k
end

-- Moves the end (u0, v0) of a segment to where u is 0 or high, if it lies beyond; returns it, or nil if the whole
-- segment lies beyond. The edge itself is returned, not a sum that rounds; halves, because 1e308 - -1e308 is infinite.
local function cut(u0, v0, u1, v1, high)
  local edge = u0 < 0 and 0 or u0 > high and high
  if not edge then return u0, v0 end
  if edge == 0 and u1 < 0 or edge == high and u1 > high then return nil end
  local part = (edge / 2 - u0 / 2) / (u1 / 2 - u0 / 2)
  return edge, v0 * (1 - part) + v1 * part
end

-- Both ends of a segment moved to the edges of u; nil if nothing is left.
local function cut_both(u0, v0, u1, v1, high)
  u0, v0 = cut(u0, v0, u1, v1, high)
  if not u0 then return nil end
  u1, v1 = cut(u1, v1, u0, v0, high)
  return u0, v0, u1, v1
end

-- Draws the segment between two points in dots, whole or not, for series k. The part outside is left out first, so a
-- far end costs no time.
function canvas:line(x0, y0, x1, y1, k)
  x0, y0, x1, y1 = cut_both(x0, y0, x1, y1, self.wide - 1)
  if not x0 then return end
  y0, x0, y1, x1 = cut_both(y0, x0, y1, x1, self.high - 1)
  if not y0 then return end
  local n = max(1, ceil(max(abs(x1 - x0), abs(y1 - y0))))
  for i = 0, n do
    local t = i / n
    self:dot(floor(x0 + t * (x1 - x0) + .5), floor(y0 + t * (y1 - y0) + .5), k)
  end
end

-- The text of a row of characters, from 0. marks[k] is the character of series k where braille cannot be shown; nil
-- asks for braille.
function canvas:row(r, marks)
  local line = {}
  for c = 0, self.columns - 1 do
    local cell = r * self.columns + c
    local dots = self.cells[cell]
    line[c + 1] = not dots and " " or marks and marks[self.owners[cell]] or char(0x2800 + dots)
  end
  return concat(line)
end

return canvas
