#!/usr/bin/env moongrad
-- Goodfellow, Bengio and Courville, 2016: XOR by two rectified units.

print [[
Example: learning XOR
Source: Ian Goodfellow, Yoshua Bengio and Aaron Courville, Deep Learning, MIT Press 2016, section 6.1

A linear model with the mean of squares as its cost ends at w = 0, b = 1/2: it says .5 for every row.
]]

X, y = data.xor()
NET = network{2, {1, "linear"}, cost = "mse", eta = .1, seed = 1}
step(3000)
print(published {
  {"w1", "0.000000", THETA[1][1][2]},
  {"w2", "0.000000", THETA[1][1][3]},
  {"b", "0.500000", THETA[1][1][1]},
})

print "\nTwo rectified units bend the plane. With the book's W, c, w and b the outputs are exact:\n"
NET = network{2, {2, "relu"}, {1, "linear"}, cost = "mse"}
THETA = {
  {{0, 1, 1}, {-1, 1, 1}}, -- c and W: both units have the weights 1, 1
  {{0, 1, -2}},            -- b and w
}
forward()

-- The numbers of a matrix, row by row.
local function text(m)
  local rows = {}
  for i, row in ipairs(m:totable()) do rows[i] = ("%g "):rep(#row, ""):format(table.unpack(row)):sub(1, -2) end
  return table.concat(rows, ", ")
end
print(published {
  {"X W + c", "0 -1, 1 0, 1 0, 2 1", text(Z[1])},
  {"the same, rectified", "0 0, 1 0, 1 0, 2 1", text(A[2]:cols(2, 3))},
  {"outputs", "0, 1, 1, 0", text(A[3])},
  {"cost", "0", J},
})
