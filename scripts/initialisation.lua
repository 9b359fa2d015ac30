#!/usr/bin/env moongrad
-- Random initialisation: from which distributions of the first THETA a network learns XOR.
--
-- Shows that equal weights stay equal, and counts for several distributions how many of 200 seeds learn. A network
-- has learnt XOR if all four outputs are on the right side of .5 after 10,000 epochs with ETA .1. One that is stuck
-- has an mse near .25 (all outputs are .5), 1/6 or 1/8. "The article" is "Backpropagation NumPy Example".

X, y = data.xor()
ETA = 0.1

print "Equal weights stay equal: every weight begins at .5; THETA after 1000 epochs.\n"
LAYERS = {2, 2, 2, 1}
init("constant", {value = .5})
step(1000)
for l = 1, 2 do
  print(THETA[l])
  print(("the rows of THETA[%d] are %s\n"):format(l,
    THETA[l][1] == THETA[l][2] and "equal in every bit: two units that are one" or "different"))
end

local SEEDS, EPOCHS = 200, 10000
local ways = {
  {"U[0, 1), the article's", "uniform"},
  {"U[-.12, .12), Ng's epsilon", "epsilon"},
  {"U[-1, 1)", "epsilon", {epsilon = 1}},
  {"U[-4, 4)", "epsilon", {epsilon = 4}},
  {"Xavier", "xavier"},
}

print(("%-28s  %s  %s  %s"):format("THETA from", "right", "mse < .01", "median mse"))
for _, way in ipairs(ways) do
  local right, small, mse = 0, 0, {}
  for k = 0, SEEDS - 1 do
    seed(k)
    init(way[2], way[3])
    local r = step(EPOCHS)
    if r.accuracy == 1 then right = right + 1 end
    if r.mse < .01 then small = small + 1 end
    mse[#mse + 1] = r.mse
  end
  table.sort(mse)
  print(("%-28s  %5d  %9d  %10.4f"):format(way[1], right, small, mse[#mse // 2]))
end
print(("\nThe counts are of %d seeds each. If THETA is too small, the units stay alike for a long time;"):format(SEEDS))
print "if it is too large, they saturate."
