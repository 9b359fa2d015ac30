-- compare.lua - copies of networks trained side by side, on one order of rows.

local core = require "moongrad.core"
local options = require "moongrad.options"
local raise = require "moongrad.raise"
local report = require "moongrad.network.report"
local find, format = string.find, string.format

options.declare("compare", {
  { name = "epochs", default = 1, about = "times through X, y", example = "50" },
  { name = "batch", without = "all", about = "rows for each update", example = "10" },
  { name = "test", without = "none", about = "{X, y}: each report gets test_cost and test_accuracy",
    example = "{X, y}" },
}, "compare({adam = net1, sgd = net2}, {epochs = 50})")

local comparison = { __name = "comparison", __metatable = false } -- the metatable of what compare returns

-- The names of the networks, sorted; all checked.
local function names_of(networks)
  if type(networks) ~= "table" then
    raise("compare: expected a table of networks, compare{adam = net1, sgd = net2}, got %s", options.show(networks))
  end
  local list = {}
  for name, net in pairs(networks) do
    if type(name) ~= "string" or core.kind(net) ~= "a network" then
      raise("compare: expected networks by name, {adam = net1}, got %s as %s", core.kind(net), options.show(name))
    end
    list[#list + 1] = name
  end
  if #list == 0 then raise "compare: expected networks by name, {adam = net1}, got none" end
  table.sort(list)
  return list
end

-- Up to most of the numbers 1 .. n, evenly, with both ends.
local function lines_of(n, most)
  local list = {}
  for k = 1, math.min(n, most) do list[k] = n <= most and k or 1 + ((k - 1) * (n - 1)) // (most - 1) end
  return list
end

function comparison.__tostring(c)
  local width, rows = 12, { format("%8s", "epoch") }
  for _, name in ipairs(c.names) do
    width = math.max(width, #name)
    rows[1] = rows[1] .. "  " .. format("%" .. width .. "s", name)
  end
  local longest = {}
  for _, history in pairs(c.histories) do longest = #history > #longest and history or longest end
  for _, i in ipairs(lines_of(#longest, 12)) do
    local row = format("%8d", longest[i].epoch)
    for _, name in ipairs(c.names) do
      local r = (c.histories[name] or {})[i]
      row = row .. "  " .. format("%" .. width .. "s", r and format("%.6g", r.cost) or "-")
    end
    rows[#rows + 1] = row
  end
  for _, name in ipairs(c.names) do
    if c.failed[name] then rows[#rows + 1] = name .. ": " .. c.failed[name] end
  end
  return table.concat(rows, "\n")
end

-- The history of a copy, why it ended early, and whether by Ctrl-C.
local function trained(net, o)
  local history = setmetatable({}, report.history)
  local ok, r = pcall(net.train, net, { epochs = o.epochs, batch = o.batch, test = o.test,
    report = function(of_epoch) history = of_epoch.history end })
  if not ok and (type(r) ~= "string" or find(r, "interrupted!$")) then error(r, 0) end
  if not ok then return history, r end
  return r.history, r.interrupted and tostring(r) or nil, r.interrupted
end

--- mg.compare({name = net, ...} [, {epochs=, batch=, test=}])
-- Trains copies of networks side by side, each with its own options, on one order of the rows, drawn from the
-- generator that seed(k) sets; the networks stay as they are. Returns .names, sorted, .histories[name], the reports
-- of each, as train keeps them, .networks[name], the copies, and .failed[name], why one ended early, else nil. Shown
-- it is the costs side by side.
-- > a, b = NET:copy(), NET:copy()
-- > b.options.optimizer = "momentum"
-- > c = compare({sgd = a, momentum = b}, {epochs = 50})
-- > c.histories.sgd.cost[50][1] > 0
-- true
local function compare(networks, o, ...)
  local names = names_of(networks)
  o = options.take("compare", o, ...)
  local c = setmetatable({ names = names, histories = {}, networks = {}, failed = {} }, comparison)
  local order, after = core.rng_state(), nil
  for _, name in ipairs(names) do
    local net, g = networks[name]:copy(), core.generator(0)
    core.rng_state(g, order) -- the same for each
    core.set_rng(net, g)
    c.networks[name] = net
    local is_interrupted
    c.histories[name], c.failed[name], is_interrupted = trained(net, o)
    after = after or core.rng_state(g)
    if is_interrupted then break end
  end
  core.rng_state(nil, after)
  return c
end

return compare
