-- trial.lua - how functions that users write in Lua are tried when an activation or a cost is defined: what
-- activation.lua and cost.lua share. Whether a function is called on matrices or on numbers is found out here.

local core = require "moongrad.core"
local options = require "moongrad.options"
local raise = require "moongrad.raise"
local find, format = string.find, string.format

local trial = {}

trial.tolerance = 1e-4 -- relative error of a slope; central differences at h = 1e-5 have some 1e-9

-- --- what definitions are made of -----------------------------------------------------------

local check_about = "compare the slope with differences of f; false: accept a wrong one"

-- Each example has all the options that are required, so that it runs.
local exp = 'f = exp, df = function(z, a) return a end'
local square = 'f = function(a, y) return (a - y) ^ 2 end, delta = function(a, y) return 2 * (a - y) end'

options.declare("mg.activation", {
  { name = "name", without = "required", about = "the name that networks use", example = '"up", ' .. exp },
  { name = "f", without = "required", about = "a = f(z)",
    example = 'exp, name = "up", df = function(z, a) return a end' },
  { name = "df", without = "required", about = "df(z, a): the slope of f at z, where a = f(z)",
    example = 'function(z, a) return a end, name = "up", f = exp' },
  { name = "check", default = true, about = check_about,
    example = 'false, name = "odd", f = exp, df = function(z, a) return 1 end' },
})

options.declare("mg.cost", {
  { name = "name", without = "required", about = "the name that networks use", example = '"sq", ' .. square },
  { name = "f", without = "required", about = "f(yhat, y): J of the rows it is given, or losses whose sum is J",
    example = 'function(a, y) return (a - y) ^ 2 / 2 end, name = "sq", delta = function(a, y) return a - y end' },
  { name = "delta", without = "required", about = "delta(yhat, y): dJ/dyhat, element by element",
    example = 'function(a, y) return a - y end, name = "sq", f = function(a, y) return (a - y) ^ 2 / 2 end' },
  { name = "check", default = true, about = check_about, example = 'false, name = "sq", ' .. square },
})

-- Checks the table that a definition is made from. kind: "activation" or "cost"; slope: "df" or "delta". Returns
-- {name, f, df or delta, checked}.
function trial.read(kind, spec, slope, ...)
  spec = options.take("mg." .. kind, spec, ...)
  local name = spec.name
  if type(name) ~= "string" or name == "" then
    raise("%s: name: expected a name in quotes, got %s", kind, options.show(name))
  end
  if options.is_built_in(kind, name) then
    raise("%s: %q is built in and stays what it is: choose another name", kind, name)
  end
  for _, key in ipairs { "f", slope } do
    if not options.is_callable(spec[key]) then
      raise("%s %s: %s: expected a function, got %s", kind, name, key, options.show(spec[key]))
    end
  end
  if spec.check ~= nil and type(spec.check) ~= "boolean" then
    raise("%s %s: check: expected true or false, got %s", kind, name, options.show(spec.check))
  end
  return { name = name, f = spec.f, [slope] = spec[slope], checked = spec.check ~= false }
end

function trial.is_finite(x) return type(x) == "number" and x == x and x ~= math.huge and x ~= -math.huge end

function trial.close(a, b)
  return a == b or a ~= a and b ~= b or math.abs(a - b) <= 1e-9 * math.max(math.abs(a), math.abs(b), 1e-300)
end

-- Calls f. Returns a number or a matrix; or nil and what was wrong: {raised = its error}, or {gave = the value that is
-- neither, in words}. A Ctrl-C is raised again.
function trial.call(f, ...)
  local ok, v = pcall(f, ...)
  if not ok then
    if type(v) == "string" and find(v, "interrupted!$") then error(v, 0) end
    return nil, { raised = v }
  end
  if type(v) ~= "number" and not core.is_matrix(v) then return nil, { gave = options.show(v) } end
  return v
end

-- What was wrong, as trial.call says it, in words.
function trial.wrong(why) return why.gave and "it gave " .. why.gave or tostring(why.raised) end

-- Raises what was wrong at a row, when a function fails that did not fail when it was tried. An error that the function
-- raised itself is raised unchanged.
function trial.fail(kind, self, key, why, row)
  if not why.gave then error(why.raised, 0) end
  raise("%s %s: %s gave %s for %s, expected a number", kind, self.name, key, why.gave, trial.place(kind, row))
end

-- Raises that a function can neither be called on numbers (why, at row) nor on matrices (why_not). When both ways raise
-- the same error of the function, that error is raised unchanged. tried: words about how it was tried, or nil.
function trial.refuse(kind, self, key, why, row, why_not, tried)
  if not why.gave and not why_not.gave and (type(why.raised) ~= "string" or why.raised == why_not.raised) then
    error(why.raised, 0)
  end
  raise("%s %s: %s works neither on numbers (at %s: %s) nor on matrices (%s)%s", kind, self.name, key,
    trial.place(kind, row), trial.wrong(why), trial.wrong(why_not), tried or "")
end

-- The values f(table.unpack(row)) for a list of rows of numbers; or nil, what was wrong, and the row.
function trial.by_numbers(f, rows)
  local list = {}
  for i, row in ipairs(rows) do
    local v, why = trial.call(f, table.unpack(row))
    if core.is_matrix(v) then why = { gave = options.show(v) } end
    if why then return nil, why, row end
    list[i] = v
  end
  return list
end

-- The numbers of rows as matrices: the first numbers of all rows in one, the second ones in another.
local function columns(rows)
  local matrices, ncols = {}, #rows == 49 and 7 or 1
  for k = 1, #rows[1] do
    local m = core.matrix(#rows // ncols, ncols)
    for i, row in ipairs(rows) do m[(i - 1) // ncols + 1][(i - 1) % ncols + 1] = row[k] end
    matrices[k] = m
  end
  return table.unpack(matrices)
end

-- The same values by one call of f on matrices; or nil and what was wrong.
function trial.by_matrices(f, rows)
  local m, why = trial.call(f, columns(rows))
  if why then return nil, why end
  if not core.is_matrix(m) then return nil, { gave = options.show(m) } end
  local expected = columns(rows)
  if #m ~= #expected or m.ncols ~= expected.ncols then
    return nil, { gave = format("a %d x %d matrix for %d x %d", #m, m.ncols, #expected, expected.ncols) }
  end
  local list = {}
  for _, row in ipairs(m:totable()) do table.move(row, 1, #row, #list + 1, list) end
  return list
end

local function all_close(a, b)
  for i, v in ipairs(a) do
    if not trial.close(v, b[i]) then return false end
  end
  return true
end

-- The values at the rows of the function self[key], and what it is to be called on: "matrices" when it takes no
-- numbers, "either" when matrices and numbers give the same, else "numbers". Raises when it works on neither, or when
-- its value at an element depends on the other elements.
function trial.try(kind, self, key, rows)
  local f = self[key]
  local each, why, where = trial.by_numbers(f, rows)
  local all, why_not = trial.by_matrices(f, rows)
  if each then
    return each, all and all_close(each, all) and "either" or "numbers"
  end
  if not all then
    if not self.checked then return nil, "numbers" end -- it will raise when it is called
    trial.refuse(kind, self, key, why, where, why_not)
  end
  for i, row in ipairs(rows) do
    local one = trial.by_matrices(f, { row })
    if one and not trial.close(one[1], all[i]) and self.checked then
      raise("%s %s: %s is %.9g at %s alone and %.9g among other rows: it has to act on each element by itself", kind,
        self.name, key, one[1], trial.place(kind, row), all[i])
    end
  end
  return all, "matrices"
end

-- The row in words: "z = 0.5", "yhat = 0.5, y = 1"
function trial.place(kind, row)
  if kind == "cost" then return format("yhat = %.9g, y = %.9g", row[1], row[2]) end
  return format("z = %.9g", row[1])
end

-- Raises when one of the values, which belong to the rows, is not finite.
function trial.check_finite(kind, self, key, values, rows)
  for i, v in ipairs(values) do
    if not trial.is_finite(v) then
      raise("%s %s: %s is %s at %s, expected a finite number (check = false defines it all the same)", kind,
        self.name, key, options.show(v), trial.place(kind, rows[i]))
    end
  end
end

-- Compares a slope with the slopes left and right of the point, by differences at distance h: at a kink it is to lie
-- between them, else near their mean. size: of f there, for its rounding. Returns the relative error, and whether there
-- is a kink.
function trial.slope_error(slope, left, right, size, h)
  local rounding = 2 ^ -46 * size / h
  local mean = (left + right) / 2
  if math.abs(left - right) > 1e-2 * math.max(math.abs(left), math.abs(right)) + 100 * rounding then -- a kink
    local low, high = math.min(left, right), math.max(left, right)
    local beyond = math.max(low - slope, slope - high, 0)
    return beyond <= 1e-3 * (high - low) and 0 or beyond / (high - low), true
  end
  local apart = math.abs(slope - mean)
  if apart <= rounding + 1e-7 then return 0 end -- no more than the error of the differences, where the slope is near 0
  return apart / math.max(math.abs(slope), math.abs(mean))
end

-- What a function is called on, in words.
function trial.form(on) return on == "numbers" and "numbers" or "whole matrices" end

-- Gives objects of the class the fields that the user gave and those that were found out: name, f, df_on, ...
function trial.class(class)
  function class.__index(object, key)
    local _, self = core.custom(object)
    return self[key]
  end
  class.__call = class.__call and core.entry(class.__call)
end

return trial
