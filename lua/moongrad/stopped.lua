-- stopped.lua - what the prompt says of a run of many epochs that Ctrl-C stopped.

local core = require "moongrad.core"

local stopped = {}

local last -- the report of the run that was stopped last

local run = {} -- the metatable of what watch returns

function run.__close(self, message)
  if type(message) ~= "string" or not message:find("interrupted", 1, true) then return end
  local epoch = self.net.epoch
  last = core.make_report {
    epoch = epoch, cost = self.cost, interrupted = true, done = epoch - self.from, wanted = self.epochs,
  }
end

-- To be held in a variable <close> while net does these epochs; its cost is that of the last one.
function stopped.watch(net, epochs)
  return setmetatable({ net = net, from = net.epoch, epochs = epochs }, run)
end

-- The report of the run that was stopped last, once; else nil.
function stopped.take()
  local report = last
  last = nil
  return report
end

return stopped
