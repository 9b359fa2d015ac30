-- grad_x.lua - net.grad_x: the gradient with respect to the data, computed when it is read.

local core = require "moongrad.core"

-- THETA[1] as the pass had it that made Z and DELTA: as it is now, or as it was before the last update, whichever Z[1]
-- shows.
local function theta_of_pass(net)
  local now, before = net.theta[1], core.theta_before(net, 1)
  if not before then return now end
  local a, z = core.view(net, "a", 1), core.view(net, "z", 1)
  local function apart(theta) return core.abs(a:matmul(theta.T) - z):max() end
  return apart(before) < apart(now) and before or now
end

local origins = setmetatable({}, { __mode = "k" }) -- network -> the origin of its matrices

-- Returns GRAD_X of net, a new matrix, N x inputs; nil before a backward pass.
return function(net)
  local delta = core.view(net, "delta", 1)
  if not delta then return nil end
  local theta = theta_of_pass(net)
  origins[net] = origins[net] or { net = net, what = "grad_x" }
  return core.set_origin(delta:matmul(theta:cols(2, theta.ncols)), origins[net])
end
