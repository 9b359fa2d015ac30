-- minimize.lua - L-BFGS: the cost of all rows made small by steps that know how the gradient has changed.
--
-- A vector here is a list of matrices, one for each layer, shaped as THETA.

local core = require "moongrad.core"
local long_call = require "moongrad.long_call"
local options = require "moongrad.options"
local past = require "moongrad.past.past"
local raise = require "moongrad.raise"
local find = string.find

local defaults = options.declare("minimize", {
  { name = "iterations", default = 1000, about = "at most, each a step along a direction", example = "100" },
  { name = "tolerance", default = 1e-5, about = "it ends when no number of GRAD is larger", example = "1e-8" },
  { name = "history", default = 10, about = "iterations that a direction is made of", example = "5" },
})

-- Of J, relative to it or 1: it ends when an iteration brings less. With the default 2.2e-9, as SciPy has it.
local function least_fall(tolerance) return 22 * tolerance * tolerance end

-- --- vectors -----------------------------------------------------------------------------------

local function dot(a, b)
  local sum = 0
  for l, m in ipairs(a) do sum = sum + (m * b[l]):sum() end
  return sum
end

-- a + k b
local function plus(a, k, b)
  local list = {}
  for l, m in ipairs(a) do list[l] = m + k * b[l] end
  return list
end

local function largest(a)
  local most = 0
  for _, m in ipairs(a) do most = math.max(most, m:max(), -m:min()) end
  return most
end

-- --- the cost and its gradient -----------------------------------------------------------------

local search = {}
search.__index = search

-- J at theta, Inf where it is not finite, and GRAD there, 0 for what is frozen.
function search:evaluate(theta)
  local net = self.net
  self.evaluations = self.evaluations + 1
  core.set_thetas(net, theta)
  core.forward_whole(net)
  local J = net.J
  if not J or J ~= J or J == math.huge then return math.huge end
  net:backward()
  local grad = {}
  for l, m in ipairs(net.grad) do
    grad[l] = m:copy()
    local frozen = core.frozen(net, l)
    if frozen & 1 ~= 0 then grad[l]:cols(1, 1):fill(0) end
    if frozen & 2 ~= 0 then grad[l]:cols(2, m.ncols):fill(0) end
  end
  if largest(grad) == math.huge then return math.huge end
  return net.J, grad
end

-- --- the line search: strong Wolfe conditions (Nocedal and Wright, Numerical Optimization, 2006, 3.5 and 3.6) -------

local enough, flat = 1e-3, .9 -- of the fall that the slope promises; of the slope that is left

-- Where the cubic through two points and their slopes is least; their middle when it is not well between them.
local function cubic(a, b)
  local d1 = a.slope + b.slope - 3 * (a.J - b.J) / (a.at - b.at)
  local square = d1 * d1 - a.slope * b.slope
  local middle = (a.at + b.at) / 2
  if not (square >= 0) or b.J == math.huge then return middle end
  local d2 = (b.at > a.at and 1 or -1) * math.sqrt(square)
  local at = b.at - (b.at - a.at) * (b.slope + d2 - d1) / (b.slope - a.slope + 2 * d2)
  local low, high = math.min(a.at, b.at), math.max(a.at, b.at)
  local margin = .1 * (high - low)
  return at >= low + margin and at <= high - margin and at or middle
end

-- The point at a distance along the direction.
function search:point(at)
  local theta = plus(self.theta, at, self.direction)
  local J, grad = self:evaluate(theta)
  return { at = at, J = J, grad = grad, theta = theta, slope = grad and dot(grad, self.direction) or math.huge }
end

-- Between two points, the first the better one, whose slope points to the other.
function search:zoom(start, low, high)
  for _ = 1, 20 do
    local p = self:point(cubic(low, high))
    if p.J > start.J + enough * p.at * start.slope or p.J >= low.J then
      high = p
    else
      if math.abs(p.slope) <= -flat * start.slope then return p end
      if p.slope * (high.at - low.at) >= 0 then high = low end
      low = p
    end
    if math.abs(high.at - low.at) < 1e-12 * math.max(1, low.at) then break end
  end
  return low.grad and low.at > 0 and low or nil
end

-- A point along the direction that fulfils the conditions; nil when there is none.
function search:line(first)
  local start = { at = 0, J = self.J, slope = dot(self.grad, self.direction), grad = self.grad, theta = self.theta }
  if start.slope >= 0 then return nil end
  local before, at = start, first
  for k = 1, 20 do
    local p = self:point(at)
    if p.J > start.J + enough * at * start.slope or k > 1 and p.J >= before.J then
      return self:zoom(start, before, p)
    end
    if math.abs(p.slope) <= -flat * start.slope then return p end
    if p.slope >= 0 then return self:zoom(start, p, before) end
    before, at = p, at * 2
  end
  return before.at > 0 and before or nil
end

-- --- L-BFGS (Liu and Nocedal, 1989) ----------------------------------------------------------------

-- The direction: -GRAD times what the last iterations tell of the inverse of the Hessian.
function search:find_direction()
  local q, alphas, pairs_of = self.grad, {}, self.pairs
  for k = #pairs_of, 1, -1 do
    local p = pairs_of[k]
    alphas[k] = dot(p.s, q) / p.sy
    q = plus(q, -alphas[k], p.y)
  end
  local last = pairs_of[#pairs_of]
  local scale = last and last.sy / dot(last.y, last.y) or 1
  local d = {}
  for l, m in ipairs(q) do d[l] = scale * m end
  for k, p in ipairs(pairs_of) do d = plus(d, alphas[k] - dot(p.y, d) / p.sy, p.s) end
  for l, m in ipairs(d) do d[l] = -m end
  self.direction = d
end

-- One iteration; why it ended, or nil when it goes on.
function search:iterate()
  self:find_direction()
  local first = #self.pairs > 0 and 1 or math.min(1, 1 / math.sqrt(dot(self.grad, self.grad)))
  local p = self:line(first)
  if not p and #self.pairs > 0 then -- once more, down the gradient
    self.pairs = {}
    return nil
  elseif not p then
    return "no step makes J smaller"
  end
  local s, y = plus(p.theta, -1, self.theta), plus(p.grad, -1, self.grad)
  local sy = dot(s, y)
  if sy > 2.2e-16 * dot(y, y) then
    self.pairs[#self.pairs + 1] = { s = s, y = y, sy = sy }
    if #self.pairs > self.most then table.remove(self.pairs, 1) end
  end
  local fall = (self.J - p.J) / math.max(math.abs(self.J), math.abs(p.J), 1)
  self.J, self.grad, self.theta = p.J, p.grad, p.theta
  self.done = self.done + 1
  if largest(self.grad) <= self.tolerance then return "GRAD is within the tolerance" end
  if fall <= least_fall(self.tolerance) then return "J no longer becomes smaller" end
end

local function new(net, o)
  local self = setmetatable({ net = net, evaluations = 0, done = 0, pairs = {} }, search)
  self.iterations = options.whole("minimize: iterations", o.iterations or defaults.iterations, 0)
  self.most = options.whole("minimize: history", o.history or defaults.history, 1)
  self.tolerance = o.tolerance or defaults.tolerance
  if not options.finite(self.tolerance) or self.tolerance < 0 then
    raise("minimize: tolerance: expected a number from 0, got %s", options.show(self.tolerance))
  end
  return self
end

-- All iterations: why they ended, and whether by Ctrl-C, which leaves THETA of the last whole one.
local function run(self, watched)
  local net, reason = self.net, nil
  self.theta = {}
  for l, m in ipairs(net.theta) do self.theta[l] = m:copy() end
  local ok, why = pcall(function()
    self.J, self.grad = self:evaluate(self.theta)
    if not self.grad then raise "minimize: J is not finite for THETA as it stands; draw it anew with init()" end
    if largest(self.grad) <= self.tolerance then reason = "GRAD is within the tolerance" end
    while not reason and self.done < self.iterations do
      reason = self:iterate()
      watched.done, watched.cost = self.done, self.J
    end
  end)
  core.set_thetas(net, self.theta)
  if ok then return reason or "it has done its iterations", false end
  if type(why) == "string" and find(why, "interrupted", 1, true) then return "Ctrl-C", true end
  error(why, 0)
end

--- net:minimize{iterations=, tolerance=, history=}
-- L-BFGS on all of X, y, with a line search for the strong Wolfe conditions: each iteration goes along a direction
-- that is made of the last gradients and steps, so far that J falls and the slope is mostly gone. No ETA and no
-- optimiser takes part. Returns a report with .evaluations of J and GRAD, .gradient_norm, .iterations and .reason, why
-- it ended. Ctrl-C ends it after a whole iteration; undo takes all of it back. Where it solves, it takes fewer
-- evaluations than any optimiser; but it runs into the nearest hollow, and sticks more often: of XOR with {2, 2, 1} and
-- "sse", 100 networks of U[0, 1), it solves about half, momentum with ETA .5 nearly all.
-- > minimize()
-- > minimize{iterations = 5}.evaluations
local function minimize(net, o, ...)
  core.network_self(net, "minimize")
  past.check_idle(net)
  local self = new(net, options.take("minimize", o, ...))
  local X, y = core.network_data(net)
  if not X or not y then raise "minimize: no data yet: set X = {{0, 0}, {0, 1}, ...} and y = {0, 1, ...} first" end
  local start = core.clock()
  local command <close> = past.together(net, "minimize()") -- luacheck: ignore
  local watched <close> = long_call.watch(net, self.iterations)
  local reason, is_interrupted = run(self, watched)
  watched.interrupted = is_interrupted
  core.set_epoch(net, net.epoch + self.done)
  core.forward_whole(net)
  net:backward()
  past.settle(net) -- while the command is on
  local r = net:step(0)
  r.evaluations, r.iterations, r.reason = self.evaluations, self.done, reason
  r.gradient_norm = self.grad and math.sqrt(dot(self.grad, self.grad)) or nil
  r.seconds = core.clock() - start
  if is_interrupted then r.interrupted, r.done, r.wanted = true, self.done, self.iterations end
  return r
end

return minimize
