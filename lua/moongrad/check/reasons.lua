-- reasons.lua - the reason of a gradient check that failed, in words. It looks for a pattern in the pairs backprop,
-- numeric: one ratio everywhere, wrong layers, weights or biases alone, missing l1 and l2, a planted mistake.

local core = require "moongrad.core"
local formulas = require "moongrad.help.formulas"
local options = require "moongrad.options"
local planted = require "moongrad.check.planted"
local verdict = require "moongrad.check.verdict"
local format, gsub = string.format, string.gsub

local reasons = {}

-- "a", "a and b", "a, b and c"
local function series(list)
  if #list < 2 then return list[1] end
  return table.concat(list, ", ", 1, #list - 1) .. " and " .. list[#list]
end

-- --- one ratio everywhere -------------------------------------------------------------------

-- The ratio backprop / numeric, when it is the same for all pairs of a list that are well above their noise, and these
-- are at least two; else nil.
local function constant_ratio(list)
  local low, high, n = math.huge, -math.huge, 0
  for _, p in ipairs(list) do
    if math.abs(p.numeric) > 1e3 * p.noise then
      local ratio = p.backprop / p.numeric
      low, high, n = math.min(low, ratio), math.max(high, ratio), n + 1
    end
  end
  if n > 1 and high - low <= 1e-3 * math.abs(high) then return (low + high) / 2 end
end

-- The name of the ratio of two costs' gradients: between[the network's cost][the cost that is differenced].
local between = {
  sse = { mse = "N*K/2", quadratic = "N" },
  mse = { sse = "2/(N*K)", quadratic = "2/K" },
  quadratic = { sse = "1/N", mse = "K/2" },
}

-- The expressions of rows N and outputs K whose value is the ratio, as a list of names.
local function names_of(ratio, N, K)
  local list = {}
  for _, c in ipairs {
    { "N*K/2", N * K / 2 }, { "N", N }, { "2", 2 }, { "K", K }, { "N*K", N * K }, { "N/2", N / 2 }, { "2*N", 2 * N },
    { "1/2", .5 }, { "2/(N*K)", 2 / (N * K) }, { "1/N", 1 / N }, { "1/K", 1 / K }, { "2/K", 2 / K }, { "K/2", K / 2 },
    { "-1", -1 },
  } do
    if math.abs(ratio / c[2] - 1) < 1e-3 then list[#list + 1] = c[1] end
  end
  return list
end

local function cost_words(name)
  local formula = formulas.cost[name]
  return formula and gsub(formula, "^J = ", "") or name
end

-- A ratio as text, "2.000", and the names of what it may be, " = N" or "".
local function number_words(ratio, list)
  local size = math.abs(ratio)
  local text = format(size >= .01 and size < 1e6 and "%.3f" or "%.4g", ratio)
  return text, list[1] and " = " .. table.concat(list, " or ", 1, math.min(3, #list)) or ""
end

-- "the ratio backprop / numeric is 2.000 = N everywhere"
local function ratio_words(ratio, list)
  return format("the ratio backprop / numeric is %s%s everywhere", number_words(ratio, list))
end

-- The words about a ratio that is the same everywhere and not 1. Sets ratio and ratio_names of the report.
local function about_ratio(self, ratio, N, K)
  local known = between[self.cost_name] and between[self.cost_name][self.of]
  local list = names_of(ratio, N, K)
  for _, name in ipairs(list) do
    if name == known then list = { known } end
  end
  self.ratio, self.ratio_names = ratio, list
  local text = ratio_words(ratio, list)
  if #self.mistakes > 0 then return text end
  if self.cost_name ~= self.of then
    return format("the gradient is of %s, the cost is %s: ", cost_words(self.cost_name), cost_words(self.of)) .. text
  elseif list[1] == "-1" then
    return text .. ": y - yhat stands where yhat - y belongs, or the update's sign is in the gradient"
  end
  return list[1] and text .. ": a factor of the cost is forgotten, or counted twice" or text
end

-- --- pairs by layer, weights and biases apart -----------------------------------------------------

-- The pairs that were decided: layer -> {biases, weights}. Each of the two is a list of pairs, and bad is how many
-- of them are wrong.
local function parts_of(self)
  local parts = {}
  verdict.each(self, function(l, i, j, state, backprop, numeric, _, noise)
    parts[l] = parts[l] or { biases = { bad = 0 }, weights = { bad = 0 } }
    local part = parts[l][j == 1 and "biases" or "weights"]
    if verdict.is_decided(state) then
      part[#part + 1] = { layer = l, i = i, j = j, backprop = backprop, numeric = numeric, noise = noise }
    end
    if state == verdict.wrong then part.bad = part.bad + 1 end
  end)
  return parts
end

-- All pairs in these parts as one list. kind: "biases", "weights", or nil for both.
local function pairs_in(parts, kind)
  local list = {}
  for _, part in pairs(parts) do
    for _, name in ipairs(kind and { kind } or { "biases", "weights" }) do
      table.move(part[name], 1, #part[name], #list + 1, list)
    end
  end
  return list
end

local function is_right(part) return #part > 0 and part.bad == 0 end

-- --- l1 and l2 ---------------------------------------------------------------------------------------

-- The number c for which backprop - numeric = c f(w) in all pairs of a list, where w is the parameter in THETA; nil
-- when there is none, or it is 0.
local function share_of(net, list, f)
  local products, squares = 0, 0
  for _, p in ipairs(list) do
    local v = f(net.theta[p.layer][p.i][p.j])
    products, squares = products + (p.backprop - p.numeric) * v, squares + v * v
  end
  if squares == 0 then return nil end
  local c, rest, all, noise = products / squares, 0, 0, 0
  for _, p in ipairs(list) do
    local apart = p.backprop - p.numeric
    rest, all = rest + (apart - c * f(net.theta[p.layer][p.i][p.j])) ^ 2, all + apart ^ 2
    noise = noise + p.noise ^ 2
  end
  return rest <= 1e-6 * all + noise and all > 100 * noise and c or nil
end

-- What l2 and l1 add to GRAD for a weight w, without the factor.
local penalties = {
  l2 = { f = function(w) return w end, of_weights = "W", of_biases = "b" },
  l1 = { f = function(w) return w > 0 and 1 or w < 0 and -1 or 0 end, of_weights = "sign(W)", of_biases = "sign(b)" },
}

-- The words when GRAD has c times too much of l1 or l2 (name), whose value this is, in its weights or biases (kind).
-- words: what is added, "W".
local function penalty_words(kind, name, value, c, words)
  if kind == "biases" and value == 0 then
    return format("the biases are regularised in the gradient: %.4g %s is added to each, but J leaves biases out", c,
      words)
  elseif value == 0 then
    return format("%.4g %s is added to the gradients of the weights: %s is in the gradient, and not in J", c, words,
      name)
  elseif math.abs(c / value + 1) < 1e-3 then
    return format("%s is forgotten: the gradients of the %s lack %g %s, and all else agrees", name, kind, value, words)
  end
  return format("%s is counted %.4g times: the gradients of the %s have %.4g %s in place of %g %s", name,
    1 + c / value, kind, value + c, words, value, words)
end

-- The words when only weights are wrong, by l1 or l2, or only biases, which l1 and l2 leave out; else nil.
local function about_penalty(net, parts)
  local bad = { weights = 0, biases = 0 }
  for _, part in pairs(parts) do
    for kind in pairs(bad) do bad[kind] = bad[kind] + part[kind].bad end
  end
  local kind = bad.biases == 0 and "weights" or bad.weights == 0 and "biases"
  local list = kind and pairs_in(parts, kind)
  if not kind or #list < 3 then return nil end
  local l1, l2 = net.options.l1, net.options.l2
  local both = l1 ~= 0 and l2 ~= 0
    and share_of(net, list, function(w) return l1 * penalties.l1.f(w) + l2 * penalties.l2.f(w) end)
  if both and kind == "weights" and math.abs(both + 1) < 1e-3 then
    return "l1 and l2 are forgotten: the gradients of the weights lack what both add, and all else agrees"
  end
  for name, term in pairs(penalties) do
    local own = kind == "biases" and "bias_" .. name or name
    local c, value = share_of(net, list, term.f), net.options[own]
    if c then return penalty_words(kind, own, value, c, kind == "weights" and term.of_weights or term.of_biases) end
  end
end

-- --- where it is wrong ------------------------------------------------------------------------------

-- Is GRAD of a square layer the transpose of the differences, the biases left out?
local function is_transposed(layer)
  local n = #layer.numeric
  if layer.numeric.ncols ~= n + 1 or n < 2 then return false end
  local b, d = layer.backprop:cols(2, n + 1), layer.numeric:cols(2, n + 1)
  return (b - d.T):norm() < 1e-4 * d:norm() and (b - d):norm() > 1e-3 * d:norm()
end

-- A list of layers as "GRAD[1] and GRAD[2]".
local function grads(list)
  local words = {}
  for i, l in ipairs(list) do words[i] = format("GRAD[%d]", l) end
  return series(words)
end

local function agree(list) return grads(list) .. (#list == 1 and " agrees" or " agree") end
local function are_wrong(list) return grads(list) .. (#list == 1 and " is wrong" or " are wrong") end

-- The words about layer l, the first on the way back whose DELTA is wrong: what is computed there.
local function about_delta(l, depth, activations)
  local text
  if l == depth then
    text = format("DELTA[%d] may be wrong already, by the cost's derivative, its factor, or g'(Z[%d]); or a row is "
      .. "left out", l, l)
  else
    text = format(
      "DELTA becomes wrong on its way from layer %d to %d: weights that are updated already, a bias's column "
      .. "that is not left out, or a g'(Z[%d]) that is forgotten or wrong", l + 1, l, l)
  end
  for above = l + 1, depth do
    if activations[above] == activations[l] then return text end
  end
  if l < depth then text = text .. format(" (it is the first with activation %q)", activations[l]) end
  return text
end

-- The words about one part: "the weights of GRAD[2], 2.000 times their differences = 2"
local function part_words(name, l, part, N, K)
  local ratio = constant_ratio(part)
  local text = format("the %s of GRAD[%d]", name, l)
  if not ratio or math.abs(ratio - 1) <= 1e-3 then return text end
  local number, names = number_words(ratio, names_of(ratio, N, K))
  return format("%s, %s times their differences%s", text, number, names)
end

-- Sorts the wrong layers. only: those with only biases or only weights wrong, whose DELTA is right; both: those where
-- both are wrong.
local function apart_by_delta(parts, wrong)
  local only, both = { biases = {}, weights = {} }, {}
  for _, l in ipairs(wrong) do
    local part = parts[l]
    if is_right(part.weights) then only.biases[#only.biases + 1] = l
    elseif is_right(part.biases) then only.weights[#only.weights + 1] = l
    else both[#both + 1] = l end
  end
  return only, both
end

-- The words about layers in which only the biases or only the weights are wrong.
local function about_halves(parts, only, N, K)
  local biases, weights = only.biases, only.weights
  if #weights == 0 then
    return format(
      "only bias columns are wrong, in %s: the weights agree, so DELTA is right, and the bias's gradient is "
      .. "the sum of DELTA down the rows", grads(biases))
  elseif #biases == 0 then
    return format(
      "in %s the biases agree, so DELTA is right, and only weights are wrong: what DELTA is multiplied with, A, "
      .. "or what l1 and l2 add", grads(weights))
  end
  local list = {}
  for name, layers in pairs(only) do
    for _, l in ipairs(layers) do list[#list + 1] = part_words(name, l, parts[l][name], N, K) end
  end
  table.sort(list)
  return format(
    "only %s are wrong; the rest of those layers agrees, so DELTA is right: a bias's gradient is the sum of DELTA down "
    .. "the rows, a weight's is the product of DELTA and A", series(list))
end

-- The words about where the wrong gradients are; nil when the places say nothing.
local function about_places(self, net, N, K)
  local parts = parts_of(self)
  local activations = core.network_state(net).activations
  local depth, right, wrong, transposed, bad = #activations, {}, {}, {}, 0
  for l = 1, depth do
    local part = parts[l]
    if part then
      local of_layer = part.biases.bad + part.weights.bad
      bad = bad + of_layer
      if of_layer > 0 then wrong[#wrong + 1] = l
      elseif #part.biases + #part.weights > 0 then right[#right + 1] = l end
      if of_layer > 0 and is_transposed(self.layers[l]) then transposed[#transposed + 1] = l end
    end
  end
  if bad == 1 and self.compared > 2 then
    return format("it is the only one of %d gradients that is wrong", self.compared)
  end
  if #transposed > 0 then
    return format("the weights of %s are the transpose of the differences: A^T DELTA stands where DELTA^T A belongs",
      grads(transposed))
  end
  local penalty = about_penalty(net, parts)
  if penalty then return penalty end
  local only, both = apart_by_delta(parts, wrong)
  if #both == 0 then return about_halves(parts, only, N, K) end
  local first = both[#both]
  local where = (#right > 0 and agree(right) .. ", " or "") .. are_wrong(wrong)
  if #self.mistakes > 0 then return where end
  if #only.biases + #only.weights > 0 then
    where = format("%s; %s; all of %s", where, about_halves(parts, only, N, K), are_wrong(both))
  end
  for _, l in ipairs(right) do
    if l < first then
      return where .. ": the layers below use the same DELTA and are right, so the product DELTA^T A is wrong"
    end
  end
  local ratio = constant_ratio(pairs_in { parts[first] })
  if ratio and math.abs(ratio - 1) > 1e-3 then
    return where .. ": there " .. ratio_words(ratio, names_of(ratio, N, K))
  end
  if #right == 0 and first < depth and #both == #wrong then return nil end -- one layer by itself says nothing
  return where .. ": " .. about_delta(first, depth, activations)
end

-- The names of the network's activations and cost that are written in Lua, quoted.
local function own_functions(self, net)
  local list, seen = {}, {}
  local function add(name, known)
    if not known[name] and not seen[name] then list[#list + 1], seen[name] = format("%q", name), true end
  end
  for _, activation in ipairs(core.network_state(net).activations) do add(activation, formulas.activation) end
  add(self.cost_name, formulas.cost)
  return list
end

-- The words about a wrong gradient of the network's own cost. none: does the pass without a mistake make this GRAD? It
-- is then right, unless functions of the user are in it.
local function about_gradient(self, net, none, N, K)
  local own = own_functions(self, net)
  if none and #own == 0 then
    return "the pass without a mistake makes this GRAD"
  end
  local text = about_places(self, net, N, K)
  if #own == 0 then return text end
  return (text and text .. "; " or "") .. "check the derivative of " .. series(own) .. ", and look for a kink"
end

-- --- all of it ---------------------------------------------------------------------------------------

local function about_mistakes(self)
  local found, quoted = self.mistakes, {}
  for i, name in ipairs(found) do quoted[i] = format("%q", name) end
  if #found == 0 then return nil end
  if #found > 1 then return "each of the mistakes " .. series(quoted) .. " makes this GRAD" end
  return format("the mistake %s makes this GRAD: %s", quoted[1], planted.formula(found[1]))
end

-- The reason why the check of net with report self failed. Sets mistakes, the names of the planted mistakes that make
-- this GRAD, and, when there is one ratio everywhere, ratio and ratio_names.
function reasons.of(self, net)
  local w, gradients = self.worst, {}
  local is_finite = w.backprop - w.backprop == 0
  local parts = { format("GRAD[%d][%d][%d] is %s by backpropagation, %.9g by differences of %s", w.layer, w.i, w.j,
    is_finite and format("%.9g", w.backprop) or options.show(w.backprop), w.numeric, self.of) }
  local function add(text) parts[#parts + 1] = text end
  for l, layer in pairs(self.layers) do gradients[l] = layer.backprop end
  local none
  self.mistakes, none = planted.naming(net, gradients)
  if not is_finite then
    add "backpropagation's number is not finite: look at Z, A and DELTA for the first that is not"
    return table.concat(parts, "; ")
  end
  add(about_mistakes(self))
  local N, K, ratio = #net.X, net.layers[#net.layers], constant_ratio(pairs_in(parts_of(self)))
  if ratio and math.abs(ratio - 1) > 1e-3 then
    add(about_ratio(self, ratio, N, K))
  else
    if self.cost_name ~= self.of then
      add(format("the gradient is of %s, the differences are of %s", cost_words(self.cost_name), cost_words(self.of)))
    end
    add(self.cost_name == self.of and about_gradient(self, net, none, N, K) or nil)
  end
  return table.concat(parts, "; ")
end

return reasons
