-- init.lua - THETA drawn anew, by the methods of the core and by those that are written here.

local core = require "moongrad.core"
local raise = require "moongrad.raise"

local init = {}

-- What "auto" takes for an activation; for all others xavier.
local auto = { relu = "he", ["leaky-relu"] = "he", elu = "he", gelu = "he", softplus = "he" }

-- The rows of m made orthonormal, one after the other (Gram and Schmidt; twice, for the digits that one time leaves).
local function orthonormal(m)
  for i = 1, #m do
    local v = m:rows(i, i)
    for _ = 1, i > 1 and 2 or 0 do
      local before = m:rows(1, i - 1)
      v:set(v - v:matmul(before.T):matmul(before))
    end
    v:set(v / v:norm())
  end
  return m
end

-- Matrices with orthonormal rows, or columns where there are more rows, times gain; biases 0 (Saxe, McClelland and
-- Ganguli, 2014).
local function orthogonal(net, gain)
  local g, list = core.own_rng(net), {}
  for l, theta in ipairs(net.theta) do
    local w = core.randn(#theta, theta.ncols - 1, g)
    w = #theta > theta.ncols - 1 and orthonormal(w.T:copy()).T or orthonormal(w)
    list[l] = core.hstack(core.zeros(#theta, 1), gain * w)
  end
  return list
end

-- Raises unless a list of matrices has those of net's THETA, or of a layer without a bias its weights alone.
function init.check(net, list)
  if #list ~= #net.theta then
    raise("init: expected %d matrices, one for each layer, got %d", #net.theta, #list)
  end
  for l, theta in ipairs(net.theta) do
    local m = list[l]
    local is_weights = not core.network_state(net).layers[l + 1].bias and m.ncols == theta.ncols - 1
    if #m ~= #theta or m.ncols ~= theta.ncols and not is_weights then
      raise("init: theta[%d]: expected %d x %d, got %d x %d", l, #theta, theta.ncols, #m, m.ncols)
    end
  end
end

-- Draws THETA of net by a method and its number, or takes it from a list of matrices.
function init.draw(net, method, number)
  local list = method
  if method == "orthogonal" then
    local g = core.own_rng(net)
    local before = core.rng_state(g)
    local ok, made = pcall(orthogonal, net, number)
    if not ok then -- Ctrl-C: the generator, too, is as it was
      core.rng_state(g, before)
      error(made, 0)
    end
    list = made
  elseif method == "auto" then
    list = {}
    for l, activation in ipairs(core.network_state(net).activations) do list[l] = auto[activation] or "xavier" end
    return core.draw(net, list, number)
  elseif type(method) == "string" then
    return core.draw(net, method, number)
  end
  init.check(net, list)
  core.set_thetas(net, list)
  core.forget(net)
end

return init
