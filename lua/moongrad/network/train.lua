-- train.lua - train: epochs of mini-batches, with a report after each, and callbacks that see it.

local core = require "moongrad.core"
local long_call = require "moongrad.long_call"
local options = require "moongrad.options"
local past = require "moongrad.past.past"
local raise = require "moongrad.raise"
local report = require "moongrad.network.report"
local row_weights = require "moongrad.network.row_weights"
local schedule = require "moongrad.network.schedule"
local watch = require "moongrad.network.watch"
local format = string.format

local defaults = options.declare("train", {
  { name = "epochs", default = 1, about = "how often all rows of X, y are used", example = "100" },
  { name = "batch", without = "all", about = "rows for each update; the last batch of an epoch may have fewer",
    example = "2" },
  { name = "shuffle", default = true, about = "a new order of the rows each epoch; false: the order of X",
    example = "false" },
  { name = "X", without = "the network's", about = "the data", example = "X, y = y" },
  { name = "y", without = "the network's", about = "the targets", example = "y, X = X" },
  { name = "test", without = "none", about = "{X, y}: each report gets test_cost and test_accuracy",
    example = "{X, y}" },
  { name = "eta", without = "the network's", about = 'the learning rate of each epoch: '
    .. '{"step", every = 30, factor = .1}, {"exponential", factor = .99}, {"cosine", to = 0}, {"one-cycle", peak = 1}, '
    .. "each also with warmup = n, a number, or f(epoch, report)", example = '{"cosine", to = 0}' },
  { name = "every", without = "1", about = "epochs between two reports; without it .history is thinned to 1000",
    example = "10" },
  { name = "report", without = "none", about = "report(r) is called every `every` epochs and at the end",
    example = "print" },
  { name = "stop_when", without = "none", about = "called each epoch; training ends when stop_when(r) is true",
    example = "function(r) return r.mse < 0.01 end" },
  { name = "patience", without = "none", about = "training ends after so many epochs without a lower test_cost",
    example = "10, test = {X, y}" },
  { name = "best", default = false, about = "true: at the end THETA of the lowest test_cost comes back",
    example = "true, test = {X, y}" },
  { name = "clip", without = "none", about = "GRAD is shortened to this norm where it is longer", example = "1" },
  { name = "max_norm", without = "none", about = "so are the weights into each unit, not its bias, after an update",
    example = "3" },
  { name = "row_weights", without = "all 1", about = "a number for each row: its loss counts so many times, J is "
    .. "divided by N all the same", example = "{1, 1, 2, 2}" },
  { name = "class_weights", without = "all 1", about = "likewise for each class: each column of y, or 0 and 1",
    example = "{1, 2}" },
})

local most_reports = 1000 -- in a history, unless the option every is given

local function callback(name, f)
  if f == nil or options.is_callable(f) then return f end
  raise("train: %s: expected a function, got %s", name, options.show(f))
end

-- X and y as matrices: those of the options, or the network's own.
local function data(net, o)
  if (o.X == nil) ~= (o.y == nil) then raise "train: expected X and y, or neither" end
  local X, y = o.X, o.y
  if X == nil then
    X, y = core.network_data(net)
    if not X then raise "train: no data yet: set X = {{0, 0}, {0, 1}, ...} first" end
    if not y then raise "train: no targets yet: set y = {0, 1, ...} first" end
  end
  return core.as_matrix(X, "X"), core.as_matrix(y, "y", true)
end

-- X and y of the option test = {X, y} as matrices; nil without the option.
local function test_data(net, test)
  if test == nil then return nil end
  if type(test) ~= "table" then raise("train: test: expected {X, y}, got %s", options.show(test)) end
  for key in pairs(test) do
    if key ~= 1 and key ~= 2 then raise("train: test: expected {X, y}, got %s, too", options.show(key)) end
  end
  if test[1] == nil or test[2] == nil then raise "train: test: expected {X, y}, got one matrix" end
  local X, y = core.as_matrix(test[1], "test X"), core.as_matrix(test[2], "test y", true)
  core.check_data(net, "train: test", X, y)
  return X, y
end

-- A number above 0 of an option, or nil.
local function above_0(name, v)
  if v == nil or options.finite(v) and v > 0 then return v end
  raise("train: %s: expected a number above 0, got %s", name, options.show(v))
end

local training = {} -- the metatable of a call of train, which has its options and the reports that it keeps
training.__index = training

local function new(net, o)
  local self = setmetatable({ net = net, history = setmetatable({}, report.history) }, training)
  self.epochs = options.whole("train: epochs", o.epochs or defaults.epochs, 0)
  self.every = options.whole("train: every", o.every or 1, 1)
  self.apart, self.is_thinned = self.every, not o.every
  self.look, self.stop_when = callback("report", o.report), callback("stop_when", o.stop_when)
  self.shuffle = o.shuffle
  if o.shuffle == nil then self.shuffle = defaults.shuffle end
  if type(self.shuffle) ~= "boolean" then
    raise("train: shuffle: expected true or false, got %s", options.show(o.shuffle))
  end
  self.X, self.y = data(net, o)
  self.targets = core.check_data(net, "train", self.X, self.y)
  self.batch = math.min(options.whole("train: batch", o.batch or #self.X, 1), #self.X)
  core.network_state(net).batch = self.batch -- for diagnose, which tries batches of this size
  self.test_X, self.test_y = test_data(net, o.test)
  self.rate = schedule.of(net, o.eta, self.epochs)
  local weights = row_weights.of(self.y, self.targets, o.row_weights, o.class_weights)
  self.how = { clip = above_0("clip", o.clip), max_norm = above_0("max_norm", o.max_norm), weights = weights }
  self:look_for_best(o)
  self.is_watched = core.network_state(net).watches ~= nil
  self.start = core.clock()
  return self
end

-- What patience and best ask for.
function training:look_for_best(o)
  if o.patience ~= nil then self.patience = options.whole("train: patience", o.patience, 1) end
  self.best = o.best
  if o.best == nil then self.best = defaults.best end
  if type(self.best) ~= "boolean" then raise("train: best: expected true or false, got %s", options.show(o.best)) end
  for _, name in ipairs { "patience", "best" } do
    if self[name] and not self.test_X then
      raise("train: %s: it goes by test_cost: give test = {X, y}, too", name)
    end
  end
end

-- Drops every second report of a history.
local function thin(history)
  local n = #history
  for i = 1, n do history[i] = history[2 * i] end
end

-- Adds the report of epoch e to the history, when it is one of those to keep.
function training:keep(r, e, is_last)
  if self.is_thinned and #self.history >= most_reports then
    thin(self.history)
    self.apart = 2 * self.apart
  end
  if e % self.apart == 0 or is_last then self.history[#self.history + 1] = r end
end

-- Trains for an epoch. Returns its report, whose cost, mse and tss were taken while the batches passed.
function training:epoch(e, before)
  local X, how, net = self.X, self.how, self.net
  if self.rate then
    how = { eta = self.rate(e, before), clip = how.clip, max_norm = how.max_norm, weights = how.weights }
  end
  local eta = how.eta or net.eta
  local r, clipped = core.epoch(net, X, self.y, self.batch, self.shuffle, self.targets, nil, next(how) and how or nil)
  r.eta, r.clipped = eta, how.clip and clipped
  r.batches = self.batch < #X and math.ceil(#X / self.batch) or nil
  r.classes = self.targets ~= 0 and #self.y[1] > 1 or nil
  r.history = self.history
  r.seconds = core.clock() - self.start
  return r
end

-- Keeps the THETA of the lowest test_cost. Is there patience left?
function training:judge(r)
  local lowest = self.lowest
  if not lowest or r.test_cost < lowest.cost then
    lowest = { cost = r.test_cost, epoch = r.epoch, since = 0 }
    self.lowest = lowest
    if self.best then
      lowest.theta = {}
      for l, m in ipairs(self.net.theta) do lowest.theta[l] = m:copy() end
    end
  else
    lowest.since = lowest.since + 1
  end
  r.best_epoch, r.best_cost = lowest.epoch, lowest.cost
  return not self.patience or lowest.since < self.patience
end

-- At the end: THETA of the lowest test_cost, if that is wanted.
function training:take_best()
  if not (self.best and self.lowest) then return end
  core.set_thetas(self.net, self.lowest.theta)
  past.settle(self.net) -- while the command is on
end

-- Adds to the report r of epoch e, keeps it and calls the user's functions. These are locals so that tracebacks name
-- them.
function training:after(r, e)
  local look, stop_when = self.look, self.stop_when
  if self.test_X then
    local cost, _, _, accuracy = core.evaluate(self.net, self.test_X, self.test_y)
    r.test_cost, r.test_accuracy = cost, accuracy
    r.seconds = core.clock() - self.start
    if not self:judge(r) then r.stopped, r.reason = true, "patience" end
  end
  if self.is_watched then r.watch = watch.look(self.net) or r.watch end
  if stop_when and not r.stopped then
    r.stopped = stop_when(r) and true or false
    r.reason = r.stopped and "stop_when" or nil
  end
  local is_last = e == self.epochs or r.stopped
  self:keep(r, e, is_last)
  if look and (e % self.every == 0 or is_last) then look(r) end
  if not r.stopped and (look or stop_when) then -- the functions may have written to X or y
    self.targets = core.check_data(self.net, "train", self.X, self.y)
  end
end

--- net:train{epochs=, batch=, shuffle=, X=, y=, test=, eta=, every=, report=, stop_when=, ...}
-- Trains by mini-batches, with an update after each. The order of the rows is drawn anew each epoch from the network's
-- generator, as by NumPy's permutation. Returns the report of the last epoch. Its .history has the reports of every
-- `every` epochs and of the last one. Without every it has each epoch's report; above 1000 only every second, fourth,
-- ... one is kept, so that there are never more. cost, mse, tss and accuracy are taken while the batches pass;
-- test_cost and test_accuracy are taken at the end of the epoch; seconds count from the start of the call.
-- A schedule starts from the network's eta and leaves it as it is; a report's eta is that of its epoch. After k epochs
-- the rate of {"step", every = n, factor = f} is eta f^floor(k / n), that of {"exponential", factor = f} is eta f^k;
-- {"cosine", to = v} goes from eta to v along half a cosine; {"one-cycle", peak = v} rises to v in .3 of the epochs and
-- falls to eta / 10000. warmup = n first raises the rate from eta / n to eta in n epochs. A function is called with the
-- epoch of this call, from 1, and the report of the epoch before. clip scales GRAD of a batch down to that norm where
-- it is longer; .clipped of a report says how often. patience and best use test_cost; reports have best_epoch and
-- best_cost.
-- Ctrl-C ends it after a whole batch, whose THETA stays; a new call goes on from there. If an error or numbers that
-- would not stay finite cut an epoch short, THETA and the generator are as they were before that epoch; the earlier
-- epochs count. A Z DELTA GRAD DTHETA J are gone then.
-- > train{epochs = 10, batch = 2}
-- > train{epochs = 1000, stop_when = function(r) return r.mse < 0.01 end}
local function train(net, o, ...)
  core.network_self(net, "train")
  past.check_idle(net)
  local self = new(net, options.take("train", o, ...))
  local r = core.make_report { epoch = net.epoch, history = self.history }
  local command <close> = past.together(net, format("train{epochs = %d}", self.epochs)) -- luacheck: ignore
  local run <close> = long_call.watch(net, self.epochs)
  for e = 1, self.epochs do
    r = self:epoch(e, e > 1 and r or nil)
    if r.interrupted then
      r.done, r.wanted = e - 1, self.epochs
      run.interrupted = true
      past.settle(net) -- the batches that were done, while the command is on
      break
    end
    run.done, run.cost = e, r.cost
    self:after(r, e)
    if r.stopped then break end
  end
  self:take_best()
  if r.seconds then r.seconds = core.clock() - self.start end
  return r
end

return train
