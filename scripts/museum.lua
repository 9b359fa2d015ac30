#!/usr/bin/env moongrad
-- A museum of wrong numbers: each as published, computed again with its mistake, and right.
--
-- "The article" is "Backpropagation NumPy Example".

local function room(n, title) print((n > 1 and "\n" or "") .. n .. ". " .. title .. "\n") end

-- The largest relative difference between the elements of b and n, relative to b.
local function apart(b, n) return ((b - n):map(math.abs) / b:map(math.abs)):max() end

-- --- 1 --------------------------------------------------------------------------------------------
room(1, "The article's gradient check: equal to three digits, after halving one side")

local published = {
  backprop = matrix{{0.00351937, 0.00136117, 0.00141332}, {0.00254422, 0.00088405, 0.00082788}},
  numeric = matrix{{0.00353115, 0.00136459, 0.00141917}, {0.00255167, 0.00088687, 0.00082796}},
}

local function fresh()
  seed(37) -- the article set no seed; with this one the numbers are similar
  X, y = data.xor()
  LAYERS = {2, 2, 2, 1}
  ETA = 0.1
end

-- Returns GRAD[1] of the mean of squares at the present THETA, by central differences.
local function differences(epsilon)
  return check{of = "mse", layer = 1, epsilon = epsilon}.layers[1].numeric
end

fresh()
step() -- gradient and update, as the article's function back_propagation does
local late = apart(DTHETA[1] / (-2 * ETA), differences(.01))
fresh()
forward()
local coarse = apart(backward()[1] / 2, differences(.01))
local fine = apart(GRAD[1] / 2, differences(1e-5))
local of_mean = check{of = "mse"}

print(("  published                              the two sides differ by %.1g"):format(
  apart(published.backprop, published.numeric)))
print(("  again: THETA updated, then differenced                      by %.1g"):format(late))
print(("  right: both at one THETA, epsilon .01                       by %.1g"):format(coarse))
assert(fine < 1e-7)
print "  right: both at one THETA, epsilon 1e-5               less than 1e-07"
print(([[

There are two causes. THETA was updated between the gradient and the
differences. And the factor that the author asks about: training uses
1/2 sum of (yhat - y)^2, the check uses the mean; the ratio of their gradients
is %s = %.3f, which is 2 only for these 4 rows and 1 output.]]):format(of_mean.ratio_names[1], of_mean.ratio))

-- --- 2 --------------------------------------------------------------------------------------------
room(2, "Mazur's step by step example: .291027924 after one step")

-- Returns J after one step and after 10,000, and the mistakes that check() finds. mistake is one to plant, or false.
local function mazur(mistake)
  local net = network{2, 2, 2, eta = .5, X = {{.05, .10}}, y = {{.01, .99}}}
  net.theta = {{{.35, .15, .20}, {.35, .25, .30}}, {{.60, .40, .45}, {.60, .50, .55}}}
  net.frozen[1], net.frozen[2] = "bias", "bias"
  net:bug(mistake)
  local found = net:check().mistakes
  return net:step().cost, net:step(9999).cost, found
end

local stale, stale_late, found = mazur "stale-weights"
local right, right_late = mazur(false)
print "                after 1 step   after 10,000"
print "  published       .291027924    .0000351085"
print(("  again          %.9f   %.10f"):format(stale, stale_late))
print(("  right          %.9f   %.10f"):format(right, right_late))
print(([[

Cause: %s. The deltas of the hidden layer were computed with weights
of the output layer that were already updated. check() names this mistake. (The
published number after 10,000 seems to have a 1 too many: .000035085.)]]):format(table.concat(found, ", ")))

-- --- 3 --------------------------------------------------------------------------------------------
room(3, "The article's orders: O(h) for the centred difference, O(h^2) for the one-sided")

fresh()
local slopes = check{sweep = true}.slopes
print "                      one-sided   centred   five-point"
print "  published, h^           2          1"
print(("  measured, h^         %.2f       %.2f         %.2f"):format(slopes.forward, slopes.central,
  slopes["five-point"]))
print [[

Cause: the two are exchanged. In J(w + h) - J(w - h) the terms of h^2 cancel, so
that an error of h^2 is left after the division. In the one-sided difference
these terms stay, and an error of h is left.]]

-- --- 4 --------------------------------------------------------------------------------------------
room(4, "Nielsen's animations of the cross-entropy: the outputs end at .04 and .05")

-- Returns the output of a neuron that learns to give 0, after the 301 updates of an animation, and the mistakes that
-- check() finds.
local function neuron(w, b, mistake)
  local net = network{1, 1, cost = "cross-entropy", eta = .005, init = {{{b, w}}}, X = {{1}}, y = {0}}
  net:bug(mistake)
  local named = net:check().mistakes
  net:step(301)
  return net:predict(net.X)[1][1], named
end

local near, named = neuron(.6, .9, "no-output-derivative")
print "                from w = .6, b = .9   from w = 2, b = 2"
print "  published                     .04                 .05"
local far = neuron(2, 2, "no-output-derivative")
print(("  again                        %.2f                %.2f"):format(near, far))
near, far = neuron(.6, .9, false), neuron(2, 2, false)
print(("  right                        %.2f                %.2f"):format(near, far))
print(([[

Cause: %s. The gradient of -ln(1 - a) in z is
1 / (1 - a), the slope in a, times a (1 - a), the slope of the sigmoid: a.
Without the second factor the steps are larger, the most where the neuron is
saturated. The chapter's argument holds all the same.]]):format(table.concat(named, ", ")))

-- --- 5 --------------------------------------------------------------------------------------------
room(5, "Brownlee's network from scratch: the outputs .62138596 and .65736935")

-- Returns a network 2-1-2 of the page after a pass of its row; the weights into the outputs are scaled.
local function sample(scale)
  local net = network{2, 1, 2, X = {{1, 0}}, y = {{0, 1}}, init = {
    {{0.763774618976614, 0.13436424411240122, 0.8474337369372327}},
    {{0.49543508709194095, scale * 0.2550690257394217}, {0.651592972722763, scale * 0.4494910647887381}}}}
  net:forward()
  net:backward()
  return net
end

local function outputs(net)
  local a, delta = net.a[3][1], net.delta[2][1]
  return ("%.8f   %.8f   %.8f   %.8f"):format(a[1], a[2], delta[1], delta[2])
end

print "               output 1     output 2      delta 1       delta 2"
print "  published   .62138596    .65736935    .14619065    -.07717238"
print("  again      " .. outputs(sample(0)))
print("  right      " .. outputs(sample(1)))
print [[

Cause: the outputs in the example of backpropagation are those of the biases
alone: 1 / (1 + e^-.49543509) = .62138596. The weights are left out. The page's
example of the forward pass, with the same weights, has the right ones.]]

-- --- 6 --------------------------------------------------------------------------------------------
room(6, "deeplearning.ai's gradient check: a right gradient is off by 1.2e-07")

mg.cost {
  name = "cross-entropy of A",
  f = function(a, y) return -(y * math.log(a) + (1 - y) * math.log(1 - a)) / 3 end,
  delta = function(a, y) return (a - y) / (a * (1 - a)) / 3 end,
}
seed(1)
local inputs, theta = randn(4, 3), {}
for l, size in ipairs {{5, 4}, {3, 5}, {1, 3}} do
  local w = randn(size[1], size[2])
  theta[l] = hstack(randn(size[1], 1), w)
end
X, y = inputs.T, {1, 1, 0}
NET = network{4, {5, "relu"}, {3, "relu"}, {1, "sigmoid"}, cost = "cross-entropy of A", init = theta}
print "  published: 1 - A computed from A                     1.189e-07"
print(("  again: 1 - A computed from A                           %.1e"):format(check{epsilon = 1e-7}.norm_ratio))
NET.options.cost = "cross-entropy"
assert(check{epsilon = 1e-7}.norm_ratio < 1e-8)
print "  right: the cost computed from Z                  less than 1e-08"
print [[

Cause: one A is .9989, so that 1 - A has lost three digits. With epsilon 1e-7
the difference of two costs is small, and the lost digits are a large part of
it. ln(1 - A) computed from Z keeps them; so does a larger epsilon.]]
