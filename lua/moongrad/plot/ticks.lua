-- ticks.lua - the round numbers that stand at an axis.

local ceil, floor, log, huge = math.ceil, math.floor, math.log, math.huge

local ticks = {}

-- The smallest of 1, 2, 5 times a power of ten that is at least x > 0.
local function round_up(x)
  local power = 10.0 ^ floor(log(x, 10))
  for _, factor in ipairs { 1, 2, 5 } do
    if factor * power >= x * (1 - 1e-9) then return factor * power end
  end
  return 10 * power
end

-- Multiples of a round number within low..high, at most count + 1 of them; {low} where the range is empty or too
-- narrow for its numbers to differ. low and high are finite.
function ticks.linear(low, high, count)
  local range = high / count - low / count -- 1e308 - -1e308 is infinite
  if range <= 0 then return { low } end
  local step = round_up(range)
  local first, last = ceil(low / step - 1e-9), floor(high / step + 1e-9)
  if step == huge or low + step == low then return { low } end
  local all = {}
  for i = first, last do all[#all + 1] = i * step end
  return all
end

return ticks
