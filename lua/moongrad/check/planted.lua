-- planted.lua - net:bug, which plants a classic mistake in the backward pass: what each mistake computes, in which
-- networks it shows nowhere, and which one makes a given GRAD (for the reasons of the gradient check).

local core = require "moongrad.core"
local names = require "moongrad.names"
local options = require "moongrad.options"
local page = require "moongrad.help.page"
local past = require "moongrad.past.past"
local raise = require "moongrad.raise"
local format = string.format

local planted = {}

-- --- what the mistakes depend on ----------------------------------------------------------

-- The properties of net that decide whether a mistake can show.

local function facts(net)
  local X = core.network_data(net)
  local activations = core.network_state(net).activations
  local cost = options.cost_of(net)
  return { net = net, activations = activations, depth = #activations, cost = cost, rows = X and #X,
    cancels = core.cost_outputs[cost] ~= nil }
end

local one_layer = "there is no hidden layer, so no delta is carried back"

local function cancelled(f)
  return format("with cost %q g' cancels at the output: DELTA[%d] has no g'", options.name_of(f.cost), f.depth)
end

-- The activations whose g' is the same at a as at z: it is 1, or steps at 0, and a and z have the same sign.
local same_at_a = { linear = true, relu = true, ["leaky-relu"] = true }

-- --- the mistakes -------------------------------------------------------------------------

-- name; formula: what it computes; cannot(facts): why it shows nowhere in such a network, or nil; before: what an
-- example types first, when the network of the examples does not show the mistake.
planted.list = {
  { name = "stale-weights",
    formula = "DELTA[l] = (DELTA[l+1] (THETA[l+1] - ETA GRAD[l+1]), without column 1) * g'(Z[l]): weights that are "
      .. "updated already carry the deltas back",
    cannot = function(f)
      if f.depth < 2 then return one_layer end
      if f.net.eta == 0 then return "ETA is 0, so updated weights are the same weights" end
      for l = 2, f.depth do
        local frozen = f.net.frozen[l]
        if frozen ~= true and frozen ~= "weights" then return nil end
      end
      return "the weights of every layer that a delta goes back through are frozen"
    end },
  { name = "missing-factor",
    formula = "DELTA[L] = d(sum)/dA[L+1] * g'(Z[L]): the factor in front of the cost's sum is forgotten",
    cannot = function(f)
      if not f.rows or core.cost_factor(f.net, f.rows) ~= 1 then return nil end
      return format("the factor of cost %q is 1 here%s", options.name_of(f.cost), f.cost ~= "squares" and f.rows == 1
        and ": there is only one row" or "")
    end },
  { name = "no-output-derivative",
    formula = "DELTA[L] = dJ/dA[L+1]: g'(Z[L]) is forgotten; with cross-entropy (yhat - y) / (yhat (1 - yhat)) / N, "
      .. "with softmax -y / yhat / N",
    cannot = function(f)
      if f.activations[f.depth] == "linear" then return "the output is linear: its g' is 1" end
    end },
  { name = "extra-output-derivative",
    formula = "DELTA[L] = (yhat - y) / N * yhat (1 - yhat): g'(Z[L]) once more, though in yhat - y, the DELTA[L] of "
      .. "cross-entropy and softmax, it has cancelled",
    before = 'NET.options.cost = "cross-entropy"',
    cannot = function(f)
      if f.cancels then return nil end
      return format("with cost %q g'(Z[%d]) belongs in DELTA[%d]", options.name_of(f.cost), f.depth, f.depth)
    end },
  { name = "derivative-of-a",
    formula = "g'(A[l+1]) for g'(Z[l]) in every DELTA[l]: the slope is taken at a, not at z",
    cannot = function(f)
      local last = f.cancels and f.depth - 1 or f.depth
      if last == 0 then return cancelled(f) .. ", and there is no hidden layer" end
      for l = 1, last do
        if not same_at_a[f.activations[l]] then return nil end
      end
      return "the g' of linear and relu is the same at a as at z"
    end },
  { name = "no-hidden-derivative",
    formula = "DELTA[l] = DELTA[l+1] THETA[l+1], without column 1, for l < L: g'(Z[l]) is forgotten",
    cannot = function(f)
      if f.depth < 2 then return one_layer end
      for l = 1, f.depth - 1 do
        if f.activations[l] ~= "linear" then return nil end
      end
      return "the hidden layers are linear: their g' is 1"
    end },
  { name = "shifted-bias",
    formula = "DELTA[l] = (DELTA[l+1] THETA[l+1], without its last column) * g'(Z[l]): the bias's column is not left "
      .. "out, and every unit gets its neighbour's sum",
    cannot = function(f) return f.depth < 2 and one_layer or nil end },
  { name = "dropped-row",
    formula = "GRAD[l] = the sum of DELTA[l]^T A[l] over rows 1 to N - 1: a loop ends one row too early",
    cannot = function(f) return f.rows == 1 and "there is only one row, and without it no gradient" or nil end },
  { name = "wrong-sign",
    formula = "DELTA[L] = -dJ/dA[L+1] * g'(Z[L]): y - yhat is written for yhat - y",
    cannot = function() end },
}

local all, by_name = {}, {}
for i, mistake in ipairs(planted.list) do
  all[i], by_name[mistake.name] = mistake.name, mistake
end

function planted.formula(name) return by_name[name].formula end

-- --- planting ---------------------------------------------------------------------------------

local listing = { __name = "mistakes", __metatable = false }

function listing.__tostring(self)
  local rows = {}
  for i, mistake in ipairs(self) do
    rows[i] = { mistake.name, mistake.cannot and "cannot show here: " .. mistake.cannot or mistake.formula }
  end
  return "mistakes that bug(name) can plant\n" .. page.table(rows)
end

-- All mistakes, and why they cannot show in a network of these facts: what bug() returns.
local function list(f)
  local rows = setmetatable({}, listing)
  for i, mistake in ipairs(planted.list) do
    rows[i] = { name = mistake.name, formula = mistake.formula, cannot = mistake.cannot(f) }
  end
  return rows
end

-- Plants one of the mistakes that can show, at random, and does not say which.
local function any(f)
  local can = {}
  for _, mistake in ipairs(planted.list) do
    if not mistake.cannot(f) then can[#can + 1] = mistake.name end
  end
  past.before(f.net, 'bug("any")')
  core.bug(f.net, can[math.random(#can)])
  return format("one of %d mistakes is planted: look for it, or let check() name it; bug(false) removes it", #can)
end

-- Does the planted mistake leave GRAD as it is at this THETA, as where the slope of every relu is 1? It is tried on a
-- copy; false when no pass can be made.
local function is_idle(net)
  local twin, grads = net:copy(), {}
  if not pcall(function() core.forward_whole(twin) twin:backward() end) then return false end
  for l, m in ipairs(twin.grad) do grads[l] = m:copy() end
  core.bug(twin, "none")
  twin:backward()
  for l, m in ipairs(twin.grad) do
    if m ~= grads[l] then return false end
  end
  return true
end

local function remove(net)
  past.before(net, "bug(false)")
  local was = core.bug(net, "none")
  return was == "none" and "no mistake was planted" or was .. " is removed"
end

--- net:bug([name])
-- Plants a classic mistake in the network's backward pass, in place of an earlier one. backward, step, train and walks
-- make it until bug(false) removes it. bug("any") plants one by math.random and does not say which. Nothing else shows
-- it, but check() finds it and names it. bug() lists the mistakes, and why some cannot show in this network; those are
-- refused. A copy of the network has the mistake, too. help "mistakes" explains them.
-- > bug("stale-weights")
-- > check().mistakes
-- > bug(false)
function planted.bug(net, name, ...)
  core.network_self(net, "bug")
  options.no_more('bug: expected one name, bug("wrong-sign"), or bug(false)', ...)
  if name == false or name == "none" then return remove(net) end
  local f = facts(net)
  if name == nil then return list(f) end
  if name == "any" then return any(f) end
  local mistake = by_name[name]
  if not mistake then
    local near = type(name) == "string" and #names.near(name, all) > 0 and names.suggest(name, all)
      or "; bug() lists them, bug(false) removes one"
    raise("bug: no mistake %s%s", options.show(name), near)
  end
  local why = mistake.cannot(f)
  if why then raise("bug: %s cannot show in this network: %s; bug() lists what can", name, why) end
  past.before(net, format("bug(%q)", name))
  core.bug(net, name)
  local said = name .. " is planted; bug(false) removes it"
  return is_idle(net) and said .. "; at this THETA it does not change GRAD, so check() has nothing to find" or said
end

-- --- naming -----------------------------------------------------------------------------------

-- The names of the mistakes whose backward pass gives these gradients (layer -> matrix) at THETA, for the batch as it
-- is; and whether the pass without a mistake gives them, in which case the list is empty. At the end the network's own
-- backward pass is made again.
function planted.naming(net, gradients)
  local before = core.bug(net)
  local near = net.options.precision == "single" and 1e-5 or 1e-12 -- rounding differs when the user computed them
  local function reproduces(name)
    core.bug(net, name)
    net:backward()
    for l, gradient in pairs(gradients) do
      if not ((net.grad[l] - gradient):norm() <= near * gradient:norm()) then return false end
    end
    return true
  end
  local _ <close> = core.guard(core.bug, net, before)
  local found, none = {}, reproduces "none"
  if not none then
    for _, name in ipairs(all) do
      if reproduces(name) then found[#found + 1] = name end
    end
  end
  core.bug(net, before)
  net:backward()
  return found, none
end

return planted
