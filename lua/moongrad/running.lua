-- running.lua - the long calls made in Lua: how far the one that runs is, and what Ctrl-C left of it.

local core = require "moongrad.core"

local running = {}

local last -- the report of the run that was stopped last

local run = {} -- the metatable of what watch returns

function run.__close(self, message)
  running.current = self.outer
  running.over()
  local by_error = type(message) == "string" and message:find("interrupted", 1, true)
  if self.unit ~= "epoch" or not (by_error or self.interrupted) then return end
  local epoch = self.net.epoch
  last = core.make_report {
    epoch = epoch, cost = self.cost, interrupted = true, done = epoch - self.from, wanted = self.total,
  }
end

-- To be held in a variable <close> while net does so many epochs, or the call so many of something else. Its
-- owner sets .done, how many are; .cost, that of the last epoch; .part, how many the next call of the
-- engine does; .interrupted.
function running.watch(net, total, unit)
  local self = {
    net = net, total = total, unit = unit or "epoch", from = unit and 0 or net.epoch, start = core.clock(),
    done = 0, part = 1, outer = running.current,
  }
  running.current = self
  return setmetatable(self, run)
end

-- Called when a run is over: the shell's, to take away what it shows.
function running.over() end

-- The report of the run that was stopped last, once; else nil.
function running.take()
  local report = last
  last, running.current = nil, nil
  return report
end

return running
