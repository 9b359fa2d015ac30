-- diff.lua - where two networks part.

local again = require "moongrad.past.again"
local core = require "moongrad.core"
local raise = require "moongrad.raise"

-- The order in which a step makes them; then THETA, which it leaves.
local quantities = { "a", "z", "J", "delta", "grad", "dtheta", "theta" }

local function first_in(a, b)
  for i = 1, a.nrows do
    for j = 1, a.ncols do
      if a[i][j] ~= b[i][j] then return i, j, a[i][j], b[i][j] end
    end
  end
end

-- Where a pass of one differs from that of the other: quantity, layer, i, j, both values; nil: nowhere.
local function first(a, b)
  local layers = #a.theta
  for _, what in ipairs(quantities) do
    if what == "J" then
      if a.J ~= b.J then return what, nil, nil, nil, a.J, b.J end
    else
      local n = #a[what]
      if n ~= #b[what] then return what end
      for step = 1, n do -- backwards they are made from the last layer down
        local l = (what == "delta" or what == "grad") and layers + 1 - step or step
        local one, other = a[what][l], b[what][l]
        if one.nrows ~= other.nrows or one.ncols ~= other.ncols then return what, l end
        if not (one == other) then return what, l, first_in(one, other) end
      end
    end
  end
end

local function same_theta(a, b)
  for l, m in ipairs(a.theta) do
    if not (m == b.theta[l]) then return false end
  end
  return true
end

local settings = { "activation", "output", "cost", "eta", "l1", "l2" }

-- The options in which they differ, in words.
local function options_apart(a, b)
  local list = {}
  for _, name in ipairs(settings) do
    local one, other = a.options[name], b.options[name]
    if type(one) ~= "table" and one ~= other then list[#list + 1] = ("%s %s and %s"):format(name, one, other) end
  end
  if tostring(a.frozen) ~= tostring(b.frozen) then
    list[#list + 1] = ("frozen %s and %s"):format(a.frozen, b.frozen)
  end
  return #list > 0 and table.concat(list, ", ") or nil
end

local tips = setmetatable({}, { __mode = "k" }) -- where a copy of a network began to be looked at

-- Goes to an epoch of the way that led to a network; is it still known?
local function go(net, epoch)
  tips[net] = tips[net] or again.here(net)
  local place = again.find(net, epoch, tips[net])
  return place and again.go(net, place) ~= nil
end

-- The first epoch, from .. to, after which THETA differs: apart, they stay apart. nil: none, or it is not known.
local function parted(a, b, from, to)
  if not (go(a, to) and go(b, to)) then return nil end
  if same_theta(a, b) then return nil end
  while from < to do
    local middle = (from + to) // 2
    if not (go(a, middle) and go(b, middle)) then return nil end
    if same_theta(a, b) then from = middle + 1 else to = middle end
  end
  return to
end

local difference = { __name = "difference" } -- the metatable of what diff returns

function difference.__tostring(d) return d.text end

local function name_of(d)
  local name = d.quantity == "J" and "J" or d.quantity:upper()
  if d.layer then name = name .. ("[%d]"):format(d.layer) end
  if d.i then name = name .. ("[%d][%d]"):format(d.i, d.j) end
  return name
end

local function words(d)
  if d.equal then return ("no difference: every bit is the same at epoch %d"):format(d.epoch) end
  local text
  if d.quantity == "epoch" then
    text = ("the same up to epoch %d; one is at epoch %d, the other at %d"):format(d.epoch, d.values[1], d.values[2])
  elseif not d.quantity then
    text = ("the same numbers at epoch %d"):format(d.epoch)
  else
    text = ("they part at epoch %d%s: %s"):format(d.epoch, d.replayed and "" or ", compared as they stand", name_of(d))
    if d.values then text = text .. (" is %.17g and %.17g"):format(d.values[1], d.values[2]) end
  end
  return d.options and text .. "; options differ: " .. d.options or text
end

--- mg.diff(net1, net2)
-- The first epoch and the first quantity, in the order of a step, in which two networks of the same layers differ:
-- their steps are done again, as far as seek could go there; where that is not known they are compared as they
-- stand. Both stay as they are. Returns .equal, .epoch, .quantity, .layer, .i, .j, .values, .options, .text.
-- > twin = NET:copy()
-- > twin.eta = 1  twin:step(10)  step(10)
-- > diff(NET, twin)
local function diff(net1, net2, ...)
  core.network_self(net1, "diff")
  if select("#", ...) > 0 or core.kind(net2) ~= "a network" then
    raise("diff: expected two networks, diff(NET, other), got %s as the second", core.kind(net2))
  end
  local sizes1, sizes2 = tostring(net1.layers), tostring(net2.layers)
  if sizes1 ~= sizes2 then raise("diff: the networks have different layers: %s and %s", sizes1, sizes2) end
  local a, b = net1:copy(), net2:copy()
  local d = setmetatable({}, difference)
  local from, to = math.max(again.since(a), again.since(b)), math.min(a.epoch, b.epoch)
  local epoch = from <= to and parted(a, b, from, to)
  if epoch then
    d.replayed = go(a, epoch) and go(b, epoch)
  else
    a, b = net1:copy(), net2:copy()
  end
  d.epoch = epoch or to
  if not epoch and net1.epoch ~= net2.epoch and from <= to and go(a, to) and go(b, to) and same_theta(a, b) then
    d.quantity, d.values = "epoch", { net1.epoch, net2.epoch }
  else
    local one, other
    d.quantity, d.layer, d.i, d.j, one, other = first(a, b)
    d.values = one and other and { one, other } or nil
  end
  d.options = options_apart(a, b)
  d.equal = d.quantity == nil and d.options == nil
  d.text = words(d)
  return d
end

return diff
