#!/usr/bin/env moongrad
-- A ravine, and how each optimiser walks down it.
--
-- One linear unit without bias has two weights, and these rows make
--   J = 1/2 (w1^2 + 50 w2^2)
-- steep across, w2, and flat along, w1. All begin at w1 = -4, w2 = 1; the bottom is at 0, 0.
--
-- What is to be seen:
--   sgd       ETA is held down by the steep side: w2 is at 0 at once, or swings, and w1 creeps.
--   momentum  swings across, and is soon at the bottom along: what keeps its direction adds up.
--   nesterov  the same with less swing: it looks where the velocity leads before it corrects it.
--   adagrad, rmsprop, adam, rprop   both weights move alike at first: each is divided by the size of its own gradient,
--             so that steep and flat look the same. adagrad's steps shrink with the sum of what was.
-- For one update in full, walk() its last operation; for one number, explain("theta", 1, 1, 2).

X, y = {{1, 0}, {0, 50 ^ .5}}, {0, 0}

local optimisers = {
  {"sgd", .035}, {"momentum", .01}, {"nesterov", .01}, {"adagrad", 1}, {"rmsprop", .1}, {"adam", .3}, {"rprop", .1},
}
local epochs = {0, 1, 2, 5, 10, 20, 40, 80}

print "the way of w1, w2, after so many updates; J at the end"
local head = {}
for k, epoch in ipairs(epochs) do head[k] = ("%14d"):format(epoch) end
print(("%-9s eta  %s          J"):format("", table.concat(head)))
for _, case in ipairs(optimisers) do
  local net = network{2, {1, "linear", bias = false}, optimizer = case[1], eta = case[2],
    init = {{{0, -4, 1}}}, X = X, y = y}
  local cells = {}
  for k, epoch in ipairs(epochs) do
    net:step(epoch - net.epoch)
    local w = net.theta[1][1]
    cells[k] = ("%7.3f %6.3f"):format(w[2], w[3])
  end
  print(("%-9s %-5g%s  %9.2g"):format(case[1], case[2], table.concat(cells), net:cost()))
end

print "\nadam's states on the way: V, the mean of gradients, and S, that of their squares"
NET = network{2, {1, "linear", bias = false}, optimizer = "adam", eta = .3, init = {{{0, -4, 1}}}, X = X, y = y}
for _ = 1, 3 do
  step(5)
  print(("epoch %2d   V %8.4f %8.4f   S %8.4f %8.4f"):format(NET.epoch, V[1][1][2], V[1][1][3], S[1][1][2], S[1][1][3]))
end
print "\nand its next update of w1, term by term:"
forward()
backward()
print(explain("theta", 1, 1, 2))
