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

assert(undo(2).epoch == 20 and seek(5).epoch == 5)
for op in walk() do assert(tostring(op)) end
assert(tostring(explain("grad", 1, 1, 1)) and tostring(diagnose()))
watch("J")
step(4, { stop_when = function(r) return r.epoch > 8 end })
assert(watched("J").nrows > 1)
unwatch()
NET.options.cost, NET.eta, NET.frozen[1] = "mse", .2, "bias"

local half = activation { name = "half", f = function(z) return z / 2 end, df = function() return .5 end }
local twin = network { 2, 3, 1, activation = half, X = X, y = y, seed = 1 }:copy()
twin:train { epochs = 2, batch = 3, test = { X, y } }
assert(twin:check().ok and tostring(twin:undo()))

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
