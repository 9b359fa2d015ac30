-- contest.lua - times the contestants: each trains for a short piece in turn, many times over, so that a machine whose
-- speed changes slows all of them alike.

local process = require "process"

local contest = {}

-- Seconds of a piece: long enough for the clock and for threads to settle, short enough for many turns.
local PIECE = .06

-- Seconds before the next turn: the threads of OpenBLAS spin for a while after their work, and must sleep by then.
local REST = .05

local function median(sorted)
  local n = #sorted
  return (sorted[(n + 1) // 2] + sorted[n // 2 + 1]) / 2
end

-- The number of epochs of a piece. It is found by training, while caches, the allocator and TorchScript warm up.
local function calibrate(c)
  local n = 1
  for _ = 1, 3 do
    local seconds = c:go(n) / n
    n = math.max(1, math.ceil(PIECE / seconds))
    if seconds > 2 * PIECE then break end
  end
  return n
end

-- Is b equal to a within the tolerance? Strings must be equal.
local function agree(a, b, tolerance)
  local x, y = tonumber(a), tonumber(b)
  if not x or not y then return a == b end
  return math.abs(x - y) <= tolerance * math.abs(x)
end

-- Trains all contestants for the same number of epochs and compares their results with the first one's, which is ours.
-- A contestant whose result differs did not do the same work; its note says so.
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

-- Times all contestants. Returns a row for each: name, label, kind, threads, note; median, least and most in seconds an
-- epoch.
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
