-- timing.lua - mg.time and mg.bench: how long one call of a function takes, and the median of many.

local core = require "moongrad.core"
local options = require "moongrad.options"
local past = require "moongrad.past.past"
local raise = require "moongrad.raise"
local format = string.format

local timing = {}

local shortest = 20e-6 -- seconds that the clock resolves well: calls that are faster are timed several at a time
local budget = 0.5     -- seconds that bench measures for
local least = 5        -- measurements that bench takes even if they need longer
local most = 10000     -- measurements that bench takes at most

local units = { { 1e-9, "ns" }, { 1e-6, "us" }, { 1e-3, "ms" }, { 1, "s" } }

-- A duration with three digits, in the unit that fits it.
local function duration(seconds)
  for _, unit in ipairs(units) do
    local x = seconds / unit[1]
    if x < 999.5 then return format("%.3g %s", x, unit[2]) end
  end
  return format("%.3g min", seconds / 60)
end

local function check(name, f)
  if not options.is_callable(f) then
    raise("%s: expected a function and its arguments, %s(step, 100), got %s", name, name, options.show(f))
  end
end

-- --- once -----------------------------------------------------------------------------------

local time = { __name = "time", __metatable = false }

function time.__tostring(t) return duration(t.seconds) end

local function since(start, ...)
  local seconds = core.clock() - start
  local t = table.pack(...)
  t.seconds = seconds
  return setmetatable(t, time)
end

--- mg.time(f, ...)
-- Calls f(...) once and returns how long it took: .seconds; [1], [2], ... [n] hold what f returned.
-- > time(step, 1000)
-- > time(step, 1000)[1]
-- > time(function() for i = 1, 10 do step() end end).seconds
function timing.time(f, ...)
  check("time", f)
  local command <close> = past.command "time(...)" -- luacheck: ignore
  return since(core.clock(), f(...))
end

-- --- again and again ------------------------------------------------------------------------------

local bench = { __name = "bench", __metatable = false }

function bench.__tostring(b)
  return format("median %s   half of them %s to %s   %d runs", duration(b.median), duration(b.low), duration(b.high),
    b.runs)
end

-- The seconds that n calls take.
local function measure(n, f, ...)
  local start = core.clock()
  for _ = 1, n do f(...) end
  return core.clock() - start
end

-- The value below which the given share of a sorted list lies, interpolated between two neighbours.
local function quantile(list, share)
  local at = 1 + share * (#list - 1)
  local i = math.floor(at)
  return list[i] + (at - i) * ((list[i + 1] or list[i]) - list[i])
end

--- mg.bench(f, ...)
-- Calls f(...) again and again, for half a second and at least five times, and returns how long one call takes, in
-- seconds: .median; .low and .high, the quartiles, between which lies half of the measurements; .min, .max and .runs,
-- how many calls there were. Calls of a few microseconds are measured several at a time.
-- > bench(step)
-- > bench(function() return THETA[1]:copy() end).median
function timing.bench(f, ...)
  check("bench", f)
  local command <close> = past.command "bench(...)" -- luacheck: ignore
  local start = core.clock()
  local at_once, seconds = 1, measure(1, f, ...)
  local runs = 1
  while seconds < shortest do
    at_once = 2 * at_once
    seconds = measure(at_once, f, ...)
    runs = runs + at_once
  end
  local list = {}
  while #list < least or (#list < most and core.clock() - start < budget) do
    list[#list + 1] = measure(at_once, f, ...) / at_once
    runs = runs + at_once
  end
  table.sort(list)
  return setmetatable({
    median = quantile(list, 0.5), low = quantile(list, 0.25), high = quantile(list, 0.75),
    min = list[1], max = list[#list], runs = runs,
  }, bench)
end

timing.classes = { time = time, bench = bench } -- the metatables of their results

return timing
