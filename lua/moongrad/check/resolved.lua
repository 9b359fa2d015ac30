-- resolved.lua - the reason in the report of a gradient check that did not fail: how many pairs agree, and how well
-- differences could tell. reasons.lua has the words for one that failed, unresolved.lua for one that decided nothing.

local core = require "moongrad.core"
local format = string.format

local resolved = {}

-- The largest |backprop|; NaN when one is.
local function largest(self)
  local most = 0
  for _, layer in pairs(self.layers) do
    local high, low = layer.backprop:max(), -layer.backprop:min()
    if high ~= high or low ~= low then return high + low end -- NaN
    most = math.max(most, high, low)
  end
  return most
end

-- |b - n| of the worst pair with another epsilon; nil when J is not finite there.
local function apart_at(self, net, epsilon)
  local w = self.worst
  local chosen = core.matrix(self.layers[w.layer].numeric.nrows, self.layers[w.layer].numeric.ncols)
  chosen[w.i][w.j] = 1
  local ok, numeric = pcall(core.check_layer, net, w.layer, self.method, epsilon, self.differenced, self.scale, chosen)
  return ok and math.abs(w.backprop - numeric[w.i][w.j]) or nil
end

-- Why the differences that the user asked for are off by more than the tolerance; nil when that is not known.
local function about_epsilon(self, net)
  local apart = math.abs(self.worst.backprop - self.worst.numeric)
  if self.method == "forward" and self.relative < 100 * self.epsilon then
    return format("a one-sided difference is itself off by about epsilon = %g times the second derivative: "
      .. 'method = "central" is off by its square', self.epsilon)
  end
  local less, more = apart_at(self, net, self.epsilon / 10), apart_at(self, net, self.epsilon * 10)
  if less and less < apart / 5 then
    return format("epsilon = %g is too large: with a tenth of it the error is %.2g, not %.2g; try %g, or "
      .. "method = %q", self.epsilon, less, apart, self.epsilon / 10,
      self.method == "forward" and "central" or "five-point")
  elseif more and more < apart / 3 then
    return format(
      "epsilon = %g is too small: the rounding error of J is divided by it; with ten times as much "
      .. "the error is %.2g, not %.2g", self.epsilon, more, apart)
  end
end

-- The reason of a check with verdict ok.
local function about_agreement(self, net)
  local agreed = self.compared - self.undecided
  local parts = {}
  if self.is_finer or self.retaken == 0 then
    parts[1] = format("%s agrees with its %s difference to %.2g", agreed == self.compared and "every gradient"
      or format("each of %d gradients out of %d", agreed, self.compared), self.method, self.tolerance)
    if self.retaken > 0 then
      parts[2] = format("%d of %d agree by five points only: the central difference is off by more", self.retaken,
        self.compared)
    end
  else
    parts[1] = format(
      "the gradient is right by five points, but %d of %d %s differences by epsilon = %g are off by more "
      .. "than %.2g", self.retaken, self.compared, self.method, self.epsilon, self.tolerance)
    parts[2] = about_epsilon(self, net)
  end
  if self.below > 0 then
    parts[#parts + 1] = format(
      "%d of %d are smaller than the floor: rounding hides their last digits, so they agree to "
      .. "within %.2g", self.below, self.compared, self.tolerance * self.floor)
  end
  if self.zeros > 0 then
    parts[#parts + 1] = format("%d of %d are exactly 0 by both", self.zeros, self.compared)
  end
  if self.undecided > 0 then
    parts[#parts + 1] = format("%d of %d are undecided: too small to be told from 0, or where J bends too sharply",
      self.undecided, self.compared)
  end
  return table.concat(parts, "; ")
end

-- The reason for the report self of a check of net that did not fail. u: the rounding unit in units of 2^-52.
function resolved.of(self, net, u)
  if self.compared == 0 then
    return "nothing could be checked: every difference crosses a kink; try a smaller epsilon, or another THETA"
  elseif self.verdict == "undecided" then
    local unresolved = require "moongrad.check.unresolved"
    return unresolved(largest(self), self.cost, self.floor * self.tolerance * self.epsilon, self, u)
  end
  return about_agreement(self, net)
end

return resolved
