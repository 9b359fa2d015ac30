-- again.lua - states that a network was in, made again: from an image, and by doing what came after it once more.

local core = require "moongrad.core"
local images = require "moongrad.past.images"
local past = require "moongrad.past.past"
local states = require "moongrad.state"
local format = string.format

local again = {}

local of, settle, usable = past.of, past.settle, past.usable
local step = core.network_class.methods.step
local min = math.min

-- p.twins: what a copy of a network has in place of what its original was given.
local function apply(net, p, settings)
  if p.twins then
    local own = {}
    for key, v in pairs(settings) do own[key] = p.twins[v] or v end
    settings = own
  end
  states.apply(net, settings)
end

-- --- making a state again ----------------------------------------------------------------------------

-- From where and through what the state at a place is made: the image, its event, and a list of
-- {event =, from =, count =}, the last first. nil when it is no longer known.
local function plan(p, i, k)
  local list, passes, rest = {}, false, nil
  while true do
    local e = p.events[i]
    if not e then break end
    for at = #(e.images or {}), 1, -1 do
      local one = e.images[at]
      if one.k <= k and (one.whole or one.k < k or passes) then
        if one.k < k then list[#list + 1] = { event = e, from = one.k, count = k - one.k } end
        return { image = one.image, event = e, list = list }
      elseif one.k == k and not rest then
        rest = { image = one.image, event = e, list = table.move(list, 1, #list, 1, {}) }
      end
    end
    if e.kind == "start" then
      break
    elseif e.kind == "seek" then
      i, k = e.to_i, e.to_k
    else
      if e.data and k > 0 then
        if not usable(e.data) then break end
        list[#list + 1] = { event = e, from = 0, count = k }
        passes = true
      elseif not e.data then
        list[#list + 1] = { event = e, from = 0, count = 0 }
      end
      i, k = e.from_i, e.from_k
    end
  end
  return rest
end

-- Does count epochs of event e again, from the from-th on; returns how many it did.
local function replay(net, e, from, count)
  local d = e.data
  local X, y = d.copy_X or d.X, d.copy_y or d.y
  if e.kind == "step" then
    core.network_data(net, "X", X)
    core.network_data(net, "y", y)
    if d.input then
      net:forward()
      core.view(net, "a", 1):set(d.input)
    end
    local r = step(net, count)
    return r.interrupted and r.done or count
  end
  local g
  if e.shuffle then
    g = core.own_rng(net) or core.generator(0)
    if from == 0 or g ~= core.own_rng(net) then core.rng_state(g, e.rng) end
    if g ~= core.own_rng(net) then
      for _ = 1, from do core.permutation(X.nrows, g) end
    end
  end
  local targets = core.check_data(net, "undo", X, y)
  for done = 1, count do
    if core.epoch(net, X, y, e.batch, e.shuffle, targets, g).interrupted then return done - 1 end
  end
  return count
end

-- net has arrived at a place: by a command of its own, when label says so and it was elsewhere.
local function arrive(net, p, i, k, label)
  local from_i, from_k, here = p.i, p.k, p.events[p.i]
  if not label then
    p.i, p.k = i, k
    return
  end
  if here and here.kind == "seek" then from_i, from_k = here.to_i, here.to_k end
  if i == from_i and k == from_k then return end
  past.append(net, p, { kind = "seek", label = label, to_i = i, to_k = k })
  p.i, p.k = p.last, 0
  images.trim(net, p)
end

-- The end of the way; from here on net is there.
local function end_way(net, p, i, k, label, start, hold)
  local e = p.events[i]
  if core.clock() - start > .1 and e.data and images.how(net) == "whole" then images.add(net, p, e, k, "whole") end
  p.settings = states.settings(net)
  arrive(net, p, i, k, label)
  core.release(hold)
end

-- Goes the way that a plan describes; returns whether it came to its end.
local function go(net, p, way, i)
  apply(net, p, way.event.settings)
  core.put_image(net, way.image, false)
  for at = #way.list, 1, -1 do
    local part = way.list[at]
    local e = part.event
    apply(net, p, e.settings)
    if part.count > 0 then
      if replay(net, e, part.from, part.count) < part.count then return false end
    elseif e.images then
      core.put_image(net, e.images[1].image, true)
    end
  end
  apply(net, p, p.events[i].settings)
  return true
end

-- Makes net what it was at a place, of which there is a plan. Returns whether it arrived: when it was interrupted on
-- the way, or one of its own functions failed, or there was no memory, it is where it came from.
local function make(net, p, way, i, k, label)
  local start = core.clock()
  local hold <close> = core.hold(net, images.how(net))
  if not go(net, p, way, i) then
    core.interrupted() -- the report of the steps that were done again is nobody's
    return false
  end
  core.noting(net, end_way, net, p, i, k, label, start, hold)
  if core.is_held(net) then error(core.past_lost(net), 0) end
  return true
end

-- --- looking back --------------------------------------------------------------------------------------

local function step_label(e) return e.n == 1 and "step()" or format("step(%d)", e.n) end

-- The place before the last command that led to a place, and what it was; nil when it is the first known.
local function before(p, i, k)
  local e = p.events[i]
  while e and e.data and k == 0 do -- it has not begun
    i, k = e.from_i, e.from_k
    e = p.events[i]
  end
  if not e or e.kind == "start" then return nil end
  if e.group and p.events[e.group.from_i] then return e.group.from_i, e.group.from_k, e.group.label end
  if e.group or e.kind ~= "step" and not p.events[e.from_i] then return nil end -- it is no longer kept
  if e.kind ~= "step" then return e.from_i, e.from_k, e.label end
  local rest = k % e.n
  return i, k - (rest > 0 and rest or e.n), step_label(e)
end

-- Does net have an image of this place, or the means to make one?
local function known(p, i, k) return plan(p, i, k) ~= nil end

-- The commands that led here, up to most of them.
function again.depth(net, most)
  settle(net)
  local p = of(net)
  if not p then return 0 end
  local i, k, n = p.i, p.k, 0
  while n < most do
    local e = p.events[i]
    if e and e.kind == "step" and not e.group and k > e.n then -- all alike
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

-- The calls of step() just before a place, all of them label; 0 when they are no longer kept.
function again.alike(net, place, label)
  local p, i, k = of(net), place.i, place.k
  local e = p.events[i]
  local all = e.kind == "step" and not e.group and step_label(e) == label and k % e.n == 0 and known(p, i, 0)
  return all and k // e.n or 0
end

-- Which of the network's X, y were written to since it went on from a place to where it is: {"X"}, {}.
function again.written(net, place)
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

-- The place n commands ago, and what they were, the last first; nil and how many there are when there are fewer.
function again.ago(net, n)
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
  if n > 0 and not known(p, i, k) then return nil, n - 1, true end
  return { i = i, k = k, labels = labels }
end

local function length(e) return e.data and e.n * e.times or 0 end

-- The epochs seen in event e at whole epochs: from, to.
local function span(e)
  if e.kind == "seek" then return math.huge, -math.huge end
  return e.epoch, e.epoch + length(e)
end

-- The place where net is.
function again.here(net)
  settle(net)
  local p = of(net)
  return p and { i = p.i, k = p.k }
end

-- Did an event begin anew, as init() does: with an epoch before that at which it went on?
local function is_beginning(p, e)
  local from = p.events[e.from_i]
  return e.kind == "start" or from ~= nil and from.epoch + (from.data and e.from_k or 0) > e.epoch
end

-- The place of an epoch: the nearest on the way to here since THETA was drawn, else the last seen.
function again.find(net, epoch, from)
  local p = of(net)
  from = from or again.here(net)
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

-- The way that led to here since THETA was drawn, as far as it is known: a list of {event =, first =, last =}, the
-- epochs that it went through in each.
function again.way(net)
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

-- The least and the greatest epoch that is known.
function again.epochs(net)
  local p = of(net)
  local least, greatest = math.huge, -math.huge
  for at = p.first, p.last do
    local from, to = span(p.events[at])
    least, greatest = min(least, from), math.max(greatest, to)
  end
  return least, greatest
end

-- Goes to a place; as a command of its own when label says so. Returns whether it arrived; nil when the place is
-- no longer known.
function again.go(net, place, label)
  local p = of(net)
  local way = plan(p, place.i, place.k)
  if not way then return nil end
  core.noting(net, past.image_when_due, net, p)
  if core.past_lost(net) then error(core.past_lost(net), 0) end
  return make(net, p, way, place.i, place.k, label)
end

return again
