-- probe.lua - some epochs on a copy of a network: does its cost fall, and would it with another ETA?

local core = require "moongrad.core"

local probe = {}

local most_rows = 1000
local work = 2e8 -- multiply-adds of all epochs, a second or so at worst; at least 12, at most 300

-- At most so many rows of m, spread evenly.
local function some(m)
  local n = #m
  if n <= most_rows then return m end
  local part = core.matrix(most_rows, m.ncols)
  for i = 1, most_rows do part[i] = m[(i - 1) * n // most_rows + 1] end
  return part
end

-- A copy of net that stands where net does, on some rows of X, y.
local function copy(run, eta)
  local twin = run.net:copy()
  twin.X, twin.y = run.X, run.y
  twin.eta = eta * run.scale
  return twin
end

-- What is asked of net: {net, X, y, twin, batch, epochs}.
function probe.new(net, X, y)
  local run = { net = net, X = some(X), y = some(y) }
  -- A cost that is a sum grows with the rows: fewer of them need a larger ETA for as large a step.
  local few, all = core.cost_factor(net, #run.X), core.cost_factor(net, #X)
  run.scale = few == all and #X / #run.X or 1
  local parameters = 0
  for _, m in ipairs(net.theta) do parameters = parameters + #m * m.ncols end
  run.epochs = math.max(12, math.min(300, math.floor(work / (3 * parameters * #run.X))))
  local in_batches = #net.a > 0 and #net.a[1] ~= #X -- the last pass was of one
  run.batch = in_batches and core.network_state(net).batch or nil
  if run.batch then run.scale = 1 end
  run.twin = copy(run, net.eta)
  return run
end

-- The costs of the epochs that go on from net with this eta; nil when they leave the finite numbers.
local function costs(run, eta)
  local twin = copy(run, eta)
  local list = { core.evaluate(twin, run.X, run.y) }
  list = { list[1] }
  local ok, message = pcall(function()
    for e = 1, run.epochs do
      local r = run.batch and twin:train { epochs = 1, batch = run.batch, shuffle = false } or twin:step()
      list[e + 1] = r.cost
    end
  end)
  if ok then return list end
  if message:find("interrupted", 1, true) then error(message, 0) end
  return nil
end

local function mean(list, from, to)
  local sum = 0
  for i = from, to do sum = sum + list[i] end
  return sum / (to - from + 1)
end

-- What a list of costs does: "falls", "flat", "rises"; by how much of itself, in its second half; how often it went up.
local function judge(list)
  if not list then return "diverges", 0, 0 end
  local n, ups = #list, 0
  for i = 2, n do
    if list[i] > list[i - 1] * (1 + 1e-9) then ups = ups + 1 end
  end
  local third = n // 3
  local before, after = mean(list, 1, third), mean(list, n - third + 1, n)
  local start = list[n // 2]
  local fall = start > 0 and (start - list[n]) / start or 0
  if after > before * (1 + 1e-7) and list[n] > list[1] * (1 + 1e-9) then return "rises", fall, ups end
  if ups > .2 * n and after > .9 * before then return "rises", fall, ups end
  if fall < 3e-5 * n / 2 then return "flat", fall, ups end
  return "falls", fall, ups
end

-- Fills in trend, fall, ups and costs.
function probe.run(run)
  run.costs = costs(run, run.net.eta)
  run.trend, run.fall, run.ups = judge(run.costs)
end

-- The nearest smaller eta with which the cost falls, and to what; nil when there is none.
function probe.smaller(run)
  for power = 1, 6 do
    local eta = run.net.eta * 10 ^ -power
    local list = costs(run, eta)
    local trend, _, ups = judge(list)
    if trend == "falls" and list[#list] < list[1] and ups <= .1 * #list then return eta, list[#list] end
  end
end

-- A larger one with which it falls ten times as far, if any does, and by how much.
function probe.larger(run)
  local best, most
  for power = 1, 4 do
    local eta = run.net.eta * 10 ^ power
    local list = costs(run, eta)
    if not list then break end
    local trend, fall, ups = judge(list)
    if trend == "falls" and ups <= .1 * #list and fall > math.max(.01, 10 * run.fall, most or 0) then
      best, most = eta, fall
    end
  end
  return best, most
end

return probe
