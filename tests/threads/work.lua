-- work.lua - what each Lua state of states.c does: a little of everything, with one to four threads. Returns the bits
-- of its results, which neither other states nor the number of threads may change.

local mg = require "moongrad"

local digest = {}

local function note(m)
  if type(m) == "number" then m = { { m } } else m = m:totable() end
  for _, row in ipairs(m) do
    for _, v in ipairs(row) do digest[#digest + 1] = ("%a"):format(v) end
  end
end

mg.activation { name = "work's swish", f = function(z) return z / (1 + math.exp(-z)) end,
  df = function(z, a) return (a + (1 - a) / (1 + math.exp(-z))) end }

local X, y = mg.data.xor()
local wide_X, wide_y = mg.randn(70, 80, mg.generator(1)), mg.rand(70, 70, mg.generator(2))

local function small(activation, precision)
  local net = mg.network { 2, 4, 1, activation = activation, output = "sigmoid", X = X, y = y, seed = 3, eta = .5,
    precision = precision }
  net:step(50)
  net:train { epochs = 5, batch = 3 }
  net:undo()
  net:seek(20)
  for op in net:walk() do tostring(op) end
  note(net.theta[1])
  note(net:predict())
  assert(net:check().ok)
end

-- So large that threads share its operations: plain passes, fused passes, epochs of several batches.
local function large(n)
  mg.threads(n)
  local net = mg.network { 80, 90, { 70, bias = n % 2 == 0 }, activation = "tanh", X = wide_X, y = wide_y, seed = 4,
    init = "xavier" }
  net:step(4)
  net:train { epochs = 2, batch = 33 }
  return net
end

mg.seed(5)
for _, precision in ipairs { "double", "single" } do
  small("tanh", precision)
  small("work's swish", precision)
end
note(mg.rand(3, 3))
note(mg.permutation(20))
local first = {}
for n = 1, 4 do
  local bits = ("%a"):format(large(n).theta[2]:sum())
  first[n % 2] = first[n % 2] or bits
  assert(bits == first[n % 2], "other bits on " .. n .. " threads")
  digest[#digest + 1] = bits
end
mg.threads(1)
collectgarbage()
return table.concat(digest, "\n")
