-- probe.lua - some epochs on a copy of a network: does its cost fall, and would it with another ETA? And does J change
-- as GRAD says?

local core = require "moongrad.core"
local finding = require "moongrad.diagnose.finding"
local find = string.find

local probe = {}

local most_rows = 1000 -- that are looked at
local work = 3e8 -- multiply-adds of all epochs on a copy; there may be some 20 copies
local most_epochs = 5000 -- of a trial of a change
local least_rows, least_epochs = 64, 8 -- of a copy, of whatever size

-- At most so many rows of m: of each as many rows the same ones, drawn at random, in their order.
local function some(m, most)
  local n = #m
  if n <= most then return m end
  local rows = core.generator(1):permutation(n):cols(1, most):totable()[1]
  table.sort(rows)
  local part = core.matrix(most, m.ncols)
  for i, row in ipairs(rows) do part[i] = m[row // 1 | 0] end
  return part
end

-- A copy that stands where net does, on these rows.
local function copy(net, X, y, eta)
  local twin = net:copy()
  twin.X, twin.y, twin.eta = X, y, eta
  return twin
end

-- How many rows and epochs a copy may have: of many parameters fewer.
local function sizes(net, n)
  local parameters = 0
  for _, m in ipairs(net.theta) do parameters = parameters + #m * m.ncols end
  local pass = 3 * parameters -- of a row
  local rows = math.min(n, most_rows, math.max(least_rows, work // (12 * pass) | 0))
  local can = work // (pass * rows) | 0
  return rows, math.max(least_epochs, math.min(300, can)), math.max(least_epochs, math.min(most_epochs, can))
end

-- What is asked of net: {net, X, y, base, twin, batch, epochs, is_sum}. X, y: the rows that epochs are tried on; base:
-- a copy that has them; twin: one that may have more. For the trials of changes: most, the epochs that each may have;
-- spent, the multiply-adds of all so far; searched, what came of them; floor, the share of the variance of y that X
-- cannot tell; left, what net leaves of the rest.
function probe.new(net, X, y)
  local rows, epochs, most = sizes(net, math.max(#X, #y)) -- which may not fit each other
  local run = { net = net, X = some(X, rows), y = some(y, rows), epochs = epochs, most = most, spent = 0,
    searched = {}, floor = 0 }
  -- A cost that is a sum grows with the rows: fewer of them need a larger ETA for as large a step.
  local function scale(few) return core.cost_factor(net, few) == core.cost_factor(net, #X) and #X / few or 1 end
  run.is_sum = core.cost_factor(net, #X) == core.cost_factor(net, 2 * #X)
  local in_batches = #net.a > 0 and #net.a[1] ~= #X -- the last pass was of one
  run.batch = in_batches and core.network_state(net).batch or nil
  run.scale = run.batch and 1 or scale(rows)
  run.rounding = net.options.precision == "single" and 1e-5 or 1e-12 -- a smaller share of a cost says nothing
  local looked = some(X, most_rows)
  run.twin = copy(net, looked, some(y, most_rows), net.eta * (run.batch and 1 or scale(#looked)))
  run.twin.options.undo = 0
  run.base = copy(run.twin, run.X, run.y, net.eta)
  return run
end

-- A copy that stands where net does, on the rows that epochs are tried on.
function probe.copy(run, eta)
  local twin = run.base:copy()
  twin.eta = eta * run.scale
  return twin
end

-- The costs of the epochs that go on from net with this eta; nil when they leave the finite numbers, or end in an
-- error, as one of the user's own functions may: run.failure.
local function costs(run, eta)
  local twin = probe.copy(run, eta)
  local list = { core.evaluate(twin, run.X, run.y) }
  list = { list[1] }
  local ok, message = pcall(function()
    for e = 1, run.epochs do
      if run.batch then twin:train { epochs = 1, batch = run.batch, shuffle = false } end
      list[e + 1] = run.batch and core.evaluate(twin, run.X, run.y) or twin:step().cost
    end
  end)
  if ok then return list end
  finding.pass_on(message)
  if not find(tostring(message), "finite", 1, true) then run.failure = tostring(message) end
  return nil
end

local function mean(list, from, to)
  local sum = 0
  for i = from, to do sum = sum + list[i] end
  return sum / (to - from + 1)
end

-- What a list of costs does: "falls", "flat", "rises"; by how much of itself, in all and in its second half; how often
-- it went up.
local function judge(list)
  if not list then return { trend = "diverges", ups = 0 } end
  local n, ups = #list, 0
  for i = 2, n do
    if list[i] > list[i - 1] * (1 + 1e-9) then ups = ups + 1 end
  end
  local third = n // 3
  local before, after = mean(list, 1, third), mean(list, n - third + 1, n)
  local function fall(from) return from > 0 and (from - list[n]) / from or 0 end
  local late = fall(list[n // 2])
  local trend = late < 3e-5 * n / 2 and "flat" or "falls"
  if after > before * (1 + 1e-7) and list[n] > list[1] * (1 + 1e-9) or ups > .2 * n and after > .9 * before then
    trend = "rises"
  end
  return { trend = trend, fall = fall(list[1]), late = late, ups = ups, costs = list }
end

-- The epochs that go on from net: {trend, fall, late, ups, costs}; with another eta, or as net stands.
function probe.epochs(run, eta) return judge(costs(run, eta or run.net.eta)) end

-- The nearest smaller eta with which the cost falls, and to what; nil when there is none.
function probe.smaller(run)
  for power = 1, 6 do
    local eta = run.net.eta * 10 ^ -power
    local found = probe.epochs(run, eta)
    if found.trend == "falls" and found.fall > 0 and found.ups <= .1 * #found.costs then
      return eta, found.costs[#found.costs]
    end
  end
end

-- A larger one with which it falls so many times as far as it does now, if any does, and by how much. It is no bolder
-- than need be: ten times more must bring the cost down by a further twentieth. widest: the update/weight of this one,
-- from which those are passed over that move next to nothing, too.
function probe.larger(run, now, times, widest)
  local best, most
  local idle = widest > 0 and math.max(math.log(1e-6 / widest, 10) // 1 | 0, 0) or 0
  for power = idle + 1, idle + 7 do
    local eta = run.net.eta * 10 ^ power
    local found = probe.epochs(run, eta)
    if not found.costs then break end
    if found.trend == "falls" and found.ups <= .1 * #found.costs
      and found.fall > math.max(.01, times * now.fall, most and most.fall + .05 or 0) then
      best, most = eta, found
    end
  end
  return best, most and most.fall
end

-- Where one epoch undoes the other when those that go on from net with this eta are done: from where to where
-- the prediction goes that goes furthest, and back; nil when none goes further than least.
function probe.swing(run, eta, least)
  if run.batch then return nil end
  local twin, seen = probe.copy(run, eta), {}
  local ok, message = pcall(function()
    twin:step(run.epochs)
    for k = 1, 3 do
      twin:step()
      seen[k] = twin.a[#twin.a]:copy()
    end
  end)
  if not ok then
    finding.pass_on(message)
    return nil
  end
  local moves = core.abs(seen[2] - seen[1])
  local furthest = moves:max()
  if furthest <= least or core.abs(seen[3] - seen[1]):max() > .1 * furthest then return nil end
  local i, j = moves:argmax()
  return seen[1][i][j], seen[2][i][j]
end

-- --- does J change as GRAD says? -----------------------------------------------------------------------

local directions = 4

-- A random direction of THETA, each layer's as large as its weights.
local function direction(net, generator)
  local d = {}
  for l, theta in ipairs(net.theta) do
    d[l] = generator:randn(#theta, theta.ncols) * math.max(theta:norm() / math.sqrt(#theta * theta.ncols), .01)
    if not core.network_state(net).layers[l + 1].bias then d[l]:cols(1, 1):fill(0) end
  end
  return d
end

-- How far GRAD is from how J changes along some directions, as a share of it; nil when differences cannot tell the two
-- apart. All of it a little beside THETA, which may be on a kink: relus whose biases are 0 are, where a row of X is 0.
-- A kink that is met by chance, or a rounding of J, puts the change on one side off that on the other: only what is
-- further off counts, and only in most directions.
function probe.disagreement(run)
  local twin, generator, shares = probe.copy(run, run.net.eta), core.generator(1), {}
  local single = twin.options.precision == "single"
  local h, u = single and 1e-3 or 1e-6, single and 2 ^ -23 or 2 ^ -52
  local at = {}
  for l, d in ipairs(direction(twin, generator)) do at[l] = twin.theta[l] + (single and .05 or 1e-3) * d end
  local function J_at(d, by)
    for l in ipairs(at) do twin.theta[l] = at[l] + by * d[l] end
    return (core.evaluate(twin, run.X, run.y))
  end
  for k = 1, directions do
    local d, said = direction(twin, generator), 0
    local after, before, j = J_at(d, h), J_at(d, -h), J_at(d, 0)
    if k == 1 then
      twin:forward()
      twin:backward()
    end
    for l in ipairs(at) do said = said + (d[l] * twin.grad[l]):sum() end
    local change = (after - before) / (2 * h)
    local unsure = math.abs(after + before - 2 * j) / h + 16 * u * math.abs(j) / h
    local off = math.max(math.abs(said - change) - unsure, 0)
    shares[k] = off > 0 and off / math.max(math.abs(said), math.abs(change)) or 0
  end
  table.sort(shares)
  return shares[2] > 1e-3 and shares[2] or nil
end

return probe
