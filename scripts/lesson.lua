#!/usr/bin/env moongrad
-- A lesson: one step of XOR walked, one weight explained to the data, a check, a mistake planted, found, undone.

local function say(text) print("\n" .. text .. "\n") end

seed(0)
X, y = data.xor()
LAYERS = {2, 2, 1}
ETA = 2

print "A network of two inputs, two hidden units and one output is to learn XOR. It knows nothing yet:"
print(forward())

say "1. One step of training is ten operations. Forward, layer by layer, then the cost:"
local step_by_step = walk()
for _ = 1, 5 do print(step_by_step()) print() end

say "Then back, from the output to the first layer: who is to blame, and what each weight is to do about it."
for op in step_by_step do print(op) print() end

say "2. Where does one of those numbers come from? The gradient of one weight, down to the data:"
print(explain("grad", 1, 2, 3, {depth = 2}))

say "3. Is it right? J itself says so: change each weight a little, and see how much J changes."
print(check())

say "4. A mistake that many have made, in the backward pass:"
print(bug "derivative-of-a")
print(check())

say "It trains all the same, only so much slower; that is why such a mistake can go unseen:"
print(step(2000))

say "5. Back to where we were, the training and the mistake taken back, and the same again:"
print(undo(2))
print(step(2000))
print(predict())
