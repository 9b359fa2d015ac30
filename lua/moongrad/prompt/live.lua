-- live.lua - the live names: LAYERS, ETA, THETA and the rest, each what the current network has of it.

local core = require "moongrad.core"
local mg = require "moongrad"
local options = require "moongrad.options"
local raise = require "moongrad.raise"

local live = {
  NET = nil, -- the current network, nil before there is one
  held = {}, -- ETA, X, y as last assigned: a network without data gets these
}

local most_before = 10 -- networks that undo can bring back after LAYERS = ...
local classof = debug.getmetatable -- also where __metatable hides it

-- What is the engine's to write.
local readonly = {
  --- A[l]  N x (1 + n(l))
  -- The activations of layer l: what its N rows send on, behind a column of ones; the constant that the bias
  -- weighs. A[1] is [1 X]; the last one is the prediction, without ones.
  --   A[l+1] = [1 g(Z[l])]
  -- > A[3]
  A = "a",

  --- Z[l]  N x n(l+1)
  -- The pre-activations: what each unit of layer l + 1 sums up for each row, before its activation g.
  --   Z[l] = A[l] THETA[l]^T
  -- > Z[2]
  Z = "z",

  --- DELTA[l]  N x n(l+1)
  -- dJ/dZ[l]: how J changes with each pre-activation. Backpropagation carries it from the last layer back.
  --   DELTA[L] = dJ/dA[L+1] * g'(Z[L])
  --   DELTA[l] = (DELTA[l+1] THETA[l+1], without the bias's column) * g'(Z[l])
  -- > DELTA[2]
  DELTA = "delta",

  --- GRAD[l]  as THETA[l]
  -- dJ/dTHETA[l], the gradient: how J changes with each weight.
  --   GRAD[l] = DELTA[l]^T A[l] + l1 sign(THETA[l]) + l2 THETA[l], the last two not for biases
  -- > GRAD[1]
  GRAD = "grad",

  --- DTHETA[l]  as THETA[l]
  -- The last update that was applied.
  --   DTHETA[l] = -ETA GRAD[l] in plain descent
  -- > DTHETA[1]
  DTHETA = "dtheta",
}

local function is_network(v)
  local meta = type(v) == "userdata" and classof(v)
  return meta and rawget(meta, "__name") == "network"
end

-- The current network; raises, naming what needs it, when there is none.
function live.current(who)
  return live.NET or raise("%s needs a network: make one first, LAYERS = {2, 2, 2, 1}", who)
end

-- The list, or nil when there has been no pass that filled it.
local function filled(list) return #list > 0 and list or nil end

live.read = { -- name -> function that gives its value
  --- NET
  -- The current network, the one that step() and the rest work on; nil before there is one. NET = network{...}
  -- selects another. What it has, in front of each NET: or NET., the matrices of THETA and their kin in small letters:
  -- {network}
  -- > NET
  -- > NET = network{2, 8, 1, activation = "tanh", seed = 7}
  NET = function() return live.NET end,

  --- LAYERS  L + 1 numbers
  -- The units of each layer, input first. Assigning makes a new network, its THETA drawn at once, that keeps ETA,
  -- X, y and every other option.
  -- > LAYERS = {2, 3, 1}
  -- > LAYERS
  LAYERS = function() return live.NET and live.NET.layers end,

  --- THETA[l]  n(l+1) x (1 + n(l))
  -- The weights into layer l + 1: a row for each unit that receives, column 1 the bias, the weight of a constant 1.
  -- Writing changes the network: one weight, one row, THETA[l] = m copies a matrix in, THETA = {} draws all anew.
  -- > THETA[1][1][2] = 0.5
  -- > THETA[1]
  THETA = function() return live.NET and live.NET.theta end,

  --- J
  -- The cost of the last pass, the one whose gradient is taken; NET.options.cost says which. After a step that is
  -- the cost before its last update; its report, the prompt and cost() have that of THETA as it now is. After train
  -- it is that of the last batch, and the report and the prompt have the mean over the epoch's batches. help "costs"
  -- has them side by side.
  -- > J
  J = function() return live.NET and live.NET.J end,

  --- ETA
  -- The learning rate: how far a step goes along the gradient.
  --   THETA[l] = THETA[l] - ETA GRAD[l]
  -- > ETA = 0.5
  ETA = function() if live.NET then return live.NET.eta end return live.held.ETA end,

  --- X  N x n(1)
  -- The data, a row for each example; a table of rows becomes a matrix.
  -- > X = {{0, 0}, {0, 1}, {1, 0}, {1, 1}}
  X = function() if live.NET then return live.NET.X end return live.held.X end,

  --- y  N x K
  -- The targets, a row for each row of X; N numbers become a column.
  -- > y = {0, 1, 1, 0}
  y = function() if live.NET then return live.NET.y end return live.held.y end,
}
for name, field in pairs(readonly) do
  live.read[name] = function() return live.NET and filled(live.NET[field]) end
end

-- Makes net the current network; data that it lacks comes from the session.
local function select_network(net)
  if net.X == nil and net.y == nil then
    if live.held.X ~= nil then net.X = live.held.X end
    if live.held.y ~= nil then net.y = live.held.y end
  end
  live.NET = net
end

-- LAYERS = {...}: a new network, in everything else like the one before it.
local function new_network(layers)
  local spec = {}
  for k, v in pairs(layers) do
    if type(k) ~= "number" then
      raise("LAYERS: expected sizes only; an option goes into NET = network{2, 2, 1, %s = ...}", tostring(k))
    end
    spec[k] = v
  end
  if live.NET then
    local net = live.NET:like(spec)
    core.network_state(net).before = live.NET -- for undo
    local distant = live.NET
    for _ = 1, most_before do distant = distant and core.network_state(distant).before end
    if distant then core.network_state(distant).before = nil end
    return net
  end
  spec.eta = live.held.ETA
  return mg.network(spec)
end

-- What to do who wants a variable of this name. A local at the prompt is gone with its line.
function live.own_name(name)
  return ("for a variable of your own choose another name; in a script or between do and end also local %s = ...")
    :format(name)
end

-- X = v or y = v: a matrix from here on, whether there is a network or not.
local function keep(name)
  return function(v)
    if type(v) == "table" or type(v) == "userdata" then
      v = core.as_matrix(v, name, name == "y")
    elseif type(v) == "function" then
      raise("%s: expected a matrix or a table of rows, got a function; to call it write f(), X, y = data.xor()", name)
    elseif v ~= nil then
      raise("%s: expected a matrix or a table of rows, got %s; rows are {{0, 1}, {1, 0}}; %s", name, core.kind(v),
        live.own_name(name))
    end
    if live.NET then live.NET[name] = v end
    live.held[name] = v
  end
end

live.write = { -- name -> function that takes one
  NET = function(v)
    if v == nil then
      live.NET = nil
    elseif is_network(v) then
      select_network(v)
    else
      raise("NET: expected a network, NET = network{2, 2, 1}, got %s", options.show(v))
    end
  end,
  LAYERS = function(v)
    if type(v) ~= "table" then
      raise("LAYERS: expected the sizes of the layers, LAYERS = {2, 2, 2, 1}, got %s", options.show(v))
    end
    select_network(new_network(v))
  end,
  THETA = function(v)
    if live.NET == nil and type(v) == "table" and next(v) == nil then return end -- nothing to draw yet
    local net = live.current "THETA"
    if type(v) == "table" and next(v) == nil and classof(v) == nil then
      net:init()
    else
      net.theta = v
    end
  end,
  ETA = function(v)
    if live.NET then live.NET.eta = v else options.check("eta", v) end
    live.held.ETA = v
  end,
  X = keep "X",
  y = keep "y",
}
for _, name in ipairs { "A", "Z", "DELTA", "GRAD", "DTHETA", "J" } do
  live.write[name] = function()
    raise("%s is the engine's: it holds the last pass; %s", name, live.own_name(name))
  end
end

return live
