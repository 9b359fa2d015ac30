-- diff.lua - mg.diff: the first epoch and the first number in which two networks differ. It goes through the past of
-- both (places.lua) and makes their states again (replay.lua).

local core = require "moongrad.core"
local options = require "moongrad.options"
local places = require "moongrad.past.places"
local quantities = require "moongrad.quantities"
local raise = require "moongrad.raise"
local replay = require "moongrad.past.replay"
local states = require "moongrad.network.state"
local format, upper = string.format, string.upper

-- The first element that differs: i, j and both values.
local function first_in(a, b)
  for i = 1, a.nrows do
    for j = 1, a.ncols do
      if a[i][j] ~= b[i][j] then return i, j, a[i][j], b[i][j] end
    end
  end
end

-- The first list of matrices of states, by name, in which two networks differ: its name, l, i, j and both values. Those
-- of V and S are quantities of their own.
local function first_state(a, b)
  local name_a, all = core.optimizer(a)
  if name_a ~= core.optimizer(b) then return nil end
  for _, name in ipairs(all) do
    for l, one in ipairs(a.state[name]) do
      local other = b.state[name][l]
      if not (one == other) then return name, l, first_in(one, other) end
    end
  end
end

-- The first number in which the live states of two networks differ, in the order of a step: quantity, layer, i, j, both
-- values; nil when there is none.
local function first(a, b)
  local layers = #a.theta
  for _, quantity in ipairs(quantities.made) do
    local what = quantity.field
    if quantity.kind == "number" then
      if a[what] ~= b[what] then return what, nil, nil, nil, a[what], b[what] end
    else
      local n = #a[what]
      if n ~= #b[what] then return what end
      for step = 1, n do -- a backward pass goes from the last layer down
        local l = quantity.maker == "backward" and layers + 1 - step or step
        local one, other = a[what][l], b[what][l]
        if one.nrows ~= other.nrows or one.ncols ~= other.ncols then return what, l end
        if not (one == other) then return what, l, first_in(one, other) end
      end
    end
  end
  return first_state(a, b)
end

local function same_theta(a, b)
  for l, m in ipairs(a.theta) do
    if not (m == b.theta[l]) then return false end
  end
  return true
end

local tips = setmetatable({}, { __mode = "k" }) -- network -> the place where it was before go() moved it

-- Brings net, a copy, to the state that it had at an epoch. Returns true when that state is still known.
local function go(net, epoch)
  tips[net] = tips[net] or places.here(net)
  local place = places.find(net, epoch, tips[net])
  return place and replay.go(net, place) or false -- nil when it is not known
end

-- --- the first epoch after which THETA differs --------------------------------------------------------

local near = 1000 -- epochs that are compared one by one, where THETA is the same but settings or data are not

-- Compares THETA of both at an epoch: "same", "apart", or nil when the state of one is no longer known.
local function compared(a, b, epoch)
  if not (go(a, epoch) and go(b, epoch)) then return nil end
  return same_theta(a, b) and "same" or "apart"
end

-- The first epoch of from + 1 .. to at which THETA differs, nil when there is none, and whether this is known. The
-- first 1000 epochs are compared one by one. After those it bisects: it takes networks that differ to go on differing.
local function scan(a, b, from, to)
  local last = math.min(to, from + near)
  for epoch = from + 1, last do
    local how = compared(a, b, epoch)
    if how ~= "same" then return how and epoch, how ~= nil end
  end
  local how = compared(a, b, to)
  if how ~= "apart" then return nil, how ~= nil end
  while last + 1 < to do
    local middle = (last + to) // 2
    how = compared(a, b, middle)
    if not how then return nil, false end
    if how == "same" then last = middle else to = middle end
  end
  return to, true
end

-- Do settings x and y move THETA alike?
local function same_settings(x, y) return rawequal(x, y) or #states.differences(x, y) == 0 end

-- Do two runs have the same data, by the copies that were kept of them?
local function same_data(x, y)
  if rawequal(x, y) then return true end
  local known = x.copy_X and y.copy_X and not x.input and not y.input
  return known and x.copy_X == y.copy_X and x.copy_y == y.copy_y
end

-- Was the same asked of epochs besides?
local function same_how(a, b)
  if rawequal(a, b) then return true end
  return a and b and a.eta == b.eta and a.clip == b.clip and a.max_norm == b.max_norm and a.weights == b.weights
end

-- Do two runs of epochs, parts of ways, lead from the same THETA to the same THETA?
local function alike(x, y)
  if not (x and y) then return false end
  local e, f = x.event, y.event
  if e.kind ~= f.kind or e.batch ~= f.batch or e.rng ~= f.rng or not same_how(e.how, f.how) then return false end
  if e.rng and x.first ~= y.first then return false end -- rng is the generator's state at the start of the event
  return same_settings(e.settings, f.settings) and same_data(e.data, f.data)
end

-- The part of a way, a run of epochs, that goes on from this epoch; nil when there is none.
local function run_from(way, epoch)
  for _, part in ipairs(way) do
    if part.first <= epoch and part.last > epoch then return part end
  end
end

-- The image of THETA that the last change at an epoch left; nil when there was no change.
local function written(way, epoch)
  local image
  for _, part in ipairs(way) do
    local e = part.event
    if part.first == epoch and e.kind == "change" and e.images then image = e.images[1].image end
  end
  return image
end

-- The first epoch of from .. to at which THETA of the two differs; nil when there is none, or it is not known. Epochs
-- that were alike in both are not repeated.
local function parted(a, b, ways, from, to)
  local how = compared(a, b, from)
  if how ~= "same" then return how and from end
  local is_end = { [to] = true }
  for _, way in ipairs(ways) do
    for _, part in ipairs(way) do is_end[part.first], is_end[part.last] = true, true end
  end
  local ends = {}
  for epoch in pairs(is_end) do
    if epoch > from and epoch <= to then ends[#ends + 1] = epoch end
  end
  table.sort(ends)
  for _, epoch in ipairs(ends) do
    local one, other = written(ways[1], epoch), written(ways[2], epoch)
    local found, known = nil, true
    if not alike(run_from(ways[1], from), run_from(ways[2], from)) then
      found, known = scan(a, b, from, epoch)
    elseif one ~= other then
      found, known = scan(a, b, epoch - 1, epoch)
    end
    if found or not known then return found end
    from = epoch
  end
end

-- --- the answer ----------------------------------------------------------------------------------------

local difference = { __name = "difference", __metatable = false } -- the metatable of what diff returns

function difference.__tostring(d) return d.text end

local function name_of(d)
  local name = d.quantity == "J" and "J" or upper(d.quantity)
  if d.layer then name = name .. format("[%d]", d.layer) end
  if d.i then name = name .. format("[%d][%d]", d.i, d.j) end
  return name
end

-- The text of a difference d. epochs: the epochs at which the two networks are.
local function words(d, epochs)
  if d.equal then return format("no difference: every bit is the same at epoch %d", d.epoch) end
  local text
  if d.quantity == "epoch" then
    text = format("the same up to epoch %d; one is at epoch %d, the other at %d", d.epoch, d.values[1], d.values[2])
  elseif not d.quantity then
    text = format("the same numbers at epoch %d", d.epoch)
  else
    local where = format("they part at epoch %d", d.epoch)
    if not d.replayed and epochs[1] ~= epochs[2] then
      where = format("they differ, compared as they stand, at epochs %d and %d", epochs[1], epochs[2])
    elseif not d.replayed then
      where = where .. ", compared as they stand"
    end
    text = where .. ": " .. name_of(d)
    if d.values then text = text .. format(" is %.17g and %.17g", d.values[1], d.values[2]) end
  end
  return d.options and text .. "; options differ: " .. d.options or text
end

--- mg.diff(net1, net2)
-- Finds the first epoch, and in it the first quantity in the order of a step, in which two networks of the same layers
-- differ. It makes earlier states of copies again, as seek does; where they are no longer kept it compares the networks
-- as they stand. Both stay as they are. Returns .equal, .epoch, .quantity, .layer, .i, .j, .values, .options, .text.
-- > twin = NET:copy()
-- > twin.eta = 1  twin:step(10)  step(10)
-- > diff(NET, twin)
local function diff(net1, net2, ...)
  for i, net in ipairs { net1 or false, net2 or false } do
    if core.kind(net) ~= "a network" then
      raise("diff: expected two networks, diff(NET, other), got %s as the %s", core.kind(net or nil),
        i == 1 and "first" or "second")
    end
  end
  options.no_more("diff: expected two networks, diff(NET, other), got more", ...)
  local sizes1, sizes2 = tostring(net1.layers), tostring(net2.layers)
  if sizes1 ~= sizes2 then raise("diff: the networks have different layers: %s and %s", sizes1, sizes2) end
  local a, b = net1:copy(), net2:copy()
  local d = setmetatable({}, difference)
  local ways = { places.way(a), places.way(b) }
  local from, to = 0, math.min(a.epoch, b.epoch)
  for _, way in ipairs(ways) do from = math.max(from, way[1] and way[1].first or math.huge) end
  local epoch = from <= to and parted(a, b, ways, from, to)
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
  local apart = states.differences(states.settings(a), states.settings(b))
  d.options = #apart > 0 and table.concat(apart, ", ") or nil
  d.equal = d.quantity == nil and d.options == nil
  d.text = words(d, { net1.epoch, net2.epoch })
  return d
end

return diff
