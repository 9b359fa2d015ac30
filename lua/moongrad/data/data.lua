-- data.lua - small data sets: truth tables such as XOR, as matrices X and y.

local core = require "moongrad.core"
local options = require "moongrad.options"
local raise = require "moongrad.raise"

--- data
-- Small data sets, each a function that returns X and y.
-- > X, y = data.parity{bits = 3}
local data = {}

-- X: every row of this many bits, in the order of binary numbers. y: 1 where f(how many ones the row has) is true.
local function table_of(bits, f)
  local n = 2 ^ bits // 1 | 0
  local X, y = {}, {}
  for r = 0, n - 1 do
    local row, ones = {}, 0
    for b = 1, bits do
      row[b] = r >> (bits - b) & 1
      ones = ones + row[b]
    end
    X[r + 1], y[r + 1] = row, { f(ones) and 1 or 0 }
  end
  return core.matrix(X), core.matrix(y)
end

local parity = options.declare("data.parity", {
  { name = "bits", default = 2, about = "columns of X, 1 to 16", example = "3" },
})

--- data.xor()
-- The article's data: the rows of X (4 x 2) are 00 01 10 11, y (4 x 1) is 1 where exactly one of the two bits is 1.
-- > X, y = data.xor()
function data.xor(...)
  options.none("data.xor", ...)
  return table_of(2, function(ones) return ones == 1 end)
end

--- data.and_()
-- The rows of X (4 x 2) are 00 01 10 11, y (4 x 1) is 1 where both bits are 1.
-- > X, y = data.and_()
function data.and_(...)
  options.none("data.and_", ...)
  return table_of(2, function(ones) return ones == 2 end)
end

--- data.or_()
-- The rows of X (4 x 2) are 00 01 10 11, y (4 x 1) is 1 where at least one bit is 1.
-- > X, y = data.or_()
function data.or_(...)
  options.none("data.or_", ...)
  return table_of(2, function(ones) return ones > 0 end)
end

--- data.parity{bits=2}
-- The rows of X (2^bits x bits) are the binary numbers in order, y (2^bits x 1) is 1 where the number of ones is odd.
-- > X, y = data.parity{bits = 3}
function data.parity(o, ...)
  o = options.take("data.parity", o, ...)
  local bits = options.whole("data.parity: bits", o.bits or parity.bits, 1)
  if bits > 16 then raise("data.parity: bits: expected 1 to 16, got %d", bits) end
  return table_of(bits, function(ones) return ones % 2 == 1 end)
end

return data
