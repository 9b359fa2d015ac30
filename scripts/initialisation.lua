#!/usr/bin/env moongrad
-- Random initialisation: why equal weights stay equal, and how many of 200 seeds solve XOR from where they start.
-- A network has solved it when all four outputs are on the right side of .5 after 10,000 epochs at ETA .1;
-- one that is stuck has an mse near .25 (all outputs .5), 1/6 or 1/8.

X, y = data.xor()
ETA = 0.1

print "Equal weights stay equal: THETA constant .5, after 1000 epochs.\n"
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
print(("\nOf %d seeds each. Too small and the units stay alike for long; too large and they saturate."):format(SEEDS))
