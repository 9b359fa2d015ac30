-- progress.lua - the line that shows how far a long call is; long_call.lua notes that for calls made in Lua.

local core = require "moongrad.core"
local long_call = require "moongrad.long_call"
local show = require "moongrad.show"
local format, sub = string.format, string.sub

local progress = {}

local delay = 0.5 -- seconds that a call runs before the line appears
local reserve = 3 -- columns that stay free: two for ^C, and the last one, where the terminal would break the line

-- The remaining time in its two largest units, "2 min 5 s left"; nil if it is not known.
local function left(seconds)
  local n = math.floor(seconds + 0.5)
  if seconds ~= seconds or seconds > 1e9 then return nil end
  if n < 60 then return format("%d s left", n) end
  if n < 3600 then return format("%d min %d s left", n // 60, n % 60) end
  if n < 86400 then return format("%d h %d min left", n // 3600, n % 3600 // 60) end
  return format("%d d %d h left", n // 86400, n % 86400 // 3600)
end

-- The first of the texts that fits on the line; if none does, the beginning of the last.
local function fitting(texts)
  local width = math.max(show.width() - reserve, 1)
  for _, text in ipairs(texts) do
    if #text <= width then return text end
  end
  return sub(texts[#texts], 1, width)
end

-- The line for a call that has run for so many seconds. unit: what it counts, "epoch"; done: how many of the wanted
-- ones are done, nil if that is not known; from: the number of the last one before the call; cost: the last cost, or
-- nil.
function progress.text(unit, seconds, done, wanted, from, cost)
  if not done then return fitting { format("%.1f s", seconds) } end
  local now, last = from + math.floor(done), from + wanted
  local count, brief = format("%s %d of %d", unit, now, last), format("%d/%d", now, last)
  local price = cost and format("   cost %.4g", cost) or ""
  local rest = done > 0 and left(seconds * (wanted - done) / done)
  rest = rest and "   " .. rest or ""
  return fitting { count .. price .. rest, brief .. price .. rest, brief .. rest, count, brief, format("%d", now) }
end

-- core.progress calls this again and again while the engine runs, and without seconds when a call of the engine is
-- over. write(text) shows the line, write(nil) removes it.
function progress.tick(write, seconds, done, wanted, from, cost)
  local run, unit = long_call.current, "epoch"
  if not seconds then
    if not run then write(nil) end
    return
  end
  if run then
    local part = done and wanted > 0 and run.part * done / wanted or 0
    unit, seconds, cost = run.unit, core.clock() - run.start, run.cost or cost
    done, wanted, from = run.done + part, run.total, run.from
  end
  if seconds >= delay then write(progress.text(unit, seconds, done, wanted, from or 0, cost)) end
end

return progress
