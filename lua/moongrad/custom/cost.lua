-- cost.lua - mg.cost: costs that the user writes in Lua. trial.lua calls and checks their functions.

local core = require "moongrad.core"
local options = require "moongrad.options"
local raise = require "moongrad.raise"
local trial = require "moongrad.custom.trial"
local format = string.format

local costs = core.custom_costs -- the metatable of such costs

-- What costs are tried with: eight rows of two outputs, predictions between 0 and 1, targets 0 and 1.
local predicted, wanted = {}, {}
for i = 1, 8 do
  predicted[i] = { (i * .618034) % 1 * .9 + .05, (i * .754878) % 1 * .9 + .05 }
  wanted[i] = { i % 2, (i + 1) % 2 }
end
local pairs_of = {} -- the same numbers as rows {yhat, y}
for i, row in ipairs(predicted) do
  for k, v in ipairs(row) do pairs_of[#pairs_of + 1] = { v, wanted[i][k] } end
end

local tried = "; tried with 8 rows of 2 outputs, predictions between 0 and 1 and targets 0 and 1"

-- J by one call of f on matrices: rows first .. last of the predictions `rows` and of the targets. When the call fails,
-- nil and what was wrong, as from trial.call.
local function j_whole(f, first, last, rows)
  local yhat, y = core.matrix(table.move(rows, first, last, 1, {})), core.matrix(table.move(wanted, first, last, 1, {}))
  local j, why = trial.call(f, yhat, y)
  if core.is_matrix(j) then return (j:sum()) end
  return j, why
end

-- Is J the mean over rows? If not it is a sum over them. Raises when it is neither.
local function is_mean(self)
  local all = j_whole(self.f, 1, 8, predicted)
  local a, b = j_whole(self.f, 1, 2, predicted), j_whole(self.f, 3, 8, predicted)
  if not (all and a and b) or trial.close(a + b, all) then return false end
  if trial.close((2 * a + 6 * b) / 8, all) then return true end
  if not self.checked then return false end
  raise("cost %s: f is %.9g for 8 rows, %.9g for the first 2 and %.9g for the other 6: expected their sum, or " ..
    "their mean over the rows%s", self.name, all, a, b, tried)
end

-- The sum of f(yhat, y) over the rows {yhat, y}, called on numbers; or nil, what was wrong, and the row.
local function j_each(f, rows)
  local list, why, where = trial.by_numbers(f, rows)
  if not list then return nil, why, where end
  local j = 0
  for _, v in ipairs(list) do j = j + v end
  return j
end

-- What f is to be called on: "matrices", "numbers", or "either" when both give the same J. Where they differ, as they
-- do when f compares numbers, it is "numbers".
local function try_cost(self)
  local each, why, where = j_each(self.f, pairs_of)
  local all, why_not = j_whole(self.f, 1, 8, predicted)
  if each then return all and trial.close(each, all) and "either" or "numbers" end
  if all then return "matrices" end
  if not self.checked then return "numbers" end
  trial.refuse("cost", self, "f", why, where, why_not, tried)
end

-- J of the predictions `rows`, with f called as the engine will call it.
local function j_of(self, rows)
  local list = {}
  for i, row in ipairs(rows) do
    for k, v in ipairs(row) do list[#list + 1] = { v, wanted[i][k] } end
  end
  local j, why, where
  if self.f_on == "numbers" then j, why, where = j_each(self.f, list) else j, why = j_whole(self.f, 1, 8, rows) end
  return j or trial.fail("cost", self, "f", why, where or list[1])
end

-- The values of delta, a list of eight rows, and what delta is to be called on: "matrices", "numbers" or "either".
local function try_delta(self)
  local d, why_not = trial.call(self.delta, core.matrix(predicted), core.matrix(wanted))
  local fits = core.is_matrix(d) and #d == 8 and d.ncols == 2
  local each, why, where = trial.by_numbers(self.delta, pairs_of)
  if fits and each then
    for i, v in ipairs(each) do fits = fits and trial.close(v, d[(i + 1) // 2][(i - 1) % 2 + 1]) end
  end
  if fits then return d:totable(), each and "either" or "matrices" end
  if each then
    local rows = {}
    for i = 1, 8 do rows[i] = { each[2 * i - 1], each[2 * i] } end
    return rows, "numbers"
  end
  if not self.checked then return nil, "numbers" end
  why_not = why_not or { gave = core.is_matrix(d) and format("a %d x %d matrix for 8 x 2 matrices", #d, d.ncols)
    or options.show(d) }
  trial.refuse("cost", self, "delta", why, where, why_not, tried)
end

-- Raises where delta is not dJ/dyhat by differences of f.
local function check_cost(self, delta)
  local j, h, moved = j_of(self, predicted), 1e-5, {}
  for i, row in ipairs(predicted) do moved[i] = { row[1], row[2] } end
  if not trial.is_finite(j) then
    raise("cost %s: f is %s, expected a finite number%s; check = false defines it all the same", self.name,
      options.show(j), tried)
  end
  for i, row in ipairs(moved) do
    for k, v in ipairs(row) do
      row[k] = v - h
      local low = j_of(self, moved)
      row[k] = v + h
      local high = j_of(self, moved)
      row[k] = v
      local left, right = (j - low) / h, (high - j) / h
      local relative = trial.slope_error(delta[i][k], left, right, math.abs(j), h)
      if not (relative <= trial.tolerance) then
        local ratio = delta[i][k] / ((left + right) / 2)
        raise("cost %s: delta is %.6g at %s, where dJ/dyhat is %.6g%s%s; check = false defines it all the same",
          self.name, delta[i][k], trial.place("cost", { v, wanted[i][k] }), (left + right) / 2,
          trial.is_finite(ratio) and format(" (ratio %.4g)", ratio) or "", tried)
      end
    end
  end
end

--- mg.cost{name=, f=, delta=, check=}
-- Defines a cost of your own. Use its name, or the value that is returned, wherever a built-in cost goes, with any
-- output activation. f(yhat, y) gives J, delta(yhat, y) gives dJ/dyhat; the engine multiplies by the output's g'(z).
--   DELTA[L] = delta(yhat, y) * g'(Z[L])
-- Called on matrices, N x K both, f returns J, a number, or a matrix of losses whose sum is J; delta returns an N x K
-- matrix of the same scale. J may be a sum over rows or a mean over them: f is tried with all rows and with some. For a
-- mean, delta divides by the number of rows that it is given. Called on numbers, f returns the loss of one element, and
-- J is the sum. Both functions are tried, checked and defined again as with mg.activation. cost() and reports add l1
-- and l2.
-- > mg.cost{name = "l4", f = function(a, y) return (a - y) ^ 4 end, delta = function(a, y) return 4 * (a - y) ^ 3 end}
-- > NET = network{2, 2, 1, cost = "l4"}
local function cost(spec, ...)
  local self = trial.read("cost", spec, "delta", ...)
  self.f_on = try_cost(self)
  self.mean = self.f_on == "matrices" and is_mean(self)
  local delta
  delta, self.delta_on = try_delta(self)
  if self.checked then check_cost(self, delta) end
  local object = core.custom_cost(self)
  options.define("cost", self.name, object)
  return object
end

-- cost(yhat, y): J of all rows.
function costs.__call(object, yhat, y, ...)
  local _, self = core.custom(object)
  if yhat == nil or y == nil or select("#", ...) > 0 then raise("%s: expected yhat and y", self.name) end
  yhat, y = core.as_matrix(yhat, "yhat", true), core.as_matrix(y, "y", true)
  if self.f_on ~= "numbers" then
    local j, why = trial.call(self.f, yhat:copy(), y:copy())
    if why then trial.fail("cost", self, "f", why, { yhat[1][1], y[1][1] }) end
    return core.is_matrix(j) and j:sum() or j
  end
  local rows = {}
  for i = 1, #y do
    for k = 1, y.ncols do rows[#rows + 1] = { yhat[i][k], y[i][k] } end
  end
  local j, why, where = j_each(self.f, rows)
  return j or trial.fail("cost", self, "f", why, where)
end

function costs.__tostring(object)
  local _, self = core.custom(object)
  local text = format("cost %q   J a %s over rows, f on %s, delta on %s", self.name,
    self.mean and "mean" or "sum", trial.form(self.f_on), trial.form(self.delta_on))
  if not self.checked then return text .. "   delta not checked" end
  return text .. format("   delta checked at %d points", #pairs_of)
end

trial.class(costs)

return cost
