-- formulas.lua - the formula of each cost, activation, optimiser and initialisation as a line of text.
--
-- Help about options and the topics show them in tables. A test fails if a choice has no line here.

local core = require "moongrad.core"
local optimisers = require "moongrad.optimisers"
local options = require "moongrad.options"
local format = string.format

local formulas = {}

-- yhat is the prediction A[L+1]; the sums run over the N rows and K outputs.
formulas.cost = {
  sse = "J = 1/2 sum of (yhat - y)^2",
  mse = "J = 1/(N K) sum of (yhat - y)^2, the mean",
  quadratic = "J = 1/(2N) sum of (yhat - y)^2",
  squares = "J = scale sum of (yhat - y)^2",
  ["cross-entropy"] = "J = -1/N sum of y ln yhat + (1 - y) ln(1 - yhat)",
  softmax = "J = -1/N sum of y ln yhat",
  mae = "J = 1/(N K) sum of |yhat - y|",
  huber = "J = 1/(N K) sum of r^2/2 where |r| <= 1, else |r| - 1/2; r = yhat - y",
  hinge = "J = 1/(N K) sum of max(0, 1 - y yhat), y -1 or 1",
  svm = "J = 1/N sum over j, not the class c, of max(0, yhat[j] - yhat[c] + 1)",
}

formulas.activation = {
  linear = "a = z, a' = 1",
  sigmoid = "a = 1 / (1 + e^-z), a' = a (1 - a)",
  tanh = "a = (e^z - e^-z) / (e^z + e^-z), a' = 1 - a^2",
  relu = "a = z above 0, else 0; a' = 1 above 0, else 0",
  ["leaky-relu"] = "a = z above 0, else 0.01 z; a' = 1 above 0, else 0.01",
  elu = "a = z above 0, else e^z - 1; a' = 1 above 0, else a + 1",
  gelu = "a = z Phi(z), a' = Phi(z) + z phi(z), of the standard normal",
  softplus = "a = ln(1 + e^z), a' = sigmoid(z)",
  softmax = "a[j] = e^z[j] / sum over k of e^z[k], along each row",
}
formulas.output, formulas.of = formulas.activation, formulas.cost

formulas.optimizer = {}
for name, optimiser in pairs(optimisers) do
  local list = {}
  for k, number in ipairs(core.optimizer_numbers[name]) do
    list[k] = format("%s = %s", number.name, number.is_choice and number.default or format("%g", number.default))
  end
  formulas.optimizer[name] = optimiser.formula .. (#list > 0 and "   {" .. table.concat(list, ", ") .. "}" or "")
end

formulas.precision = {
  double = "64 bits, 53 of them for the digits: 16 decimals",
  single = "32 bits, 24 of them for the digits: 7 decimals; faster",
}

formulas.method = {
  central = "(J(w + epsilon) - J(w - epsilon)) / (2 epsilon)",
  forward = "(J(w + epsilon) - J(w)) / epsilon",
  ["five-point"] = "(J(w-2e) - 8 J(w-e) + 8 J(w+e) - J(w+2e)) / (12e), e = epsilon",
}

formulas.init = {}
for name, number in pairs(options.init_numbers) do
  formulas.init[name] = format("%s   {%s = %g}", number.draws, number[1], number[2])
end

return formulas
