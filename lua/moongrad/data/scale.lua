-- scale.lua - columns of X brought to one scale, and new rows by the same transform.

local core = require "moongrad.core"
local raise = require "moongrad.raise"
local format = string.format

local scale = {}

-- The argument of this name, a number for each column of X, as a matrix.
local function row(X, m, name)
  m = core.as_matrix(m, "data.standardize: " .. name)
  if #m ~= 1 or m.ncols ~= X.ncols then
    raise("data.standardize: %s: expected 1 x %d, a number for each column of X, got %d x %d", name, X.ncols, #m,
      m.ncols)
  end
  return m
end

--- data.standardize(X [, means, deviations])
-- Returns a new matrix whose columns have mean 0 and standard deviation 1, and the means and the deviations (by N) of
-- X, 1 x c each. With means and deviations it uses these: new rows are to be transformed as those that the network
-- learned from were. A column without deviation raises.
-- > X1, means, deviations = data.standardize(X)
-- > rows = data.standardize({{0, 1}}, means, deviations)
-- > predict(rows)
function scale.standardize(X, means, deviations, ...)
  if select("#", ...) > 0 then raise "data.standardize: expected X, or X, means, deviations" end
  X = core.as_matrix(X, "data.standardize: X")
  if (means == nil) ~= (deviations == nil) then
    raise("data.standardize: expected both means and deviations, or neither, got no %s",
      means == nil and "means" or "deviations")
  end
  if core.nonfinite(X) > 0 or select(2, core.nonfinite(X)) > 0 then
    raise "data.standardize: X has numbers that are NaN or infinite"
  end
  means = means and row(X, means, "means") or X:mean(1)
  local given = deviations and row(X, deviations, "deviations")
  local spread = given or X:max(1) - X:min(1) -- of equal numbers it is 0, the deviation perhaps a rounding error
  for j, v in ipairs(spread[1]) do
    if not (v > 0) then
      raise("data.standardize: column %d has no deviation: %s; leave it out", j,
        given and format("the one given is %g", v) or "all its numbers are equal")
    end
  end
  deviations = given or X:std(1)
  return (X - means) / deviations, means, deviations
end

return scale
