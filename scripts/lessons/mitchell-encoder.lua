#!/usr/bin/env moongrad
-- Mitchell, 1997: the encoder 8-3-8 finds a binary code.

print [[
Learned hidden layer representation
Source: Tom Mitchell, Machine Learning, McGraw-Hill 1997, section 4.6.4, figure 4.7

Eight inputs, of which one is 1, are to come out again through three hidden units. eta is .3, there is no momentum, the
weights begin in (-.1, .1); an update after each row, for 5000 epochs. The book's weights are not known, so the hidden
values are others than its own; but they round to 0 and 1 in eight different ways, as in the book.
]]

X, y = eye(8), eye(8)
NET = network{8, 3, 8, eta = .3, init = {"epsilon", epsilon = .1}, seed = tonumber((...)) or 3}
train{epochs = 5000, batch = 1, shuffle = false}
forward()

local codes, n, right = {}, 0, 0
local winner = A[3]:argmax(2)
print "input      hidden values    code"
for i = 1, 8 do
  local h1, h2, h3 = A[2][i][2], A[2][i][3], A[2][i][4]
  local code = ("%.0f%.0f%.0f"):format(h1, h2, h3)
  print(("%s   %.2f %.2f %.2f   %s"):format(("0"):rep(i - 1) .. "1" .. ("0"):rep(8 - i), h1, h2, h3, code))
  if not codes[code] then codes[code], n = true, n + 1 end
  if winner[i][1] == i then right = right + 1 end
end
print()
print(published {
  {"different codes", "8", n},
  {"outputs that name their input", "8", right},
})
