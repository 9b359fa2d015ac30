-- helpers.lua - what the tests of networks share: bits to compare, errors to look at.

local assert = require "luassert"
local core = require "moongrad.core"
local mg = require "moongrad"
local options = require "moongrad.options"
local quantities = require "moongrad.quantities"

local helpers = {}

-- Of networks at random a test makes so many: MOONGRAD_LONG=1 makes it all of them.
local is_long = os.getenv "MOONGRAD_LONG" ~= nil
function helpers.many(all, few) return is_long and all or few end

-- Functions of a user's own, to be among those of networks at random. Returns the cost.
function helpers.own_functions()
  mg.activation { name = "tests' swish", f = function(z) return z / (1 + math.exp(-z)) end,
    df = function(z, a) return (a + (1 - a) / (1 + math.exp(-z))) end }
  return mg.cost { name = "tests' quartic", f = function(a, y) return (a - y) ^ 4 / 20 end,
    delta = function(a, y) return (a - y) ^ 3 / 5 end }
end

-- All the bits of a number, a matrix, a list of matrices, or nil.
function helpers.bits(x)
  if type(x) == "number" then return ("<%q>"):format(x) end
  if x == nil then return "nil" end
  local parts = {}
  if mg.is_matrix(x) then
    for i, row in ipairs(x:totable()) do
      for j, v in ipairs(row) do row[j] = ("%q"):format(v) end
      parts[i] = table.concat(row, " ")
    end
  else
    for l, m in ipairs(x) do parts[l] = helpers.bits(m) end
  end
  return table.concat(parts, "\n") .. "\n"
end

-- Those of THETA and the epoch; and of all that a pass leaves.
function helpers.theta(net) return helpers.bits(net.theta) .. net.epoch end
function helpers.live(net)
  local parts = { helpers.theta(net), helpers.bits(net.J) }
  for _, what in ipairs(quantities.matrices) do parts[#parts + 1] = helpers.bits(net[what]) end
  return table.concat(parts, "\n")
end

-- And all else that undo brings back.
function helpers.all(net)
  local own = core.own_rng(net)
  return table.concat({ helpers.live(net), net.eta, helpers.bits(net.X), helpers.bits(net.y), core.bug(net),
    tostring(net.options), tostring(net.frozen),
    own and core.rng_state(own):gsub(".", function(c) return ("%02x"):format(c:byte()) end) or "" }, "\n")
end

-- f raises one line at a place in a test, that holds every one of the words; returns it.
function helpers.raises(f, ...)
  local ok, message = pcall(f)
  assert.is_false(ok, "raised nothing")
  assert.is_string(message)
  assert.is_nil(message:find "\n", message)
  assert.is_truthy(message:find "^[^:]*tests/lua/[%w_]+%.lua:%d+: ", message)
  for _, word in ipairs { ... } do
    assert.is_truthy(message:find(word, 1, true), ("%q lacks %q"):format(message, word))
  end
  return message
end

-- Every element of a within tolerance of b's, relative to what is larger, it or 1.
function helpers.near(a, b, tolerance)
  a, b = mg.matrix(a), mg.matrix(b)
  assert.same(a.shape, b.shape)
  for i = 1, #a do
    for j = 1, a.ncols do
      local apart = math.abs(a[i][j] - b[i][j])
      assert.is_true(apart <= tolerance * math.max(1, math.abs(b[i][j])),
        ("[%d][%d]: %.17g is not %.17g"):format(i, j, a[i][j], b[i][j]))
    end
  end
end

-- A network with the truth table of XOR.
function helpers.xor(spec)
  local X, y = mg.data.xor()
  local all = spec and spec[1] and {} or { 2, 2, 2, 1 }
  for key, v in pairs(spec or {}) do all[key] = v end
  all.seed = all.seed or 0
  all.X, all.y = all.X or X, all.y or y
  return mg.network(all)
end

-- rows of random data and targets in (0, 1), from seed k.
function helpers.data(k, rows, n_in, n_out)
  local g = mg.generator(k)
  return g:randn(rows, n_in), g:rand(rows, n_out)
end

local optimizers
for _, option in ipairs(options.of.network) do
  if option.name == "optimizer" then optimizers = option.choices end
end

-- The k-th of networks at random: all activations, costs, optimisers and depths from 1 to 5 come in turn; l1 and l2,
-- layers without bias and frozen ones now and then. Further options from more; seed = false: the shared generator.
function helpers.random(k, more)
  local g = mg.generator(k)
  local function upto(n) return g:permutation(n)[1][1] // 1 | 0 end
  local costs = { "sse", "mse", "quadratic", { "squares", scale = .3 }, "cross-entropy", "softmax" }
  local cost = costs[k % #costs + 1]
  local optimizer = more and more.optimizer or optimizers[k % #optimizers + 1]
  local is_ball = optimizer == "momentum" or optimizer == "nesterov" or optimizer == "own ball" -- 10 times as far
  local spec = { upto(5), cost = cost, seed = k, eta = is_ball and .005 or .05, init = "xavier",
    optimizer = optimizer }
  for l = 2, 1 + (k - 1) % 5 do
    spec[l] = { upto(9), core.activations[(k + 2 * l) % #core.activations + 1], bias = upto(6) > 1 }
  end
  local outputs = { "linear", "sigmoid", "tanh", "relu", "leaky-relu", "elu", "gelu", "softplus" }
  local n_out = upto(4)
  if cost == "softmax" and n_out == 1 then n_out = 2 end -- one is refused
  spec[#spec + 1] = { n_out, type(cost) == "table" and "elu" or core.cost_outputs[cost] or outputs[upto(#outputs)] }
  if upto(3) == 1 then spec.l1, spec.l2 = .01, .02 end
  for name, v in pairs(more or {}) do spec[name] = v or nil end
  local net = mg.network(spec)
  net.X, net.y = helpers.data(k + 1000, upto(20), net.layers[1], net.layers[#net.layers])
  if upto(4) == 1 then net.frozen[upto(#net.theta)] = ({ true, "bias", "weights" })[upto(3)] end
  return net
end

--- A line of Lua run as at the prompt, NET being net; returns what NET then is.
function helpers.type_in(net, line)
  local names = setmetatable({ sqrt = core.sqrt, eq = core.eq }, {
    __index = function(_, key)
      if key == "NET" then return net end
      if core.network_class.methods[key] then
        return function(...) return core.network_class.methods[key](net, ...) end
      end
      if key == "X" or key == "y" or key == "ETA" then return net[key:gsub("ETA", "eta")] end
      if key == "LAYERS" or key == "THETA" then return net[key:lower()] end
    end,
    __newindex = function(_, key, v)
      if key == "LAYERS" then net = net:like(v) else net[key:gsub("ETA", "eta")] = v end
    end,
  })
  assert((load("return " .. line, "=try", "t", names) or load(line, "=try", "t", names)))()
  return net
end

-- Runs a script with the session names; returns its exit status and all that it printed.
function helpers.run(code)
  local moongrad = assert(os.getenv "MOONGRAD")
  local path = os.tmpname()
  local file = assert(io.open(path, "w"))
  file:write(code)
  file:close()
  local pipe = assert(io.popen(("%s %s 2>&1 </dev/null"):format(moongrad, path)))
  local out = pipe:read "a"
  local _, _, status = pipe:close()
  os.remove(path)
  return status, out
end

-- XOR with tanh units that learns it, changed by spec, as network takes it.
function helpers.tanh_xor(spec)
  local X, y = mg.data.xor()
  local all = { 2, 4, 1, activation = "tanh", output = "sigmoid", init = "xavier", eta = .5, X = X, y = y, seed = 1 }
  if spec[1] then all[1], all[2], all[3] = nil, nil, nil end
  for key, v in pairs(spec) do all[key] = v end
  return mg.network(all)
end

-- A network by spec, with seed k, and so many rows of random data.
function helpers.on_random_data(k, rows, spec)
  spec.seed = k
  local net = mg.network(spec)
  net.X, net.y = helpers.data(k + 1, rows, net.layers[1], net.layers[#net.layers])
  return net
end

-- The finding of this name in a diagnosis, or nil.
function helpers.finding(d, name)
  for _, f in ipairs(d.findings) do
    if f.name == name then return f end
  end
end

-- Text as it was before it was broken into lines.
function helpers.squeeze(text) return (text:gsub("%s+", " ")) end

-- text holds each of these words.
function helpers.contains(text, ...)
  for _, words in ipairs { ... } do
    assert.is_truthy(text:find(words, 1, true), ("%q lacks %q"):format(text, words))
  end
end

return helpers
