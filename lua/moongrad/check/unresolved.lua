-- unresolved.lua - what a check has to say whose differences cannot tell any gradient from 0, and what to do then.

local format = string.format

-- five points are off by epsilon^4, so they bear a large one
local larger = 'try check{epsilon = %g, method = "five-point", tolerance = 1e-2}'

-- The words. largest: the largest gradient by backpropagation; J: the cost that is differenced; rounding: what a
-- difference is off by, times its epsilon; how: its epsilon, and is_finer, whether larger ones were tried, too; u: the
-- rounding unit in units of 2^-52.
return function(largest, J, rounding, how, u)
  if largest - largest ~= 0 then
    return "nothing could be checked: backpropagation's numbers overflow: look at Z, A and DELTA for the first that is "
      .. 'not finite; init("xavier") draws a THETA where none is'
  elseif math.abs(J) < (1e4 * u * 2 ^ -52) ^ 2 then
    return format("nothing could be checked: J is %.3g, so yhat is y but for rounding and the gradient is 0 but for "
      .. "rounding; check before training, or after a few steps of it", J)
  elseif largest == 0 then
    return "nothing could be checked: every gradient is 0, as where units are saturated or dead, or yhat is y; "
      .. 'diagnose() tells which, and init("xavier") draws a THETA at which there is something to check'
  end
  local most = how.is_finer and (u > 1 and 1 or 1e-2) or how.epsilon
  local better = 10 ^ math.ceil(math.log(100 * rounding / largest, 10)) -- its rounding is a hundredth of the largest
  local text = format(
    "nothing could be checked: no gradient is told from 0, the largest is %.2g, and differences of J = "
    .. "%.4g by epsilon = %g resolve no less than %.2g; ", largest, J, most, rounding / most)
  if better <= 1e-5 and most < better then
    return text .. format("epsilon = %g is too small, try check{epsilon = 1e-5}", most)
  end
  if better <= .1 and most < better then return text .. format(larger, better) end
  return text .. 'diagnose() tells why they are so small, and init("xavier") draws a THETA where they are not'
end
