-- reset.lua - reset(): makes the session as it was at the start.

local mg = require "moongrad"
local options = require "moongrad.options"
local text = require "moongrad.text"
local format = string.format

local reset = {}

local session       -- the session's interface for its modules: live(name), base, seed(), seeds, clear() are used
local openings = {} -- the functions that reset runs again: at most one, init.lua

function reset.begin(s)
  session = s
  for _, noted in ipairs(s.noted) do
    if noted.kind == "init.lua" and noted.text then openings = { load(noted.text, "@" .. noted.what) } end
  end
end

-- A saved session calls this with the seeds of the session that was saved: seed for mg.seed, a and b for
-- math.randomseed. reset uses them.
function reset.start(seed, a, b)
  session.seed = function() return seed end
  session.seeds = { a, b }
end

-- Runs f now, and again at each reset.
function reset.opening(f)
  openings = { f }
  pcall(f)
end

local done = { __name = "reset", __metatable = false } -- the metatable of what reset returns

function done.__tostring(r)
  local names = r.names
  local gone = #names == 0 and "no names of yours" or
    format("%d name%s of yours (%s)", #names, #names == 1 and "" or "s", text.first(names))
  return format("removed: %s%s; seed(%d)%s", r.network and "the network, " or "", gone, r.seed,
    #openings > 0 and "; init.lua was run again" or "")
end

local looks = { PROMPT = true, _PROMPT = true, _PROMPT2 = true } -- globals that set the prompt: reset leaves them

--- reset()
-- Makes the session fresh: removes the network, X, y, ETA and your variables (except PROMPT), restores Lua's own
-- globals, seeds the random numbers as at the start, and runs init.lua again. history() and save_session keep the
-- inputs. Returns what was removed: .names, a list; .network, true if there was one; and .seed, the seed.
-- > reset()
function reset.reset(...)
  options.none("reset", ...)
  local r = setmetatable({ names = {}, network = session.live "NET" ~= nil, seed = session.seed() }, done)
  for name, v in next, _G do
    if session.base[name] == nil and not looks[name] then r.names[#r.names + 1] = tostring(name) end
    if not rawequal(v, session.base[name]) and not looks[name] then rawset(_G, name, nil) end
  end
  for name, v in next, session.base do rawset(_G, name, v) end
  table.sort(r.names)
  session.clear()
  mg.seed(r.seed)
  math.randomseed(session.seeds[1], session.seeds[2])
  for _, f in ipairs(openings) do pcall(f) end
  return r
end

return reset
