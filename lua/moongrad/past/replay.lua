-- replay.lua - makes an earlier state of a network again: from an image (images.lua), and by repeating the epochs that
-- came after it. undo.lua and diff.lua use it.

local core = require "moongrad.core"
local images = require "moongrad.past.images"
local past = require "moongrad.past.past"
local states = require "moongrad.network.state"

local replay = {}

local of, usable = past.of, past.usable
local step = core.network_class.methods.step

-- Gives net these settings of an event. When net is a copy, p.twins maps X, y and the generator of its original, which
-- events hold, to its own.
local function apply(net, p, settings)
  if p.twins then
    local own = {}
    for key, v in pairs(settings) do own[key] = p.twins[v] or v end
    settings = own
  end
  states.apply(net, settings)
end

-- --- making a state again ----------------------------------------------------------------------------

-- How to make the state at place i, k: {image, event, list}. image: where to begin; event: the one that has it; list:
-- what to repeat, {event =, from =, count =} with count epochs after the first `from`, the last part first. nil when
-- the state can no longer be made.
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

-- The numbers that an epoch on so many rows draws for its masks.
local function mask_numbers(net, rows)
  local units = 0
  for _, layer in ipairs(core.network_state(net).layers) do units = units + (layer.dropout and layer.size or 0) end
  return rows * units
end

-- The generator that draws for event e, of which from epochs were done: the network's own, or one like the shared one.
local function generator(net, e, from, rows)
  if not e.rng then return nil end
  local own = core.own_rng(net)
  local g = own or core.generator(0)
  if from == 0 or not own then core.rng_state(g, e.rng) end
  for _ = 1, own and 0 or from do
    if e.shuffle then core.permutation(rows, g) end
    if mask_numbers(net, rows) > 0 then core.rand(1, mask_numbers(net, rows), g) end
  end
  return g
end

-- n epochs of step() by a generator; its report.
local function step_by(net, n, g)
  local own = core.own_rng(net)
  if not g or g == own then return step(net, n) end
  core.set_rng(net, g)
  local ok, r = pcall(step, net, n)
  core.set_rng(net, own)
  return ok and r or error(r, 0)
end

-- Repeats count epochs of event e, after its first `from`. Returns how many were done before an interrupt.
local function repeat_event(net, e, from, count)
  local d = e.data
  local X, y = d.copy_X or d.X, d.copy_y or d.y
  if e.kind == "step" then
    core.network_data(net, "X", X)
    core.network_data(net, "y", y)
    local g = generator(net, e, from, X.nrows)
    if d.input then
      local before = g and core.rng_state(g)
      net:forward()
      core.view(net, "a", 1):set(d.input)
      if g then core.rng_state(g, before) end
    end
    local r = step_by(net, count, g)
    return r.interrupted and r.done or count
  end
  local g = generator(net, e, from, X.nrows)
  local targets = core.check_data(net, "undo", X, y)
  for done = 1, count do
    if core.epoch(net, X, y, e.batch, e.shuffle, targets, g, e.how).interrupted then return done - 1 end
  end
  return count
end

-- Records in the past that net is at place i, k now. With a label, "seek(100)", this is a command, unless net was
-- there already.
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

-- Finishes what make() began: net is at place i, k.
local function end_way(net, p, i, k, label, start, hold)
  local e = p.events[i]
  if core.clock() - start > .1 and e.data and images.how(net) == "whole" then images.add(net, p, e, k, "whole") end
  p.settings = states.settings(net)
  arrive(net, p, i, k, label)
  core.release(hold)
end

-- Does what plan() says for place i, k. Returns false when it was interrupted.
local function go(net, p, way, i)
  apply(net, p, way.event.settings)
  core.put_image(net, way.image, false)
  for at = #way.list, 1, -1 do
    local part = way.list[at]
    local e = part.event
    apply(net, p, e.settings)
    if part.count > 0 then
      if repeat_event(net, e, part.from, part.count) < part.count then return false end
    elseif e.images then
      core.put_image(net, e.images[1].image, true)
    end
  end
  apply(net, p, p.events[i].settings)
  return true
end

-- Brings net to place i, k by a plan. Returns true when it arrived. When that is interrupted, when one of the user's
-- own functions fails, or when there is no memory, net stays as it was.
local function make(net, p, way, i, k, label)
  local start = core.clock()
  local hold <close> = core.hold(net, images.how(net))
  if not go(net, p, way, i) then
    core.interrupted() -- nobody takes the report of the repeated steps
    return false
  end
  core.noting(net, end_way, net, p, i, k, label, start, hold)
  if core.is_held(net) then error(core.past_lost(net), 0) end
  return true
end

-- Can the state at place i, k be made again?
function replay.is_known(p, i, k) return plan(p, i, k) ~= nil end

-- Brings net to a place; with a label this is a command, which undo takes back. Returns true when it arrived, false
-- when it was interrupted, nil when the state is no longer known.
function replay.go(net, place, label)
  local p = of(net)
  local way = plan(p, place.i, place.k)
  if not way then return nil end
  core.noting(net, past.image_when_due, net, p)
  if core.past_lost(net) then error(core.past_lost(net), 0) end
  return make(net, p, way, place.i, place.k, label)
end

return replay
