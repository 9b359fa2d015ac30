-- summary.lua - a sweep in a few lines: how many runs of each combination were solved, and what they reached.

local records = require "moongrad.records"
local text = require "moongrad.text"
local format = string.format

local summary = {}

local z = 1.959963984540054 -- the standard normal distribution has .95 of its mass between -z and z

-- Wilson's interval (1927) for the share of successes of which k were seen in n trials, at 95 %.
function summary.wilson(k, n)
  local p, zz = k / n, z * z / n
  local middle, half = p + zz / 2, z * math.sqrt(p * (1 - p) / n + zz / (4 * n))
  return k == 0 and 0 or (middle - half) / (1 + zz), k == n and 1 or (middle + half) / (1 + zz)
end

-- The quantile q of a sorted list, between two of its numbers as NumPy's percentile has it.
function summary.quantile(list, q)
  local at = 1 + q * (#list - 1)
  local i = math.floor(at)
  local low, high = list[i], list[math.min(i + 1, #list)]
  return low == high and low or low + (at - i) * (high - low)
end

-- "median (quartile to quartile)" of a list of numbers; "-" of none.
local function spread(list)
  if #list == 0 then return "-" end
  table.sort(list)
  local function q(at) return format("%.4g", summary.quantile(list, at)) end
  if #list == 1 then return q(.5) end
  return format("%s (%s to %s)", q(.5), q(.25), q(.75))
end

-- The numbers of a column in these rows, NaN left out.
local function numbers(rows, name, wanted)
  local list = {}
  for _, row in ipairs(rows) do
    local v = row[name]
    if type(v) == "number" and v == v and (not wanted or wanted(row)) then list[#list + 1] = v end
  end
  return list
end

local function is_solved(row) return row.solved end

-- A line of the table about the rows of one combination.
local function line(plan, rows)
  local cells, solved, failed = {}, 0, 0
  for _, name in ipairs(plan.swept) do cells[#cells + 1] = records.cell(rows[1][name]) end
  for _, row in ipairs(rows) do
    if row.solved then solved = solved + 1 end
    if row.failed then failed = failed + 1 end
  end
  if plan.target then
    local low, high = summary.wilson(solved, #rows)
    cells[#cells + 1] = format("%d of %d", solved, #rows)
    cells[#cells + 1] = format("%.3g to %.3g %%", 100 * low, 100 * high)
  else
    cells[#cells + 1] = format("%d", #rows)
  end
  cells[#cells + 1] = spread(numbers(rows, "cost"))
  if plan.test then cells[#cells + 1] = spread(numbers(rows, "test_cost")) end
  if plan.target then cells[#cells + 1] = spread(numbers(rows, "epochs", is_solved)) end
  if failed > 0 then cells[#cells + 1] = format("%d failed", failed) end
  return cells, { solved = solved / #rows, cost = summary.middle(rows, plan.test and "test_cost" or "cost") }
end

-- The median of a column, Inf where there is none.
function summary.middle(rows, name)
  local list = numbers(rows, name)
  table.sort(list)
  return #list > 0 and summary.quantile(list, .5) or math.huge
end

-- The head of the table.
local function head(plan)
  local cells = table.move(plan.swept, 1, #plan.swept, 1, {})
  if plan.target then
    cells[#cells + 1] = "solved"
    cells[#cells + 1] = "of all, 95 %"
  else
    cells[#cells + 1] = "runs"
  end
  cells[#cells + 1] = "cost"
  if plan.test then cells[#cells + 1] = "test cost" end
  if plan.target then cells[#cells + 1] = "epochs to solve" end
  return cells
end

-- The runs of each combination that has any, in the order of the points.
local function grouped(plan, rows)
  local groups, at = {}, {}
  for _, row in ipairs(rows) do
    local key = {}
    for c, name in ipairs(plan.swept) do key[c] = records.cell(row[name]) end
    key = table.concat(key, "\n")
    if not at[key] then
      at[key] = {}
      groups[#groups + 1] = at[key]
    end
    table.insert(at[key], row)
  end
  return groups
end

local most_lines = 20 -- combinations that are shown; of more the best

-- A failure that occurs, with how many runs it ended.
local function failures(rows)
  local first, count = nil, 0
  for _, row in ipairs(rows) do
    if row.failed then
      first = first or row.failed
      count = count + 1
    end
  end
  return first and format("%d run%s failed, the first: %s", count, count == 1 and "" or "s", first)
end

-- Returns the function that shows the rows of a sweep by this plan, which ended early for a reason, or for none.
function summary.of(plan, reason)
  return function(rows)
    local all = {}
    for i, group in ipairs(grouped(plan, rows)) do
      local cells, rank = line(plan, group)
      all[i] = { cells = cells, rank = rank, i = i }
    end
    local lines = { head(plan) }
    if #all > most_lines then
      table.sort(all, function(a, b)
        if a.rank.solved ~= b.rank.solved then return a.rank.solved > b.rank.solved end
        if a.rank.cost ~= b.rank.cost then return a.rank.cost < b.rank.cost end
        return a.i < b.i
      end)
    end
    for i = 1, math.min(#all, most_lines) do lines[i + 1] = all[i].cells end
    local parts = { text.aligned(lines) }
    if #all > most_lines then parts[#parts + 1] = format("the best %d of %d combinations", most_lines, #all) end
    if #rows < plan.runs then
      parts[#parts + 1] = format("%d of %d runs are done: %s", #rows, plan.runs, reason or "the sweep was ended")
    end
    parts[#parts + 1] = failures(rows)
    parts[#parts + 1] = format('cost: median (quartiles); r[1] to r[%d] are the runs, r:sort "cost" shows them', #rows)
    return table.concat(parts, "\n")
  end
end

return summary
