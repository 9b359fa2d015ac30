-- The article's program written in Lua line by line, and examples that others have published, against the engine.

local helpers = require "helpers"
local mg = require "moongrad"

-- x to the digits that were printed: within a unit of the last one, as some round and some cut off.
local function printed(expected, x, digits)
  assert.is_true(math.abs(x - expected) <= 10.0 ^ -digits, ("%.17g is not %s"):format(x, expected))
end

-- --- the article ----------------------------------------------------------------------
-- Its names and its order: the delta of a hidden layer has a bias column, which is cut off when it is used.

local article = {}

local function sigmoid_prime(x) return mg.sigmoid(x) * (1 - mg.sigmoid(x)) end

local function with_ones(m) return mg.hstack(mg.ones(#m, 1), m) end

function article.cost(y_hat, y) return ((y_hat - y) * (y_hat - y)):mean() end

function article.initialize_parameters(LAYERS)
  local THETA = {}
  for idx = 2, #LAYERS do THETA[idx - 1] = mg.rand(LAYERS[idx], LAYERS[idx - 1] + 1) end
  return THETA
end

function article.forward_propagation(THETA, X)
  local A, Z = { with_ones(X) }, {}
  for idx, theta in ipairs(THETA) do
    Z[idx] = A[#A]:matmul(theta.T)
    A[#A + 1] = with_ones(mg.sigmoid(Z[idx]))
  end
  A[#A] = A[#A]:cols(2, A[#A].ncols)
  return A, Z, A[#A]
end

function article.back_propagation(THETA, X, y, ETA)
  local A, Z, y_hat = article.forward_propagation(THETA, X)
  local del = { [#Z] = (y_hat - y) * sigmoid_prime(Z[#Z]) }
  for idx = #THETA, 2, -1 do
    local above = idx == #THETA and del[idx] or del[idx]:cols(2, del[idx].ncols)
    del[idx - 1] = above:matmul(THETA[idx]) * with_ones(sigmoid_prime(Z[idx - 1]))
  end
  local del_theta = {}
  for idx = 1, #THETA do
    local own = idx == #THETA and del[idx] or del[idx]:cols(2, del[idx].ncols)
    del_theta[idx] = -ETA * own.T:matmul(A[idx])
  end
  for idx, d in ipairs(del_theta) do THETA[idx] = THETA[idx] + d end
  return A, Z, y_hat, del, del_theta
end

describe("the article's program in Lua", function()
  it("and the engine give the same, a z delta dtheta and the costs", function()
    for _, LAYERS in ipairs { { 2, 2, 2, 1 }, { 2, 2, 1 }, { 2, 5, 3, 4, 1 } } do
      local X, y = mg.data.xor()
      mg.seed(0)
      local THETA = article.initialize_parameters(LAYERS)
      mg.seed(0)
      local net = mg.network(LAYERS)
      net.X, net.y = X, y
      for l, m in ipairs(THETA) do assert.equal(helpers.bits(m), helpers.bits(net.theta[l])) end
      for epoch = 1, 200 do
        local A, Z, y_hat, del, del_theta = article.back_propagation(THETA, X, y, .1)
        local mse = net:step(0).mse
        assert.near(article.cost(y_hat, y), mse, 1e-12 * mse)
        net:step()
        if epoch % 50 == 1 then
          for l = 1, #THETA do
            -- the two round differently: some units in the last place, of numbers up to 1
            helpers.near(net.a[l], A[l], 1e-13)
            helpers.near(net.z[l], Z[l], 1e-13)
            helpers.near(net.delta[l], l == #THETA and del[l] or del[l]:cols(2, del[l].ncols), 1e-13)
            helpers.near(net.dtheta[l], del_theta[l], 1e-13)
            helpers.near(net.theta[l], THETA[l], 1e-12)
          end
        end
      end
    end
  end)

  -- NumPy 1.24.2 running the article's program after np.random.seed(k): the mean of squares.
  it("prints what NumPy printed, every 1000 epochs", function()
    local runs = {
      { { 2, 2, 2, 1 }, 0, { 0.34293673950620185, 0.24986574195679684, 0.24975115172163137, 0.24958353239121256,
        0.2493046831841011, 0.2487728261067847, 0.24755564683256803, 0.2438546412667394, 0.22783265919349338,
        0.19086588033814236, 0.17564179958397955 } },
      { { 2, 2, 2, 1 }, 1, { 0.28646924445084304, 0.24999942147205856, 0.24999798971550002, 0.24999631883273696,
        0.24999428196643042, 0.24999171168041823, 0.24998837780300892, 0.24998395271010948, 0.24997795468902925,
        0.24996965182038644, 0.2499578919441261 } },
      { { 2, 2, 1 }, 0, { 0.37773290867956816, 0.24683312432309734, 0.23549135200630036, 0.20191632482732935,
        0.17463923894536876, 0.10200244079269832, 0.02507764820166581, 0.011041243698268161, 0.006718764224554622,
        0.004738799585304287, 0.003626848306459746 } },
    }
    for _, run in ipairs(runs) do
      mg.seed(run[2])
      local net = mg.network(run[1])
      net.X, net.y = mg.data.xor()
      for k, mse in ipairs(run[3]) do
        local r = net:step(k == 1 and 0 or 1000)
        assert.equal(1000 * (k - 1), r.epoch)
        assert.near(mse, r.mse, (k == 11 and 1e-11 or 1e-12) * mse) -- rounding grows over 10,000 epochs
      end
    end
  end)
end)

-- --- Mazur, "A step by step backpropagation example", mattmazur.com, 2015-03-17 ------------
-- His post's numbers; where he let the updated W2 into the hidden deltas, a float64 program without that slip.

describe("Mazur's example", function()
  local function make()
    local net = mg.network { 2, 2, 2, eta = .5, X = { { .05, .10 } }, y = { { .01, .99 } } }
    net.theta = { { { .35, .15, .20 }, { .35, .25, .30 } }, { { .60, .40, .45 }, { .60, .50, .55 } } }
    net.frozen[1], net.frozen[2] = "bias", "bias"
    return net
  end

  it("has his forward pass", function()
    local net = make()
    local yhat = net:forward()
    printed(.3775, net.z[1][1][1], 4)
    printed(.3925, net.z[1][1][2], 4)
    printed(.593269992, net.a[2][1][2], 9)
    printed(.596884378, net.a[2][1][3], 9)
    printed(1.105905967, net.z[2][1][1], 9)
    printed(1.224921404, net.z[2][1][2], 9)
    printed(.75136507, yhat[1][1], 8)
    printed(.772928465, yhat[1][2], 9)
    printed(.298371109, net:cost(), 9)
    assert.equal(net:cost(), net.J)
  end)

  it("has his deltas and gradients", function()
    local net = make()
    net:forward()
    net:backward()
    printed(.138498562, net.delta[2][1][1], 9)
    printed(-.038098237, net.delta[2][1][2], 9)
    printed(.082167041, net.grad[2][1][2], 9)
    printed(.008771354, net.delta[1][1][1], 9)
    printed(.000438568, net.grad[1][1][2], 9)
    assert.is_true(net:check().ok)
  end)

  it("learns as his does", function()
    local net = make()
    local J = net:step().cost
    local W2, W1 = net.theta[2], net.theta[1]
    printed(.35891648, W2[1][2], 8)
    printed(.408666186, W2[1][3], 9)
    printed(.511301270, W2[2][2], 9)
    printed(.561370121, W2[2][3], 9)
    printed(.149780716, W1[1][2], 9)
    printed(.19956143, W1[1][3], 8)
    printed(.24975114, W1[2][2], 8)
    printed(.29950229, W1[2][3], 8)
    assert.same({ .35, .35, .60, .60 }, { W1[1][1], W1[2][1], W2[1][1], W2[2][1] })
    printed(.291027773694, J, 12)
    printed(3.51018778e-05, net:step(9999).cost, 13)
    printed(.015913620, net:predict()[1][1], 9)
    printed(.984064274, net:predict()[1][2], 9)
  end)
end)

-- --- Ng, machine learning course, exercise 4, checkNNGradients ------------------------------
-- "debug initialize weights": sin(1), sin(2), ... / 10, column by column, each matrix from 1.

describe("Ng's checkNNGradients", function()
  local function sines(nrows, ncols)
    local m = mg.matrix(nrows, ncols)
    for j = 1, ncols do
      for i = 1, nrows do m[i][j] = math.sin((j - 1) * nrows + i) / 10 end
    end
    return m
  end

  local function make(l2)
    local net = mg.network { 3, 5, 3, cost = "cross-entropy", l2 = l2, X = sines(5, 3),
      y = { { 0, 1, 0 }, { 0, 0, 1 }, { 1, 0, 0 }, { 0, 1, 0 }, { 0, 0, 1 } } }
    net.theta = { sines(5, 4), sines(3, 6) }
    net:forward()
    net:backward()
    return net
  end

  it("has its J and gradients", function()
    local net = make(0)
    printed(2.10095056990246, net:cost(), 14)
    for i, g in ipairs { -9.2783e-3, 8.8991e-3, -8.3601e-3, 7.6281e-3, -6.7480e-3 } do
      printed(g, net.grad[1][i][1], 7)
    end
    for i, g in ipairs { .314545, .111057, .097401 } do printed(g, net.grad[2][i][1], 6) end
    assert.is_true(net:check().ok)
  end)

  it("has them with lambda 3, which is l2 = 3/5", function()
    local net = make(3 / 5)
    printed(2.14635981502436, net:cost(), 14)
    for i, g in ipairs { -.016768, .039433, .059336 } do printed(g, net.grad[1][i][2], 6) end
    assert.is_true(net:check().ok)
  end)
end)

-- --- scikit-learn, sklearn/neural_network/tests/test_mlp.py, test_fit ------------------------

describe("scikit-learn's test_fit", function()
  it("has its weights after one step", function()
    local net = mg.network { 3, 2, 1, cost = "cross-entropy", l2 = .1, eta = .1, X = { { .6, .8, .7 } }, y = { 0 } }
    net.theta = { { { .1, .1, .3, .5 }, { .1, .2, .1, 0 } }, { { 1, .1, .2 } } }
    net:step()
    local W1, W2 = net.theta[1], net.theta[2]
    for j, pair in ipairs { { .0983321, .0962576 }, { .0979993, .1957546 }, { .2956657, .0960061 },
      { .4938325, -.0026197 } } do
      printed(pair[1], W1[1][j], 7)
      printed(pair[2], W1[2][j], 7)
    end
    for j, w in ipairs { .9234548, .0470121, .1540292 } do printed(w, W2[1][j], 7) end
    printed(.7394919, net:predict()[1][1], 7)
  end)
end)

-- --- McClelland and Rumelhart, PDP handbook (1988), program bp, XOR ------------------------------------

describe("the PDP handbook's XOR", function()
  it("is solved at epoch 289 with its weights", function()
    local X, y = mg.data.xor()
    local net = mg.network { 2, 2, 1, eta = .5, optimizer = "momentum", X = X, y = y }
    net.theta = { { { -.276589, .432171, .448781 }, { -.402498, -.038413, .036489 } },
      { { .279299, .272080, .081714 } } }
    local tss = { net:step(0).tss }
    for epoch = 2, 289 do tss[epoch] = net:step().tss end
    printed(1.050652, tss[1], 6)
    printed(1.002386, tss[30], 6)
    printed(.65789, tss[240], 5)
    assert.is_true(tss[288] >= .04)
    printed(.039762, tss[289], 6)
    for i, v in ipairs { .09963, .90425, .90438, .10735 } do printed(v, net:predict()[i][1], 5) end
    net:step()
    local W1, W2 = net.theta[1], net.theta[2]
    for j, pair in ipairs { { -2.1648, -4.8295 }, { 5.7172, 3.1783 }, { 5.7222, 3.1810 } } do
      printed(pair[1], W1[1][j], 4)
      printed(pair[2], W1[2][j], 4)
    end
    for j, w in ipairs { -2.8285, 6.4016, -6.9615 } do printed(w, W2[1][j], 4) end
  end)
end)

-- --- CS231n, neural network case study, linear softmax on the spiral ------------------------------------

describe("CS231n's linear softmax", function()
  it("has its losses", function()
    mg.seed(0)
    local X, y = {}, {}
    for j = 0, 2 do
      local r, t, noise = mg.linspace(0, 1, 100), mg.linspace(4 * j, 4 * (j + 1), 100), mg.randn(1, 100)
      for i = 1, 100 do
        local at = t[1][i] + .2 * noise[1][i]
        X[#X + 1] = { r[1][i] * math.sin(at), r[1][i] * math.cos(at) }
        y[#y + 1] = { j == 0 and 1 or 0, j == 1 and 1 or 0, j == 2 and 1 or 0 }
      end
    end
    mg.randn(1, 18)
    local W = mg.randn(2, 3) * .01
    local net = mg.network { 2, { 3, "softmax" }, cost = "softmax", l2 = 1e-3, eta = 1, X = X, y = y }
    net.theta = { mg.hstack(mg.zeros(3, 1), W.T) }
    for _, case in ipairs { { 0, 1.096956 }, { 10, .917265 }, { 20, .851503 }, { 30, .822336 }, { 190, .786302 } } do
      net:step(case[1] - net.epoch)
      printed(case[2], net:cost(), 6)
    end
    assert.equal(.49, math.floor(net:step(10).accuracy * 100) / 100)
  end)
end)
