-- unresolved.lua - the reason of a gradient check with verdict undecided, whose differences tell no gradient from 0,
-- and what to try.

local format = string.format

-- the error of five points is epsilon^4, so that a large epsilon will do
local larger = 'try check{epsilon = %g, method = "five-point", tolerance = 1e-2}'

-- Returns the reason. largest: the largest gradient by backpropagation; J: the cost that is differenced; rounding: the
-- rounding error of a difference, times its epsilon; how: epsilon, and is_finer, whether larger epsilons were tried,
-- too; u: the rounding unit in units of 2^-52.
return function(largest, J, rounding, how, u)
  if largest - largest ~= 0 then
    return "nothing could be checked: backpropagation's numbers overflow: look at Z, A and DELTA for the first that is "
      .. 'not finite; init("xavier") draws a THETA at which all are finite'
  elseif math.abs(J) < (1e4 * u * 2 ^ -52) ^ 2 then
    return format("nothing could be checked: J is %.3g, so yhat is y up to rounding and the gradient is 0 up to "
      .. "rounding; check before training, or after a few steps of it", J)
  elseif largest == 0 then
    return "nothing could be checked: every gradient is 0, as where units are saturated or dead, or yhat is y; "
      .. 'diagnose() tells which, and init("xavier") draws a THETA at which there is something to check'
  end
  local most = how.is_finer and (u > 1 and 1 or 1e-2) or how.epsilon
  local better = 10 ^ math.ceil(math.log(100 * rounding / largest, 10)) -- makes rounding a hundredth of the largest
  local text = format(
    "nothing could be checked: no gradient can be told from 0: the largest is %.2g, and differences of J = "
    .. "%.4g by epsilon = %g resolve no less than %.2g; ", largest, J, most, rounding / most)
  if better <= 1e-5 and most < better then
    return text .. format("epsilon = %g is too small, try check{epsilon = 1e-5}", most)
  end
  if better <= .1 and most < better then return text .. format(larger, better) end
  return text .. 'diagnose() tells why they are so small, and init("xavier") draws a THETA where they are larger'
end
