-- published.lua - numbers that someone published beside the same computed here: a table that raises if they differ.

local raise = require "moongrad.raise"
local text = require "moongrad.text"
local values = require "moongrad.values"
local abs = math.abs
local format, match = string.format, string.match

local published = { __name = "published", __metatable = false } -- the metatable of what mg.published returns

-- The format that prints a number with as many digits as the text of one has: "%.3f" for ".125", "%.1e" for "2.3e-11".
-- nil if the text is no decimal number.
local function format_of(number)
  local digits, exponent = match(number, "^[+-]?%d*%.?(%d*)([eE]?[+-]?%d*)$")
  if not digits or not tonumber(number) then return nil end
  return format("%%.%d%s", #digits, exponent == "" and "f" or "e")
end

-- The row {quantity, number as printed, ours, within = tolerance} with .here as it is shown, .difference and .agrees.
local function judged(k, row)
  local is_row = type(row) == "table"
  local name, theirs, ours = is_row and row[1], is_row and row[2], is_row and row[3]
  local kind, within = type(ours), is_row and row.within
  if type(name) ~= "string" or type(theirs) ~= "string" or kind ~= "number" and kind ~= "string" then
    raise("published: row %d: expected {quantity, \"number as printed\", ours}, a number or a text, got %s", k,
      is_row and format("{%s, %s, %s}", values.show(name), values.show(theirs), values.show(ours)) or values.show(row))
  end
  if within and not (values.finite(within) and within > 0) then
    raise("published: %s: within: expected a number above 0, got %s", name, values.show(within))
  end
  local result = { quantity = name, published = theirs, here = ours }
  if kind == "string" then
    result.shown, result.agrees = ours, ours == theirs
    return result
  end
  local how = format_of(theirs)
  if not how then raise("published: %s: expected a number as it was printed, got %q", name, theirs) end
  result.shown, result.difference = format(how, ours), ours - tonumber(theirs)
  if within then
    result.agrees = abs(result.difference) <= within
  else
    result.agrees = tonumber(result.shown) == tonumber(theirs)
  end
  return result
end

function published.__tostring(t)
  local lines = { { "quantity", "published", "here", "difference" } }
  for k, row in ipairs(t) do
    local difference = row.difference or 0
    difference = difference == 0 and "0" or format("%.1e", difference)
    lines[k + 1] = { row.quantity, row.published, row.shown, difference }
  end
  return text.aligned(lines)
end

--- mg.published(rows)
-- Compares published numbers with ours. A row is {quantity, published, ours}: published is the number as it was
-- printed, a string. They agree if ours, rounded to as many digits, is that number; with within = t in the row if they
-- differ by at most t. Where ours is a string, both must be the same. Returns a table that prints, with .quantity,
-- .published, .here and .difference in each row. Raises if a row disagrees.
-- > published{{"1/3", ".333", 1/3}, {"pi", "3.14", math.pi}}
return function(rows, ...)
  if select("#", ...) > 0 or type(rows) ~= "table" or #rows == 0 then
    raise('published: expected a table of rows {quantity, "number as printed", ours}, got %s', values.show(rows))
  end
  local t, differ = {}, {}
  for k = 1, #rows do
    local row = judged(k, rows[k])
    t[k] = row
    if not row.agrees then
      differ[#differ + 1] = format("%s is %s, published %s", row.quantity,
        row.difference and format("%.17g", row.here) or row.here, row.published)
    end
  end
  if #differ > 0 then raise("published: %s", table.concat(differ, "; ")) end
  return setmetatable(t, published)
end
