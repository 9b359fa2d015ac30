-- sweep.lua - sweep{...}: one training for each seed and each combination of options, on all processors.

local core = require "moongrad.core"
local deal = require "moongrad.sweep.deal"
local forked = require "moongrad.sweep.forked"
local grid = require "moongrad.sweep.grid"
local job = require "moongrad.sweep.job"
local long_call = require "moongrad.long_call"
local names = require "moongrad.names"
local network = require "moongrad.network.network"
local options = require "moongrad.options"
local raise = require "moongrad.raise"
local records = require "moongrad.records"
local summary = require "moongrad.sweep.summary"
require "moongrad.network.train" -- its options
local show = options.show

local own = {
  { name = "seeds", default = 1, about = "n: 0 to n - 1; or a list. Each is set before the network is made",
    example = "20" },
  { name = "layers", without = "none", about = "sizes as network{...} takes them, or a list of such lists",
    example = "{{2, 2, 1}, {2, 3, 1}}" },
  { name = "X", without = "none", about = "the data, never swept", example = "X, y = y" },
  { name = "y", without = "none", about = "the targets, never swept", example = "y, X = X" },
  { name = "test", without = "none", about = "{X, y}: test_cost and test_accuracy are columns", example = "{X, y}" },
  { name = "epochs", default = 1000, about = "at most, of each run", example = "10000" },
  { name = "target", without = "none", about = "a run ends when this is reached, and is solved",
    example = "{mse = .01}" },
  { name = "random", without = "all points", about = "n: so many points at random, also from ranges "
    .. "{from = 1e-3, to = 1, log = true}; {n, seed = k}", example = "50" },
  { name = "workers", without = "all processors", about = "processes at once; also MOONGRAD_WORKERS", example = "2" },
  { name = "limit", without = "none", about = "seconds that a run may take; one that takes longer fails",
    example = "60" },
  { name = "build", without = "none", about = "build(p) returns the network of the settings p",
    example = "function(p) return network{2, p.hidden, 1} end" },
  { name = "run", without = "step or train",
    about = "run(net, p) trains; a table of results that it returns adds columns",
    example = "function(net, p) net:step(100) return {norm = net.theta[1]:norm()} end" },
}

-- What a sweep takes of network{...} and of train{...}; the rest is its own, or makes no sense for many runs.
local not_of_network = { X = true, y = true, seed = true, undo = true }
local of_train = { "batch", "shuffle", "patience", "best", "clip", "max_norm", "row_weights", "class_weights" }
local is_of_network, is_of_train = {}, {}
local declared = {}
for _, o in ipairs(own) do
  declared[#declared + 1] = o
end
for _, o in ipairs(options.of.network) do
  if not not_of_network[o.name] then declared[#declared + 1], is_of_network[o.name] = o, true end
end
for _, o in ipairs(options.of.train) do
  for _, name in ipairs(of_train) do
    if o.name == name then declared[#declared + 1], is_of_train[name] = o, true end
  end
end
options.declare("sweep", declared, "sweep{seeds = 20, eta = {.1, 1}, layers = {2, 2, 1}, X = X, y = y}")

local fixed_names = { X = true, y = true, test = true, target = true, seeds = true, random = true, workers = true,
  limit = true, build = true, run = true } -- options that are no settings of a run

-- --- what was asked ---------------------------------------------------------------------------

local function check_function(name, f)
  if f ~= nil and not options.is_callable(f) then
    raise("sweep: %s: expected a function, got %s", name, show(f))
  end
  return f
end

-- The option target, {name = number, ...}.
local function check_target(target, test)
  if target == nil then return nil end
  if type(target) ~= "table" or next(target) == nil then
    raise("sweep: target: expected {mse = .01} or another measure, got %s", show(target))
  end
  for name, v in pairs(target) do
    local known = false
    for _, t in ipairs(job.targets) do known = known or t == name end
    if not known then
      raise("sweep: target: no measure %s%s; there are %s", show(name), names.suggest(tostring(name), job.targets),
        table.concat(job.targets, ", "))
    end
    if not options.finite(v) then raise("sweep: target: %s: expected a number, got %s", name, show(v)) end
    if string.find(name, "^test_") and not test then raise("sweep: target: %s needs test = {X, y}", name) end
  end
  return target
end

local function check_test(test)
  if test == nil then return nil end
  if type(test) ~= "table" or test[1] == nil or test[2] == nil then
    raise("sweep: test: expected {X, y}, got %s", show(test))
  end
  return { core.as_matrix(test[1], "test X"), core.as_matrix(test[2], "test y", true) }
end

local most_workers = 1000

-- How many workers: the option, else what the command line or the environment says, else a worker for each processor.
local function check_workers(v, jobs)
  local set = os.getenv "MOONGRAD_WORKERS"
  local who = v == nil and set and "sweep: --workers, or MOONGRAD_WORKERS" or "sweep: workers"
  if v == nil and set then v = tonumber(set) or set end
  local n = options.whole(who, v or core.processors(), 1)
  if n > most_workers then raise("%s: expected 1 to %d, got %d", who, most_workers, n) end
  return math.min(n, jobs)
end

-- Names in the order of columns: layers, then as options are declared, then those that only build and run know.
local function in_order(set)
  local list, rest, taken = {}, {}, {}
  for _, o in ipairs(declared) do
    if set[o.name] ~= nil and not taken[o.name] then list[#list + 1], taken[o.name] = o.name, true end
  end
  for name in pairs(set) do
    if not taken[name] then rest[#rest + 1] = name end
  end
  table.sort(rest)
  return table.move(rest, 1, #rest, #list + 1, list)
end

-- Raises when an option does not exist. With build or run there may be settings that only they know.
local function check_names(o)
  for name in pairs(o) do
    if type(name) ~= "string" then
      raise("sweep: expected options by name, layers = {2, 2, 1}, got %s", show(name))
    end
  end
end

-- Splits options into those that are swept and those that are the same in each run.
local function split(o)
  local swept, fixed = {}, {}
  for name, v in pairs(o) do
    if not fixed_names[name] then
      if grid.is_swept(name, v) then swept[name] = v else fixed[name] = v end
    end
  end
  if fixed.epochs == nil and not swept.epochs then fixed.epochs = 1000 end
  return swept, fixed
end

-- Raises for a value of a network's option that networks would refuse. eta of train may be a schedule.
local function check_values(name, v)
  if name == "epochs" then options.whole("sweep: epochs", v, 0) end
  if is_of_network[name] and not (name == "eta" and (type(v) == "table" or options.is_callable(v))) then
    options.check(name, v)
  end
end

local function check_settings(swept, fixed)
  for name, v in pairs(fixed) do check_values(name, v) end
  for name, list in pairs(swept) do
    for _, v in ipairs(list) do check_values(name, v) end
  end
end

-- Makes the networks of the first point, for their errors; the generator stays as it is.
local function try(plan, point)
  if plan.build then return end
  if not (plan.fixed.layers or point.layers) then
    if not plan.run then raise "sweep: expected layers = {2, 2, 1}, or build = function(p) return network{...} end" end
    return
  end
  local spec = { X = plan.X, y = plan.y, undo = 0 }
  for i, layer in ipairs(point.layers or plan.fixed.layers) do spec[i] = layer end
  for name in pairs(plan.of_network) do
    spec[name] = point[name]
    if spec[name] == nil then spec[name] = plan.fixed[name] end
  end
  local before = core.rng_state()
  local ok, net = pcall(network, spec)
  core.rng_state(nil, before)
  if not ok then raise("%s", tostring(net)) end
  if plan.X then core.check_data(net, "sweep", plan.X, plan.y) end
  if plan.test then core.check_data(net, "sweep: test", plan.test[1], plan.test[2]) end
end

-- Everything that a worker must know, all checked: the fixed settings, points, seeds, data, functions.
local function planned(o)
  check_names(o)
  local swept, fixed = split(o)
  check_settings(swept, fixed)
  local plan = { fixed = fixed, swept = in_order(swept), of_network = {}, of_train = {},
    build = check_function("build", o.build), run = check_function("run", o.run) }
  if (o.X == nil) ~= (o.y == nil) then raise "sweep: expected X and y, or neither" end
  if o.X ~= nil then plan.X, plan.y = core.as_matrix(o.X, "X"), core.as_matrix(o.y, "y", true) end
  if not plan.X and not (plan.build or plan.run) then
    raise "sweep: no data: give X = X, y = y, or build = function(p) return network{...} end"
  end
  plan.test = check_test(o.test)
  plan.target = check_target(o.target, plan.test)
  if o.limit ~= nil and not (options.finite(o.limit) and o.limit > 0) then
    raise("sweep: limit: expected a number of seconds above 0, got %s", show(o.limit))
  end
  plan.limit = o.limit
  for _, set in ipairs { swept, fixed } do
    for name, v in pairs(set) do
      local is_schedule = name == "eta" and (type(v) == "table" and set == fixed or options.is_callable(v))
      if is_schedule or is_of_train[name] then plan.of_train[name], plan.trains = true, true end
      if is_of_network[name] and not is_schedule then plan.of_network[name] = true end
    end
  end
  plan.trains = plan.trains or plan.test ~= nil
  plan.seeds = grid.seeds(o.seeds)
  plan.points = grid.points(swept, plan.swept, o.random, #plan.seeds)
  plan.runs = #plan.points * #plan.seeds
  try(plan, plan.points[1])
  return plan
end

-- The point and the seed of run k.
local function run_of(plan, k)
  local n = #plan.seeds
  return plan.points[(k - 1) // n + 1], plan.seeds[(k - 1) % n + 1]
end

-- --- results -----------------------------------------------------------------------------------

local before_results, after_results = { "cost", "mse", "accuracy", "test_cost", "test_accuracy" },
  { "solved", "epochs", "seconds", "failed" }

-- The columns of rows: the swept settings, the seed, what was measured, what run returned.
local function columns_of(plan, rows)
  local columns, has, is_known, own_results = {}, {}, {}, {}
  local function add(name)
    columns[#columns + 1], is_known[name] = name, true
  end
  for _, row in pairs(rows) do
    for name in pairs(row) do has[name] = true end
  end
  for _, name in ipairs(plan.swept) do add(name) end
  add "seed"
  for _, name in ipairs(before_results) do
    if not is_known[name] and (has[name] or name == "cost" or name == "mse") then add(name) end
  end
  for _, name in ipairs(after_results) do is_known[name] = true end
  for name in pairs(has) do
    if not is_known[name] then own_results[#own_results + 1] = name end
  end
  table.sort(own_results)
  for _, name in ipairs(own_results) do add(name) end
  for _, name in ipairs(after_results) do columns[#columns + 1] = name end
  return columns
end

-- The records of the runs that are done, in the order of the runs: rows is run -> results.
local function records_of(plan, rows, reason)
  local r = records.records(columns_of(plan, rows))
  for k = 1, plan.runs do
    local row = rows[k]
    if row then
      local point, seed = run_of(plan, k)
      for name, v in pairs(point) do row[name] = v end
      row.seed = seed
      r:add(row)
    end
  end
  return records.summarised(r, summary.of(plan, reason))
end

--- mg.sweep{seeds=, layers=, eta=, X=, y=, epochs=, target=, ...}
-- Trains a network for each seed and each combination of options, in processes on all processors. Returns records, one
-- a run: the settings that are swept, seed, cost and mse of the final THETA, accuracy, solved, epochs, seconds, and
-- failed: why a run failed, else nil.
-- A table of list entries alone is swept, eta = {.1, 1}; one with a named key is a value, optimizer = {"adam", beta1 =
-- .95}; layers is swept when its first entry is a table. All options of network{...} and batch, shuffle, patience,
-- best, clip, max_norm and weights of train{...} may be given. A run is seed(k), then the network, then step, or with
-- an option of train or with test, train. It ends when the target is reached, asked after each epoch, or at epochs.
-- The results have the same bits on any number of workers. So build and run may depend on p alone, and on nothing that
-- an earlier run left; what they print is not shown, and what they change is not seen here.
-- Ctrl-C ends the sweep; it returns the runs that are done.
-- > X, y = data.xor()
-- > r = sweep{seeds = 20, eta = {.1, 1}, layers = {2, 2, 1}, X = X, y = y, epochs = 2000, target = {mse = .01}}
-- > #r
-- 40
-- > r:group("eta"):median("mse")
return function(o, ...)
  local is_open = type(o) == "table" and (o.build or o.run) -- to settings that only build and run know
  if not is_open then o = options.take("sweep", o, ...) end
  local plan = planned(o)
  local rows, progress <close> = {}, long_call.watch(nil, plan.runs, "run")
  local transport <close>, message = forked(check_workers(o.workers, plan.runs), function(k)
    return job.to_text(job.run(plan, run_of(plan, k)))
  end)
  if not transport then raise("sweep: the system starts no process: %s", message) end
  local ok, all_or_error, reason = pcall(deal, transport, plan.runs, function(k, text, why)
    local row = text and job.of_text(text) or { failed = why, solved = plan.target and false }
    rows[k] = row
    progress.done = progress.done + 1
    local cost = row.cost
    if cost and cost < (progress.cost or math.huge) then progress.cost = cost end
  end, plan.limit)
  if not ok then -- by Ctrl-C while Lua ran, not while it waited
    if not string.find(tostring(all_or_error), "interrupted!$") then error(all_or_error, 0) end
    core.serve_stop()
    reason = "interrupted"
  end
  return records_of(plan, rows, reason)
end
