-- own.lua - activations and costs that the user writes in Lua: tried when they are defined, then used by name.

local core = require "moongrad.core"
local options = require "moongrad.options"
local raise = require "moongrad.raise"

local own = {}

local tolerance = 1e-4 -- of the relative error: central differences at h = 1e-5 are good to some 1e-9

-- --- what both kinds share ---------------------------------------------------------------------

local function is_callable(f) return type(f) == "function" or (getmetatable(f) or {}).__call ~= nil end

-- The table a definition is made of, checked; slope is "df" or "delta".
local function read(kind, spec, slope, ...)
  if select("#", ...) > 0 or type(spec) ~= "table" then
    raise("%s: expected one table, mg.%s{name = ..., f = ..., %s = ...}, got %s", kind, kind, slope,
      options.show(spec))
  end
  for key in pairs(spec) do
    if type(key) ~= "string" then
      raise("%s: expected named values, name = ..., got %s", kind, options.show(spec[key]))
    end
    options.exists("mg." .. kind, key)
  end
  local name = spec.name
  if type(name) ~= "string" or name == "" then
    raise("%s: name: expected a name in quotes, got %s", kind, options.show(name))
  end
  if options.is_built_in(kind, name) then
    raise("%s: %q is built in and stays what it is: choose another name", kind, name)
  end
  for _, key in ipairs { "f", slope } do
    if not is_callable(spec[key]) then
      raise("%s %s: %s: expected a function, got %s", kind, name, key, options.show(spec[key]))
    end
  end
  if spec.check ~= nil and type(spec.check) ~= "boolean" then
    raise("%s %s: check: expected true or false, got %s", kind, name, options.show(spec.check))
  end
  return { name = name, f = spec.f, [slope] = spec[slope], checked = spec.check ~= false }
end

local function is_finite(x) return type(x) == "number" and x == x and x ~= math.huge and x ~= -math.huge end

local function close(a, b)
  return a == b or a ~= a and b ~= b or math.abs(a - b) <= 1e-9 * math.max(math.abs(a), math.abs(b), 1e-300)
end

-- f of each of the rows of numbers {a, b}, one by one; or nil, what it said, and where.
local function by_numbers(f, rows)
  local list = {}
  for i, row in ipairs(rows) do
    local ok, v = pcall(f, table.unpack(row))
    if not ok then return nil, tostring(v), row end
    if type(v) ~= "number" then return nil, "it gave " .. options.show(v), row end
    list[i] = v
  end
  return list
end

-- The numbers of rows as matrices, one of all the first, one of all the second.
local function columns(rows)
  local matrices, ncols = {}, #rows == 49 and 7 or 1
  for k = 1, #rows[1] do
    local m = core.matrix(#rows // ncols, ncols)
    for i, row in ipairs(rows) do m[(i - 1) // ncols + 1][(i - 1) % ncols + 1] = row[k] end
    matrices[k] = m
  end
  return table.unpack(matrices)
end

-- The same by one call on matrices; or nil and what it said.
local function by_matrices(f, rows)
  local ok, m = pcall(f, columns(rows))
  if not ok then return nil, tostring(m) end
  if not core.is_matrix(m) then return nil, "it gave " .. options.show(m) end
  local expected = columns(rows)
  if #m ~= #expected or m.ncols ~= expected.ncols then
    return nil, ("it gave a %d x %d matrix for %d x %d"):format(#m, m.ncols, #expected, expected.ncols)
  end
  local list = {}
  for _, row in ipairs(m:totable()) do table.move(row, 1, #row, #list + 1, list) end
  return list
end

local function all_close(a, b)
  for i, v in ipairs(a) do
    if not close(v, b[i]) then return i end
  end
end

-- The values of f at the rows, and what it is to be called on: "numbers", "matrices" when it cannot do with numbers
-- and gives the same for matrices of one, "either" when both give the same.
local function try(kind, self, key, rows)
  local f = self[key]
  local each, why, where = by_numbers(f, rows)
  local all, why_not = by_matrices(f, rows)
  if each then
    return each, all and not all_close(each, all) and "either" or "numbers"
  end
  if not all then
    if not self.checked then return nil, "numbers" end -- it will say so when it is called
    raise("%s %s: %s: neither on numbers (at %s: %s) nor on matrices (%s)", kind, self.name, key,
      own.place(kind, where), why, why_not)
  end
  for i, row in ipairs(rows) do
    local one = by_matrices(f, { row })
    if one and not close(one[1], all[i]) and self.checked then
      raise("%s %s: %s is %.9g at %s alone and %.9g among other rows: it has to act on each element by itself", kind,
        self.name, key, one[1], own.place(kind, row), all[i])
    end
  end
  return all, "matrices"
end

-- "z = 0.5", "yhat = 0.5, y = 1"
function own.place(kind, row)
  if kind == "cost" then return ("yhat = %.9g, y = %.9g"):format(row[1], row[2]) end
  return ("z = %.9g"):format(row[1])
end

-- Raises where values, at the rows, are not finite.
local function check_finite(kind, self, key, values, rows)
  for i, v in ipairs(values) do
    if not is_finite(v) then
      raise("%s %s: %s is %s at %s, expected a finite number (check = false defines it all the same)", kind,
        self.name, key, options.show(v), own.place(kind, rows[i]))
    end
  end
end

-- Holds a slope against those to the left and to the right of the point, found at distance h: between them at a
-- kink, else near their mean. Returns the relative error.
local function slope_error(slope, left, right, size, h)
  local rounding = 2 ^ -46 * size / h
  local mean = (left + right) / 2
  if math.abs(left - right) > 1e-2 * math.max(math.abs(left), math.abs(right)) + 100 * rounding then -- a kink
    local low, high = math.min(left, right), math.max(left, right)
    local beyond = math.max(low - slope, slope - high, 0)
    return beyond <= 1e-3 * (high - low) and 0 or beyond / (high - low), true
  end
  local apart = math.abs(slope - mean)
  if apart <= rounding + 1e-7 then return 0 end -- the differences' own error, where the slope is near 0
  return apart / math.max(math.abs(slope), math.abs(mean))
end

-- --- activations -----------------------------------------------------------------------------------

local activations = core.own_activations -- their metatable

-- From -20 to 20, closer to 0 more densely, 0 among them, no other round number.
local points = {}
for k = -24, 24 do points[#points + 1] = { k == 0 and 0 or (k / 24 * 2.7144) ^ 3 } end

local function moved(rows, h)
  local list = {}
  for i, row in ipairs(rows) do list[i] = { row[1] + h * math.max(1, math.abs(row[1])) } end
  return list
end

-- f at the rows, in the way that it takes them.
local function values(self, rows)
  local list = (self.f_on == "matrices" and by_matrices or by_numbers)(self.f, rows)
  return list or raise("activation %s: f: fails near %s", self.name, own.place("activation", rows[1]))
end

local function check_activation(self, a, df)
  check_finite("activation", self, "f", a, points)
  check_finite("activation", self, "df", df, points)
  local h = 1e-5
  local low, high = values(self, moved(points, -h)), values(self, moved(points, h))
  local wrong
  for i, row in ipairs(points) do
    local step = h * math.max(1, math.abs(row[1]))
    local left, right = (a[i] - low[i]) / step, (high[i] - a[i]) / step
    local relative, kink = slope_error(df[i], left, right, math.abs(a[i]) + math.abs(high[i]), step)
    if relative > tolerance and not (wrong and math.abs(wrong.z) < math.abs(row[1])) then
      wrong = { z = row[1], df = df[i], left = left, right = right, kink = kink }
    end
    if kink and row[1] == 0 then self.kink = true end
  end
  if not wrong then return end
  raise("activation %s: df is %.6g at z = %.6g, where f has slope %.6g%s; check = false defines it all the same",
    self.name, wrong.df, wrong.z, (wrong.left + wrong.right) / 2,
    wrong.kink and (" (%.6g to the left, %.6g to the right)"):format(wrong.left, wrong.right) or "")
end

--- mg.activation{name=, f=, df=, check=}
-- An activation of your own: a = f(z) and its derivative df(z, a), usable by its name wherever a built-in one is, or
-- as the value that is returned, which can be called like sigmoid. Both functions act element by element. Each is
-- tried: one that gives the same on a matrix as on its numbers, or takes matrices alone, gets whole matrices, which
-- is faster; another gets number after number. df is held against differences of f at 49 points from -20 to 20;
-- where f has a kink anything between the two slopes will do. A wrong one is refused, unless check = false.
--   A[l+1] = [1 f(Z[l])], DELTA[l] = dJ/dA * df(Z[l], A[l+1])
-- An error inside one ends the pass with THETA as the last whole update left it. Defining a name again is allowed:
-- networks keep the function they were made with.
-- > cube = mg.activation{name = "cube", f = function(z) return z ^ 3 end, df = function(z) return 3 * z ^ 2 end}
-- > cube(2)
-- 8.0
-- > NET = network{2, 4, 1, activation = "cube", output = "sigmoid"}
function own.activation(spec, ...)
  local self = read("activation", spec, "df", ...)
  local a, df
  self.df_on = "numbers"
  a, self.f_on = try("activation", self, "f", points)
  if a then
    local both = {}
    for i, row in ipairs(points) do both[i] = { row[1], a[i] } end
    df, self.df_on = try("activation", self, "df", both)
  end
  if self.checked then check_activation(self, a, df) end
  local object = core.own_activation(self)
  options.define("activation", self.name, object)
  return object
end

function activations.__call(object, z, ...)
  local _, self = core.own(object)
  if select("#", ...) > 0 then raise("%s: expected one number or matrix", self.name) end
  local is_number = type(z) == "number"
  if not is_number then z = core.as_matrix(z, self.name) end
  if self.f_on == "numbers" then
    if is_number then return self.f(z) end
    return z:map(self.f)
  end
  if is_number then return self.f_on == "either" and self.f(z) or self.f(core.matrix { z })[1][1] end
  return self.f(z:copy())
end

local function form(on) return on == "numbers" and "numbers" or "whole matrices" end

function activations.__tostring(object)
  local _, self = core.own(object)
  local text = ("activation %q   f on %s, df on %s"):format(self.name, form(self.f_on), form(self.df_on))
  if not self.checked then return text .. "   derivative not checked" end
  return text .. ("   derivative checked at %d points"):format(#points)
end

-- --- costs ---------------------------------------------------------------------------------------------

local costs = core.own_costs -- their metatable

-- Eight rows of two outputs: predictions between 0 and 1, targets 0 and 1, as every cost takes them.
local predicted, wanted = {}, {}
for i = 1, 8 do
  predicted[i] = { (i * .618034) % 1 * .9 + .05, (i * .754878) % 1 * .9 + .05 }
  wanted[i] = { i % 2, (i + 1) % 2 }
end
local pairs_of = {} -- the same as rows of numbers
for i, row in ipairs(predicted) do
  for k, v in ipairs(row) do pairs_of[#pairs_of + 1] = { v, wanted[i][k] } end
end

-- J that f gives for rows first .. last of these predictions, by one call on matrices; or nil and what it said.
local function j_whole(f, first, last, rows)
  local yhat, y = core.matrix(table.move(rows, first, last, 1, {})), core.matrix(table.move(wanted, first, last, 1, {}))
  local ok, j = pcall(f, yhat, y)
  if not ok then return nil, tostring(j) end
  if core.is_matrix(j) then return (j:sum()) end
  if type(j) ~= "number" then return nil, "it gave " .. options.show(j) end
  return j
end

-- Is J a sum over rows, or their mean? Raises when it is neither.
local function is_mean(self)
  local all = j_whole(self.f, 1, 8, predicted)
  local a, b = j_whole(self.f, 1, 2, predicted), j_whole(self.f, 3, 8, predicted)
  if not (all and a and b) or close(a + b, all) then return false end
  if close((2 * a + 6 * b) / 8, all) then return true end
  if not self.checked then return false end
  raise("cost %s: f is %.9g for 8 rows, %.9g for the first 2 and %.9g for the other 6: expected their sum, or " ..
    "their mean over the rows", self.name, all, a, b)
end

-- The sum of f over the pairs, numbers; or nil, what it said, and where.
local function j_each(f, rows)
  local list, why, where = by_numbers(f, rows)
  if not list then return nil, why, where end
  local j = 0
  for _, v in ipairs(list) do j = j + v end
  return j
end

-- What f is to be called on: numbers when both ways do and differ, as at a comparison.
local function try_cost(self)
  local each, why, where = j_each(self.f, pairs_of)
  local all, why_not = j_whole(self.f, 1, 8, predicted)
  if each then return all and close(each, all) and "either" or "numbers" end
  if all then return "matrices" end
  if not self.checked then return "numbers" end
  raise("cost %s: f: neither on numbers (at %s: %s) nor on matrices (%s)", self.name, own.place("cost", where), why,
    why_not)
end

-- J at the predictions, as the engine takes it.
local function j_of(self, rows)
  if self.f_on ~= "numbers" then return (j_whole(self.f, 1, 8, rows)) end
  local list = {}
  for i, row in ipairs(rows) do
    for k, v in ipairs(row) do list[#list + 1] = { v, wanted[i][k] } end
  end
  return (j_each(self.f, list))
end

-- What delta gives for the rows, a table of rows; and what it is to be called on.
local function try_delta(self)
  local ok, d = pcall(self.delta, core.matrix(predicted), core.matrix(wanted))
  local fits = ok and core.is_matrix(d) and #d == 8 and d.ncols == 2
  local each, why, where = by_numbers(self.delta, pairs_of)
  if fits and each then
    for i, v in ipairs(each) do fits = fits and close(v, d[(i + 1) // 2][(i - 1) % 2 + 1]) end
  end
  if fits then return d:totable(), each and "either" or "matrices" end
  if each then
    local rows = {}
    for i = 1, 8 do rows[i] = { each[2 * i - 1], each[2 * i] } end
    return rows, "numbers"
  end
  if not self.checked then return nil, "numbers" end
  if ok then
    d = core.is_matrix(d) and ("it gave a %d x %d matrix for 8 x 2 matrices"):format(#d, d.ncols)
      or "it gave " .. options.show(d)
  end
  raise("cost %s: delta: neither on numbers (at %s: %s) nor on matrices (%s)", self.name, own.place("cost", where),
    why, tostring(d))
end

local function check_cost(self, delta)
  local j, h = j_of(self, predicted), 1e-5
  if not is_finite(j) then
    raise("cost %s: f is %s for predictions between 0 and 1 and targets 0 and 1, expected a finite number " ..
      "(check = false defines it all the same)", self.name, options.show(j))
  end
  for i, row in ipairs(predicted) do
    for k, v in ipairs(row) do
      row[k] = v - h
      local low = j_of(self, predicted)
      row[k] = v + h
      local high = j_of(self, predicted)
      row[k] = v
      local left, right = (j - low) / h, (high - j) / h
      local relative = slope_error(delta[i][k], left, right, math.abs(j), h)
      if not (relative <= tolerance) then
        local ratio = delta[i][k] / ((left + right) / 2)
        raise("cost %s: delta is %.6g at %s, where dJ/dyhat is %.6g%s; check = false defines it all the same",
          self.name, delta[i][k], own.place("cost", { v, wanted[i][k] }), (left + right) / 2,
          is_finite(ratio) and (" (ratio %.4g)"):format(ratio) or "")
      end
    end
  end
end

--- mg.cost{name=, f=, delta=, check=}
-- A cost of your own, usable by its name, or as the value that is returned, wherever a built-in one is, with any output
-- activation. f(yhat, y) gives J, delta(yhat, y) gives dJ/dyhat: the engine multiplies by the output's g'(z) itself.
--   DELTA[L] = delta(yhat, y) * g'(Z[L])
-- On matrices, N x K both: f returns J, a number, or a matrix of losses whose sum is J; delta a matrix N x K, of the
-- same scale. J is a sum over rows, or a mean of them, which is found out by trying: f is given all rows or some of
-- them, and delta, for a mean, divides by the rows it is given. On numbers: f is the loss of one element, J their
-- sum. How each is tried, checked and defined again is as with mg.activation; cost() and reports add l1 and l2.
-- > mg.cost{name = "l4", f = function(a, y) return (a - y) ^ 4 end, delta = function(a, y) return 4 * (a - y) ^ 3 end}
-- > NET = network{2, 2, 1, cost = "l4"}
function own.cost(spec, ...)
  local self = read("cost", spec, "delta", ...)
  self.f_on = try_cost(self)
  self.mean = self.f_on == "matrices" and is_mean(self)
  local delta
  delta, self.delta_on = try_delta(self)
  if self.checked then check_cost(self, delta) end
  local object = core.own_cost(self)
  options.define("cost", self.name, object)
  return object
end

-- J of the two, whole.
function costs.__call(object, yhat, y, ...)
  local _, self = core.own(object)
  if yhat == nil or y == nil or select("#", ...) > 0 then raise("%s: expected yhat and y", self.name) end
  yhat, y = core.as_matrix(yhat, "yhat", true), core.as_matrix(y, "y", true)
  if self.f_on ~= "numbers" then
    local j = self.f(yhat:copy(), y:copy())
    return core.is_matrix(j) and j:sum() or j
  end
  local j = 0
  for i = 1, #y do
    for k = 1, y.ncols do j = j + self.f(yhat[i][k], y[i][k]) end
  end
  return j
end

function costs.__tostring(object)
  local _, self = core.own(object)
  local text = ("cost %q   J a %s over rows, f on %s, delta on %s"):format(self.name,
    self.mean and "mean" or "sum", form(self.f_on), form(self.delta_on))
  if not self.checked then return text .. "   delta not checked" end
  return text .. ("   delta checked at %d points"):format(#pairs_of)
end

for kind, class in pairs { activation = activations, cost = costs } do
  class.__name = kind
  function class.__index(object, key)
    local _, self = core.own(object)
    return self[key]
  end
end

return own
