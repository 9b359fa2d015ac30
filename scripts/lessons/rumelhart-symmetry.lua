#!/usr/bin/env moongrad
-- Rumelhart, Hinton and Williams, 1986: are six bits symmetric?

print [[
A network that has learned to detect mirror symmetry
Source: Rumelhart, Hinton and Williams, Learning representations by back-propagating errors, Nature 323, 1986, figure 1

A network 6-2-1, all 64 rows at once, eta .1, momentum .9, weights from U[-.3, .3). Theirs took 1425 sweeps; the
weights that it began with are not known. (Try other seeds, as in `moongrad rumelhart-symmetry.lua 3`: some do not get
there.)
]]

local rows, targets = {}, {}
for n = 0, 63 do
  local bits = {}
  for k = 1, 6 do bits[k] = n >> (6 - k) & 1 end
  rows[n + 1] = bits
  targets[n + 1] = bits[1] == bits[6] and bits[2] == bits[5] and bits[3] == bits[4] and 1 or 0
end
X, y = rows, targets

NET = network{6, 2, 1, eta = .1, optimizer = "momentum", init = {"epsilon", epsilon = .3},
  seed = tonumber((...)) or 1}
print "sweeps   tss        right of 64"
for _ = 1, 8 do
  local r = step(250)
  print(("%5d    %.6f    %.0f"):format(r.epoch, r.tss, r.accuracy * 64))
end

print "\ninto     bias      bit 1     bit 2     bit 3     bit 4     bit 5     bit 6"
for i = 1, 2 do print(("unit %d" .. (" %9.3f"):rep(7)):format(i, table.unpack(THETA[1][i]:totable()))) end

print [[

As in the figure, into each hidden unit the weights of mirrored bits are equal with opposite signs, so that a symmetric
row adds up to 0 and leaves the unit off. Their sizes are as 1 : 2 : 4, so that no other row does. Both units have the
same pattern with opposite signs: one answers to sums above 0, the other to those below.
]]
local w = THETA[1]:cols(2, 7)
local left, right = w:cols(1, 3), hstack(w:cols(6, 6), w:cols(5, 5), w:cols(4, 4))
local sizes = abs(left:rows(1)).T:sort()
print(published {
  {"rows that are right", "64", accuracy() * 64},
  {"middle of the three sizes to the smallest", "2", sizes[2][1] / sizes[1][1], within = .05},
  {"largest to the smallest", "4", sizes[3][1] / sizes[1][1], within = .05},
  {"sum of two mirrored weights, at most", "0.00", abs(left + right):max()},
  {"a weight of unit 1 to that of unit 2", "-1", (w:rows(1) / w:rows(2)):mean(), within = .05},
})
