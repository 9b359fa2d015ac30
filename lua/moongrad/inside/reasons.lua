-- reasons.lua - why a gradient check failed, in words: from the pattern of backprop / numeric.

local core = require "moongrad.core"
local formulas = require "moongrad.help.formulas"
local mistakes = require "moongrad.inside.mistakes"
local options = require "moongrad.options"

local reasons = {}

-- "a", "a and b", "a, b and c"
local function series(list)
  if #list < 2 then return list[1] end
  return table.concat(list, ", ", 1, #list - 1) .. " and " .. list[#list]
end

-- --- one ratio everywhere -------------------------------------------------------------------

-- The one ratio backprop / numeric that in these layers every pair well above the rounding of its difference has, if
-- there is one, and more than one pair.
local function constant_ratio(self, layers)
  local low, high, n = math.huge, -math.huge, 0
  for _, layer in pairs(layers) do
    local backprop, kinked = layer.backprop:totable(), layer.kinked:totable()
    for i, row in ipairs(layer.numeric:totable()) do
      for j, numeric in ipairs(row) do
        if math.abs(numeric) > 1e3 * self.tolerance * self.floor and kinked[i][j] == 0 then
          local ratio = backprop[i][j] / numeric
          low, high, n = math.min(low, ratio), math.max(high, ratio), n + 1
        end
      end
    end
  end
  if n > 1 and high - low <= 1e-3 * math.abs(high) then return (low + high) / 2 end
end

-- The ratio of two costs' gradients, cost to of, where it has a name of its own.
local between = {
  sse = { mse = "N*K/2", quadratic = "N" },
  mse = { sse = "2/(N*K)", quadratic = "2/K" },
  quadratic = { sse = "1/N", mse = "K/2" },
}

-- What a ratio may be, in terms of rows N and outputs K: those that it is.
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
  return formula and formula:gsub("^J = ", "") or name
end

-- "the ratio backprop / numeric is 2.000 everywhere = N"
local function ratio_words(ratio, list)
  local size = math.abs(ratio)
  local text = ("the ratio backprop / numeric is %s everywhere"):format(
    (size >= .01 and size < 1e6 and "%.3f" or "%.4g"):format(ratio))
  return list[1] and text .. " = " .. table.concat(list, " or ", 1, math.min(3, #list)) or text
end

-- Of one ratio everywhere, which is none of a correct gradient.
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
    return ("the gradient is of %s, the cost is %s: "):format(cost_words(self.cost_name), cost_words(self.of)) .. text
  elseif list[1] == "-1" then
    return text .. ": y - yhat stands for yhat - y, or the update's sign is in the gradient"
  end
  return list[1] and text .. ": a factor of the cost is forgotten, or counted twice" or text
end

-- --- epsilon -------------------------------------------------------------------------------

-- How far the worst gradient is from its difference with another epsilon; nil when J is not finite there.
local function apart_at(self, net, epsilon)
  local w = self.worst
  local chosen = core.matrix(self.layers[w.layer].numeric.nrows, self.layers[w.layer].numeric.ncols)
  chosen[w.i][w.j] = 1
  local ok, numeric = pcall(core.check_layer, net, w.layer, self.method, epsilon, self.differenced, self.scale, chosen)
  return ok and math.abs(w.backprop - numeric[w.i][w.j]) or nil
end

-- Is it the difference that is wrong, and not the gradient?
local function about_epsilon(self, net)
  if self.method == "forward" and self.relative < 100 * self.epsilon then
    return ("a one-sided difference is itself off by about epsilon = %g times the second derivative: "
      .. 'method = "central" is off by its square'):format(self.epsilon)
  end
  local now, less, more = math.abs(self.worst.backprop - self.worst.numeric),
    apart_at(self, net, self.epsilon / 10), apart_at(self, net, self.epsilon * 10)
  if less and less < now / 5 then
    return ("epsilon = %g is too large: with a tenth of it the two are %.2g apart, not %.2g; try %g, or "
      .. "method = %q"):format(self.epsilon, less, now, self.epsilon / 10,
      self.method == "forward" and "central" or "five-point")
  elseif more and more < now / 3 then
    return ("epsilon = %g is too small: J is rounded, and the rounding divided by epsilon; with ten times as much "
      .. "the two are %.2g apart, not %.2g"):format(self.epsilon, more, now)
  end
end

-- --- where it is wrong --------------------------------------------------------------------------

-- How many biases and weights of a layer were compared, and how many of them are wrong.
local function count(self, layer)
  local c = { biases = 0, bad_biases = 0, weights = 0, bad_weights = 0 }
  local numeric, relative, kinked = layer.numeric:totable(), layer.relative:totable(), layer.kinked:totable()
  for i, row in ipairs(numeric) do
    for j, n in ipairs(row) do
      if n == n and kinked[i][j] == 0 then
        local what = j == 1 and "biases" or "weights"
        c[what] = c[what] + 1
        if not (relative[i][j] <= self.tolerance) then c["bad_" .. what] = c["bad_" .. what] + 1 end
      end
    end
  end
  c.bad = c.bad_biases + c.bad_weights
  return c
end

-- Are the weights of a square layer those of the transposed differences?
local function is_transposed(layer)
  local n = #layer.numeric
  if layer.numeric.ncols ~= n + 1 or n < 2 then return false end
  local b, d = layer.backprop:cols(2, n + 1), layer.numeric:cols(2, n + 1)
  return (b - d.T):norm() < 1e-4 * d:norm() and (b - d):norm() > 1e-3 * d:norm()
end

-- Layers as "GRAD[1]", "GRAD[1] and GRAD[2]".
local function grads(list)
  local words = {}
  for i, l in ipairs(list) do words[i] = ("GRAD[%d]"):format(l) end
  return series(words)
end

local function agree(list) return grads(list) .. (#list == 1 and " agrees" or " agree") end
local function are_wrong(list) return grads(list) .. (#list == 1 and " is wrong" or " are wrong") end

-- The layer whose DELTA goes wrong first on the way back: what happens there.
local function about_delta(l, depth, activations)
  local text
  if l == depth then
    text = ("already DELTA[%d] may be: the cost's derivative, its factor, or g'(Z[%d]); or a row is left out"):format(l,
      l)
  else
    text = ("DELTA goes wrong on its way from layer %d to %d: weights that are updated already, the bias's column "
      .. "not left out, or g'(Z[%d]) forgotten or wrong"):format(l + 1, l, l)
  end
  for above = l + 1, depth do
    if activations[above] == activations[l] then return text end
  end
  if l < depth then text = text .. (" (it is the first with activation %q)"):format(activations[l]) end
  return text
end

-- Where the gradients are that are wrong, and what that says.
local function about_places(self, net, N, K)
  local activations = core.network_state(net).activations
  local depth, right, wrong, counts, transposed, bad = #activations, {}, {}, {}, {}, 0
  for l = 1, depth do
    local layer = self.layers[l]
    if layer then
      counts[l] = count(self, layer)
      bad = bad + counts[l].bad
      local list = counts[l].bad > 0 and wrong or right
      list[#list + 1] = l
      if counts[l].bad > 0 and is_transposed(layer) then transposed[#transposed + 1] = l end
    end
  end
  if bad == 1 and self.compared > 2 then return ("of %d gradients it alone is wrong"):format(self.compared) end
  if #transposed > 0 then
    return ("the weights of %s are the transpose of the differences: A^T DELTA stands for DELTA^T A"):format(
      grads(transposed))
  end
  local good = { biases = 0, weights = 0, bad_biases = 0, bad_weights = 0 }
  for _, l in ipairs(wrong) do
    for what in pairs(good) do good[what] = good[what] + counts[l][what] end
  end
  if good.bad_weights == 0 and good.weights > 0 then
    return ("only bias columns are wrong, in %s: the weights agree, so DELTA is right, and the bias's gradient is "
      .. "its sum down the rows"):format(grads(wrong))
  elseif good.bad_biases == 0 and good.biases > 0 then
    return ("in %s the biases agree, so DELTA is right, and only weights are wrong: what DELTA is multiplied with, A, "
      .. "or what l1 and l2 add"):format(grads(wrong))
  end
  local first = wrong[#wrong]
  local where = (#right > 0 and agree(right) .. ", " or "") .. are_wrong(wrong)
  if #self.mistakes > 0 then return where end
  for _, l in ipairs(right) do
    if l < first then
      return where .. ": what is below rests on the same DELTA and is right, so it is the product DELTA^T A that fails"
    end
  end
  local ratio = constant_ratio(self, { self.layers[first] })
  if ratio and math.abs(ratio - 1) > 1e-3 then
    return where .. ": there " .. ratio_words(ratio, names_of(ratio, N, K))
  end
  if #right == 0 and first < depth then return nil end -- of one layer by itself nothing can be said
  return where .. ": " .. about_delta(first, depth, activations)
end

-- The network's functions that are written in Lua, quoted.
local function own_functions(self, net)
  local list, seen = {}, {}
  local function add(name, known)
    if not known[name] and not seen[name] then list[#list + 1], seen[name] = ("%q"):format(name), true end
  end
  for _, activation in ipairs(core.network_state(net).activations) do add(activation, formulas.activation) end
  add(self.cost_name, formulas.cost)
  return list
end

-- Where a gradient is wrong; one that the engine's own functions and no mistake made is not.
local function about_gradient(self, net, none, N, K)
  local own = own_functions(self, net)
  if none and #own == 0 then
    return "GRAD is what the pass without a mistake makes, so it is the differences that cannot resolve it"
  end
  local text = about_places(self, net, N, K)
  if #own == 0 then return text end
  return (text and text .. "; " or "") .. "look at the derivative of " .. series(own) .. ", or for a kink"
end

-- --- all of it ---------------------------------------------------------------------------------------

local function about_mistakes(self)
  local found, quoted = self.mistakes, {}
  for i, name in ipairs(found) do quoted[i] = ("%q"):format(name) end
  if #found == 0 then return nil end
  if #found > 1 then return "GRAD is what each of the mistakes " .. series(quoted) .. " makes of it" end
  return ("GRAD is what the mistake %s makes of it: %s"):format(quoted[1], mistakes.formula(found[1]))
end

-- The reason why check report self, of net, failed. Adds to it mistakes (the names of those that GRAD has), ratio and
-- ratio_names where there is one ratio.
function reasons.of(self, net)
  local w, gradients = self.worst, {}
  local is_finite = w.backprop - w.backprop == 0
  local parts = { ("GRAD[%d][%d][%d] is %s by backpropagation, %.9g by differences of %s"):format(w.layer, w.i, w.j,
    is_finite and ("%.9g"):format(w.backprop) or options.show(w.backprop), w.numeric, self.of) }
  local function add(text) parts[#parts + 1] = text end
  for l, layer in pairs(self.layers) do gradients[l] = layer.backprop end
  local none
  self.mistakes, none = mistakes.naming(net, gradients)
  if not is_finite then
    add "backpropagation's number is not finite: look at Z, A and DELTA for the first that is not"
    return table.concat(parts, "; ")
  end
  add(about_mistakes(self))
  local N, K, ratio = #net.X, net.layers[#net.layers], constant_ratio(self, self.layers)
  if ratio and math.abs(ratio - 1) > 1e-3 then
    add(about_ratio(self, ratio, N, K))
  else
    if self.cost_name ~= self.of then
      add(("the gradient is of %s, the differences are of %s"):format(cost_words(self.cost_name), cost_words(self.of)))
    end
    local of_the_difference = #self.mistakes == 0 and about_epsilon(self, net)
    add(of_the_difference or self.cost_name == self.of and about_gradient(self, net, none, N, K) or nil)
  end
  return table.concat(parts, "; ")
end

return reasons
