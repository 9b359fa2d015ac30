#!/usr/bin/env moongrad
-- A lesson: one step of XOR walked, one weight explained to the data, a check, a mistake planted, found, undone.

local function say(text) print("\n" .. text .. "\n") end

seed(0)
X, y = data.xor()
LAYERS = {2, 2, 1}
ETA = 2

print [[
A network of two inputs, two hidden units and one output is to learn XOR. The two inputs, what is wanted,
and what it says as yet, much the same to all four:]]
print(hstack(X, y, predict()))

say "1. FORWARD. One step of training is ten operations. We do one at a time, and look at what each has made."
local w = walk()
print [[
Every hidden unit weighs the inputs and adds them up. Its row of THETA[1] begins with the bias, the weight
of a constant: that is why A[1] is X with a column of ones.
]]
print(w())

say "The sum goes through the sigmoid, which makes of it something between 0 and 1."
print(w())

say "The output unit does the same with what the hidden units say,"
print(w())

say "and this is what the network answers, a row for each row of X:"
print(w())

say "How wrong is it? One number says so, and all that follows is about making it smaller."
print(w())

say [[
2. BACK. Who is to blame? First the output: its error, times the slope of its sigmoid there. Where the
answer should be smaller that is above 0.]]
print(w())

say [[
A hidden unit is to blame by the weight that the output gave it, times its own slope. The error has gone
back through THETA[2]: hence the name.]]
print(w())

say [[
What has each weight to do with J? The blame of the unit it leads to, times what came in through it, over
all rows. First the output's weights,]]
print(w())

say "then those of the hidden units. Column 1 is their biases, through which a 1 came in."
print(w())

say [[
3. WHY THAT NUMBER? Before any weight moves: where did GRAD[1][2][3] come from? It is a sum over the four
rows, in which only those count whose second input is 1.]]
print(explain("grad", 1, 2, 3))

say "Row 4 counts most. What is in its DELTA, down to the data?"
print(explain("delta", 1, 4, 2, {depth = 4}))

say [[
4. IS IT RIGHT? What GRAD[1][2][3] means is: move that weight a little, and J moves so many times as much.
So move it, both ways:]]
local weight, little = THETA[1][2][3], 1e-5
local function J_at(v)
  THETA[1][2][3] = v
  return cost()
end
local slope = (J_at(weight + little) - J_at(weight - little)) / (2 * little)
THETA[1][2][3] = weight
print(("%.9f  by moving it"):format(slope))
print(("%.9f  by going back"):format(GRAD[1][2][3]))

say "The last operation: each weight goes downhill, by ETA times its GRAD."
print(w())

say "Then check() does for every weight what we did for one."
print(check())

say "5. A MISTAKE that many have made: the slope of the sigmoid, a (1 - a), taken at a where it belongs at z."
print(bug "derivative-of-a")
print(check())

say "It trains all the same, only so much slower; that is why such a mistake can go unseen:"
print(step(2000))

say "6. UNDONE, the training and the mistake; and the same 2000 steps done right."
print(undo(2))
print(step(2000))
print(hstack(X, y, predict()))

say [[
To try now: another seed and another ETA; explain("theta", 1, 2, 3, {depth = 3}); and bug "any", which does
not tell which mistake it plants: find it by w = walk(), w() and explain before you ask check().]]
