-- tell.lua - prints the table of results to the terminal, and writes a file of tab-separated values.

local tell = {}

local units = { s = 1, ms = 1e3, us = 1e6, MB = 1 }
local file

-- Formats a figure with four significant digits, in the unit.
local function figure(value, unit)
  local x = value * units[unit]
  local whole = math.max(1, #("%d"):format(math.floor(math.abs(x))))
  return ("%%.%df"):format(math.max(0, 4 - whole)):format(x)
end

-- Returns a function that formats a figure with its unit.
function tell.with(unit)
  return function(value) return figure(value, unit) .. " " .. unit end
end

local function tsv(...)
  file:write(table.concat({ ... }, "\t"), "\n")
end

-- head: lines about the machine. share(row): the part of what the machine can do at most, or nil.
function tell.open(path, turns, head)
  file = assert(io.open(path, "w"))
  for _, line in ipairs(head) do print(line) end
  for _, line in ipairs(head) do file:write("# ", line, "\n") end
  print(("medians of %d turns; times: how many times as long as moongrad; peak: the part of an epoch that its products"
    .. "\nwould take if every cycle of every thread did all the multiply-adds it can"):format(turns))
  tsv("workload", "precision", "threads", "kind", "what", "unit", "median", "least", "most", "times", "peak",
    "target",    "verdict", "note")
end

function tell.close() file:close() end

function tell.title(name, title, unit, per)
  local head = ("%s  %s: %s"):format(name, title, per and unit .. " " .. per or unit)
  print(("\n%-66s%9s%9s%9s%9s%7s"):format(head, "median", "least", "most", "times", "peak"))
end

function tell.note(text) print("  (" .. text .. ")") end

-- Prints the rows of one precision; ours is first among those with the same number of threads.
function tell.rows(name, precision, unit, rows)
  local ours = {}
  for _, row in ipairs(rows) do
    if row.kind == "ours" and not ours[row.threads] then ours[row.threads] = row.median end
  end
  for threads = 1, 2 do
    for _, row in ipairs(rows) do
      if row.threads == threads then
        local what = row.kind == "limit" and "limit: " .. row.label or row.label
        local median, least, most = figure(row.median, unit), figure(row.least, unit), figure(row.most, unit)
        local times = ours[threads] and ("%.3g"):format(row.median / ours[threads]) or ""
        local peak = row.peak and ("%.2f"):format(row.peak) or ""
        local head = ("  %-7s %d thread%s  %s"):format(precision, threads, threads > 1 and "s" or " ", what)
        print(("%-66s%9s%9s%9s%9s%7s"):format(head, median, least, most, times, peak))
        if row.note then tell.note(row.note) end
        tsv(name, precision, threads, row.kind, row.label, unit, median, least, most, times, peak, "", "",
          row.note or "")
      end
    end
  end
end

-- Prints a goal, its target and the number reached; in the tab-separated values that number is in column "median".
function tell.goal(name, precision, unit, goal)
  local verdict = goal.ok and "reached" or "not yet"
  print(("  %-7s to reach: %-52s%10s  %s"):format(precision, goal.text, goal.figure, verdict))
  tsv(name, precision, goal.threads, "goal", goal.text, unit, goal.figure, "", "", "", "", goal.target, verdict, "")
end

return tell
