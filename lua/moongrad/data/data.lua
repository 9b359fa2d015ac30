-- data.lua - data sets as matrices X and y: truth tables such as XOR here, the others in files of their own.

local commands = require "moongrad.commands"
local core = require "moongrad.core"
local options = require "moongrad.options"
local raise = require "moongrad.raise"

--- data
-- Data sets, each a function that returns X and y, and what divides and scales them.
-- {functions}
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

local n = { name = "n", default = 100, about = "rows of X, from 2", example = "200" }
local seed = { name = "seed", without = "none", about = "draws as after seed(k), from a generator of its own",
  example = "0" }
local function noise(v, about) return { name = "noise", default = v, about = about, example = ".1" } end
local function rows(v) return { name = "n", default = v, about = n.about, example = tostring(2 * v) } end

options.declare("data.circle", { n, noise(0, "standard deviation of what is added to X"),
  { name = "factor", default = .8, about = "radius of the inner circle", example = ".5" }, seed })
options.declare("data.moons", { n, noise(0, "standard deviation of what is added to X"), seed })
options.declare("data.blobs", { n, noise(1, "standard deviation around the centers"),
  { name = "centers", default = 3, about = "how many", example = "2" }, seed })
options.declare("data.spiral", { rows(300), noise(.2, "standard deviation of angles"),
  { name = "classes", default = 3, about = "arms of the spiral", example = "2" }, seed })
options.declare("data.planar", { rows(400), noise(.2, "standard deviation of angles and radii"), seed })
options.declare("data.gauss", { rows(200), noise(1, "standard deviation around the centers"), seed })
options.declare("data.split", { seed,
  { name = "stratify", default = false, about = "the same share of each class?", example = "true" } },
  "data.split(X, y, .75, {seed = 1})")

--- data.xor()
-- The data of the article "Backpropagation NumPy Example": the rows of X (4 x 2) are 00 01 10 11, y (4 x 1) is 1 where
-- exactly one of the two bits is 1.
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

for name, record in pairs(commands.of.data) do
  data[name] = core.entry(commands.func(name, record) or data[name])
end

return data
