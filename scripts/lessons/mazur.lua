#!/usr/bin/env moongrad
-- Mazur, 2015: one step of backpropagation with all its numbers.

print [[
A step by step backpropagation example
Source: Matt Mazur, mattmazur.com, 17 March 2015

Two inputs, two hidden units, two outputs, one row of data; eta is .5, the biases stay as they are. First the numbers
of one step.
]]

local function fresh()
  local net = network{2, 2, 2, eta = .5, X = {{.05, .10}}, y = {{.01, .99}}}
  net.theta = {{{.35, .15, .20}, {.35, .25, .30}}, {{.60, .40, .45}, {.60, .50, .55}}}
  net.frozen[1], net.frozen[2] = "bias", "bias"
  return net
end

NET = fresh()
local before = cost()
step()
print(published {
  {"net input of h1", ".3775", Z[1][1][1]},
  {"output of h1", ".593269992", A[2][1][2]},
  {"output of h2", ".596884378", A[2][1][3]},
  {"net input of o1", "1.105905967", Z[2][1][1]},
  {"output of o1", ".75136507", A[3][1][1]},
  {"output of o2", ".772928465", A[3][1][2]},
  {"total error", ".298371109", before},
  {"delta of o1", ".138498562", DELTA[2][1][1]},
  {"dE/dw5", ".082167041", GRAD[2][1][2]},
  {"dE/dw1", ".000438568", GRAD[1][1][2]},
  {"w5 after the step", ".35891648", THETA[2][1][2]},
  {"w6", ".408666186", THETA[2][1][3]},
  {"w7", ".511301270", THETA[2][2][2]},
  {"w8", ".561370121", THETA[2][2][3]},
  {"w1", ".149780716", THETA[1][1][2]},
  {"w2", ".19956143", THETA[1][1][3]},
  {"w3", ".24975114", THETA[1][2][2]},
  {"w4", ".29950229", THETA[1][2][3]},
})

print [[

The errors after the step and after 10,000 come from the page's program, which carries the deltas back through weights
that it has already updated. With this mistake planted they come out:
]]
local stale = fresh()
stale:bug "stale-weights"
local once, often = stale:step().cost, stale:step(9999).cost
print(published {
  {"total error after 1 step", ".291027924", once},
  {"output of o1 after 10,000", ".015912196", stale:predict(stale.X)[1][1]},
  {"output of o2", ".984065734", stale:predict(stale.X)[1][2]},
})
local right = fresh()
print(("\nWithout it the errors are %.9f and %.10f."):format(right:step().cost, right:step(9999).cost))
print(("(The page has .0000351085 after 10,000; from its own outputs it is %.10f.)"):format(often))
