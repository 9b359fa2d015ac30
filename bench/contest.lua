-- contest.lua - turns taken in one run: everyone once, and again, so that a machine that drifts slows all alike.

local process = require "process"

local contest = {}

-- Long enough for the clock and for a thread to settle, short enough for many turns.
local PIECE = .06

-- OpenBLAS's threads spin for a while when their work is done: let them fall asleep before another's turn.
local REST = .05

local function median(sorted)
  local n = #sorted
  return (sorted[(n + 1) // 2] + sorted[n // 2 + 1]) / 2
end

-- How many epochs make a piece: found while the caches, the allocator and TorchScript warm up.
local function calibrate(c)
  local n = 1
  for _ = 1, 3 do
    local seconds = c:go(n) / n
    n = math.max(1, math.ceil(PIECE / seconds))
    if seconds > 2 * PIECE then break end
  end
  return n
end

-- Is b what a is, by the tolerance? Words must be equal.
local function agree(a, b, tolerance)
  local x, y = tonumber(a), tonumber(b)
  if not x or not y then return a == b end
  return math.abs(x - y) <= tolerance * math.abs(x)
end

-- Trains everyone as far and compares what it led to with the first, which is ours: whoever did not do the same
-- work says so in its note.
local function compare(all, epochs)
  local ours
  for _, c in ipairs(all) do
    c:go(epochs)
    local result = c:result()
    ours = ours or result
    if c.same and not agree(ours, result, c.same) then
      c.note = ("its result differs: %s, ours %s"):format(result, ours)
    end
  end
end

-- Takes turns. Returns a row for each: name, label, kind, threads, note; median, least and most in seconds an epoch.
function contest.run(all, turns, epochs)
  if epochs then compare(all, epochs) end
  for _, c in ipairs(all) do
    c.epochs, c.times = calibrate(c), {}
    if c.threads > 1 then process.sleep(REST) end
  end
  for turn = 1, turns do
    for _, c in ipairs(all) do
      c.times[turn] = c:go(c.epochs) / c.epochs
      if c.threads > 1 then process.sleep(REST) end
    end
  end
  local rows = {}
  for i, c in ipairs(all) do
    table.sort(c.times)
    rows[i] = { name = c.name, label = c.label, kind = c.kind, threads = c.threads, note = c.note,
      median = median(c.times), least = c.times[1], most = c.times[turns] }
  end
  return rows
end

return contest
