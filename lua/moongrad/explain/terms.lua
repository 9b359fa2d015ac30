-- terms.lua - one number of a network as a sum: its formula, and the numbers of each term, taken from the live
-- matrices. explain.lua shows them.

local core = require "moongrad.core"
local costs = require "moongrad.explain.costs"
local show = require "moongrad.show"
local symbols = require "moongrad.explain.symbols"
local format, gsub, sub = string.format, string.gsub, string.sub

local terms = {}

local number = show.number

-- Row i, and column j, of a matrix as a list.
local function row(m, i) return m:rows(i, i):totable()[1] end
local function column(m, j) return m:cols(j, j).T:totable()[1] end

-- The sum of the terms' values, and the sum of their absolute values. A term that is itself a difference has the sum of
-- the absolute values of its parts as size, because rounding goes by that.
function terms.sum(list)
  local sum, size = 0, 0
  for _, t in ipairs(list) do sum, size = sum + t.value, size + (t.size or math.abs(t.value)) end
  return sum, size
end

-- A term of a node, as below, in numbers: "0.5 * 0.25".
function terms.text(node, term)
  local words = node.describe and node.describe(term)
  if words then return words end
  local numbers = {}
  for k, v in ipairs(term) do numbers[k] = number(v) end
  return format(rawget(term, "form") or node.form, table.unpack(numbers))
end

-- Is the sum of the terms the engine's number, up to rounding?
function terms.agree(net, list, engine)
  local sum, size = terms.sum(list)
  local rounding = net.options.precision == "single" and 1e-4 or 1e-11 -- sums of up to some ten thousand terms
  return math.abs(sum - engine) <= rounding * size or sum == engine or sum ~= sum and engine ~= engine
end

local before = "THETA in these terms is that of the pass, before the update that followed it"

-- The terms make(theta), where theta(l) is a matrix of THETA: as it is now, or, when the sum is nearer to the engine's
-- number, as it was before the last update. In that case also a note that says so.
local function with_theta(net, engine, make)
  local now = make(function(l) return net.theta[l] end)
  local apart = math.abs(terms.sum(now) - engine)
  if apart == 0 or not core.theta_before(net, 1) then return now end
  local was = make(function(l) return core.theta_before(net, l) end)
  local nearer = math.abs(terms.sum(was) - engine) < apart and terms.agree(net, was, engine)
  return nearer and was or now, nearer and before or nil
end

-- The functions of.z(net, facts, l, i, j) and so on return a node with the fields:
--   symbols  the formula, right of "="; engine: the engine's own number
--   list     terms: {value =, index = or label =, and the numbers that form shows}
--   unit     what the indices count, "row"; form: a format of a term's numbers; describe(term): its text instead
--   open     open(term) -> {{what, layer, i, j}, ...}, the numbers in a term that can be explained in turn
--   notes    lines below; above: a line above; head: what stands left of "=", when it is not the number's name
-- Only symbols, engine and list are in every node.
-- Those of THETA and its kin are in updates.lua.
local of = {}
terms.of = of

function of.z(net, _, l, i, j)
  local engine, a = net.z[l][i][j], row(net.a[l], i)
  local list, note = with_theta(net, engine, function(theta)
    local t = {}
    for k, w in ipairs(row(theta(l), j)) do
      t[k] = { value = a[k] * w, index = k - 1, label = k == 1 and "bias" or nil, a[k], w }
    end
    return t
  end)
  return { symbols = format("sum over k of A[%d][%d][k] THETA[%d][%d][k]", l, i, l, j), engine = engine, list = list,
    unit = "unit", form = "%s * %s", notes = { note },
    open = function(t) return t.index > 0 and { { "a", l, i, t.index + 1 } } or {} end }
end

local function of_input(net, f, i, j, engine)
  local X = net.X
  local same = X and #X == f.rows and X[i][j - 1] == engine
  return { symbols = format("X[%d][%d]", i, j - 1), engine = engine, form = "%s",
    list = { { value = engine, label = "data", engine } },
    notes = { not same and "the data of that pass; X as it is now is other data" or nil } }
end

-- The softmax of one unit in numbers: "e^1.2 / (e^1.2 + e^0.3)".
local function softmax_text(z, unit)
  local parts = {}
  for k, v in ipairs(z) do parts[k] = k <= 4 and "e^" .. number(v) or nil end
  if #z > 4 then parts[5] = "..." end
  return format("e^%s / (%s)", number(z[unit]), table.concat(parts, " + "))
end

-- Has dropout multiplied the activations that layer l gives, in the pass that was made or the walk that is on?
local function dropout_done(net, l)
  local _, done = core.walk_state(net)
  if not done then return true end
  for k = 1, done do
    local name, layer = core.walk_op(net, k)
    if name == "dropout" and layer == l then return true end
  end
  return false
end

function of.a(net, f, l, i, j)
  local engine, unit = net.a[l][i][j], l <= f.L and j - 1 or j -- the last A has no column of ones
  if unit == 0 then
    return { symbols = "1, the constant that the bias weighs", engine = engine, form = "%s",
      list = { { value = 1, label = "one", 1 } } }
  elseif l == 1 then
    return of_input(net, f, i, j, engine)
  end
  local z, name, open = row(net.z[l - 1], i), f.activations[l - 1], {}
  local node = { engine = engine, form = "g(%s)", open = function() return open end,
    list = { { value = core.squashed(net, l - 1, i)[1][unit], label = name, z[unit] } } }
  if name == "softmax" then
    node.symbols = format("e^z[%d] / sum over k of e^z[k], z = Z[%d][%d]", unit, l - 1, i)
    node.describe = function() return softmax_text(z, unit) end
    for k = 1, #z do open[k] = { "z", l - 1, i, k } end
  else
    local g = symbols.activation(name)
    node.symbols = format("g(Z[%d][%d][%d])%s", l - 1, i, unit, g and ", " .. g or "")
    open[1] = { "z", l - 1, i, unit }
  end
  local mask, t = core.mask(net, l - 1), node.list[1]
  if mask and dropout_done(net, l - 1) then
    node.symbols = node.symbols .. ", times dropout's mask"
    node.list[1] = { value = t.value * mask[i][unit], label = t.label, form = "g(%s) * %s", z[unit], mask[i][unit] }
  end
  return node
end

-- The terms of dJ/dz[j] = a[j] (d[j] - sum over k of a[k] d[k]), where a = softmax(z) and d = dJ/da.
local function through_softmax(a, d, j)
  local t = { { value = a[j] * d[j], label = "own", a[j], d[j], form = "%s * %s" } }
  for k = 1, #d do
    t[k + 1] = { value = -a[j] * a[k] * d[k], index = k, a[j], a[k], d[k], form = "-%s * %s * %s" }
  end
  return t
end

-- --- the cost and the last delta ---------------------------------------------------------

-- What l1 and l2 add to J: l1 * sum of |w| + l2/2 * sum of w^2 over the weights, and the same of the biases.
local function penalty(f, theta)
  local sum = 0
  for l = 1, f.L do
    local w, b = theta(l):cols(2, 1 + f.n[l]), theta(l):cols(1, 1)
    sum = sum + f.l1 * core.abs(w):sum() + f.l2 / 2 * (w * w):sum()
    if f.bias[l] then sum = sum + f.bias_l1 * core.abs(b):sum() + f.bias_l2 / 2 * (b * b):sum() end
  end
  return sum
end

-- Does J have terms of the weights, or of the biases?
local function is_regularised(f, is_bias)
  if is_bias then return f.bias_l1 ~= 0 or f.bias_l2 ~= 0 end
  return f.l1 ~= 0 or f.l2 ~= 0
end

function of.cost(net, f)
  local rows, factor, y = core.batch(net)
  local list, note = with_theta(net, net.J, function(theta)
    local t = {}
    for n = 1, rows do
      local loss = core.loss(net, n)
      t[n] = { value = factor * loss, index = n, loss }
    end
    if is_regularised(f) or is_regularised(f, true) then
      t[rows + 1] = { value = penalty(f, theta), label = "l1, l2" }
    end
    return t
  end)
  local function open(t)
    local all = {}
    for k = 1, t.index and f.n[f.L + 1] or 0 do all[k] = { "a", f.L + 1, t.index, k } end
    return all
  end
  return { symbols = format("%s, yhat = A[%d]", gsub(symbols.cost(f), "^J = ", ""), f.L + 1), engine = net.J,
    list = list, unit = "row", notes = { note }, open = open, describe = function(t)
      if not t.index then return "of the parameters" end
      local text = costs.loss(f, t[1], row(net.a[f.L + 1], t.index), row(y, t.index))
      return factor == 1 and text or number(factor) .. " * " .. text
    end }
end

-- Makes node the explanation of the last delta of a cost with kinks. slope: g', which words are about.
local function kinked_delta(node, f, factor, yhat, y, i, j, pull, slope, g, words)
  local c = f.cost == "svm" and costs.class(y)
  local A = format("A[%d][%d]", f.L + 1, i)
  local _, is = symbols.pull(c == j and "class" or f.cost, format("%s[%d]", A, j), format("y[%d][%d]", i, j),
    format("%s[%s]", A, c))
  local text, note = costs.pulls[f.cost](factor, yhat[j], y[j], yhat, y, j)
  node.symbols = format("D %s%s%s", g, words, is)
  node.list = { { value = pull * slope, label = "cost", slope } }
  node.describe = function() return format("%s * %s", text, number(slope)) end
  node.notes[1] = note
  if f.cost == "huber" then node.list[1].size = factor * math.abs(slope) * (math.abs(yhat[j]) + math.abs(y[j])) end
  if not c then return node end
  local all = {}
  for k = 1, #yhat do
    if k == j or k == c or j == c then all[#all + 1] = { "a", f.L + 1, i, k } end
  end
  node.open = function() return all end
  return node
end

local function last_delta(net, f, i, j)
  local l = f.L
  local _, factor, targets = core.batch(net)
  local yhat, y = net.a[l + 1][i][j], row(targets, i)
  local A = format("A[%d][%d][%d]", l + 1, i, j)
  local node = { engine = net.delta[l][i][j], open = function() return { { "a", l + 1, i, j } } end, notes = {} }
  local function one(value, form, ...)
    node.list, node.form = { { value = value, label = "cost", ... } }, form
    return node
  end
  local function difference(value, p, by, form, ...) -- by (p - y[j])
    one(value, form, ...)
    node.list[1].size = math.abs(by) * (math.abs(p) + math.abs(y[j]))
    return node
  end
  if f.cost == "softmax" then
    local total = 0
    for _, v in ipairs(y) do total = total + v end
    node.symbols = format("1/N (%s sum of y[%d] - y[%d][%d]), g' has cancelled", A, i, i, j)
    local whole = factor * (yhat * total - y[j])
    return difference(whole, yhat * total, factor, "%s * (%s * %s - %s)", factor, yhat, total, y[j])
  elseif f.cost == "cross-entropy" then
    node.symbols = format("1/N (%s - y[%d][%d]), g' has cancelled", A, i, j)
    return difference(factor * (yhat - y[j]), yhat, factor, "%s * (%s - %s)", factor, yhat, y[j])
  end
  local pull = row(core.pull(net, i), 1)
  if f.activations[l] == "softmax" then -- a cost of the user's own
    node.symbols = format("a[%d] (d[%d] - sum over k of a[k] d[k]), a = A[%d][%d], d = dJ/da", j, j, l + 1, i)
    node.list, node.unit = through_softmax(row(net.a[l + 1], i), pull, j), "unit"
    return node
  end
  local slope = core.slopes(net, l, i)[1][j]
  local g, words = symbols.slope(f.activations[l], format("Z[%d][%d][%d]", l, i, j), A)
  if costs.pulls[f.cost] then
    return kinked_delta(node, f, factor, row(net.a[l + 1], i), y, i, j, pull[j], slope, g, words)
  end
  node.symbols = format("%s %s%s", symbols.pull(f.cost, A, format("y[%d][%d]", i, j)), g, words)
  if not symbols.differences[f.cost] then return one(pull[j] * slope, "%s * %s", pull[j], slope) end
  if factor == .5 then
    return difference((yhat - y[j]) * slope, yhat, slope, "(%s - %s) * %s", yhat, y[j], slope)
  end
  local twice = 2 * factor
  return difference(twice * (yhat - y[j]) * slope, yhat, twice * slope, "%s * (%s - %s) * %s", twice, yhat, y[j], slope)
end

-- --- the other deltas -------------------------------------------------------------------------

local function delta_softmax(net, f, l, i, j)
  local engine, above = net.delta[l][i][j], row(net.delta[l + 1], i)
  local a, mask = core.squashed(net, l, i):totable()[1], core.mask(net, l)
  local list, note = with_theta(net, engine, function(theta)
    local d, w = {}, theta(l + 1):totable()
    for k = 1, f.n[l + 1] do
      d[k] = 0
      for m, v in ipairs(above) do d[k] = d[k] + v * w[m][k + 1] end
      if mask then d[k] = d[k] * mask[i][k] end
    end
    return through_softmax(a, d, j)
  end)
  local function open(t)
    local all = {}
    for k = 1, t.index and 0 or #above do all[k] = { "delta", l + 1, i, k } end
    return all
  end
  local text = "a[%d] (d[%d] - sum over k of a[k] d[k]), a = A[%d][%d], d = DELTA[%d][%d] THETA[%d]"
  return { symbols = format(text, j, j, l + 1, i, l + 1, i, l + 1), engine = engine, list = list, unit = "unit",
    notes = { note }, open = open }
end

function of.delta(net, f, l, i, j)
  if l == f.L then return last_delta(net, f, i, j) end
  if f.activations[l] == "softmax" then return delta_softmax(net, f, l, i, j) end
  local engine, d, slope = net.delta[l][i][j], row(net.delta[l + 1], i), core.slopes(net, l, i)[1][j]
  local mask = core.mask(net, l)
  if mask then slope = slope * mask[i][j] end
  local list, note = with_theta(net, engine, function(theta)
    local t = {}
    for k, w in ipairs(column(theta(l + 1), j + 1)) do
      t[k] = { value = d[k] * w * slope, index = k, d[k], w, slope }
    end
    return t
  end)
  local g, words = symbols.slope(f.activations[l], format("Z[%d][%d][%d]", l, i, j),
    format("A[%d][%d][%d]", l + 1, i, j + 1))
  return { symbols = format("sum over k of DELTA[%d][%d][k] THETA[%d][k][%d] %s%s", l + 1, i, l + 1, j + 1, g, words),
    engine = engine, list = list, unit = "unit", form = "%s * %s * %s",
    notes = { note }, open = function(t) -- the delta of the layer above, and the activation of this unit
      return { { "delta", l + 1, i, t.index }, { "a", l + 1, i, j + 1 } }
    end }
end

-- dJ/dX[i][j], of GRAD_X.
function of.x(net, _, _, i, j)
  local engine, d = net.grad_x[i][j], row(net.delta[1], i)
  local list, note = with_theta(net, engine, function(theta)
    local t = {}
    for k, w in ipairs(column(theta(1), j + 1)) do t[k] = { value = d[k] * w, index = k, d[k], w } end
    return t
  end)
  return { symbols = format("sum over k of DELTA[1][%d][k] THETA[1][k][%d]", i, j + 1), engine = engine, list = list,
    unit = "unit", form = "%s * %s", notes = { note }, open = function(t) return { { "delta", 1, i, t.index } } end }
end

-- --- the gradient -----------------------------------------------------------------------------

local function sign(w) return w > 0 and 1 or w < 0 and -1 or 0 end

function of.grad(net, f, l, i, j)
  local engine = net.grad[l][i][j]
  if j == 1 and not f.bias[l] then
    return { symbols = "0, layer " .. l .. " has no bias", engine = engine, list = {}, form = "" }
  end
  local d, a, weighs = column(net.delta[l], i), column(net.a[l], j), is_regularised(f, j == 1)
  local list, note = with_theta(net, engine, function(theta)
    local t = {}
    for n, v in ipairs(d) do t[n] = { value = v * a[n], index = n, v, a[n] } end
    if weighs then
      local w = theta(l)[i][j]
      local l1, l2 = f.l1, f.l2
      if j == 1 then l1, l2 = f.bias_l1, f.bias_l2 end
      t[#t + 1] = { value = l1 * sign(w) + l2 * w, label = "l1, l2", w }
    end
    return t
  end)
  local text = format("sum over rows n of DELTA[%d][n][%d] A[%d][n][%d]", l, i, l, j)
  local W = format("THETA[%d][%d][%d]", l, i, j)
  local notes = { note }
  if j == 1 then
    notes[#notes + 1] = format("column 1 is the bias, the weight of a constant: A[%d][n][1] is 1 in every row%s", l,
      is_regularised(f) and not weighs and "; l1 and l2 leave it out" or "")
  end
  return { symbols = text .. (weighs and symbols.pull_of_size(f, W, j == 1) or ""), engine = engine, list = list,
    unit = "row", form = "%s * %s", notes = notes, describe = function(t)
      return not t.index and sub(symbols.pull_of_size(f, "w", j == 1), 4) .. ", w = " .. number(t[1])
    end, open = function(t)
      if not t.index then return {} end
      return { { "delta", l, t.index, i }, j > 1 and { "a", l, t.index, j } or nil }
    end }
end

return terms
