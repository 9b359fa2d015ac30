#!/usr/bin/env moongrad
-- Is a row of six bits symmetric about its middle? Rumelhart, Hinton and Williams (Nature, 1986) showed what two
-- hidden units learn of it: eta .1, momentum .9, all 64 rows at once, weights from U[-.3, .3).
--
-- What is to be seen: into each hidden unit the weights of mirrored bits become equal with opposite signs, so that a
-- symmetric row adds up to 0 and leaves the unit off; and the three sizes are about 1 : 2 : 4, so that no other row
-- does. Both units have the same pattern with opposite signs: one answers to sums above 0, the other to those below.
-- Try other seeds, `moongrad scripts/symmetry.lua 3`: some do not get there in time.

local rows, targets = {}, {}
for n = 0, 63 do
  local bits = {}
  for k = 1, 6 do bits[k] = n >> (6 - k) & 1 end
  rows[n + 1] = bits
  targets[n + 1] = bits[1] == bits[6] and bits[2] == bits[5] and bits[3] == bits[4] and 1 or 0
end
X, y = matrix(rows), matrix(targets).T

NET = network{6, 2, 1, eta = .1, optimizer = "momentum", init = {"epsilon", epsilon = .3},
  seed = tonumber((...)) or 1}

print "epoch    tss        right of 64"
for _ = 1, 8 do
  local r = step(250)
  print(("%5d    %.6f    %.0f"):format(r.epoch, r.tss, r.accuracy * 64))
end

print "\ninto     bias      bit 1     bit 2     bit 3     bit 4     bit 5     bit 6     sizes"
for i = 1, 2 do
  local w, cells, sizes = THETA[1][i], {}, {}
  for j = 1, 7 do cells[j] = ("%8.3f"):format(w[j]) end
  for j = 2, 4 do sizes[#sizes + 1] = math.abs(w[j]) end
  table.sort(sizes)
  local ratios = ("1 : %.2f : %.2f"):format(sizes[2] / sizes[1], sizes[3] / sizes[1])
  print(("unit %d %s    %s"):format(i, table.concat(cells, "  "), ratios))
end
