#!/usr/bin/env moongrad
-- A lesson: one training step of XOR, operation by operation.
--
-- Explains one gradient down to the data, checks all gradients, plants a mistake, finds it and takes it back.

local function say(text) print("\n" .. text .. "\n") end

seed(0)
X, y = data.xor()
LAYERS = {2, 2, 1}
ETA = 2

print [[
A network with two inputs, two hidden units and one output is to learn XOR. These are the two inputs, the
target, and the prediction of the untrained network, which is much the same in all four rows:]]
print(hstack(X, y, predict()))

say "1. FORWARD. One training step has ten operations. We do one at a time, and look at its result."
local w = walk()
print [[
Every hidden unit multiplies the inputs by its weights and adds them up. Its weights are a row of THETA[1],
which begins with the bias, the weight of a constant 1: that is why A[1] is X with a column of ones.
]]
print(w())

say "The sigmoid turns each sum into a number between 0 and 1, the activation of the unit."
print(w())

say "The output unit adds up the activations of the hidden units in the same way,"
print(w())

say "and its own activation is the prediction, a row for each row of X:"
print(w())

say "How wrong is the prediction? The cost J is one number for that. Training makes it smaller."
print(w())

say [[
2. BACK. How much does each unit contribute to the error? First the output unit: DELTA is its error, times
the slope of its sigmoid there. DELTA is positive where the prediction should be smaller.]]
print(w())

say [[
The DELTA of a hidden unit is the DELTA of the output, times the weight from the hidden unit to the output,
times the slope of its own sigmoid. So the error goes back through THETA[2]: this is backpropagation.]]
print(w())

say [[
How does J change with each weight? The gradient is the DELTA of the unit that the weight leads to, times
the activation that the weight multiplies, summed over all rows. First for the weights of the output unit,]]
print(w())

say "then for the weights of the hidden units. Column 1 has their biases, which multiply 1."
print(w())

say [[
3. WHY THIS NUMBER? Before any weight changes: how was GRAD[1][2][3] computed? It is a sum over the four
rows, in which only the rows count whose second input is 1.]]
print(explain("grad", 1, 2, 3))

say "Row 4 has the largest term. How was its DELTA computed, down to the data?"
print(explain("delta", 1, 4, 2, {depth = 4}))

say [[
4. IS IT RIGHT? GRAD[1][2][3] says how much J changes if that weight changes a little: GRAD times as much.
So let us change the weight a little, to both sides, and divide the change of J by the change of the weight:]]
local weight, little = THETA[1][2][3], 1e-5
local function J_at(v)
  THETA[1][2][3] = v
  return cost()
end
local slope = (J_at(weight + little) - J_at(weight - little)) / (2 * little)
THETA[1][2][3] = weight
print(("%.9f  by changing the weight"):format(slope))
print(("%.9f  by backpropagation"):format(GRAD[1][2][3]))

say "The last operation is the update: each weight goes downhill, by ETA times its GRAD."
print(w())

say "check() compares every gradient in this way."
print(check())

say "5. A MISTAKE that many have made: to take the slope of the sigmoid at a, where it should be taken at z."
print(bug "derivative-of-a")
print(check())

say "The network still learns with the mistake, only much more slowly. So such a mistake may not be noticed:"
print(step(2000))

say "6. UNDO takes back the training and the mistake. The same 2000 steps, done right:"
print(undo(2))
print(step(2000))
print(hstack(X, y, predict()))

say [[
What to try next: another seed and another ETA; explain("theta", 1, 2, 3, {depth = 3}); and bug "any", which
plants a mistake without saying which: look for it with w = walk(), w() and explain before you call check().]]
