-- job.lua - one run of a sweep: makes a network, trains it, measures it. It runs in a worker.

local core = require "moongrad.core"
local network = require "moongrad.network.network"
local raise = require "moongrad.raise"
local values = require "moongrad.values"
local format, gsub, match = string.format, string.gsub, string.match

local job = {}

-- The settings of a run as the functions of the user get them: a new table, whose lists are new, too.
local function settings(plan, point, seed)
  local p = { seed = seed }
  for name, v in pairs(plan.fixed) do p[name] = v end
  for name, v in pairs(point) do p[name] = v end
  return p
end

-- The network of these settings: what build returns, or one of the options that networks have.
local function made(plan, p)
  if plan.build then
    local net = plan.build(p)
    if core.kind(net) ~= "a network" then raise("build: expected a network, got %s", values.show(net)) end
    if plan.X and not net.X then net.X, net.y = plan.X, plan.y end
    return net
  end
  if not p.layers then return nil end
  local spec = { X = plan.X, y = plan.y, undo = 0 }
  for i, layer in ipairs(p.layers) do spec[i] = layer end
  for name in pairs(plan.of_network) do spec[name] = p[name] end
  return network(spec)
end

-- A function of a report: is what the sweep aims at reached? nil without a target.
local function aim(target)
  if not target then return nil end
  return function(r)
    for name, wanted in pairs(target) do
      local v = r[name]
      if type(v) ~= "number" or v ~= v then return false end
      if job.larger_is_better[name] then
        if v < wanted then return false end
      elseif v > wanted then
        return false
      end
    end
    return true
  end
end

job.larger_is_better = { accuracy = true, test_accuracy = true } -- of what a target may name
job.targets = { "cost", "mse", "tss", "accuracy", "test_cost", "test_accuracy" }

-- Trains net for up to the epochs of p, to the target. Was that reached?
local function trained(plan, net, p)
  local reached = aim(plan.target)
  if not plan.trains then
    if not reached then
      net:step(p.epochs)
      return nil
    end
    local r
    for _ = 1, p.epochs do
      r = net:step(1)
      if reached(r) then return true end
    end
    return false
  end
  local o = { epochs = p.epochs, test = plan.test, stop_when = reached }
  for name in pairs(plan.of_train) do o[name] = p[name] end
  local r = net:train(o)
  return reached and reached(r)
end

-- Adds to row what is measured of net.
local function measure(plan, net, row)
  if net.X and net.y then row.cost, row.mse, row.tss, row.accuracy = core.evaluate(net, net.X, net.y) end
  row.tss = nil
  if plan.test then
    local cost, _, _, accuracy = core.evaluate(net, plan.test[1], plan.test[2])
    row.test_cost, row.test_accuracy = cost, accuracy
  end
  row.epochs = net.epoch
end

-- Adds to row what the user's run returned: a table of results by name, a report, or nothing.
local function add_results(row, results)
  if results == nil or core.kind(results) == "a report" then return end
  if type(results) ~= "table" then raise("run: expected a table of results by name, got %s", values.show(results)) end
  for name, v in pairs(results) do
    if type(name) ~= "string" or not match(name, "^[%a_][%w_]*$") then
      raise("run: expected names of results, got %s", values.show(name))
    end
    if type(v) ~= "number" and type(v) ~= "string" and type(v) ~= "boolean" then
      raise("run: result %s: expected a number, a text, true or false, got %s", name, values.show(v))
    end
    row[name] = v
  end
end

-- The message of an error in one line.
local function line_of(message)
  if type(message) ~= "string" then message = values.show(message) end
  return (gsub(match(message, "^[^\n]*"), "%c", " "))
end

-- Does a run: point is a table of the swept settings. Returns its results by name: cost, mse, solved, epochs, seconds,
-- and failed, the reason when it raised an error.
function job.run(plan, point, seed)
  local row, start, net = {}, core.clock(), nil
  local ok, message = pcall(function()
    core.seed(seed) -- the generator of networks without one of their own
    local p = settings(plan, point, seed)
    net = made(plan, p)
    if plan.run then
      local results = plan.run(net, p)
      if net then measure(plan, net, row) end
      add_results(row, results)
    else
      row.solved = trained(plan, net, p)
      measure(plan, net, row)
    end
  end)
  if not ok then
    row.failed = line_of(message)
    if net then pcall(measure, plan, net, row) end
    if plan.target and row.solved == nil then row.solved = false end
  end
  row.seconds = core.clock() - start
  return row
end

-- --- results as text ------------------------------------------------------------------------------

-- A row of results as text, numbers in every bit: the constructor of a table.
function job.to_text(row)
  local parts = {}
  for name, v in pairs(row) do
    local text = v ~= v and "0/0" or format("%q", v)
    parts[#parts + 1] = format("[%q] = %s", name, text)
  end
  return "return {" .. table.concat(parts, ", ") .. "}"
end

-- The row of such a text, which a worker of ours has sent.
function job.of_text(text) return assert(load(text, "=result", "t", {}))() end

return job
