-- train.lua - train: epochs of mini-batches, with a report after each, and callbacks that see it.

local core = require "moongrad.core"
local long_call = require "moongrad.long_call"
local options = require "moongrad.options"
local past = require "moongrad.past.past"
local raise = require "moongrad.raise"
local report = require "moongrad.network.report"
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
  { name = "every", without = "1", about = "epochs between two reports; without it .history is thinned to 1000",
    example = "10" },
  { name = "report", without = "none", about = "report(r) is called every `every` epochs and at the end",
    example = "print" },
  { name = "stop_when", without = "none", about = "called each epoch; training ends when stop_when(r) is true",
    example = "function(r) return r.mse < 0.01 end" },
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
  self.is_watched = core.network_state(net).watches ~= nil
  self.start = core.clock()
  return self
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
function training:epoch()
  local X = self.X
  local r = core.epoch(self.net, X, self.y, self.batch, self.shuffle, self.targets)
  r.batches = self.batch < #X and math.ceil(#X / self.batch) or nil
  r.classes = self.targets ~= 0 and #self.y[1] > 1 or nil
  r.history = self.history
  r.seconds = core.clock() - self.start
  return r
end

-- Adds to the report r of epoch e, keeps it and calls the user's functions. These are locals so that tracebacks name
-- them.
function training:after(r, e)
  local look, stop_when = self.look, self.stop_when
  if self.test_X then
    local cost, _, _, accuracy = core.evaluate(self.net, self.test_X, self.test_y)
    r.test_cost, r.test_accuracy = cost, accuracy
    r.seconds = core.clock() - self.start
  end
  if self.is_watched then r.watch = watch.look(self.net) or r.watch end
  if stop_when then r.stopped = stop_when(r) and true or false end
  local is_last = e == self.epochs or r.stopped
  self:keep(r, e, is_last)
  if look and (e % self.every == 0 or is_last) then look(r) end
  if not r.stopped and (look or stop_when) then -- the functions may have written to X or y
    self.targets = core.check_data(self.net, "train", self.X, self.y)
  end
end

--- net:train{epochs=, batch=, shuffle=, X=, y=, test=, every=, report=, stop_when=}
-- Trains by mini-batches, with an update after each. The order of the rows is drawn anew each epoch from the network's
-- generator, as by NumPy's permutation. Returns the report of the last epoch. Its .history has the reports of every
-- `every` epochs and of the last one. Without every it has each epoch's report; above 1000 only every second, fourth,
-- ... one is kept, so that there are never more. cost, mse, tss and accuracy are taken while the batches pass;
-- test_cost and test_accuracy are taken at the end of the epoch; seconds count from the start of the call.
-- An epoch can be cut short by Ctrl-C, an error, or numbers that would not stay finite. THETA and the generator are
-- then as they were before that epoch, the earlier epochs count, and A Z DELTA GRAD DTHETA J are gone.
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
    r = self:epoch()
    if r.interrupted then
      r.done, r.wanted = e - 1, self.epochs
      run.interrupted = true
      break
    end
    run.done, run.cost = e, r.cost
    self:after(r, e)
    if r.stopped then break end
  end
  if r.seconds then r.seconds = core.clock() - self.start end
  return r
end

return train
