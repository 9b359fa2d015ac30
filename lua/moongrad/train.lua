-- train.lua - epochs of mini-batches, with a look at each.

local core = require "moongrad.core"
local looking = require "moongrad.past.looking"
local options = require "moongrad.options"
local past = require "moongrad.past.past"
local raise = require "moongrad.raise"
local report = require "moongrad.report"
local running = require "moongrad.running"

local defaults = options.declare("train", {
  { name = "epochs", default = 1, about = "times through X, y", example = "100" },
  { name = "batch", without = "all", about = "rows for each update; the last of an epoch may be fewer", example = "2" },
  { name = "shuffle", default = true, about = "a new order of the rows each epoch; false: as they lie",
    example = "false" },
  { name = "X", without = "the network's", about = "the data", example = "X, y = y" },
  { name = "y", without = "the network's", about = "the targets", example = "y, X = X" },
  { name = "test", without = "none", about = "{X, y}: each report gets test_cost and test_accuracy",
    example = "{X, y}" },
  { name = "every", without = "1", about = "epochs between two reports; without it .history is thinned to 1000",
    example = "10" },
  { name = "report", without = "none", about = "report(r) is called every `every` epochs and at the end",
    example = "print" },
  { name = "stop_when", without = "none", about = "training ends when stop_when(r), asked each epoch, is true",
    example = "function(r) return r.mse < 0.01 end" },
})

local most_reports = 1000 -- in a history, unless it was said which

local function callback(name, f)
  if f == nil or options.is_callable(f) then return f end
  raise("train: %s: expected a function, got %s", name, options.show(f))
end

-- Leaves out every other report of a list.
local function thin(history)
  local n = #history
  for i = 1, n do history[i] = history[2 * i] end
end

-- X, y: the pair given, or the network's own.
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

--- net:train{epochs=, batch=, shuffle=, X=, y=, test=, every=, report=, stop_when=}
-- Gradient descent in mini-batches, an update after each. The order of the rows is drawn anew each epoch by NumPy's
-- permutation, from the network's generator. Returns the last report, with .history, the reports of every `every`
-- epochs and the last; without every each epoch's up to 1000 of them, then every second, fourth, ... epoch's, never
-- more than 1000. cost, mse, tss and accuracy are of the batches as they passed, test_cost and test_accuracy are
-- taken at the epoch's end; seconds are those since the call began.
-- An epoch that does not come to its end, by Ctrl-C, an error or numbers that would not stay finite, leaves THETA and
-- the generator as they were when it began; the epochs before it stay done. A Z DELTA GRAD DTHETA J are gone then.
-- > train{epochs = 10, batch = 2}
-- > train{epochs = 1000, stop_when = function(r) return r.mse < 0.01 end}
local function train(net, o, ...)
  core.network_self(net, "train")
  past.check_idle(net)
  if select("#", ...) > 0 then raise "train: expected one table, train{epochs = 10}" end
  if o == nil then o = {} end
  if type(o) ~= "table" then raise("train: expected a table, train{epochs = 10}, got %s", options.show(o)) end
  for name in pairs(o) do options.exists("train", name) end
  local epochs = options.whole("train: epochs", o.epochs or defaults.epochs, 0)
  local every = options.whole("train: every", o.every or 1, 1)
  local look, stop_when = callback("report", o.report), callback("stop_when", o.stop_when)
  local shuffle = o.shuffle
  if shuffle == nil then shuffle = defaults.shuffle end
  if type(shuffle) ~= "boolean" then raise("train: shuffle: expected true or false, got %s", options.show(shuffle)) end
  local X, y = data(net, o)
  local targets = core.check_data(net, "train", X, y)
  local batch = math.min(options.whole("train: batch", o.batch or #X, 1), #X)
  core.network_state(net).batch = batch -- for diagnose, which goes on in such
  local test_X, test_y
  if o.test ~= nil then
    if type(o.test) ~= "table" then raise("train: test: expected {X, y}, got %s", options.show(o.test)) end
    for key in pairs(o.test) do
      if key ~= 1 and key ~= 2 then raise("train: test: expected {X, y}, got %s, too", options.show(key)) end
    end
    if o.test[1] == nil or o.test[2] == nil then raise "train: test: expected {X, y}, got one matrix" end
    test_X, test_y = core.as_matrix(o.test[1], "test X"), core.as_matrix(o.test[2], "test y", true)
    core.check_data(net, "train: test", test_X, test_y)
  end

  local looks = core.network_state(net).watches ~= nil
  local start = core.clock()
  local history, apart = setmetatable({}, report.history), every
  local r = core.make_report { epoch = net.epoch, history = history }
  local command <close> = past.together(net, ("train{epochs = %d}"):format(epochs)) -- luacheck: ignore
  local run <close> = running.watch(net, epochs)
  for e = 1, epochs do
    r = core.epoch(net, X, y, batch, shuffle, targets)
    r.batches = batch < #X and math.ceil(#X / batch) or nil
    r.classes = targets ~= 0 and #y[1] > 1 or nil
    r.history = history
    r.seconds = core.clock() - start
    if r.interrupted then
      r.done, r.wanted = e - 1, epochs
      run.interrupted = true
      break
    end
    run.done, run.cost = e, r.cost
    if test_X then
      local cost, _, _, accuracy = core.evaluate(net, test_X, test_y)
      r.test_cost, r.test_accuracy = cost, accuracy
      r.seconds = core.clock() - start
    end
    if looks then r.watch = looking.look(net) or r.watch end
    if stop_when then r.stopped = stop_when(r) and true or false end
    local last = e == epochs or r.stopped
    if not o.every and #history >= most_reports then
      thin(history)
      apart = 2 * apart
    end
    if e % apart == 0 or last then history[#history + 1] = r end
    if look and (e % every == 0 or last) then look(r) end
    if r.stopped then break end
    if look or stop_when then targets = core.check_data(net, "train", X, y) end -- they may have written to it
  end
  if r.seconds then r.seconds = core.clock() - start end
  return r
end

return train
