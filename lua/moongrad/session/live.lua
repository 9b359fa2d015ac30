-- live.lua - the live names NET, LAYERS, ETA, THETA ...: globals that read and write the current network.

local core = require "moongrad.core"
local lists = require "moongrad.network.lists"
local mg = require "moongrad"
local options = require "moongrad.options"
local own_names = require "moongrad.session.own_names"
local quantities = require "moongrad.quantities"
local raise = require "moongrad.raise"
local text = require "moongrad.text"

local live = {
  NET = nil, -- the current network, nil before there is one
  held = {}, -- ETA, X, y as last assigned; a network without data gets this data when it becomes the current one
  growing = {}, -- "X", "y" -> a table of the user's, see keep
}

local most_before = 10 -- networks that undo can bring back after LAYERS = ...
local classof = debug.getmetatable -- unlike getmetatable it is not misled by __metatable

local function is_network(v)
  local meta = type(v) == "userdata" and classof(v)
  return meta and rawget(meta, "__name") == "network"
end

-- Is v a table without a first row, as in X = {} or X = Animal:new()?
local function has_no_rows(v) return type(v) == "table" and rawget(v, 1) == nil end

-- Returns the user's table for X or y that has not become a matrix yet; nil if there is none, or none any more because
-- the network was given data in another way: by undo, NET.X = ...
local function growing(name)
  local t = live.growing[name]
  return t and not (live.NET and live.NET[name]) and t or nil
end

-- Makes a matrix of the table for X or y, if it has rows by now. Raises if these are no numbers.
function live.grow(name)
  local t = growing(name)
  if t and not has_no_rows(t) then live.write[name](t) end
end

-- The same for X and y.
function live.grow_all()
  live.grow "X"
  live.grow "y"
end

-- Returns the current network; raises if there is none. who is the function that needs it, for the error.
function live.current(who)
  live.grow_all()
  return live.NET or raise("%s needs a network: make one first, LAYERS = {2, 2, 2, 1}", who)
end

live.read = { -- name -> function that returns its value
  --- NET
  -- The current network, which step() and the other functions work on; nil before there is one. NET = network{...}
  -- makes another network the current one. These are its methods and fields, to be written NET:name() and NET.name;
  -- the fields for THETA and the other quantities have small letters:
  -- {network}
  -- > NET
  -- > NET = network{2, 8, 1, activation = "tanh", seed = 7}
  NET = function() return live.NET end,
}
for _, quantity in ipairs(quantities) do
  local field, is_list = quantity.field, quantity.kind == "matrices"
  live.read[quantity.name] = function()
    local t = growing(quantity.name)
    if t then return t end
    if not live.NET then return live.held[quantity.name] end
    local v = live.NET[field]
    return not (is_list and #v == 0) and v or nil -- a list is empty until a pass fills it
  end
end

-- Makes net the current network. If it has no data, it gets the session's X and y.
local function select_network(net)
  live.grow_all()
  if net.X == nil and net.y == nil then
    if live.held.X ~= nil then net.X = live.held.X end
    if live.held.y ~= nil then net.y = live.held.y end
  end
  live.NET = net
end

-- For LAYERS = {...}: returns a new network with these layers and the options of the current one.
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

-- Returns the matrix of v, X or y as the user assigns it; raises for what has none.
local function matrix_of(name, v)
  if type(v) == "string" then
    raise("%s: expected a matrix or a table of rows, got the string %s; %s", name, text.quote(v, 500),
      own_names.advice(name))
  elseif type(v) == "function" then
    raise("%s: expected a matrix or a table of rows, got a function; to call it write f(), X, y = data.xor(); %s", name,
      own_names.advice(name))
  elseif type(v) ~= "table" and type(v) ~= "userdata" then
    raise("%s: expected a matrix or a table of rows, got %s; rows are {{0, 1}, {1, 0}}; %s", name, core.kind(v),
      own_names.advice(name))
  end
  local first = type(v) == "table" and type(rawget(v, 1))
  if first and first ~= "number" and first ~= "table" and first ~= "userdata" then
    raise("%s: expected numbers or rows of numbers, got %s first; %s", name, core.kind(v[1]), own_names.advice(name))
  end
  return core.as_matrix(v, name, name == "y")
end

-- For X = v and y = v: returns a function that turns v into a matrix and gives it to the session and to the network. A
-- table without rows stays a table: the user fills it, row by row, and it becomes a matrix when the network is used.
local function keep(name)
  return function(v)
    local m, table_of = nil, nil
    if has_no_rows(v) then table_of = v elseif v ~= nil then m = matrix_of(name, v) end
    if live.NET then live.NET[name] = m end
    live.held[name], live.growing[name] = m, table_of
    if rawequal(m, v) then own_names.assigned[name] = nil else own_names.note(name, v) end
  end
end

live.write = { -- name -> function that assigns a value to it
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
    v = lists.plain(v)
    if type(v) ~= "table" then
      raise("LAYERS: expected the sizes of the layers, LAYERS = {2, 2, 2, 1}, got %s", options.show(v))
    end
    select_network(new_network(v))
  end,
  THETA = function(v)
    if live.NET == nil and type(v) == "table" and next(v) == nil then return end -- THETA = {} without a network
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
for _, quantity in ipairs(quantities) do
  local name = quantity.name
  if quantity.writer == "engine" and not quantity.yields then
    live.write[name] = function()
      raise("%s is read-only: the engine computes it; %s", name, own_names.advice(name))
    end
  end
end

return live
