-- kinds_of_trouble.lua - makes networks stuck by each kind of trouble; stuck_spec.lua tries diagnose on them.

local mg = require "moongrad"

-- --- data ------------------------------------------------------------------------------------

-- Each returns X and y, where X explains all of the variance of y, and the output and the cost that suit them.
local data = {}

function data.xor()
  local X, y = mg.data.xor()
  return X, y, "sigmoid", "sse"
end

function data.parity()
  local X, y = mg.data.parity { bits = 3 }
  return X, y, "sigmoid", "cross-entropy"
end

-- 1 inside a circle, with a gap about it.
function data.circle(g)
  local X, y = mg.zeros(40, 2), mg.zeros(40, 1)
  local angle, far = g:rand(40, 1), g:rand(40, 1)
  for i = 1, 40 do
    local r = i <= 20 and .5 * far[i][1] or .9 + .4 * far[i][1]
    X[i], y[i][1] = { r * math.cos(6.2832 * angle[i][1]), r * math.sin(6.2832 * angle[i][1]) }, i <= 20 and 1 or 0
  end
  return X, y, "sigmoid", "cross-entropy"
end

-- A wave, without noise.
function data.wave(g)
  local X = g:rand(30, 1) * 2 - 1
  return X, mg.sin(X * 3), "linear", "mse"
end

-- Three clouds far from each other, a column for each.
function data.clouds(g)
  local X, y = g:randn(36, 2) * .25, mg.zeros(36, 3)
  local centres = { { 0, 1 }, { 1, -1 }, { -1, -1 } }
  for i = 1, 36 do
    local k = i % 3 + 1
    X[i], y[i][k] = { X[i][1] + centres[k][1], X[i][2] + centres[k][2] }, 1
  end
  return X, y, "softmax", "softmax"
end

local all = { "xor", "circle", "wave", "clouds", "parity" }
local curved = { "xor", "circle", "parity" } -- that no plane divides
local binary = { "xor", "circle", "parity" }

-- --- networks -----------------------------------------------------------------------------------

local activations = { "tanh", "sigmoid", "relu" }

-- The k-th network, on one of these data in turn, that would learn; but for what spec says, or a function of the
-- data's size.
local function network(k, names, spec)
  local g = mg.generator(1000 + k)
  local X, y, output, cost = data[names[k % #names + 1]](g)
  local activation = activations[k // #names % 3 + 1]
  local all_of = { X.ncols, 8, y.ncols, activation = activation, output = output, cost = cost, seed = k, X = X, y = y,
    init = activation == "relu" and "he" or "xavier", eta = cost == "sse" and 1 or .3 }
  if output == "linear" then all_of.eta = .1 end
  if type(spec) == "function" then spec = spec(all_of, X, y, g) end
  local sizes = spec.sizes
  if sizes then
    for i = 1, 3 do all_of[i] = nil end
    for i, size in ipairs(sizes) do all_of[i] = size end
  end
  for name, v in pairs(spec) do
    if name ~= "sizes" then all_of[name] = v or nil end
  end
  return mg.network(all_of)
end

-- The network after epochs, or as many as leave its numbers finite.
local function after(net, epochs)
  pcall(net.step, net, epochs)
  return net
end

-- name: the kind in words; cause: the names of findings, one of which must be there; make(k): the k-th such network;
-- cure = false where no change of the network can help: a finding of cause without a try is then right;
-- is_rare = true where some of the networks get out of the trouble by themselves.
return {
  { name = "no hidden layer", cause = { "linear" }, make = function(k)
    return after(network(k, curved, function(o) return { sizes = { o[1], o[3] } } end), 500)
  end },
  { name = "linear hidden layers", cause = { "linear" }, make = function(k)
    return after(network(k, curved, { activation = "linear", eta = .1 }), 500)
  end },
  { name = "equal rows with different targets", cause = { "contradiction" }, cure = false, make = function(k)
    return after(network(k, { "xor", "circle" }, function(_, X, y)
      local n = #X
      local A, t = mg.zeros(2 * n, X.ncols), mg.zeros(2 * n, 1)
      for i = 1, n do
        A[i], A[n + i], t[i][1] = X[i], X[i], y[i][1]
        t[n + i][1] = i % 2 == 0 and y[i][1] or 1 - y[i][1]
      end
      return { X = A, y = t }
    end), 3000)
  end },
  { name = "l2 too large", cause = { "l2 too large" }, make = function(k)
    return after(network(k, all, { l2 = ({ .3, 1, 3 })[k % 3 + 1] }), k % 2 * 1000)
  end },
  { name = "l1 too large", cause = { "l1 too large" }, make = function(k)
    return after(network(k, all, { l1 = ({ .2, 1, 5 })[k % 3 + 1] }), k % 2 * 1000)
  end },
  { name = "targets -1 and 1 on a sigmoid", cause = { "targets" }, make = function(k)
    return after(network(k, binary, function(o, _, y)
      return { y = 2 * y - 1, cost = k % 4 == 0 and o.cost or "sse" }
    end), k % 3 * 300)
  end },
  { name = "class numbers under softmax", cause = { "data" }, make = function(k)
    return network(k, { "clouds" }, function(_, _, y)
      return { y = y:argmax(2) - k % 2, sizes = { 2, 8, k % 5 == 4 and 4 or 3 } }
    end)
  end },
  { name = "ETA far too large", cause = { "ETA too large" }, is_rare = true, make = function(k)
    return after(network(k, all, { eta = 10 ^ (3 + k % 3) }), k % 2 * 200)
  end },
  { name = "ETA far too small", cause = { "ETA too small" }, make = function(k)
    return after(network(k, all, { eta = 10 ^ -(5 + k % 3) }), k % 2 * 200)
  end },
  { name = "ETA below 0 or 0", cause = { "ETA" }, make = function(k)
    return after(network(k, all, { eta = k % 2 == 0 and 0 or -.1 }), 20)
  end },
  { name = "dead relus", cause = { "dead" }, make = function(k)
    local net = network(k, all, { activation = "relu", init = "he" })
    net.theta[1]:cols(1, 1):fill(-100)
    return after(net, k % 2 * 100)
  end },
  { name = "relus that are off", cause = { "off", "dead" }, is_rare = true, make = function(k)
    local net = network(k, { "circle", "wave" }, { activation = "relu", init = "he" })
    net.theta[1]:cols(1, 1):fill(-1.2 * net.theta[1]:cols(2, 2):max())
    return after(net, k % 2 * 100)
  end },
  { name = "targets of 1e4", cause = { "targets" }, make = function(k)
    return after(network(k, { "xor", "wave", "parity" }, function(o, _, y)
      local linear = k % 2 == 0 or o.output == "linear"
      return { y = y * 1e4, output = linear and "linear" or "sigmoid", cost = linear and "mse" or "sse" }
    end), k % 3 * 50)
  end },
  { name = "X of large numbers", cause = { "unscaled" }, make = function(k)
    return after(network(k, all, function(_, X) return { X = X * 1000 + k % 3 * 2000 } end), k % 2 * 100)
  end },
  { name = "Nielsen's exploding chain", cause = { "exploding" }, make = function(k)
    local x, t = .2 + .6 * (k % 7) / 7, k % 2
    local n = 4 + k % 3
    local net = mg.network { 1, 1, 1, 1, 1, n > 4 and 1 or nil, n > 5 and 1 or nil, activation = "sigmoid",
      X = { { x } }, y = { t }, seed = k, eta = .1 }
    for l = 1, n do net.theta[l] = { { -100 * (l == 1 and x or .5), 100 } } end
    return net
  end },
  { name = "a gradient that vanishes", cause = { "vanishing", "plateau" }, is_rare = true, make = function(k)
    return after(network(k, { "xor", "circle" }, function(o)
      return { sizes = { o[1], 4, 4, 4, 4, 4 + k % 3, 1 }, activation = "sigmoid" }
    end), 200)
  end },
  { name = "weights of 0, or all alike", cause = { "symmetry" }, make = function(k)
    return after(network(k, curved, { init = { "constant", value = k % 2 * .3 } }), k % 3 * 200)
  end },
  { name = "saturation", cause = { "saturation" }, make = function(k)
    return after(network(k, curved, { init = { "normal", sigma = 60 }, activation = activations[k % 2 + 1] }), 100)
  end },
  { name = "a plateau of the article's network", cause = { "plateau", "saturation", "vanishing", "ETA too small" },
    is_rare = true, make = function(k)
    local X, y = data.xor()
    return after(mg.network { 2, 2, k % 2 == 0 and 2 or 1, k % 2 == 0 and 1 or nil, X = X, y = y, seed = k,
      eta = k % 3 == 0 and 5 or .1 }, 2000)
  end },
  { name = "too few hidden units", cause = { "plateau", "saturation" }, make = function(k)
    return after(network(k, curved, function(o) return { sizes = { o[1], 1, o[3] }, activation = "tanh" } end), 3000)
  end },
  { name = "numbers that are not finite", cause = { "NaN" }, make = function(k)
    local net = network(k, all, {})
    net.theta[k % 2 + 1][1][1] = k % 3 == 0 and 0 / 0 or 1 / 0
    return net
  end },
  { name = "a wrong backward pass", cause = { "gradient" }, cure = false, make = function(k)
    local net = network(k, { "xor", "wave" }, {})
    net:bug(k % 2 == 0 and "wrong-sign" or "dropped-row")
    return after(net, 20)
  end },
}
