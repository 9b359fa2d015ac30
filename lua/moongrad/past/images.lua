-- images.lua - images, saved copies of a network's numbers, in its past (past.lua), and which of them are dropped when
-- they take more memory than the option undo allows. An image holds THETA alone, or the whole live state.

local core = require "moongrad.core"
local options = require "moongrad.options"

local images = {}

local state = core.network_state

images.event_bytes = 1000 -- about what an event with its settings takes

-- The bytes that the past of net may take.
function images.budget(net)
  return (state(net).given.undo or options.defaults.undo) * 2 ^ 20
end

-- Adds an image of net as it is to the past p, as its state k epochs into event e. how: "whole", "theta", or "before",
-- THETA before its last update.
function images.add(net, p, e, k, how)
  local theta, whole = core.image_sizes(net)
  local bytes = how == "whole" and whole or theta
  local one = { k = k, image = core.image(net, how), whole = how == "whole", bytes = bytes, clock = p.clock }
  e.images = e.images or {}
  local at = #e.images + 1
  while at > 1 and e.images[at - 1].k > k do at = at - 1 end
  table.insert(e.images, at, one)
  p.bytes, p.events_since, p.seconds = p.bytes + bytes, 0, 0
  if e.kind == "step" or e.kind == "epochs" then p.snaps[#p.snaps + 1] = { event = e, one = one } end
end

-- How images of net are made: "whole" when it is small, else "theta".
function images.how(net)
  local _, whole = core.image_sizes(net)
  return whole <= images.budget(net) / 64 and "whole" or "theta"
end

local function remove(list, v)
  for i, x in ipairs(list) do
    if x == v then return table.remove(list, i) end
  end
end

-- Drops the image that is missed least: an old one whose neighbours are near.
local function thin(p)
  local snaps, best, least = p.snaps, nil, math.huge
  for i = 2, #snaps - 2 do -- the first may be the only beginning
    local gap = (snaps[i + 1].one.clock - snaps[i - 1].one.clock + 1) / (p.clock - snaps[i].one.clock + 1)
    if gap < least then best, least = i, gap end
  end
  local snap = table.remove(snaps, best)
  remove(snap.event.images, snap.one)
  p.bytes = p.bytes - snap.one.bytes
end

-- Drops event i, with its images, and its data when no other event uses them.
function images.drop(p, i)
  local e = p.events[i]
  p.events[i] = nil
  p.bytes = p.bytes - images.event_bytes - (e.rng and #e.rng or 0)
  for _, one in ipairs(e.images or {}) do p.bytes = p.bytes - one.bytes end
  if e.data then
    e.data.uses = e.data.uses - 1
    if e.data.uses == 0 then
      p.bytes = p.bytes - e.data.bytes
      if p.data == e.data then p.data = nil end
    end
  end
  e.dropped = true
end

-- Drops the oldest events, until the past takes three quarters of the bytes that it may take.
local function forget(net, p, most)
  local first = p.first
  while p.bytes > most * 3 / 4 and first < p.i do
    images.drop(p, first)
    first = first + 1
  end
  if first == p.first then return end
  while first < p.i and not p.events[first].images do -- without an image no state can be made from here
    images.drop(p, first)
    first = first + 1
  end
  p.first = first
  local snaps = {}
  for _, snap in ipairs(p.snaps) do
    if not snap.event.dropped then snaps[#snaps + 1] = snap end
  end
  p.snaps = snaps
  local e = p.events[first]
  if not e.images then images.add(net, p, e, p.k, images.how(net)) end
end

-- Drops images, then events, when the past p takes too much.
function images.trim(net, p)
  local most = images.budget(net)
  while p.bytes > most and #p.snaps > 4 do thin(p) end
  if p.bytes > most then forget(net, p, most) end
end

return images
