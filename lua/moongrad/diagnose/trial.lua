-- trial.lua - trials: a change, a line of Lua as one types it at the prompt, is made on a copy of a network, and the
-- copy is then trained. remedy.lua compares trials.
--
-- The copy has the generator as it stands, so that the line, when it is typed, does what it did on the copy.

local core = require "moongrad.core"
local finding = require "moongrad.diagnose.finding"
local goal = require "moongrad.diagnose.goal"
local probe = require "moongrad.diagnose.probe"
local format, lower = string.format, string.lower

local trial = {}
trial.__index = trial

-- The environment in which a change runs: the names of a session, for the trial's network.
local function session(self)
  local function get(_, key)
    local net = self.net
    if key == "NET" then return net end
    if key == "X" or key == "y" then return net[key] end
    if key == "ETA" then return net.eta / self.run.scale end
    if key == "LAYERS" or key == "THETA" then return net[lower(key)] end
    local method = core.network_class.methods[key]
    if method then return function(...) return method(net, ...) end end
    return core[key]
  end
  local function set(_, key, v)
    if key == "ETA" then
      self.net.eta = v * self.run.scale
    elseif key == "LAYERS" then
      self.net = self.net:like(v)
    else
      self.net[key] = v
    end
  end
  return setmetatable({}, { __index = get, __newindex = set })
end

-- Calls f and restores the state of the shared generator. Returns true unless f raised an error.
local function apart(f)
  local shared = core.rng_state()
  local ok, message = pcall(f)
  core.rng_state(nil, shared)
  if not ok then finding.pass_on(message) end
  return ok
end

local per_unit = 50 -- an activation and its slope take the time of so many multiply-adds

-- Begins a trial: a copy after this change, before any epoch. nil when the change fails. eta: the one that the change
-- sets, or nil.
function trial.start(run, change, eta)
  local self = setmetatable({ run = run, change = change, eta = eta, epochs = 0 }, trial)
  self.net = probe.copy(run, run.net.eta)
  local ok = apart(function()
    assert(load(change, "=try", "t", session(self)))()
    if not core.own_rng(self.net) then -- the order of rows in batches comes from it
      local own = core.generator(0)
      core.rng_state(own, core.rng_state())
      core.set_rng(self.net, own)
    end
  end)
  self.work = 0 -- multiply-adds of an epoch
  for _, m in ipairs(self.net.theta) do self.work = self.work + #self.net.X * #m * (3 * m.ncols + per_unit) end
  return ok and self:measure() and self or nil
end

-- Measures the copy: sets mse, left (goal.left) and is_learnt. Returns left; nil when it is not finite, or fails.
function trial:measure()
  local net = self.net
  local ok, mse, accuracy
  ok = apart(function()
    local _
    _, mse, _, accuracy = core.evaluate(net, net.X, net.y)
  end)
  if not ok or mse - mse ~= 0 then return nil end
  self.mse, self.left = mse, goal.left(mse, net.y, self.run.floor)
  self.is_learnt = goal.is_learnt(self.left, accuracy, net.y)
  return self.left
end

-- Trains the copy. Returns true unless it failed.
local function train(self, epochs)
  local batch = self.run.batch
  return epochs == 0 or apart(function()
    if batch then self.net:train { epochs = epochs, batch = batch } else self.net:step(epochs) end
  end)
end

-- Trains for so many more epochs. Returns left; nil when numbers become infinite or NaN. left is the larger of those
-- after the last two epochs, because each may undo the other.
function trial:go(epochs)
  self.run.spent = self.run.spent + epochs * self.work
  self.epochs = self.epochs + epochs
  local before = train(self, epochs - 1) and self:measure()
  local last = before and train(self, 1) and self:measure()
  self.left = last and math.max(before, last) or nil
  return self.left
end

local stages = { 1000, 2000, 5000 } -- epochs

-- Trains until next to nothing is left, or as long as a trial may. With is_impatient it gives up when a stage has
-- changed next to nothing. Returns left; nil as trial:go.
function trial:finish(is_impatient)
  local first = self.left
  for _, stage in ipairs(stages) do
    local more = math.min(stage, self.run.most) - self.epochs
    if more > 0 and not self:go(more) then return nil end
    if self.left <= goal.enough or is_impatient and self.left > .97 * first then break end
  end
  return self.left
end

-- The line to type that does what the trial did. It trains for at least 100 epochs, also when fewer were tried.
function trial:line()
  local batch, epochs = self.run.batch, math.max(self.epochs, 100)
  if batch then return format("%sreturn train{epochs = %d, batch = %d}", self.change, epochs, batch) end
  return format("%sreturn step(%d)", self.change, epochs)
end

return trial
