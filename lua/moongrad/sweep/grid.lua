-- grid.lua - the points of a sweep: which options take several values, and every combination of them.
--
-- A table that has list entries only is swept; a table with a named key is one value, {"adam", beta1 = .95}. layers is
-- swept when its first entry is a table. {from =, to =, log = true} is a range, from which `random` draws.

local core = require "moongrad.core"
local raise = require "moongrad.raise"
local values = require "moongrad.values"
local show, whole = values.show, values.whole

local grid = {}

grid.most = 1000000 -- runs of a sweep

-- Is v a table of list entries only, at least one?
local function is_list(v)
  if type(v) ~= "table" or getmetatable(v) ~= nil or #v == 0 then return false end
  for key in pairs(v) do
    if math.type(key) ~= "integer" then return false end
  end
  return true
end

local function is_range(v)
  return type(v) == "table" and getmetatable(v) == nil and v[1] == nil and v.from ~= nil and v.to ~= nil
end

-- Is the option of this name swept over its value v?
function grid.is_swept(name, v)
  if name == "layers" then return type(v) == "table" and type(v[1]) == "table" and is_list(v) end
  return is_list(v) or is_range(v)
end

local function check_range(name, v, random)
  for key in pairs(v) do
    if key ~= "from" and key ~= "to" and key ~= "log" and key ~= "whole" then
      raise("sweep: %s: a range has from, to, log and whole, no %s", name, show(key))
    end
  end
  if not (values.finite(v.from) and values.finite(v.to) and v.from < v.to) then
    raise("sweep: %s: expected {from = low, to = high}, low below high, got %s to %s", name, show(v.from), show(v.to))
  end
  if v.log and v.from <= 0 then
    raise("sweep: %s: a range with log = true begins above 0, got from = %s", name, show(v.from))
  end
  if not random then raise("sweep: %s: a range needs random = n, how many points to draw", name) end
end

-- The seeds of each point: n is 0 .. n - 1; or a list.
function grid.seeds(v)
  if v == nil then return { 0 } end
  local seeds = {}
  if type(v) ~= "table" then
    local n = whole("sweep: seeds", v, 1)
    if n > grid.most then raise("sweep: seeds: %d runs are more than %d", n, grid.most) end
    for k = 0, n - 1 do seeds[k + 1] = k end
    return seeds
  end
  for i, seed in ipairs(v) do
    seeds[i] = whole("sweep: seeds", seed, 0)
    if seed >= 2 ^ 32 then raise("sweep: seeds: expected whole numbers from 0 to 2^32 - 1, got %s", show(seed)) end
  end
  if #seeds == 0 then raise "sweep: seeds: expected a number of seeds or a list of them, got an empty list" end
  return seeds
end

-- The generator and the number of points of random = n or {n, seed = k}.
local function drawing(random)
  local n, seed = random, 0
  if type(random) == "table" then
    n, seed = random[1], random.seed or 0
    for key in pairs(random) do
      if key ~= 1 and key ~= "seed" then raise("sweep: random: expected n or {n, seed = k}, got %s, too", show(key)) end
    end
  end
  n, seed = whole("sweep: random", n, 1), whole("sweep: random: seed", seed, 0)
  if n > grid.most then raise("sweep: random: %d points are more than %d", n, grid.most) end
  if seed >= 2 ^ 32 then raise("sweep: random: seed: expected a number below 2^32, got %s", show(seed)) end
  return n, core.generator(seed)
end

-- One value of a swept option, drawn: an entry of its list, or a number of its range.
local function drawn(v, g)
  if not is_range(v) then return v[g:randint(1, #v + 1)] end
  local u = g:rand()
  local x = v.log and v.from * (v.to / v.from) ^ u or v.from + (v.to - v.from) * u
  return v.whole and math.floor(x + .5) or x
end

-- Raises when there would be too many runs.
local function check_count(count, seeds)
  if count * seeds > grid.most then
    raise("sweep: %.15g combinations of options, %d seeds each, are %.15g runs, more than %d; random = n draws some",
      count, seeds, count * seeds, grid.most)
  end
end

-- All points: names, those of the swept options in order, and a list of tables name -> value. swept: name -> list or
-- range; order: the names in the order of the columns; seeds: how many runs a point has.
function grid.points(swept, order, random, seeds)
  for _, name in ipairs(order) do
    if is_range(swept[name]) then check_range(name, swept[name], random) end
  end
  local points = {}
  if random then
    local n, g = drawing(random)
    if #order == 0 then raise "sweep: random draws points, but no option has several values" end
    check_count(n, seeds)
    for i = 1, n do
      points[i] = {}
      for _, name in ipairs(order) do points[i][name] = drawn(swept[name], g) end
    end
    return points
  end
  local count = 1
  for _, name in ipairs(order) do count = count * #swept[name] end
  check_count(count, seeds)
  for i = 0, count - 1 do
    local point, rest = {}, i
    for k = #order, 1, -1 do -- the last one changes fastest
      local list = swept[order[k]]
      point[order[k]] = list[rest % #list + 1]
      rest = rest // #list
    end
    points[i + 1] = point
  end
  return points
end

return grid
