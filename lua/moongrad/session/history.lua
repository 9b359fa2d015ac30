-- history.lua - history(): lists the inputs of this session and of earlier ones.

local core = require "moongrad.core"
local inputs = require "moongrad.session.inputs"
local raise = require "moongrad.raise"
local find, format, gsub, rep = string.find, string.format, string.gsub, string.rep

local history = {}

local host -- the program: at a prompt it has former(), which returns a list of the inputs of earlier sessions

function history.begin(s) host = s.host end

local list = { __name = "history", __metatable = false } -- the metatable of what history returns

function list.__tostring(h)
  if #h == 0 then return h.pattern and format("no input contains %q", h.pattern) or "no inputs yet" end
  local width, lines = 3, {}
  for _, e in ipairs(h) do width = math.max(width, #tostring(e.n) + 1) end
  for i, e in ipairs(h) do
    lines[i] = format("%" .. width .. "d  %s", e.n, (gsub(e.text, "\n", "\n" .. rep(" ", width + 2))))
  end
  return table.concat(lines, "\n")
end

--- history([pattern])
-- Lists the inputs of this session with the numbers by which errors name them. With a pattern it lists the inputs that
-- contain this text, also those of earlier sessions, whose numbers count back from 0; history "" lists all of them.
-- Returns a list of tables with the fields n and text.
-- > history "step"
function history.history(pattern, ...)
  if select("#", ...) > 0 or pattern ~= nil and type(pattern) ~= "string" then
    raise('history: expected a text to look for, history "step", got %s', core.kind(pattern))
  end
  local found = setmetatable({ pattern = pattern }, list)
  local function add(n, text)
    if text and (not pattern or find(text, pattern, 1, true)) then found[#found + 1] = { n = n, text = text } end
  end
  local former = pattern and host.former and host.former() or {}
  for i, text in ipairs(former) do add(i - #former, text) end
  for n = 1, inputs.last do add(n, inputs.text(n)) end
  return found
end

return history
