-- report.lua - how the reports that step and train return are printed: one line each, and a history line by line.

local core = require "moongrad.core"
local show = require "moongrad.show"

--- report
-- What step and train return; printed it is one line. Its fields are epoch, cost, mse, tss, accuracy (nil when y holds
-- no classes), seconds, interrupted, stopped (did stop_when or patience end the run? nil without both) and reason,
-- which of the two. Those of train are also eta, clipped, test_cost, test_accuracy, best_epoch, best_cost, history and
-- batches. batches is the number of batches in an epoch, nil when all rows are one batch; cost is then the mean over
-- the batches, "cost 3.8 a batch". cost includes l1 and l2, mse and tss do not. The columns of a history are matrices:
-- r.history.cost.
--   mse = tss / (N K), tss = sum of (yhat - y)^2
-- > r = step(10)
-- > r.cost, r.mse
local report = core.report -- the metatable of reports; report.c makes their fields, train.lua adds some

-- A duration with its unit: "0.9 ms".
local function duration(seconds)
  if seconds >= 60 then return string.format("%d min %.0f s", seconds // 60, seconds % 60) end
  if seconds >= 1 then return string.format("%.1f s", seconds) end
  if seconds >= 1e-4 then return string.format("%.1f ms", seconds * 1e3) end
  return string.format("%.1f us", seconds * 1e6)
end

local function interrupted(r)
  local from = r.epoch - r.done
  local text = string.format("interrupted at epoch %d of %d", r.epoch, from + r.wanted)
  if r.cost then text = text .. string.format(", cost %.6g", r.cost) end
  if r.batches_done then text = text .. string.format(", and %d batches more", r.batches_done) end
  return text .. " (THETA kept)"
end

function report.__tostring(r)
  if r.interrupted then return interrupted(r) end
  local parts = { string.format("epoch %d", r.epoch) }
  local function add(name, value, format)
    if value then parts[#parts + 1] = name .. " " .. string.format(format, value) end
  end
  -- where J is a sum, a batch's cost is less than that of all rows
  add("cost", r.cost, r.batches and "%.9g a batch" or "%.9g")
  add("mse", r.mse, "%.9g")
  if r.classes or r.test_accuracy then add("accuracy", r.accuracy, "%.4g") end
  add("test cost", r.test_cost, "%.9g")
  add("test accuracy", r.test_accuracy, "%.4g")
  if r.clipped and r.clipped > 0 then parts[#parts + 1] = "clipped " .. r.clipped .. "x" end
  if r.evaluations then parts[#parts + 1] = string.format("%d evaluations", r.evaluations) end
  add("gradient norm", r.gradient_norm, "%.3g")
  if r.stopped then
    parts[#parts + 1] = "stopped by " .. (r.reason or "stop_when")
      .. (r.reason == "patience" and string.format(", best epoch %d", r.best_epoch) or "")
  end
  if r.seconds then parts[#parts + 1] = duration(r.seconds) end
  return table.concat(parts, "   ") .. (r.watch and "\n" .. r.watch or "")
end

local history = { __name = "history", __metatable = false } -- the metatable of train's lists of reports

-- h.cost, h.eta, h.test_accuracy: a column of that field, NaN where a report has none; nil when none has.
function history.__index(h, name)
  if type(name) ~= "string" then return nil end
  local column, known = {}, false
  for i, r in ipairs(h) do
    local v = r[name]
    if type(v) == "number" then known = true end
    column[i] = { type(v) == "number" and v or 0 / 0 }
  end
  return known and core.matrix(column) or nil
end

function history.__tostring(h)
  local lines = {}
  for k, i in ipairs(show.edges(#h, show.room(0))) do lines[k] = i and tostring(h[i]) or "..." end
  return #lines > 0 and table.concat(lines, "\n") or "no reports"
end

return { history = history }
