-- growth.lua - how time and memory grow with rows, width and depth, as the README's table: make growth.
--
-- Time is that of one epoch over all rows in double precision, the median of five pieces of at least 50 ms. The
-- exponent is the slope of log time over log size, by least squares over the upper half of the sizes, where the fixed
-- cost of an epoch no longer matters. Memory is what Lua's garbage collector counts, which includes all numbers of a
-- network.

package.cpath = os.getenv "BENCH" .. "/?.so;" .. package.cpath
local mg = require "moongrad"
local process = require "process"

local TURNS, PIECE = 5, .05

local function network(layers, rows)
  local spec = { activation = "sigmoid", cost = "quadratic", init = "xavier", seed = 1 }
  for l, n in ipairs(layers) do spec[l] = n end
  local net = mg.network(spec)
  mg.seed(2)
  net.X, net.y = mg.rand(rows, layers[1]), mg.rand(rows, layers[#layers])
  return net
end

local function parameters(net)
  local n = 0
  for _, theta in ipairs(net.theta) do n = n + #theta * theta.ncols end
  return n
end

-- The seconds that an epoch takes.
local function time(net)
  local function piece(n)
    local start = process.now()
    net:step(n)
    return (process.now() - start) / n
  end
  local n = math.ceil(PIECE / math.min(piece(1), piece(1)))
  local times = {}
  for turn = 1, TURNS do times[turn] = piece(n) end
  table.sort(times)
  return times[(TURNS + 1) // 2]
end

-- The slope of log y over log x through the points from the middle on.
local function exponent(x, y)
  local n, sx, sy, sxx, sxy = 0, 0, 0, 0, 0
  for i = (#x + 1) // 2, #x do
    local u, v = math.log(x[i]), math.log(y[i])
    n, sx, sy, sxx, sxy = n + 1, sx + u, sy + v, sxx + u * u, sxy + u * v
  end
  return (n * sxy - sx * sy) / (n * sxx - sx * sx)
end

-- Formats 1048576 as 1,048,576.
local function grouped(n)
  local s = tostring(n):reverse():gsub("%d%d%d", "%0,"):reverse()
  return (s:gsub("^,", ""))
end

local function duration(seconds)
  local unit, scale = "us", 1e6
  if seconds >= 1 then unit, scale = "s", 1 elseif seconds >= 1e-3 then unit, scale = "ms", 1e3 end
  return ("%.3g %s"):format(seconds * scale, unit)
end

local function line(cells) print("| " .. table.concat(cells, " | ") .. " |") end

local function rule(n) print("|" .. ("---|"):rep(n)) end

-- Times the network make(size) for each size. measure: the name and value by which the exponent is taken, when that is
-- not the size itself.
local function series(what, sizes, make, against, measure)
  local head, cells, x, y = { what }, { "an epoch" }, {}, {}
  for i, size in ipairs(sizes) do
    local net = make(size)
    x[i], y[i] = measure and measure(net) or size, time(net)
    head[i + 1], cells[i + 1] = grouped(size), duration(y[i])
    net = nil -- luacheck: ignore 311 (frees it before the next one is made)
    collectgarbage()
  end
  head[#head + 1], cells[#cells + 1] = "exponent", ("%.2f in %s"):format(exponent(x, y), against)
  line(head)
  rule(#head)
  line(cells)
  print()
end

series("rows, {8, 16, 1}", { 100, 1000, 10000, 100000, 1000000 }, function(rows)
  return network({ 8, 16, 1 }, rows)
end, "rows")

series("width w, {w, w, w}, 64 rows", { 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096 }, function(width)
  return network({ width, width, width }, 64)
end, "parameters", parameters)

series("layers of 32, 100 rows", { 1, 2, 5, 10, 20, 50 }, function(depth)
  local layers = {}
  for l = 1, depth + 1 do layers[l] = 32 end
  return network(layers, 100)
end, "layers")

-- The bytes that the garbage collector counts.
local function bytes()
  collectgarbage()
  collectgarbage()
  return collectgarbage "count" * 1024
end

-- The bytes of a network after a step, without its data.
local function footprint(layers, rows)
  local before = bytes()
  local net = network(layers, rows)
  local X, y = net.X, net.y
  net:step(1)
  local after = bytes()
  local numbers = rows * (X.ncols + y.ncols) * 8
  return after - before - numbers, parameters(net)
end

local small, few = footprint({ 100, 100, 10 }, 1)
local large, many = footprint({ 1000, 1000, 10 }, 1)
local short, long = footprint({ 8, 16, 1 }, 1000), footprint({ 8, 16, 1 }, 101000)

line { "memory", "bytes", "doubles" }
rule(3)
local function memory(what, n) line { what, ("%.1f"):format(n), ("%.1f"):format(n / 8) } end
memory("a parameter, {1000, 1000, 10} beside {100, 100, 10}", (large - small) / (many - few))
memory("a row, {8, 16, 1}, beside X and y", (long - short) / 100000)
