-- long_call.lua - the long calls made in Lua: how far the one that runs is, and what Ctrl-C left of it.

local core = require "moongrad.core"
local find = string.find

local long_call = {}

local last -- the report of the run that was stopped last

local run = {} -- the metatable of what watch returns

-- What is said of a run that Ctrl-C stopped; nil for one that does no epochs.
local function report_of(self)
  if self.unit ~= "epoch" then return nil end
  local epoch = self.net.epoch
  return core.make_report {
    epoch = epoch, cost = self.cost, interrupted = true, done = epoch - self.from, wanted = self.total,
  }
end

function run.__close(self, message)
  long_call.over()
  local by_error = type(message) == "string" and find(message, "interrupted", 1, true)
  if by_error or self.interrupted then last = report_of(self) or last end
  long_call.current = self.outer -- after all else: Ctrl-C may come in here once more, and take asks what still runs
end

-- To be held in a variable <close> while net does so many epochs, or the call so many of something else. Its
-- owner sets .done, how many are; .cost, that of the last epoch; .part, how many the next call of the
-- engine does; .interrupted.
function long_call.watch(net, total, unit)
  local self = {
    net = net, total = total, unit = unit or "epoch", from = unit and 0 or net.epoch, start = core.clock(),
    done = 0, part = 1, outer = long_call.current,
  }
  long_call.current = self
  return setmetatable(self, run)
end

-- Called when a run is over: the shell's, to take away what it shows.
function long_call.over() end

-- The report of the run that was stopped last, once; else nil. To be asked when nothing runs: a run that is not
-- closed then was stopped while it was being closed.
function long_call.take()
  local report, unclosed = last, long_call.current
  last, long_call.current = nil, nil
  while unclosed do
    report, unclosed = report_of(unclosed) or report, unclosed.outer
  end
  return report
end

return long_call
