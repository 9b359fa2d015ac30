-- places.lua - finds places in the past of a network (past.lua): that of an epoch, that before the last n commands, and
-- the way that led to here. A place is {i =, k =}: event i of the past, and k epochs into it.

local core = require "moongrad.core"
local past = require "moongrad.past.past"
local replay = require "moongrad.past.replay"
local format = string.format

local places = {}

local of, settle, is_known = past.of, past.settle, replay.is_known
local min = math.min

local function step_label(e) return e.n == 1 and "step()" or format("step(%d)", e.n) end

-- The place before the last command that led to place i, k, as i, k, and the label of the command; nil when no command
-- before it is kept.
local function before(p, i, k)
  local e = p.events[i]
  while e and e.data and k == 0 do -- no epoch of this event is done
    i, k = e.from_i, e.from_k
    e = p.events[i]
  end
  if not e or e.kind == "start" then return nil end
  if e.group and p.events[e.group.from_i] then return e.group.from_i, e.group.from_k, e.group.label end
  if e.group or e.kind ~= "step" and not p.events[e.from_i] then return nil end -- its place is no longer kept
  if e.kind ~= "step" then return e.from_i, e.from_k, e.label end
  local rest = k % e.n
  return i, k - (rest > 0 and rest or e.n), step_label(e)
end

-- How many commands led to where net is; at most `most`.
function places.depth(net, most)
  settle(net)
  local p = of(net)
  if not p then return 0 end
  local i, k, n = p.i, p.k, 0
  while n < most do
    local e = p.events[i]
    if e and e.kind == "step" and not e.group and k > e.n then -- count equal calls of step at once
      local calls = min((k - 1) // e.n, most - n)
      n, k = n + calls, k - calls * e.n
    else
      i, k = before(p, i, k)
      if not i then break end
      n = n + 1
    end
  end
  return n
end

-- How many calls of step() just before a place have this label, "step(10)"; 0 when they are no longer kept.
function places.alike(net, place, label)
  local p, i, k = of(net), place.i, place.k
  local e = p.events[i]
  local all = e.kind == "step" and not e.group and step_label(e) == label and k % e.n == 0 and is_known(p, i, 0)
  return all and k // e.n or 0
end

-- Which of the network's X and y were written to between a place and where it is: a list of names, {"X"}.
function places.written(net, place)
  local p, list = of(net), {}
  local X, y = core.network_data(net)
  local data, i, k = { X = X, y = y }, p.i, p.k
  while p.events[i] and (i ~= place.i or k > place.k) do
    local e = p.events[i]
    for name, m in pairs(data) do
      local was = e.settings[name]
      if rawequal(p.twins and p.twins[was] or was, m) and e["version_" .. name] ~= core.version(m) then
        list[#list + 1], data[name] = name, nil
      end
    end
    if i == place.i then break end
    i, k = e.from_i, e.from_k
  end
  table.sort(list)
  return list
end

-- The place before the last n commands, {i, k, labels}; labels: what the commands were, the last first. nil and how
-- many commands are kept when there are fewer; then true when there was one more, whose state is no longer kept.
function places.ago(net, n)
  settle(net)
  local p = of(net)
  if not p then return nil, 0 end
  local i, k, labels = p.i, p.k, {}
  for c = 1, n do
    local from_i, from_k, label = before(p, i, k)
    if not from_i then return nil, c - 1 end
    i, k = from_i, from_k
    if c <= 1e5 then labels[c] = label end
  end
  if n > 0 and not is_known(p, i, k) then return nil, n - 1, true end
  return { i = i, k = k, labels = labels }
end

local function length(e) return e.data and e.n * e.times or 0 end

-- The first and the last epoch at which net was in event e; none for a seek.
local function span(e)
  if e.kind == "seek" then return math.huge, -math.huge end
  return e.epoch, e.epoch + length(e)
end

-- The place where net is; nil when it has no past.
function places.here(net)
  settle(net)
  local p = of(net)
  return p and { i = p.i, k = p.k }
end

-- Does event e begin with a new THETA, as init() does? Its epoch is then less than that of the place before it.
local function is_beginning(p, e)
  local from = p.events[e.from_i]
  return e.kind == "start" or from ~= nil and from.epoch + (from.data and e.from_k or 0) > e.epoch
end

-- The place of an epoch: the nearest on the way from the last drawing of THETA to `from` (default: here), else the
-- latest. nil when there is none.
function places.find(net, epoch, from)
  local p = of(net)
  from = from or places.here(net)
  if not p then return nil end
  local i, k, began = from.i, from.k, false
  while p.events[i] and not began do
    local e = p.events[i]
    if e.kind == "seek" then
      i, k = e.to_i, e.to_k
    else
      if epoch >= e.epoch and epoch <= e.epoch + k then return { i = i, k = epoch - e.epoch } end
      began = is_beginning(p, e)
      i, k = e.from_i, e.from_k
    end
  end
  for at = p.last, p.first, -1 do
    local first, last = span(p.events[at])
    if epoch >= first and epoch <= last then return { i = at, k = epoch - first } end
  end
end

-- The way from the last drawing of THETA to here, as far as it is kept: a list of {event =, first =, last =}, where
-- first and last are epochs.
function places.way(net)
  settle(net)
  local p, list = of(net), {}
  if not p then return list end
  local i, k, began = p.i, p.k, false
  while p.events[i] and not began do
    local e = p.events[i]
    if e.kind == "seek" then
      i, k = e.to_i, e.to_k
    else
      table.insert(list, 1, { event = e, first = e.epoch, last = e.epoch + (e.data and k or 0) })
      began = is_beginning(p, e)
      i, k = e.from_i, e.from_k
    end
  end
  return list
end

-- The least and the greatest epoch in the past of net.
function places.epochs(net)
  local p = of(net)
  local least, greatest = math.huge, -math.huge
  for at = p.first, p.last do
    local from, to = span(p.events[at])
    least, greatest = min(least, from), math.max(greatest, to)
  end
  return least, greatest
end

return places
