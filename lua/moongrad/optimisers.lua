-- optimisers.lua - the formulas of each optimiser as text, for help, topics, walks and explanations.
--
-- To add one, after its formula in src/engine/kernels/optimiser.c: a record here, under its name.
--   formula   DTHETA of a layer, for help
--   update    the same as a walk says it, from DTHETA's parts to THETA; from: what it is made of
--   shapes    of update; S is the shape of THETA[l], {eta} the learning rate, {name} a number of the optimiser's
--   element   DTHETA of one element; @ stands for its indices, [1][2][3]
--   terms(x)  what DTHETA of one element is the sum of, a list of terms; x has eta, grad, theta, t, and by name the
--             numbers, and the states as they were before
--   states    where it has some: name -> {element =, terms =}, likewise of what a state becomes
--   from_0    is a negative learning rate refused?
--   wrong(x)  where numbers have to fit each other: what is wrong with those in x, or nil
-- A term is {value =, label =, its factors}; form, of the factors, where it is not "%s * %s"; opens, the quantity that
-- it came from, where that can be explained: "grad", "v", "s".

local sqrt = math.sqrt
local format, gsub = string.format, string.gsub

local function sign(x) return x > 0 and 1 or x < 0 and -1 or 0 end

-- The update is 0 where the gradient has always been, or what it is divided by.
local function over(a, b) return (a == 0 or b == 0) and 0 or a / b end

local function product(label, opens, a, b)
  return { value = a * b, label = label, opens = opens, a, b }
end

-- kept * old + share * new, the terms of a running mean.
local function mean(kept, old, share, new, opens)
  return { product("before", nil, kept, old), product("new", opens, share, new) }
end

-- --- sgd, momentum, nesterov ----------------------------------------------------------------

local function heavy_ball(x)
  return { product("momentum", nil, x.momentum, x.v), product("update", "grad", -x.eta, x.grad) }
end

local ball_state = { element = "momentum V@ - ETA GRAD@, V before", terms = heavy_ball }

-- --- adagrad, rmsprop -----------------------------------------------------------------------

-- -ETA GRAD / (sqrt(s) + epsilon)
local function scaled(x, s)
  local root = sqrt(s) + x.epsilon
  return { { value = over(-x.eta * x.grad, root), label = "update", opens = "grad", form = "%s * %s / %s", -x.eta,
    x.grad, root } }
end

local function adagrad_s(x) return x.s + x.grad * x.grad end
local function rmsprop_s(x) return x.alpha * x.s + (1 - x.alpha) * (x.grad * x.grad) end

-- --- adam, adamw ----------------------------------------------------------------------------

local function adam_terms(x)
  local v, s = x.beta1 * x.v + (1 - x.beta1) * x.grad, x.beta2 * x.s + (1 - x.beta2) * (x.grad * x.grad)
  local eta, root = x.eta / (1 - x.beta1 ^ x.t), sqrt(s) / sqrt(1 - x.beta2 ^ x.t) + x.epsilon
  local function part(label, opens, share, of)
    local value = (v == 0 or root == 0) and 0 or -eta * share * of / root
    return { value = value, label = label, opens = opens, form = "%s * %s * %s / %s", -eta, share, of, root }
  end
  return { part("V before", nil, x.beta1, x.v), part("update", "grad", 1 - x.beta1, x.grad) }
end

local adam_states = {
  v = { element = "beta1 V@ + (1 - beta1) GRAD@, V before",
    terms = function(x) return mean(x.beta1, x.v, 1 - x.beta1, x.grad, "grad") end },
  s = { element = "beta2 S@ + (1 - beta2) GRAD@^2, S before",
    terms = function(x) return mean(x.beta2, x.s, 1 - x.beta2, x.grad * x.grad, "grad") end },
}

local adam_update = "V[l] = beta1 V[l] + (1 - beta1) GRAD[l], S[l] = beta2 S[l] + (1 - beta2) GRAD[l]^2, "

local adam_shapes = "S = S - {eta} / (1 - {beta1}^t) S / (sqrt(S / (1 - {beta2}^t)) + {epsilon})"
local adam_element = "-ETA / (1 - beta1^t) V@ / (sqrt(S@ / (1 - beta2^t)) + epsilon), V and S after it"

-- --- rprop ------------------------------------------------------------------------------------

-- The step of an element, and whether its gradient has changed its sign.
local function rprop_step(x)
  local turn = x.grad * x.last
  local step, by = x.steps == 0 and x.eta or x.steps, turn > 0 and x.up or turn < 0 and x.down or 1
  return math.min(math.max(step * by, x.least), x.most), turn < 0, step, by
end

-- --- the records --------------------------------------------------------------------------------

return {
  sgd = {
    formula = "DTHETA[l] = -ETA GRAD[l]",
    update = "THETA[l] = THETA[l] - ETA GRAD[l]",
    from = "THETA and GRAD",
    shapes = "S = S - {eta} S",
    element = "-ETA GRAD@",
    terms = function(x) return { product("update", "grad", -x.eta, x.grad) } end,
  },

  momentum = {
    formula = "V[l] = momentum V[l] - ETA GRAD[l], DTHETA[l] = V[l]",
    update = "V[l] = momentum V[l] - ETA GRAD[l], THETA[l] = THETA[l] + V[l]",
    from = "THETA, GRAD and V",
    shapes = "S = {momentum} S - {eta} S",
    element = "momentum V@ - ETA GRAD@, V before",
    terms = heavy_ball,
    states = { v = ball_state },
  },

  nesterov = {
    formula = "V[l] = momentum V[l] - ETA GRAD[l], DTHETA[l] = momentum V[l] - ETA GRAD[l]",
    update = "V[l] = momentum V[l] - ETA GRAD[l], THETA[l] = THETA[l] + momentum V[l] - ETA GRAD[l]",
    from = "THETA, GRAD and V",
    shapes = "S = S + {momentum} S - {eta} S",
    element = "momentum V@ - ETA GRAD@, V after it",
    terms = function(x)
      return { { value = x.momentum * x.momentum * x.v, label = "momentum", form = "%s * %s * %s", x.momentum,
        x.momentum, x.v }, product("looks ahead", "grad", -x.momentum * x.eta, x.grad),
        product("update", "grad", -x.eta, x.grad) }
    end,
    states = { v = ball_state },
  },

  adagrad = {
    from_0 = true,
    formula = "S[l] = S[l] + GRAD[l]^2, the sum, DTHETA[l] = -ETA GRAD[l] / (sqrt(S[l]) + epsilon)",
    update = "S[l] = S[l] + GRAD[l]^2, THETA[l] = THETA[l] - ETA GRAD[l] / (sqrt(S[l]) + epsilon)",
    from = "THETA, GRAD and S",
    shapes = "S = S - {eta} S / (sqrt(S) + {epsilon})",
    element = "-ETA GRAD@ / (sqrt(S@) + epsilon), S after it",
    terms = function(x) return scaled(x, adagrad_s(x)) end,
    states = { s = { element = "S@ + GRAD@^2, S before",
      terms = function(x)
        return { { value = x.s, label = "before", form = "%s", x.s }, product("new", "grad", x.grad, x.grad) }
      end } },
  },

  rmsprop = {
    from_0 = true,
    formula = "S[l] = alpha S[l] + (1 - alpha) GRAD[l]^2, DTHETA[l] = -ETA GRAD[l] / (sqrt(S[l]) + epsilon)",
    update = "S[l] = alpha S[l] + (1 - alpha) GRAD[l]^2, THETA[l] = THETA[l] - ETA GRAD[l] / (sqrt(S[l]) + epsilon)",
    from = "THETA, GRAD and S",
    shapes = "S = S - {eta} S / (sqrt(S) + {epsilon})",
    element = "-ETA GRAD@ / (sqrt(S@) + epsilon), S after it",
    terms = function(x) return scaled(x, rmsprop_s(x)) end,
    states = { s = { element = "alpha S@ + (1 - alpha) GRAD@^2, S before",
      terms = function(x) return mean(x.alpha, x.s, 1 - x.alpha, x.grad * x.grad, "grad") end } },
  },

  adam = {
    from_0 = true,
    formula = adam_update .. "DTHETA[l] = -ETA / (1 - beta1^t) V[l] / (sqrt(S[l] / (1 - beta2^t)) + epsilon), t the "
      .. "number of the update",
    update = adam_update
      .. "THETA[l] = THETA[l] - ETA / (1 - beta1^t) V[l] / (sqrt(S[l] / (1 - beta2^t)) + epsilon)",
    from = "THETA, GRAD, V and S",
    shapes = adam_shapes,
    element = adam_element,
    terms = adam_terms,
    states = adam_states,
  },

  adamw = {
    from_0 = true,
    formula = "adam's DTHETA[l] - ETA weight_decay THETA[l]; decay_bias = false leaves biases out of that",
    update = adam_update .. "THETA[l] = THETA[l] - ETA weight_decay THETA[l] - ETA / (1 - beta1^t) V[l] / (sqrt(S[l] "
      .. "/ (1 - beta2^t)) + epsilon)",
    from = "THETA, GRAD, V and S",
    shapes = gsub(adam_shapes, "S %- ", "S - {eta} {weight_decay} S - ", 1),
    element = "-ETA weight_decay THETA@ " .. gsub(adam_element, "^%-", "- "),
    terms = function(x)
      local terms = adam_terms(x)
      local decays = not x.is_bias or x.decay_bias
      terms[3] = product("decay", nil, decays and -x.eta * x.weight_decay or 0, x.theta)
      return terms
    end,
    states = adam_states,
  },

  rprop = {
    from_0 = true,
    formula = "DTHETA[l] = -sign(GRAD[l]) STEPS[l]; STEPS[l], ETA at first, times up while GRAD keeps its sign, times "
      .. "down when it turns, and then DTHETA is 0; from least to most",
    update = "STEPS[l] = STEPS[l] * (up where GRAD[l] LAST[l] > 0, down where it is < 0), LAST[l] = GRAD[l], 0 where "
      .. "it has turned, THETA[l] = THETA[l] - sign(LAST[l]) STEPS[l]",
    from = "THETA, GRAD, STEPS and LAST",
    shapes = "S = S - sign(S) S, steps * {up} or * {down}, from {least} to {most}",
    element = "-sign(GRAD@) STEPS@, STEPS after it, or 0 where GRAD has turned",
    terms = function(x)
      local step, turned = rprop_step(x)
      return { product(turned and "turned" or "update", "grad", turned and 0 or -sign(x.grad), step) }
    end,
    states = {
      steps = { element = "STEPS@ * up, down or 1, from least to most",
        terms = function(x)
          local step, _, before, by = rprop_step(x)
          if step == before * by then return { product("step", nil, before, by) } end
          return { { value = step, label = step == x.least and "least" or "most", form = "%s", step } }
        end },
      last = { element = "GRAD@, 0 where it has turned",
        terms = function(x)
          local _, turned = rprop_step(x)
          local last = turned and 0 or x.grad
          return { { value = last, label = "grad", opens = "grad", form = "%s", last } }
        end },
    },
    wrong = function(x)
      if x.least > x.most then return "least", format("expected up to most, %g, got %g", x.most, x.least) end
    end,
  },
}
