-- forked.lua - a transport of the dealer: workers that are copies of this process on the same machine.

local core = require "moongrad.core"

-- The result in place of one that is too long for a message.
local function too_long(bytes)
  return string.format('return { failed = "its result is too long: %d bytes" }', bytes)
end

local transport = {} -- the metatable of a transport; its fields: count; workers, by number; place, list: see alive
transport.__index = transport

-- What a worker does: run(job) for each job that it gets, until its parent is gone.
local function work(run)
  return function(dealer)
    while true do
      local job = dealer:receive()
      if not job then return end
      local result = run(tonumber(job))
      if not dealer:send(result) and not dealer:send(too_long(#result)) then return end
    end
  end
end

function transport:start(w)
  local worker, message = core.worker(self.work)
  if not worker then return nil, message end
  self.workers[w], self.list = worker, nil
  return true
end

-- The workers that are alive, for core.await; self.place has their numbers.
function transport:alive()
  if self.list then return self.list end
  self.list, self.place = {}, {}
  for w = 1, self.count do
    if self.workers[w] then
      self.list[#self.list + 1] = self.workers[w]
      self.place[#self.list] = w
    end
  end
  return self.list
end

function transport:give(w, job) return self.workers[w]:send(tostring(job)) end

function transport:wait(seconds)
  local i, text, reason = core.await(self:alive(), seconds)
  if not i then return nil, text end
  return self.place[i], text, reason
end

function transport:replace(w)
  self.workers[w]:close()
  self.workers[w], self.list = nil, nil
  return self:start(w)
end

function transport:close()
  for w, worker in pairs(self.workers) do
    worker:close()
    self.workers[w] = nil
  end
end
transport.__close = transport.close

-- Starts count workers, or as many as the system gives. run(job) does a job in a worker and returns its result as text.
-- Returns the transport, see deal.lua, which ends its workers when a variable <close> ends; or nil and why the system
-- gives no process.
return function(count, run)
  local self = setmetatable({ count = 0, workers = {}, work = work(run) }, transport)
  for w = 1, count do
    local started, message = self:start(w)
    if not started and w == 1 then return nil, message end
    if not started then break end
    self.count = w
  end
  return self
end
