-- epsilons.lua - check{sweep = true}: a table of the error of differences against epsilon, for each method. It shows
-- where truncation rules and where rounding does.

local core = require "moongrad.core"
local long_call = require "moongrad.long_call"
local page = require "moongrad.help.page"
local gmatch, rep = string.gmatch, string.rep

local sweep = { __name = "sweep", __metatable = false }
sweep.__index = sweep

local methods = { "forward", "central", "five-point" }
local decades = 12

-- The slope of log error against log epsilon where truncation rules. It uses the points from the largest epsilon down,
-- as long as the error falls and is well above rounding; nil with less than two such points.
local function slope(epsilons, errors, rounding)
  local n, sx, sy, sxx, sxy = 0, 0, 0, 0, 0
  for k, epsilon in ipairs(epsilons) do
    if not (errors[k] > 50 * rounding / epsilon) or n > 0 and not (errors[k] < errors[k - 1] / 3) then break end
    local x, y = math.log(epsilon), math.log(errors[k])
    n, sx, sy, sxx, sxy = n + 1, sx + x, sy + y, sxx + x * x, sxy + x * y
  end
  if n >= 2 then return (n * sxy - sx * sy) / (n * sxx - sx * sx) end
end

-- The largest |b - n|, divided by the largest |b|, of all elements whose difference crosses no kink.
local function error_of(checked, net, layers, chosen, largest, method, epsilon)
  local worst = 0
  for _, l in ipairs(layers) do
    local numeric, kinked = core.check_layer(net, l, method, epsilon, checked.differenced, checked.scale, chosen[l])
    local _, one = core.check_relative(checked.layers[l].backprop, numeric, kinked, largest, 0)
    if not (one <= worst) then worst = one end
  end
  return worst
end

function sweep.__tostring(self)
  local is_wide = page.width() >= 51
  local left, cell = is_wide and "%9s" or "%7s", is_wide and "%14s" or "%11s"
  local lines = { string.format("differences of %s against backpropagation, largest error by epsilon", self.of),
    string.format(left .. rep(cell, #methods), "epsilon", table.unpack(methods)) }
  local function row(first, format, of)
    local cells = { string.format(left, first) }
    for i, method in ipairs(methods) do
      local v = of(method)
      cells[i + 1] = string.format(cell, v and string.format(format, v) or "-")
    end
    lines[#lines + 1] = table.concat(cells)
  end
  for k, epsilon in ipairs(self.epsilons) do
    row(string.format("%.0e", epsilon), "%.2e", function(method) return self.errors[method][k] end)
  end
  row("slope", "%.2f", function(method) return self.slopes[method] end)
  row("best at", "%.0e", function(method) return self.bests[method].epsilon end)
  for line in gmatch(self.reason .. "; ", "(.-); ") do lines[#lines + 1] = "  " .. line end
  return page.layout(table.concat(lines, "\n"))
end

-- What the table shows, in words. checked: the report of the check; largest: the largest gradient; noise: of a
-- difference, times its epsilon.
local function reason(self, checked, largest, noise, u)
  local b = self.best
  if checked.verdict == "undecided" then
    return require "moongrad.check.unresolved"(largest, self.cost, noise, checked, u)
  elseif checked.verdict == "failed" then
    return string.format(
      "the error is at least %.2g at every epsilon (best: %s, epsilon %.0e): the gradient is wrong, not the "
      .. "differences; check() says more", b.error, b.method, b.epsilon)
  elseif b.error > self.tolerance then
    return string.format(
      "the error is at least %.2g at every epsilon (best: %s, epsilon %.0e): rounding hides the rest of so small "
      .. "gradients", b.error, b.method, b.epsilon)
  end
  return string.format(
    "best: %s with epsilon %.0e, error %.2g; above it the error grows as epsilon^1 (forward), epsilon^2 "
    .. "(central), epsilon^4 (five-point); below it, as the rounding of J over epsilon", b.method, b.epsilon, b.error)
end

-- Makes the table. checked: the report of a check that judged these layers, the chosen elements of each or all; u: the
-- rounding unit in units of 2^-52.
return function(checked, net, layers, chosen, u)
  local largest = 0
  for _, l in ipairs(layers) do
    largest = math.max(largest, checked.layers[l].backprop:max(), -checked.layers[l].backprop:min())
  end
  local noise = checked.floor * checked.tolerance * checked.epsilon -- the noise of a difference, times its epsilon
  local rounding = u * 2 ^ -52 * math.abs(checked.cost) / largest
  local result = setmetatable({ of = checked.of, cost = checked.cost,
    verdict = checked.verdict, ok = checked.ok, tolerance = checked.tolerance, epsilons = {}, errors = {},
    slopes = {}, bests = {} }, sweep)
  local progress <close> = long_call.watch(net, #methods * decades, "difference")
  for _, method in ipairs(methods) do
    local errors, best = {}, nil
    for k = 1, decades do
      local epsilon = tonumber("1e-" .. k)
      progress.part = 1
      result.epsilons[k] = epsilon
      errors[k] = error_of(checked, net, layers, chosen, largest, method, epsilon)
      progress.done = progress.done + 1
      if not best or errors[k] < best.error then best = { method = method, epsilon = epsilon, error = errors[k] } end
    end
    result.errors[method], result.bests[method] = errors, best
    result.slopes[method] = slope(result.epsilons, errors, rounding)
    if not result.best or best.error < result.best.error then result.best = best end
  end
  result.reason = reason(result, checked, largest, noise, u)
  return result
end
