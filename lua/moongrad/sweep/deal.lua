-- deal.lua - the dealer: gives jobs, which are numbers, to workers, and takes their results.
--
-- It knows workers through a transport, forked.lua, a table with
--   count               how many workers there are, 1 to count
--   :give(w, job)        sends worker w a job; false when the worker is gone
--   :wait(seconds)      the next message: w, text; w, nil, reason when worker w has ended; nil when the time is over;
--                       nil, true on Ctrl-C
--   :replace(w)         ends worker w and starts another in its place; nil, message when the system refuses
--   :close()            ends all workers

local core = require "moongrad.core"
local format = string.format

local SHORT = .02 -- seconds: while jobs take less, a worker has a second one, so that it need not wait for the next

local dealer = {}
dealer.__index = dealer

-- Gives worker w jobs until it has enough: one, or two short ones.
function dealer:fill(w)
  local has = self.given[w]
  while #has < (self.shortest < SHORT and 2 or 1) do
    local job = table.remove(self.again) or self.next <= self.jobs and self.next
    if not job then return end
    if job == self.next then self.next = job + 1 end
    if #has == 0 then self.since[w] = core.clock() end
    has[#has + 1] = job
    if not self.transport:give(w, job) then return end -- wait tells of its end
  end
end

-- A result of worker w, or the reason why it has none.
function dealer:took(w, text, reason)
  local job, now = table.remove(self.given[w], 1), core.clock()
  if job then
    self.shortest = math.min(self.shortest, now - self.since[w])
    self.done = self.done + 1
    self.take(job, text, reason)
  end
  self.since[w] = now
end

-- Worker w has ended, or is to end: its first job failed; others take the rest.
function dealer:lost(w, reason)
  self:took(w, nil, reason)
  for k = #self.given[w], 1, -1 do table.insert(self.again, table.remove(self.given[w], k)) end
  local _, why = self.transport:replace(w)
  if why then
    self.alive[w] = nil
    if next(self.alive) == nil then self.stopped = "no worker is left: " .. why end
  else
    self:fill(w)
  end
end

-- The seconds until a worker has had its job for the limit; ends those that have.
function dealer:check_limit()
  if not self.limit then return 3600 end
  local soonest, now = 3600, core.clock()
  for w in pairs(self.alive) do
    if #self.given[w] > 0 then
      local left = self.since[w] + self.limit - now
      if left <= 0 then
        self:lost(w, format("took longer than %g s", self.limit))
        left = self.limit
      end
      soonest = math.min(soonest, left)
    end
  end
  return soonest
end

-- Does jobs 1 to n by the workers of transport; take(job, text, reason) is called with each result, in the order in
-- which they come: the text that the worker sent, or nil and why there is none. limit: seconds that a job may take, or
-- nil. Returns true when all jobs are done; false and a reason when not, "interrupted" after Ctrl-C.
return function(transport, n, take, limit)
  local self = setmetatable({ transport = transport, jobs = n, take = take, limit = limit, next = 1, done = 0,
    again = {}, given = {}, since = {}, alive = {}, shortest = math.huge }, dealer)
  for w = 1, transport.count do self.given[w], self.alive[w] = {}, true end
  for w = 1, transport.count do self:fill(w) end
  while self.done < n and not self.stopped do
    local w, text, reason = transport:wait(self:check_limit())
    if not w and text then return false, "interrupted" end
    if w and text then
      self:took(w, text)
      self:fill(w)
    elseif w then
      self:lost(w, reason)
    end
  end
  return self.done == n, self.stopped
end
