-- A little of everything, once: what make valgrind watches.

seed(0)
X, y = data.xor()
LAYERS = { 2, 2, 2, 1 }
ETA = 0.1
assert(step(20).epoch == 20)
assert(check().ok)

train { epochs = 3, batch = 3 }
THETA[1] = THETA[1] * 2 - THETA[1]
assert(tostring(THETA[1]) and tostring(NET) and tostring(check()))

local m = matrix { { 1, 2 }, { 3, 4 } }
assert(m:matmul(m.T) == matrix { { 5, 11 }, { 11, 25 } })
assert((rand(3, 4) + randn(1, 4)).nrows == 3)

-- What raises must leave nothing behind.
for _, misuse in ipairs {
  function() THETA[9] = m end,
  function() return matrix { { 1, 2 }, { 3 } } end,
  function() return network { 2, 1, etaa = 1 } end,
  function() step(-1) end,
  function() return m:matmul(matrix(3, 3)) end,
} do
  assert(not pcall(misuse))
end

NET, X, y = nil, nil, nil
collectgarbage()
