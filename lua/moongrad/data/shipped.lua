-- shipped.lua - data sets that come with moongrad, in files beside this one: iris, wine and the small digits. All three
-- are of the UCI repository (CC BY 4.0), as scikit-learn has them.
--
-- iris.csv, wine.csv: the first line holds the counts of rows and columns and the names of the classes; a row ends with
-- its class, from 0. digits.txt: a line is the digit and its 64 pixels, 'a' to 'p' for 1 to 16, 'A' to 'Z' for 1 to 26
-- pixels that are 0.

local core = require "moongrad.core"
local options = require "moongrad.options"
local labels = require "moongrad.labels"
local raise = require "moongrad.raise"
local byte, find, gmatch, match, sub = string.byte, string.find, string.gmatch, string.match, string.sub

local shipped = {}
local folder = match(debug.getinfo(1, "S").source, "^@(.*)shipped%.lua$")

local function lines_of(name)
  local file, message = io.open(folder .. name)
  if not file then raise("data: %s is missing from the installation", message) end
  local text = file:read "a"
  file:close()
  return gmatch(text, "[^\n]+")
end

-- X and one-hot y of rows and their classes from 0, and the names of the classes.
local function result(rows, of, names)
  local classes = {}
  for c = 1, #names do classes[c] = c - 1 end
  return core.matrix(rows), labels.remember(labels.one_hot(of, classes), names), names
end

local function table_of(name)
  local names, rows, of = nil, {}, {}
  for line in lines_of(name .. ".csv") do
    local row = {}
    for word in gmatch(line, "[^,]+") do row[#row + 1] = names and tonumber(word) or word end
    if names then
      of[#of + 1], row[#row] = row[#row], nil
      rows[#rows + 1] = row
    else
      names = { table.unpack(row, 3) }
    end
  end
  return result(rows, of, names)
end

--- data.iris()
-- Fisher's iris: X (150 x 4) has lengths and widths of sepals and petals in cm, y (150 x 3) is one-hot. The third value
-- is the names of the classes.
-- > X, y, names = data.iris()
function shipped.iris(...)
  options.none("data.iris", ...)
  return table_of "iris"
end

--- data.wine()
-- Wines of three growers: X (178 x 13) has the results of chemical analyses, y (178 x 3) is one-hot. The third value is
-- the names of the classes.
-- > X, y, names = data.wine()
function shipped.wine(...)
  options.none("data.wine", ...)
  return table_of "wine"
end

-- The 64 pixels of a line of digits.txt, after its digit.
local function pixels(line)
  local row = {}
  for k = 2, #line do
    local code = byte(line, k)
    if find(line, "^%l", k) then
      row[#row + 1] = code - byte "a" + 1
    else
      for _ = byte "A", code do row[#row + 1] = 0 end
    end
  end
  return row
end

--- data.digits()
-- Handwritten digits of 8 x 8 pixels: X (1797 x 64) has their grey, 0 to 16, row by row, y (1797 x 10) is one-hot. The
-- third value is the classes, 0 to 9.
-- > X, y = data.digits()
function shipped.digits(...)
  options.none("data.digits", ...)
  local rows, of = {}, {}
  for line in lines_of "digits.txt" do
    rows[#rows + 1], of[#of + 1] = pixels(line), tonumber(sub(line, 1, 1))
  end
  return result(rows, of, { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 })
end

return shipped
