-- Which starts learn XOR? 200 seeds for each way to build the network, on all processors.
-- moongrad scripts/sweep.lua [seeds]

local seeds = tonumber(arg[1]) or 200
local X, y = data.xor()

-- A run ends when the mean square is below .01: the outputs are then within .1 of the targets, on the average.
local settings = { X = X, y = y, seeds = seeds, epochs = 3000, target = { mse = .01 } }

local function show(title, swept)
  for name, value in pairs(settings) do swept[name] = value end
  print(title)
  print(sweep(swept))
  print()
end

show("Layers: with three hidden units most starts learn.",
  { layers = { { 2, 2, 1 }, { 2, 3, 1 }, { 2, 2, 2, 1 } }, eta = 2 })
show("How THETA is drawn.", { layers = { 2, 2, 1 }, eta = 2, init = { "uniform", "normal", "xavier" } })
show("The learning rate: too small is slow, too large jumps.", { layers = { 2, 2, 1 }, eta = { .1, 1, 10, 100 } })
