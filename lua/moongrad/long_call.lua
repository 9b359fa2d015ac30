-- long_call.lua - notes how far a long call (train, check ...) is, and makes the report of one that Ctrl-C stopped.
--
-- prompt/progress.lua shows the first; the shell prints the second.

local core = require "moongrad.core"
local find = string.find

local long_call = {}

local last -- the report of the call that was stopped last

local run = {} -- the metatable of what watch returns

-- The report of a call that Ctrl-C stopped; nil for a call that counts something other than epochs.
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
  long_call.current = self.outer -- last: if Ctrl-C interrupts this function too, take() finds the call in current
end

-- Begins a long call: total epochs of net, or total of another unit, a word such as "gradient". Returns an object
-- that the caller holds in a variable <close>. The caller keeps its fields up to date: .done, the units that are done;
-- .cost, the cost of the last epoch; .part, the units that the next call of the engine does; .interrupted, true when
-- Ctrl-C stopped it.
function long_call.watch(net, total, unit)
  local self = {
    net = net, total = total, unit = unit or "epoch", from = unit and 0 or net.epoch, start = core.clock(),
    done = 0, part = 1, outer = long_call.current,
  }
  long_call.current = self
  return setmetatable(self, run)
end

-- Called when a long call is over; the shell replaces it to clear its progress line.
function long_call.over() end

-- Returns the report of the call that was stopped last and forgets it; nil if there is none. Call it only when no long
-- call runs: a call that is still not closed then was stopped while it was being closed.
function long_call.take()
  local report, unclosed = last, long_call.current
  last, long_call.current = nil, nil
  while unclosed do
    report, unclosed = report_of(unclosed) or report, unclosed.outer
  end
  return report
end

return long_call
