-- optimisers.lua - what each optimiser computes, in words: help, topics, walks and explanations read it.
--
-- To add one, after its formula in src/engine/optimiser.c: a record here, under its name.
--   formula   DTHETA of a layer, for help
--   update    the same as a walk says it, from DTHETA's parts to THETA; from: what it is made of
--   shapes    of update; S is the shape of THETA[l], {eta} the learning rate, {name} a number of the optimiser's
--   element   DTHETA of one element; @ stands for its indices, [1][2][3]
--   states    names of the arrays that it carries on, in the engine's order, where it has some
--   terms(x)  what DTHETA of one element is the sum of: {value =, label =, factors}; x has eta, grad, theta, t,
--             and by name the numbers, and the states as they were before

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
