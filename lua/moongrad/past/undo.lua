-- undo.lua - undo and seek: bring a network back to an earlier state, or forwards again. past.lua records the states,
-- places.lua finds them, replay.lua makes them again.

local core = require "moongrad.core"
local options = require "moongrad.options"
local past = require "moongrad.past.past"
local places = require "moongrad.past.places"
local raise = require "moongrad.raise"
local replay = require "moongrad.past.replay"
local format = string.format

local undo = {}

local moved = { __name = "undo", __metatable = false } -- the metatable of what undo and seek return

local most = 5 -- so many different commands are named

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
    parts[#parts + 1] = "interrupted, the network is as it was before"
  elseif r.undone then
    parts[#parts + 1] = r.n == 0 and "nothing taken back" or "taken back: " .. listed(r.undone, r.n)
  end
  if r.alike > 1 then parts[#parts + 1] = format("%d more such before it: undo(%d)", r.alike, r.alike) end
  if r.left then
    parts[#parts + 1] = r.left > 1000 and "over 1000 left" or format("%d left", r.left)
  end
  local text = table.concat(parts, "   ")
  if #r.written == 0 then return text end
  return format("%s\n%s to since then, and %s: undo does not restore it, so the same steps lead elsewhere now", text,
    #r.written == 1 and r.written[1] .. " was written" or "X and y were written",
    #r.written == 1 and "stays as it is" or "stay as they are")
end

-- Makes the report r that undo and seek return: adds epoch, the cost at THETA as it is now, left, alike.
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
  raise "undo: this network keeps no past: make it with undo = 64, network{2, 1, undo = 64}"
end

local more = "; network{..., undo = 256} keeps 256 megabytes of it, this one keeps %g"

-- The end of the message that an earlier state is no longer kept: why.
local function why(net)
  local lost = past.of(net).lost
  return lost and ": " .. tostring(lost) or format(more, net.options.undo)
end

--- net:undo([n])
-- Takes back the last n (default 1) commands that changed the network. It restores, to the bit, THETA, epoch, options,
-- the network's own generator, and what the pass of the last step left in A Z DELTA GRAD J. Commands are step(1000),
-- train, update, init, ETA = 2, X = ..., a change of an option or of frozen. Writes to THETA are one command: all those
-- of one input at the prompt, in a script all those between two other commands; undo(0) begins a new one. What time(f)
-- or bench(f) did is one command. seek can still reach what undo took back.
-- forward, backward and check are no commands: what they made after that step is gone, call them again. undo does not
-- restore the shared generator, nor what you wrote into X and y: X[1][1] = 7 is no command, and undo names such writes.
-- Each network keeps some 64 megabytes of its past and drops the oldest first. When there is no memory for more, the
-- past ends; the command goes on.
-- Returns .epoch, .cost, .undone (the commands that were taken back), .left (how many are left before them), .alike
-- (how many just before are the same step), .written (which of X and y were written to since).
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
      raise("undo: the state before the last %s is no longer kept%s", n == 1 and "command" or n .. " commands",
        why(net))
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
-- Brings the network to any epoch that it has been at, back or forwards, to the bit as undo does; undo takes the seek
-- back. After init(), or after seek and other steps, the network may have been at an epoch more than once. Then seek
-- takes the one on the way from the last drawing of THETA to here, else the latest. The state is the last at that
-- epoch, with your writes to THETA.
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
    raise("seek: the network was not at epoch %d, only at %d to %d%s", epoch, least, greatest,
      epoch > net.epoch and format("; step(%d) goes there", epoch - net.epoch) or "")
  end
  return result(net, { interrupted = not arrived or nil, written = written })
end

return undo
