-- optimisers.lua - the formulas of each optimiser as text, for help, topics, walks and explanations.
--
-- The engine computes them (src/engine/optimiser.c). To add an optimiser, write its formula there first, then a record
-- here under its name:
--   formula   the formula of DTHETA[l], for help
--   update    the formula of the new THETA[l], for a walk
--   from      the quantities that update reads, in words
--   shapes    update with each quantity replaced by its shape: S is the shape of THETA[l], {eta} the learning rate,
--             {name} a number of the optimiser
--   element   the formula of one element of DTHETA; @ stands for its indices, such as [1][2][3]
--   states    the names of the arrays that it keeps from step to step, in the engine's order; absent if it keeps none
--   terms(x)  returns a list of the terms whose sum is one element of DTHETA, each {value =, label =, factors...};
--             x has eta, grad, theta, t, the optimiser's numbers by name, and its states as they were before the step

return {
  sgd = {
    formula = "DTHETA[l] = -ETA GRAD[l]",
    update = "THETA[l] = THETA[l] - ETA GRAD[l]",
    from = "THETA and GRAD",
    shapes = "S = S - {eta} S",
    element = "-ETA GRAD@",
    terms = function(x) return { { value = -x.eta * x.grad, label = "update", -x.eta, x.grad } } end,
  },
}
