-- activation.lua - mg.activation: activations that the user writes in Lua. trial.lua calls and checks their functions.

local core = require "moongrad.core"
local options = require "moongrad.options"
local raise = require "moongrad.raise"
local trial = require "moongrad.custom.trial"
local format = string.format

local activations = core.custom_activations -- the metatable of such activations

-- The z at which df is checked: 49 rows {z} from -20 to 20, denser near 0, with 0 and without other round numbers.
local points = {}
for k = -24, 24 do points[#points + 1] = { k == 0 and 0 or (k / 24 * 2.7144) ^ 3 } end

-- The points moved by h, relative to their size.
local function moved(rows, h)
  local list = {}
  for i, row in ipairs(rows) do list[i] = { row[1] + h * math.max(1, math.abs(row[1])) } end
  return list
end

-- The values of f at the rows {z}, called on matrices or on numbers as self.f_on says. Raises when f fails.
local function values(self, rows)
  local list, why, row = (self.f_on == "matrices" and trial.by_matrices or trial.by_numbers)(self.f, rows)
  return list or trial.fail("activation", self, "f", why, row or rows[1])
end

-- Raises where df is not the slope of f. a, df: the values of f and of df at the points.
local function check_activation(self, a, df)
  trial.check_finite("activation", self, "f", a, points)
  trial.check_finite("activation", self, "df", df, points)
  local h = 1e-5
  local low, high = values(self, moved(points, -h)), values(self, moved(points, h))
  local wrong
  for i, row in ipairs(points) do
    local step = h * math.max(1, math.abs(row[1]))
    local left, right = (a[i] - low[i]) / step, (high[i] - a[i]) / step
    local relative, kink = trial.slope_error(df[i], left, right, math.abs(a[i]) + math.abs(high[i]), step)
    if relative > trial.tolerance and not (wrong and math.abs(wrong.z) < math.abs(row[1])) then
      wrong = { z = row[1], df = df[i], left = left, right = right, kink = kink }
    end
    if kink and row[1] == 0 then self.kink = true end
  end
  if not wrong then return end
  raise("activation %s: df is %.6g at z = %.6g, where f has slope %.6g%s; check = false defines it all the same",
    self.name, wrong.df, wrong.z, (wrong.left + wrong.right) / 2,
    wrong.kink and format(" (%.6g to the left, %.6g to the right)", wrong.left, wrong.right) or "")
end

--- mg.activation{name=, f=, df=, check=}
-- Defines an activation of your own: a = f(z) and its derivative df(z, a). Use its name wherever a built-in one goes,
-- or the value that is returned, which can be called like sigmoid. Both functions act element by element. Each is tried
-- first: if it takes matrices, and gives what it gives for numbers one by one, it is called with whole matrices, which
-- is faster; else with one number at a time. df is compared with differences of f at 49 points from -20 to 20; at a
-- kink of f any slope between those on either side is right. A wrong df is refused, unless check = false.
--   A[l+1] = [1 f(Z[l])], DELTA[l] = dJ/dA * df(Z[l], A[l+1])
-- An error in f or df ends the pass, with THETA as the last whole update left it. A name may be defined again; networks
-- keep the functions they were made with.
-- > cube = mg.activation{name = "cube", f = function(z) return z ^ 3 end, df = function(z) return 3 * z ^ 2 end}
-- > cube(2)
-- 8.0
-- > NET = network{2, 4, 1, activation = "cube", output = "sigmoid"}
local function activation(spec, ...)
  local self = trial.read("activation", spec, "df", ...)
  local a, df
  self.df_on = "numbers"
  a, self.f_on = trial.try("activation", self, "f", points)
  if a then
    local both = {}
    for i, row in ipairs(points) do both[i] = { row[1], a[i] } end
    df, self.df_on = trial.try("activation", self, "df", both)
  end
  if self.checked then check_activation(self, a, df) end
  local object = core.custom_activation(self)
  options.define("activation", self.name, object)
  return object
end

function activations.__call(object, z, ...)
  local _, self = core.custom(object)
  if select("#", ...) > 0 then raise("%s: expected one number or matrix", self.name) end
  local is_number = type(z) == "number"
  if not is_number then z = core.as_matrix(z, self.name) end
  local function each(v)
    local a = self.f(v)
    return type(a) == "number" and a or trial.fail("activation", self, "f", { gave = options.show(a) }, { v })
  end
  if is_number then return self.f_on == "matrices" and values(self, { { z } })[1] or each(z) end
  if self.f_on == "numbers" then return z:map(each) end
  return self.f(z:copy())
end

function activations.__tostring(object)
  local _, self = core.custom(object)
  local text = format("activation %q   f on %s, df on %s", self.name, trial.form(self.f_on), trial.form(self.df_on))
  if not self.checked then return text .. "   derivative not checked" end
  return text .. format("   derivative checked at %d points", #points)
end

trial.class(activations)

return activation
