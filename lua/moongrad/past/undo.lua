-- undo.lua - going back and forth in what a network has been through, and telling two of them apart.

local core = require "moongrad.core"
local options = require "moongrad.options"
local past = require "moongrad.past.past"
local places = require "moongrad.past.places"
local raise = require "moongrad.raise"
local replay = require "moongrad.past.replay"
local format = string.format

local undo = {}

local moved = { __name = "undo", __metatable = false } -- the metatable of what undo and seek return

local most = 5 -- different commands that are named

-- "step(10), ETA = 2, step() 20 times and 7 more"
local function listed(labels, n)
  local parts, c = {}, 1
  while c <= #labels and #parts < most do
    local first = c
    while labels[c + 1] == labels[first] do c = c + 1 end
    parts[#parts + 1] = c == first and labels[c] or format("%s %d times", labels[c], c - first + 1)
    c = c + 1
  end
  local text = table.concat(parts, ", ")
  return n >= c and format("%s and %d more", text, n - c + 1) or text
end

function moved.__tostring(r)
  local parts = { format("epoch %d", r.epoch) }
  if r.cost then parts[2] = format("cost %.9g", r.cost) end
  if r.interrupted then
    parts[#parts + 1] = "interrupted, it is where it was"
  elseif r.undone then
    parts[#parts + 1] = r.n == 0 and "nothing taken back" or "taken back: " .. listed(r.undone, r.n)
  end
  if r.alike > 1 then parts[#parts + 1] = format("%d more like it: undo(%d)", r.alike, r.alike) end
  if r.left then
    parts[#parts + 1] = r.left > 1000 and "over 1000 left" or format("%d left", r.left)
  end
  local text = table.concat(parts, "   ")
  if #r.written == 0 then return text end
  return format("%s\n%s to since then, and %s: not taken back, so the same steps lead elsewhere now", text,
    #r.written == 1 and r.written[1] .. " was written" or "X and y were written",
    #r.written == 1 and "stays as it is" or "stay as they are")
end

-- What came of it; its cost is that of THETA as it now is.
local function result(net, r)
  r.epoch = net.epoch
  local X, y = core.network_data(net)
  if X and y and X.nrows * X.ncols <= 1e6 then
    local ok, cost = pcall(net.cost, net)
    r.cost = ok and cost or nil
  end
  r.left = places.depth(net, 1001)
  r.alike = r.alike or 0
  return setmetatable(r, moved)
end

local function no_past()
  raise "undo: nothing is kept of the past: NET.options.undo = 64 had to be said when the network was made"
end

local more = "; network{..., undo = 256} keeps more megabytes of it than %g"

-- Why what was before is no longer kept.
local function why(net)
  local lost = past.of(net).lost
  return lost and ": " .. tostring(lost) or format(more, net.options.undo)
end

--- net:undo([n])
-- Takes back the last n (default 1) commands that changed the network, to the bit: THETA, epoch, options, what the
-- pass of the last step left in A Z DELTA GRAD J, a private generator. A command is a step(1000), a train, an update,
-- an init, an ETA = 2, X = ..., an option or frozen; edits of THETA are one, those of an input at the prompt, in a
-- script those between two commands; undo(0) ends them. What is taken back stays in reach of seek. forward, backward
-- and check are no commands: what they made since that step is gone, call them again. Not taken back: the shared
-- generator, and what you wrote into X and y (an X[1][1] = 7 is no command; where it came since then, undo says so).
-- Some 64 megabytes are kept of each network, the oldest goes first; what cannot be kept for want of memory ends the
-- past, and not the command. What time(f) and bench(f) did is one command.
-- Returns .epoch, .cost, .undone (what the commands were), .left (how many there are before them), .alike (how many
-- just before are the same step again), .written (which of X and y were written to since).
-- > step(10)
-- > undo()
function undo.undo(net, n, ...)
  core.network_self(net, "undo")
  past.check_idle(net)
  options.no_more("undo: expected one number of commands, undo(2)", ...)
  n = n == nil and 1 or options.whole("undo", n, 0)
  if not past.of(net) then no_past() end
  local place, there, gone = places.ago(net, n)
  if not place then
    if gone then
      raise("undo: what was before the last %s is no longer kept%s", n == 1 and "command" or n .. " commands", why(net))
    end
    local p = past.of(net)
    local before = (p.first > 1 or p.lost) and ": what was before is no longer kept" .. why(net) or ""
    if there == 0 then raise("undo: there is no command to take back%s", before) end
    raise("undo: only %d command%s can be taken back%s", there, there == 1 and "" or "s", before)
  end
  local written = n == 0 and {} or places.written(net, place)
  local arrived = n == 0 or replay.go(net, place)
  return result(net, { undone = place.labels, n = n, interrupted = not arrived or nil, written = written,
    alike = n > 0 and arrived and places.alike(net, place, place.labels[n]) or 0 })
end

--- net:seek(epoch)
-- Goes to any epoch that the network has seen, back or forwards again, to the bit as undo does; undo takes it
-- back. An epoch that was seen more than once, after init() or seek and other steps, is the one on the way to here
-- since THETA was drawn, else the last that was seen; its state is the last that it had: edits at that epoch count.
-- > step(100)
-- > seek(50)
function undo.seek(net, epoch, ...)
  core.network_self(net, "seek")
  past.check_idle(net)
  options.no_more("seek: expected one epoch, seek(100)", ...)
  epoch = options.whole("seek", epoch, 0)
  local p = past.of(net)
  if not p then no_past() end
  local place = places.find(net, epoch)
  local written = place and places.written(net, place)
  local arrived = place and replay.go(net, place, format("seek(%d)", epoch))
  if arrived == nil then
    local least, greatest = places.epochs(net)
    if place or (p.first > 1 or p.lost) and epoch < least then
      raise("seek: epoch %d is no longer kept%s", epoch, why(net))
    end
    raise("seek: epoch %d was not seen; seen are %d to %d%s", epoch, least, greatest,
      epoch > net.epoch and format("; step(%d) goes there", epoch - net.epoch) or "")
  end
  return result(net, { interrupted = not arrived or nil, written = written })
end

return undo
