-- symbols.lua - the formulas of a network's operations as text, with its own activations, cost and shapes. walk.lua and
-- terms.lua use them.

local core = require "moongrad.core"
local formulas = require "moongrad.help.formulas"
local optimisers = require "moongrad.optimisers"
local options = require "moongrad.options"
local format, gsub, match = string.format, string.gsub, string.match

local symbols = {}

local state = core.network_state

-- The record of an optimiser of the user's own, as optimisers.lua has those of the others. Its states have no terms.
local function own_optimiser(name)
  return { update = format("THETA[l] and the states as update of the optimizer %q leaves them", name),
    from = "THETA, GRAD and the states", shapes = "S, states = update(S, S, states, t, {eta})",
    element = format("what update of the optimizer %q adds", name), states = {},
    terms = function(x) return { { value = x.dtheta, label = "update", opens = "grad", form = "%s", x.dtheta } } end }
end

-- What formulas need of net: L layers of weights, rows of the batch, n (sizes), activations, cost and optimiser names,
-- numbers (of the optimiser), eta, l1, l2, bias_l1, bias_l2, and bias and frozen of each layer.
local function facts(net)
  local s = state(net)
  local f = { L = #s.layers - 1, rows = core.batch(net), n = {}, activations = s.activations,
    eta = net.eta, l1 = net.options.l1, l2 = net.options.l2,
    bias_l1 = net.options.bias_l1, bias_l2 = net.options.bias_l2, bias = {}, frozen = {}, eta_scale = {}, dropout = {} }
  for i, layer in ipairs(s.layers) do f.n[i] = layer.size end
  for l = 1, f.L do
    f.bias[l], f.frozen[l] = s.layers[l + 1].bias, core.frozen(net, l)
    f.eta_scale[l], f.dropout[l] = s.layers[l + 1].eta_scale or 1, s.layers[l + 1].dropout or 0
  end
  f.cost = options.name_of((options.cost_of(net)))
  local name, list = options.optimizer_of(s.given)
  f.optimiser, f.numbers = optimisers[name] or own_optimiser(options.name_of(name)), { eta = f.eta }
  for k, number in ipairs(core.optimizer_numbers[name] or {}) do
    f.numbers[number.name] = number.is_choice and list[k] == 1 or not number.is_choice and list[k]
  end
  return f
end
symbols.facts = facts

local function shape(rows, cols) return format("(%d x %d)", rows, cols) end

-- The formulas of an activation and of its slope, "a = 1 / (1 + e^-z)" and "a (1 - a)"; nil for the user's own.
local function activation(name)
  local g, slope = match(formulas.activation[name] or "", "^(.-)[,;] a' = (.*)$")
  return g or formulas.activation[name], slope
end
symbols.activation = activation

-- What the engine computes g' from, z or a = g(z). For the user's own functions it may be both.
local slope_of_z = { ["leaky-relu"] = true, gelu = true, softplus = true }
local slope_of_a = { sigmoid = true, tanh = true, relu = true, elu = true }

-- How the slope of an activation stands in a formula: the factor ("g'"), the words after the formula that say what it
-- is, and a list of the matrices it is computed from. z, a: the names of the matrices; part: words behind a, or nil.
function symbols.slope(name, z, a, part)
  local _, slope = activation(name)
  local words = slope and ", g' = " .. slope or ""
  if name == "linear" then return "g'", words, {} end
  local of_a = format("%s, a = %s%s", words, a, part or "")
  if slope_of_a[name] then return "g'", of_a, { a } end
  local factor = format("g'(%s)", z)
  if slope_of_z[name] then return factor, words, { z } end
  return factor, "", { z, a }
end

-- The names joined, without repeats: "A[3], y and Z[2]".
local function all_of(...)
  local list, is_in = {}, {}
  for _, part in ipairs { ... } do
    if not is_in[part] then list[#list + 1], is_in[part] = part, true end
  end
  local last = table.remove(list)
  return #list > 0 and table.concat(list, ", ") .. " and " .. last or last
end

-- dJ/dyhat by cost: of those of yhat - y, and of those with kinks. {a}, {y} and {c} stand for yhat, y and, of svm, yhat
-- of the row's class, whose own line is "class". The logarithmic costs, whose g' cancels, and the user's own are not
-- here.
symbols.differences = { sse = "({a} - {y})", mse = "2/(N K) ({a} - {y})", quadratic = "1/N ({a} - {y})",
  squares = "2 scale ({a} - {y})" }
symbols.pulls = { mae = "1/(N K) sign({a} - {y})", huber = "1/(N K) max(-1, min(1, {a} - {y}))",
  hinge = "-1/(N K) {y} where 1 - {y} {a} > 0, else 0",
  svm = "1/N where {a} - {c} + 1 > 0, else 0",
  class = "-1/N times how many other outputs p have p - {a} + 1 > 0" }

-- dJ/dyhat as text: how it stands in a product, and the words behind the formula that say what it is. a, y, c: the
-- names of yhat, y and, for svm, of yhat of the class.
function symbols.pull(cost, a, y, c)
  local names = { a = a, y = y, c = c }
  if symbols.differences[cost] then return (gsub(symbols.differences[cost], "{(%a)}", names)), "" end
  if not symbols.pulls[cost] then return "dJ/d" .. a, "" end
  return "D", ", D = " .. gsub(symbols.pulls[cost], "{(%a)}", names)
end

-- The formula of J with the terms of l1 and l2: "J = 1/2 sum of (yhat - y)^2".
function symbols.cost(f)
  local text = formulas.cost[f.cost] or format("J = %s(yhat, y)", f.cost)
  if f.l1 ~= 0 then text = text .. format(" + %g sum of |w|", f.l1) end
  if f.l2 ~= 0 then text = text .. format(" + %g/2 sum of w^2", f.l2) end
  if f.bias_l1 ~= 0 then text = text .. format(" + %g sum of |b|", f.bias_l1) end
  if f.bias_l2 ~= 0 then text = text .. format(" + %g/2 sum of b^2", f.bias_l2) end
  return text
end

-- --- the operations: each returns its formula, the same in shapes, and what it is computed from ----------------------

local op = {}

function op.z(f, l)
  return format("Z[%d] = A[%d] THETA[%d]^T", l, l, l),
    format("%s = %s %s^T", shape(f.rows, f.n[l + 1]), shape(f.rows, 1 + f.n[l]), shape(f.n[l + 1], 1 + f.n[l])),
    format("A[%d] and THETA[%d]", l, l)
end

function op.a(f, l)
  local name, z = f.activations[l], shape(f.rows, f.n[l + 1])
  local g = activation(name)
  local words = format(", g %s%s", name, g and ": " .. g or "")
  local from = format("Z[%d]", l)
  if l == f.L then return format("A[%d] = g(Z[%d])%s", l + 1, l, words), format("%s = g%s", z, z), from end
  return format("A[%d] = [1 g(Z[%d])]%s", l + 1, l, words),
    format("%s = [%s g%s]", shape(f.rows, 1 + f.n[l + 1]), shape(f.rows, 1), z), from
end

function op.dropout(f, l)
  local a = shape(f.rows, f.n[l + 1])
  local p = f.dropout[l]
  local mask = format("mask is 0 for a share of %g, else 1 / (1 - %g)", p, p)
  return format("A[%d] = A[%d] * mask, its ones apart; %s", l + 1, l + 1, mask),
    format("%s = %s * %s", a, a, a), format("A[%d] and the generator", l + 1)
end

function op.cost(f)
  local yhat = shape(f.rows, f.n[f.L + 1])
  return format("%s, yhat = A[%d]", symbols.cost(f), f.L + 1),
    format("number = sum over the rows of %s and %s", yhat, yhat), format("A[%d] and y", f.L + 1)
end

local function last_delta(f)
  local l = f.L
  local d = shape(f.rows, f.n[l + 1])
  local yhat = format("A[%d]", l + 1)
  local from = all_of(yhat, "y")
  if f.cost == "softmax" then
    return format("DELTA[%d] = 1/N (A[%d] * (sum of each row of y) - y), g' has cancelled", l, l + 1),
      format("%s = %s * %s - %s", d, d, shape(f.rows, 1), d), from
  elseif f.cost == "cross-entropy" then
    return format("DELTA[%d] = 1/N (A[%d] - y), g' has cancelled", l, l + 1), format("%s = %s - %s", d, d, d), from
  end
  if f.activations[l] == "softmax" then -- a cost of the user's own
    return format("DELTA[%d] = A[%d] * (D - sum of each row of A[%d] * D), D = dJ/dA[%d]", l, l + 1, l + 1, l + 1),
      format("%s = %s * (%s - %s)", d, d, d, shape(f.rows, 1)), from
  end
  local pull, is = symbols.pull(f.cost, yhat, "y", yhat .. "[c]")
  if f.cost == "svm" then is = is .. "; of the class c -1/N times how many these are" end
  local slope, words, of = symbols.slope(f.activations[l], format("Z[%d]", l), yhat)
  return format("DELTA[%d] = %s * %s%s%s", l, pull, slope, words, is),
    symbols.differences[f.cost] and format("%s = (%s - %s) * %s", d, d, d, d) or format("%s = %s * %s", d, d, d),
    all_of(yhat, "y", table.unpack(of))
end

function op.delta(f, l)
  if l == f.L then return last_delta(f) end
  local d, back = shape(f.rows, f.n[l + 1]), format("%s %s", shape(f.rows, f.n[l + 2]),
    shape(f.n[l + 2], f.n[l + 1]))
  local pull = format("DELTA[%d] THETA[%d], without the bias's column", l + 1, l + 1)
  if f.activations[l] == "softmax" then
    return format("DELTA[%d] = a * (D - sum of each row of a * D), a = A[%d] without ones, D = %s", l, l + 1, pull),
      format("%s = %s * (D - %s), D = %s", d, d, shape(f.rows, 1), back),
      format("DELTA[%d], THETA[%d] and A[%d]", l + 1, l + 1, l + 1)
  end
  local slope, words, of = symbols.slope(f.activations[l], format("Z[%d]", l), format("A[%d]", l + 1),
    " without ones")
  return format("DELTA[%d] = (%s) * %s%s", l, pull, slope, words), format("%s = (%s) * %s", d, back, d),
    all_of(format("DELTA[%d]", l + 1), format("THETA[%d]", l + 1), table.unpack(of))
end

-- What l1 and l2 add to the gradient of weight w, or of a bias, as text; "" when both are 0.
function symbols.pull_of_size(f, w, is_bias)
  local l1, l2, text = f.l1, f.l2, ""
  if is_bias then l1, l2 = f.bias_l1, f.bias_l2 end
  if l1 ~= 0 then text = text .. format(" + %g sign(%s)", l1, w) end
  if l2 ~= 0 then text = text .. format(" + %g %s", l2, w) end
  return text
end

function op.grad(f, l)
  local more, of_biases = symbols.pull_of_size(f, format("THETA[%d]", l)), symbols.pull_of_size(f, "bias", true)
  if of_biases ~= "" and f.bias[l] then
    more = format("%s, for biases%s", more, of_biases)
  elseif more ~= "" then
    more = more .. ", but not for biases"
  end
  if not f.bias[l] then more = more .. ", 0 in the column of the bias that is not there" end
  return format("GRAD[%d] = DELTA[%d]^T A[%d]%s", l, l, l, more),
    format("%s = %s^T %s", shape(f.n[l + 1], 1 + f.n[l]), shape(f.rows, f.n[l + 1]), shape(f.rows, 1 + f.n[l])),
    format("DELTA[%d] and A[%d]", l, l)
end

function op.update(f)
  local optimiser, shapes, still = f.optimiser, {}, ""
  for l = 1, f.L do
    shapes[l] = gsub(gsub(optimiser.shapes, "{([%w_]+)}", function(name)
      return format("%g", f.numbers[name] * (name == "eta" and f.eta_scale[l] or 1))
    end),
      "%f[%w]S%f[%W]", (shape(f.n[l + 1], 1 + f.n[l])))
    if f.frozen[l] ~= 0 then still = "; what is frozen stays" end
  end
  return format("%s, l = 1 .. %d%s", optimiser.update, f.L, still), table.concat(shapes, "; "), optimiser.from
end

-- The three texts of an operation, "z" for example, of layer l.
function symbols.op(net, name, l) return op[name](facts(net), l) end

return symbols
