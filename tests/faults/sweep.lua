-- sweep.lua - each allocation of a call fails in turn: nothing crashes or leaks, no network stays busy, THETA is never
-- half updated. Run by moongrad-faults, which faults.c is linked into; prints TAP.
--
-- Each scenario is a call on a network. It is repeated with the k-th allocation failing: only that one, a few in a
-- row, and all from there on. Afterwards THETA must be one that the call also reaches when nothing fails, the one of
-- the network's epoch; and everything that can be done with a network must work, with the right bits.
--
-- MOONGRAD_FAULTS_EVERY=n: only every n-th k, 1 by default; for calls with many allocations, which take long, fewer.

local faults = require "faults"
local core = require "moongrad.core"
local mg = require "moongrad"

local every = tonumber(os.getenv "MOONGRAD_FAULTS_EVERY" or 1)
local only = os.getenv "MOONGRAD_FAULTS_ONLY"
local lengths = { 1, 2, 5, 0 } -- how many fail in a row; 0: all. Lua retries once after collecting garbage

local swish = mg.activation { name = "fault swish", f = function(z) return z / (1 + math.exp(-z)) end,
  df = function(z, a) return (a + (1 - a) / (1 + math.exp(-z))) end }
local quartic = mg.cost { name = "fault quartic", f = function(a, y) return (a - y) ^ 4 / 4 end,
  delta = function(a, y) return (a - y) ^ 3 end }

local ball = mg.optimizer { name = "fault ball", states = { "v" }, update = function(theta, grad, state, _, eta)
  state.v = .5 * state.v - eta * grad
  theta:set(theta + state.v)
end }

-- --- networks -------------------------------------------------------------------------------------

local X, y = mg.data.xor()
local big = mg.rand(40, 3, mg.generator(1))

-- A network with a past of epochs 0, 2 and 3. kind: "plain"; "own", with functions written in Lua; "wide", so large
-- that its past keeps only THETA.
local function fresh(kind)
  local o = { 2, 3, 1, seed = 7, X = X, y = y, eta = .5 }
  if kind == "own" then o.activation, o.cost, o.output, o.optimizer = swish, quartic, "sigmoid", ball end
  if kind == "wide" then o[2], o.undo = 90, .2 end
  local net = mg.network(o)
  net:step(2)
  net:step()
  return net
end

-- The bits of THETA.
local function theta(net)
  local parts = {}
  for l, m in ipairs(net.theta) do
    for _, row in ipairs(m:totable()) do
      for _, v in ipairs(row) do parts[#parts + 1] = ("<d"):pack(v) end
    end
    parts[#parts + 1] = l
  end
  return table.concat(parts)
end

-- The states that a network may be in after call: epoch -> bits of THETA. by: the same call as several smaller ones.
local function states(kind, by)
  local seen = {}
  local function see(net)
    local e = net.epoch
    seen[e] = seen[e] or {}
    seen[e][theta(net)] = true
  end
  local net = fresh(kind)
  for _, e in ipairs { 0, 1, 2, 3 } do
    net:seek(e)
    see(net)
  end
  for _, f in ipairs(by or {}) do
    f(net)
    see(net)
  end
  return seen
end

-- --- what must be true afterwards ---------------------------------------------------------------------

local function expect(truth, ...)
  if not truth then error(table.concat({ ... }, " "), 2) end
end

local function expect_whole(net, seen, when)
  local e = net.epoch
  expect(seen[e] and seen[e][theta(net)], "THETA is none of epoch", e, when)
end

-- Everything can be done with net, and gives the same results as with another network. all: also what takes long.
local function expect_alive(net, seen, all)
  expect(not core.is_busy(net), "in the middle of a pass")
  expect_whole(net, seen, "after the fault")
  local here = theta(net)
  local twin = net:copy()
  net.theta[1][1][1] = net.theta[1][1][1]
  net:step()
  twin:step()
  expect(theta(net) == theta(twin), "a step leaves other bits than one of a copy")
  net:undo()
  expect(theta(net) == here, "undo does not take back a step")
  local s = core.network_state(net)
  local group = s.past.group
  expect(not (group and core.is_open(group.guard)) and not core.is_held(net), "something is still on")
  local ok, r = pcall(net.undo, net)
  if ok then expect_whole(net, seen, "after undo of " .. tostring(r.undone[1])) end
  for e = 0, 3 do
    if pcall(net.seek, net, e) then expect_whole(net, seen, "after seek") end
  end
  if not all then return end
  net:train { epochs = 2, batch = 3 }
  net:forward()
  net:backward()
  net:update()
  for _ in net:walk() do end
  expect(net:check().ok and net:predict().nrows == 4, "a check fails")
  net:init()
end

-- --- scenarios --------------------------------------------------------------------------------------------

local function step(net) net:step() end
local function epoch(net) net:train { batch = 3 } end

local scenarios = {
  { small = true, "matrices", function()
    local m = mg.matrix { { 1, 2 }, { 3, 4 }, { 5, 6 } }
    local n = (m + 1) * m.T:matmul(m)[1] - mg.vstack(m, m):rows(1, 3) / 2
    m[1] = { 7, 8 }
    return tostring(mg.hstack(m, n)), m:map(math.sqrt), n:sum(1), big:argmax(2), m:copy():fill(3), m:reshape(1, 6),
      m:sort(), m:median(1), m:std(), m[{ 3, 1 }], m:gt(2):find(), mg.one_hot { 2, 0 }
  end },
  { small = true, "random numbers", function()
    local g = mg.generator(3)
    return mg.rand(3, 3), g:randn(2, 2), mg.permutation(9), g:permutation(5), mg.randint(0, 9, 2, 2), g:choice(3, 4)
  end },
  { small = true, "data", function() return mg.data.xor(), mg.data.parity { bits = 3 } end },
  { small = true, "a network is made", function()
    return tostring(mg.network { 2, { 3, "relu" }, 1, output = "sigmoid", l2 = .1, X = X, y = y, seed = 1 })
  end },
  { small = true, "one of own functions is made", function() fresh "own" end },
  { "one like it", function(net) net:like { 2, 5, 1 } end },
  { "a copy", function(net) net:copy() end },
  { "step", function(net) net:step() end, { step } },
  { "steps", function(net) net:step(2) net:step(2) net:step(3) end, { step, step, step, step, step, step, step } },
  { "steps that are asked", function(net)
    net:step(4, { stop_when = function(r) return r.epoch > 5 end, every = 1 })
  end, { step, step, step, step } },
  { small = true, "steps that are watched", function(net)
    net:watch "THETA[1][1]"
    net:watch("cost()", 2)
    net:step(3)
    tostring(net:watched())
    net:unwatch()
  end, { step, step, step } },
  { "train", function(net)
    net:train { epochs = 3, batch = 3, test = { X, y }, every = 2 }
  end, { epoch, epoch, epoch } },
  { "train with callbacks", function(net)
    local function stop_when(r) return r.epoch == 5 end
    tostring(net:train { epochs = 3, batch = 3, report = tostring, stop_when = stop_when }.history)
  end, { epoch, epoch } },
  { "train by a schedule", function(net)
    net:train { epochs = 2, batch = 3, eta = { "cosine" }, clip = 1, row_weights = { 1, 2, 1, 1 }, patience = 9,
      test = { X, y } }
  end, { function(net) net:train { batch = 3, eta = .5, clip = 1, row_weights = { 1, 2, 1, 1 } } end,
    function(net) net:train { batch = 3, eta = .25, clip = 1, row_weights = { 1, 2, 1, 1 } } end } },
  { small = true, "another optimiser", function(net)
    net.options.optimizer = "adam"
    net:step()
    return tostring(net.state), net.v[1]
  end, { function(net)
    net.options.optimizer = "adam"
    net:step()
  end }, function(net) net.options.optimizer = "sgd" end },
  { small = true, "networks compared", function(net) return tostring(mg.compare({ a = net }, { epochs = 2 })) end },
  { "train on other data", function(net) net:train { batch = 15, X = big:cols(1, 2), y = big:cols(3, 3) } end,
    { function(net) net:train { batch = 15, X = big:cols(1, 2), y = big:cols(3, 3) } end } },
  { "the parts of a pass", function(net)
    net:forward()
    net:backward()
    tostring(net.grad_x)
    net:update()
    tostring(net.grad_x)
    net:forward(mg.ones(3, 2))
  end, { step } },
  { small = true, "evaluation", function(net)
    return net:predict(big:cols(1, 2)), net:cost(), net:accuracy(), net:predict { { 1, 2 } }
  end },
  { small = true, "check", function(net) return tostring(net:check()) end },
  { small = true, "check of a mistake", function(net)
    net:bug "wrong-sign"
    local text = tostring(net:check())
    net:bug(false)
    return text
  end, nil, function(net) net:bug(false) end },
  { small = true, "diagnose", function(net) return tostring(net:diagnose()) end },
  { small = true, "walk", function(net)
    local w = net:walk()
    for op in w do tostring(op) end
    w:back()
  end, { step } },
  { small = true, "explain", function(net)
    net:forward()
    net:backward()
    return tostring(net:explain("grad", 1, 1, 1)), tostring(net:explain("a", 2, 1, 1)), tostring(net:explain("x", 1, 1))
  end },
  { "edits", function(net)
    local was = net.theta[1]:copy()
    net.theta[1] = was
    net.theta[1][1] = was[1]
    net.theta = { was, net.theta[2]:copy() }
    net.y = y:copy()
    net.frozen[1] = "bias"
    net.frozen[1] = false
  end, nil, function(net) net.frozen[1], net.y = false, y end },
  { "options", function(net)
    net.eta = .25
    net.options.l2, net.options.bias_l2 = .1, .2
    net.options.l2, net.options.bias_l2 = 0, 0
    net.eta = .5
    return tostring(net.options)
  end, nil, function(net) net.eta, net.options.l2, net.options.bias_l2 = .5, 0, 0 end },
  { "init", function(net) net:init "xavier" end, { function(net) net:init "xavier" end, step } },
  { "undo", function(net) return tostring(net:undo(2)) end },
  { "seek", function(net) net:seek(1) net:seek(3) return tostring(net:seek(2)) end },
  { "undo of a train", function(net) net:train { epochs = 2, batch = 3 } net:undo() end, { epoch, epoch } },
  { "time and bench", function(net) mg.time(function() net:step() end) end, { step } },
  { small = true, "texts", function(net)
    return tostring(net), tostring(net:step(0)), tostring(net.theta), tostring(net.theta[1])
  end },
}

-- --- the sweep ----------------------------------------------------------------------------------------------

local swept, failed = 0, 0

-- Makes one call fail. after: restores what the call may have changed besides the network's numbers.
local function once(s, kind, seen, k, length)
  local net = fresh(kind)
  local result = table.pack(faults.run(k, length, s[2], net))
  swept = swept + 1
  if faults.failed() > 0 then failed = failed + 1 end
  if not result[1] and length == 1 and k > 1 then -- Lua retries its own allocations: only others may fail
    expect(type(result[2]) == "string", "no message")
  end
  if s[4] then s[4](net) end
  expect_alive(net, seen, swept % 8 == 0)
end

local function sweep(s, kind)
  local seen = states(kind, s[3])
  s[2](fresh(kind)) -- loads the modules that it needs
  faults.run(-1, 0, s[2], fresh(kind))
  assert(faults.run(math.maxinteger >> 1, 0, s[2], fresh(kind)))
  local n = faults.count()
  local apart = every * math.ceil(n / math.min(400, 1e5 // n))
  for _, length in ipairs(lengths) do
    for k = 1 + swept % apart, n, apart do
      local ok, message = xpcall(once, function(m)
        return ("%s\n%s"):format(m, os.getenv "MOONGRAD_FAULTS_TRACE" and debug.traceback() or "")
      end, s, kind, seen, k, length)
      if not ok then return false, ("allocation %d of %d, %d: %s"):format(k, n, length, message), n end
      if swept % 100 == 0 then collectgarbage() end
    end
  end
  return true, nil, n
end

local list = {}
for _, s in ipairs(scenarios) do
  for _, kind in ipairs { "plain", "own", "wide" } do
    local name = ("%s, %s"):format(s[1], kind)
    local alike = kind == "wide" and s.small -- it would take long and test nothing new
    if not alike and (not only or name:find(only, 1, true)) then list[#list + 1] = { name, s, kind } end
  end
end

print("1.." .. #list)
for i, one in ipairs(list) do
  local ok, message, n = sweep(one[2], one[3])
  print(("%s %d - %s: %d allocations"):format(ok and "ok" or "not ok", i, one[1], n))
  if message then print("# " .. message:gsub("\n", "\n# ")) end
  io.stdout:flush()
end
print(("# %d faults, %d of them reached"):format(swept, failed))
