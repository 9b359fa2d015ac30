-- What scripts/museum.lua prints: the published numbers, the same with their mistake, and the right ones.
--
-- Mazur's are from a float64 program with and without his slip (.291027924 and 3.50847863e-05; .291027773694 and
-- 3.51018778e-05); the ratio is N*K/2 with N = 4, K = 1; the slopes are the orders of the differences. Nielsen's are
-- what his pages' saturation3.js and saturation4.js show; those and the right ones again are from lines of Python.
-- Brownlee's are in the page, .66299701 and .72531607 too; deeplearning.ai's is the notebook's expected output.

local moongrad = assert(os.getenv "MOONGRAD")

local expected = [[
1. The article's gradient check: equal to three digits, after halving one side

  published                              the two sides differ by 0.004
  again: THETA updated, then differenced                      by 0.004
  right: both at one THETA, epsilon .01                       by 9e-06
  right: both at one THETA, epsilon 1e-5               less than 1e-07

There are two causes. THETA was updated between the gradient and the
differences. And the factor that the author asks about: training uses
1/2 sum of (yhat - y)^2, the check uses the mean; the ratio of their gradients
is N*K/2 = 2.000, which is 2 only for these 4 rows and 1 output.

2. Mazur's step by step example: .291027924 after one step

                after 1 step   after 10,000
  published       .291027924    .0000351085
  again          0.291027924   0.0000350848
  right          0.291027774   0.0000351019

Cause: stale-weights. The deltas of the hidden layer were computed with weights
of the output layer that were already updated. check() names this mistake. (The
published number after 10,000 seems to have a 1 too many: .000035085.)

3. The article's orders: O(h) for the centred difference, O(h^2) for the one-sided

                      one-sided   centred   five-point
  published, h^           2          1
  measured, h^         1.00       2.00         4.00

Cause: the two are exchanged. In J(w + h) - J(w - h) the terms of h^2 cancel, so
that an error of h^2 is left after the division. In the one-sided difference
these terms stay, and an error of h is left.

4. Nielsen's animations of the cross-entropy: the outputs end at .04 and .05

                from w = .6, b = .9   from w = 2, b = 2
  published                     .04                 .05
  again                        0.04                0.05
  right                        0.42                0.78

Cause: no-output-derivative. The gradient of -ln(1 - a) in z is
1 / (1 - a), the slope in a, times a (1 - a), the slope of the sigmoid: a.
Without the second factor the steps are larger, the most where the neuron is
saturated. The chapter's argument holds all the same.

5. Brownlee's network from scratch: the outputs .62138596 and .65736935

               output 1     output 2      delta 1       delta 2
  published   .62138596    .65736935    .14619065    -.07717238
  again      0.62138596   0.65736935   0.14619065   -0.07717238
  right      0.66299701   0.72531607   0.14813473   -0.05472601

Cause: the outputs in the example of backpropagation are those of the biases
alone: 1 / (1 + e^-.49543509) = .62138596. The weights are left out. The page's
example of the forward pass, with the same weights, has the right ones.

6. deeplearning.ai's gradient check: a right gradient is off by 1.2e-07

  published: 1 - A computed from A                     1.189e-07
  again: 1 - A computed from A                           1.2e-07
  right: the cost computed from Z                  less than 1e-08

Cause: one A is .9989, so that 1 - A has lost three digits. With epsilon 1e-7
the difference of two costs is small, and the lost digits are a large part of
it. ln(1 - A) computed from Z keeps them; so does a larger epsilon.
]]

describe("scripts/museum.lua", function()
  it("shows what it shows", function()
    local pipe = assert(io.popen(moongrad .. " scripts/museum.lua 2>&1"))
    local out = pipe:read "a"
    assert.is_true((pipe:close()))
    assert.equal(expected, out)
  end)
end)
