-- probe.lua - experiments on copies of a network: does the cost fall in some epochs, would it with another ETA, and
-- does J change as GRAD says?

local core = require "moongrad.core"
local finding = require "moongrad.diagnose.finding"
local find = string.find

local probe = {}

local most_rows = 1000 -- rows of X that are looked at
local work = 3e8 -- multiply-adds of all epochs on a copy; there may be some 20 copies
local most_epochs = 5000 -- epochs in the trial of a change
local least_rows, least_epochs = 64, 8 -- of a copy of a network of any size

-- At most `most` rows of m, drawn at random, in their order. For X and y these are the same rows.
local function some(m, most)
  local n = #m
  if n <= most then return m end
  local rows = core.generator(1):permutation(n):cols(1, most):totable()[1]
  table.sort(rows)
  local part = core.matrix(most, m.ncols)
  for i, row in ipairs(rows) do part[i] = m[row // 1 | 0] end
  return part
end

-- A copy of net as it is, with this X, y and eta.
local function copy(net, X, y, eta)
  local twin = net:copy()
  twin.X, twin.y, twin.eta = X, y, eta
  return twin
end

-- How many rows a copy may have, how many epochs a probe, and how many the trial of a change: fewer for a large net. n:
-- the rows of X.
local function sizes(net, n)
  local parameters = 0
  for _, m in ipairs(net.theta) do parameters = parameters + #m * m.ncols end
  local pass = 3 * parameters -- multiply-adds for a row
  local rows = math.min(n, most_rows, math.max(least_rows, work // (12 * pass) | 0))
  local can = work // (pass * rows) | 0
  return rows, math.max(least_epochs, math.min(300, can)), math.max(least_epochs, math.min(most_epochs, can))
end

-- The table that all experiments on net share:
--   net, X, y   X, y: the rows that epochs are tried on; epochs: how many
--   base        a copy of net with these rows; twin: a copy that may have more rows
--   batch       the rows of a batch when net was trained in batches, else nil
--   is_sum      is J a sum over rows? scale: the factor for ETA, when X has fewer rows than net's data
--   most, spent the epochs that the trial of a change may have, and the multiply-adds of all trials so far
--   searched    the results of trials so far
--   floor, left the share of the variance of y that X cannot explain, and what net leaves of the rest
function probe.new(net, X, y)
  local rows, epochs, most = sizes(net, math.max(#X, #y)) -- the two may not fit each other
  local run = { net = net, X = some(X, rows), y = some(y, rows), epochs = epochs, most = most, spent = 0,
    searched = {}, floor = 0 }
  -- A cost that is a sum grows with the rows: with fewer rows, as large a step needs a larger ETA.
  local function scale(few) return core.cost_factor(net, few) == core.cost_factor(net, #X) and #X / few or 1 end
  run.is_sum = core.cost_factor(net, #X) == core.cost_factor(net, 2 * #X)
  local in_batches = #net.a > 0 and #net.a[1] ~= #X -- the last pass was of a batch
  run.batch = in_batches and core.network_state(net).batch or nil
  run.scale = run.batch and 1 or scale(rows)
  run.rounding = net.options.precision == "single" and 1e-5 or 1e-12 -- a smaller share of the cost is rounding
  local looked = some(X, most_rows)
  run.twin = copy(net, looked, some(y, most_rows), net.eta * (run.batch and 1 or scale(#looked)))
  run.twin.options.undo = 0
  run.base = copy(run.twin, run.X, run.y, net.eta)
  return run
end

-- A copy of net as it is, with the rows that epochs are tried on and this eta.
function probe.copy(run, eta)
  local twin = run.base:copy()
  twin.eta = eta * run.scale
  return twin
end

-- The costs of a copy of net, at first and after each of run.epochs epochs with this eta. nil when numbers become
-- infinite or NaN, or an error is raised, by the user's own functions for example; its message is then run.failure.
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

-- The mean of list[from] .. list[to].
local function mean(list, from, to)
  local sum = 0
  for i = from, to do sum = sum + list[i] end
  return sum / (to - from + 1)
end

-- Judges a list of costs, or nil. Returns trend, "falls", "flat", "rises" or "diverges"; fall, the share by which the
-- cost falls, and late, that in the second half; ups, how often it went up; and costs.
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

-- Tries epochs on a copy, with this eta or net's own: {trend, fall, late, ups, costs}.
function probe.epochs(run, eta) return judge(costs(run, eta or run.net.eta)) end

-- The nearest smaller eta with which the cost falls, and the cost at the end; nil when there is none.
function probe.smaller(run)
  for power = 1, 6 do
    local eta = run.net.eta * 10 ^ -power
    local found = probe.epochs(run, eta)
    if found.trend == "falls" and found.fall > 0 and found.ups <= .1 * #found.costs then
      return eta, found.costs[#found.costs]
    end
  end
end

-- A larger eta with which the cost falls `times` times as far as now, and by how much; nil when there is none. It is
-- the smallest that will do: an eta ten times as large must bring the cost down by a further twentieth. widest: the
-- largest update / weight with net's own eta; etas that still move next to nothing are left out.
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

-- Does each epoch undo the one before, once run.epochs epochs with this eta are done? Returns the two values of the
-- prediction that moves most; nil when none moves further than least.
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

-- A random direction of THETA, a list of matrices, each about as large as the weights of its layer.
local function direction(net, generator)
  local d = {}
  for l, theta in ipairs(net.theta) do
    d[l] = generator:randn(#theta, theta.ncols) * math.max(theta:norm() / math.sqrt(#theta * theta.ncols), .01)
    if not core.network_state(net).layers[l + 1].bias then d[l]:cols(1, 1):fill(0) end
  end
  return d
end

-- How far GRAD is from the change of J along some directions, as a share of that change; nil when differences cannot
-- tell the two apart. This is measured a little beside THETA, since THETA may be on a kink, as relus with bias 0 are
-- for a row of X that is 0. A kink met by chance, or the rounding of J, makes the changes on the two sides differ; so
-- only a larger difference counts, and only when it is there in most directions.
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
