-- goals.lua - the goals of workloads.lua: compares them with the measured times.

local goals = {}

local function find(rows, threads, wanted)
  for _, row in ipairs(rows) do
    if row.threads == threads and wanted(row) then return row end
  end
end

local function is(field, value)
  return function(row) return row[field] == value end
end

-- The fastest peer with that number of threads.
function goals.best(rows, threads)
  local best
  for _, row in ipairs(rows) do
    if row.kind == "peer" and row.threads == threads and (not best or row.median < best.median) then best = row end
  end
  return best
end

local function times(n) return ("%.3g times"):format(n) end

-- Each kind of goal is a function that returns the goal's text, the number reached, and whether a larger number is
-- better; or nil when something that it needs was not measured.
local judge = {}

function judge.over(goal, rows, ours, threads)
  local peer = goal.over == "best" and goals.best(rows, threads) or find(rows, threads, is("name", goal.over))
  if not peer then return end
  local whom = (goal.over == "best" and "the best peer, " or "") .. peer.label
  return ("%s as fast as %s"):format(times(goal.times), whom), goal.times, peer.median / ours.median, true
end

function judge.limit(goal, rows, ours, threads)
  local limit = find(rows, threads, is("kind", "limit"))
  if not limit then return end
  return ("at most %s %s"):format(times(goal.limit), limit.label), goal.limit, ours.median / limit.median
end

function judge.speedup(goal, rows, ours)
  local two = find(rows, 2, is("kind", "ours"))
  if not two then return end
  return ("two threads %s as fast as one"):format(times(goal.speedup)), goal.speedup, ours.median / two.median, true
end

function judge.machine(goal, _, ours, threads)
  local least = (ours.products + ours.gather) / threads
  return ("at most %s products at peak and rows gathered"):format(times(goal.machine)), goal.machine,
    ours.median / least
end

function judge.peak(goal, _, ours)
  return ("%.3g of the peak"):format(goal.peak), goal.peak, ours.peak, true
end

function judge.above(goal, rows, ours, threads, show)
  local other = find(rows, threads, is("name", goal.above))
  return ("at most %s above %s"):format(show(goal.most), other.label), goal.most, ours.median - other.median
end

function judge.most(goal, _, ours, _, show)
  return ("at most %s"):format(show(goal.most)), goal.most, ours.median
end

-- The goals for these rows of one precision as a list of {text, target, reached, ok}. show: writes a figure with its
-- unit. scale: rows are seconds an epoch of a part of the data.
function goals.judge(list, rows, precision, show)
  local judged = {}
  for _, goal in ipairs(list or {}) do
    local threads = goal.threads or 1
    local ours = find(rows, threads, is("kind", "ours"))
    if ours and (goal.precision or precision) == precision then
      local way = goal.over and "over" or goal.limit and "limit" or goal.speedup and "speedup"
        or goal.machine and "machine" or goal.peak and "peak"
        or goal.above and "above" or "most"
      local text, target, reached, more = judge[way](goal, rows, ours, threads, show)
      if text then
        local ok
        if more then ok = reached >= target else ok = reached <= target end
        judged[#judged + 1] = { text = text, target = target, reached = reached, ok = ok, threads = threads,
          figure = (goal.most and show or function(x) return ("%.3g"):format(x) end)(reached) }
      end
    end
  end
  return judged
end

return goals
