-- sets.lua - data sets that are drawn: points of the plane and the number of their class, as scikit-learn, CS231n and
-- deeplearning.ai draw them from the same seed.

local core = require "moongrad.core"
local options = require "moongrad.options"
local raise = require "moongrad.raise"
local unpack = table.unpack

local sets = {}

-- Checks the options o of data.<name> and fills in the defaults. Returns them and the last argument of its draws: {},
-- for the generator that seed(k) sets, or with the option seed {one of its own}.
local function taken(name, defaults, o, ...)
  local who = "data." .. name
  o = options.take(who, o, ...)
  local all = {}
  for key, v in pairs(defaults) do all[key] = v end
  for key, v in pairs(o) do all[key] = v end
  all.n = options.whole(who .. ": n", all.n, 2)
  if not options.finite(all.noise) or all.noise < 0 then
    raise("%s: noise: expected a number from 0, got %s", who, options.show(all.noise))
  end
  return all, all.seed == nil and {} or { core.generator(options.check("seed", all.seed)) }
end

-- n rows of classes points each: how many that is for one class.
local function share(name, n, classes)
  if n % classes ~= 0 then
    raise("data.%s: n: expected a multiple of %d, as many points for each class, got %d", name, classes, n)
  end
  return n // classes
end

local function columns(x, y) return core.hstack(x.T, y.T) end -- of two rows
local function circle(t, r) return columns(r * core.sin(t), r * core.cos(t)) end

-- count[c] rows of class c - 1 each, one column.
local function classes_of(count)
  local parts = {}
  for c, n in ipairs(count) do parts[c] = core.matrix(n, 1, c - 1) end
  return core.vstack(unpack(parts))
end

-- The rows in random order, then noise added: scikit-learn's order of draws.
local function shuffled(X, y, noise, g)
  local order = core.permutation(#X, unpack(g))
  X, y = X:take(order), y:take(order)
  return noise > 0 and X + noise * core.randn(#X, 2, unpack(g)) or X, y
end

--- data.circle{n=100, noise=0, factor=.8, seed=}
-- Points on two circles around 0: y is 0 on the outer one, of radius 1, and 1 on the inner one, of radius factor. An
-- odd n gives the inner one a point more. X (n x 2) and y (n x 1) are those of scikit-learn's make_circles.
-- > X, y = data.circle{n = 200, noise = .05, seed = 0}
function sets.circle(o, ...)
  local all, g = taken("circle", { n = 100, noise = 0, factor = .8 }, o, ...)
  if not options.finite(all.factor) or all.factor < 0 or all.factor >= 1 then
    raise("data.circle: factor: expected a number from 0, below 1, got %s", options.show(all.factor))
  end
  local outer, inner = all.n // 2, all.n - all.n // 2
  local function ring(n, r)
    local t = core.linspace(0, n - 1, n) * (2 * math.pi / n)
    return columns(core.cos(t) * r, core.sin(t) * r)
  end
  return shuffled(core.vstack(ring(outer, 1), ring(inner, all.factor)), classes_of { outer, inner }, all.noise, g)
end

--- data.moons{n=100, noise=0, seed=}
-- Points on two half circles that reach into each other: y is 0 on the upper one and 1 on the lower one. An odd n gives
-- the lower one a point more. X (n x 2) and y (n x 1) are those of scikit-learn's make_moons.
-- > X, y = data.moons{n = 200, noise = .1, seed = 0}
function sets.moons(o, ...)
  local all, g = taken("moons", { n = 100, noise = 0 }, o, ...)
  local outer, inner = all.n // 2, all.n - all.n // 2
  local t, u = core.linspace(0, math.pi, outer), core.linspace(0, math.pi, inner)
  local X = core.vstack(columns(core.cos(t), core.sin(t)), columns(1 - core.cos(u), 1 - core.sin(u) - .5))
  return shuffled(X, classes_of { outer, inner }, all.noise, g)
end

--- data.blobs{n=100, noise=1, centers=3, seed=}
-- Normal points around centers that are drawn in the square from -10 to 10; noise is their standard deviation. X (n x
-- 2) and y (n x 1), the number of the center from 0, are those of scikit-learn's make_blobs; one_hot(y) are targets.
-- > X, y = data.blobs{n = 150, seed = 0}
function sets.blobs(o, ...)
  local all, g = taken("blobs", { n = 100, noise = 1, centers = 3 }, o, ...)
  local k = options.whole("data.blobs: centers", all.centers, 1)
  if k > all.n then raise("data.blobs: centers: expected at most n, %d, got %d", all.n, k) end
  local centers = -10 + 20 * core.rand(k, 2, unpack(g))
  local parts, count = {}, {}
  for c = 1, k do
    count[c] = all.n // k + (c <= all.n % k and 1 or 0)
    parts[c] = centers:rows(c) + all.noise * core.randn(count[c], 2, unpack(g))
  end
  return shuffled(core.vstack(unpack(parts)), classes_of(count), 0, g)
end

--- data.spiral{n=300, noise=.2, classes=3, seed=}
-- Points on the arms of a spiral, n / classes on each; noise is the standard deviation of their angles. X (n x 2) and y
-- (n x 1), the number of the arm from 0, are those of the course CS231n; one_hot(y) are targets.
-- > X, y = data.spiral{seed = 0}
function sets.spiral(o, ...)
  local all, g = taken("spiral", { n = 300, noise = .2, classes = 3 }, o, ...)
  local k = options.whole("data.spiral: classes", all.classes, 1)
  local n, parts, count = share("spiral", all.n, k), {}, {}
  for c = 1, k do
    local t = core.linspace((c - 1) * 4, c * 4, n) + core.randn(1, n, unpack(g)) * all.noise
    parts[c], count[c] = circle(t, core.linspace(0, 1, n)), n
  end
  return core.vstack(unpack(parts)), classes_of(count)
end

--- data.planar{n=400, noise=.2, seed=}
-- A flower whose petals are of two classes; noise is the standard deviation of angles and radii. X (n x 2) and y (n x
-- 1), 0 or 1, are those of deeplearning.ai's course, which has seed 1.
-- > X, y = data.planar{seed = 1}
function sets.planar(o, ...)
  local all, g = taken("planar", { n = 400, noise = .2 }, o, ...)
  local n, parts = share("planar", all.n, 2), {}
  for c = 1, 2 do
    local t = core.linspace((c - 1) * 3.12, c * 3.12, n) + core.randn(1, n, unpack(g)) * all.noise
    parts[c] = circle(t, 4 * core.sin(4 * t) + core.randn(1, n, unpack(g)) * all.noise)
  end
  return core.vstack(parts[1], parts[2]), classes_of { n, n }
end

--- data.gauss{n=200, noise=1, seed=}
-- Normal points around (-2, -2), where y is 0, and around (2, 2), where it is 1; noise is their standard deviation. An
-- odd n gives the second a point more. X is n x 2, y n x 1.
-- > X, y = data.gauss{n = 100, seed = 0}
function sets.gauss(o, ...)
  local all, g = taken("gauss", { n = 200, noise = 1 }, o, ...)
  local y = classes_of { all.n // 2, all.n - all.n // 2 }
  return 4 * y - 2 + all.noise * core.randn(all.n, 2, unpack(g)), y
end

return sets
