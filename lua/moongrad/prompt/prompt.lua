-- prompt.lua - the text of the prompt: the user's PROMPT if it is set, else the epoch and the cost.

local core = require "moongrad.core"
local escape = require("moongrad.text").escape
local format, gmatch, gsub, sub = string.format, string.gmatch, string.gsub, string.sub

local prompt = {}

local tab = "    "
local most = 500 -- bytes of a PROMPT: a text much larger than the screen crashes Readline

local complained = {} -- name of a global -> its last error that was reported

-- The value of the global that is set for a prompt, PROMPT or _PROMPT: a string. A function is called. Raises for other
-- values.
local function text_of(v)
  if type(v) == "function" then v = v() end
  local meta = debug.getmetatable(v)
  local has_words = type(meta) == "table" and rawget(meta, "__tostring") ~= nil
  if type(v) ~= "string" and type(v) ~= "number" and not has_words then error(core.kind(v), 0) end
  local text = tostring(v)
  return #text <= most and text or error(#text .. " bytes", 0)
end

-- Returns the text of the global of this name; nil if it is not set, or if it fails. The same failure is reported once.
local function chosen(name)
  local v = rawget(_G, name)
  if v == nil then return nil end
  local ok, text = pcall(text_of, v)
  if ok then return text end
  text = tostring(text)
  if text ~= complained[name] then
    complained[name] = text
    io.stderr:write(name, ": ", escape(text), "; a string of at most ", most,
      ", or a function that returns one, is expected\n")
  end
end

-- Where the open walk of net is, "[z 2, 3/10]"; nil when none is open.
local function walking(net)
  if not net or not core.walk_state(net) then return nil end
  local moves, place = require "moongrad.explain.walk".moves(net)
  return moves and moves.next and "[" .. place .. "]" or nil
end

-- The default text for a network, or nil: "∇ 1000 0.49973> " or, without utf8, "1000 0.49973> ". After update() and
-- a walk the cost of the present THETA is not known; the prompt then shows J, the cost of the last pass, as "J=0.5".
local function default(net, utf8, walk)
  local text = utf8 and "∇" or ""
  if net then
    text = text .. (utf8 and " " or "") .. net.epoch
    local cost, is_j = core.last_cost(net)
    if walk then
      text = text .. " " .. walk
    elseif cost then
      text = format("%s %s%.5g", text, is_j and "J=" or "", cost)
    end
  end
  return text .. "> "
end

-- The user's text for the terminal. Colours are marked for Readline as taking no column, and left out without Readline.
-- Other control bytes are escaped. Readline's marks in the user's text are removed. A tab becomes blanks: to Readline
-- it is one column wide.
local function shown(text, readline)
  local parts, at = {}, 1
  text = gsub(gsub(text, "[\1\2]", ""), "\t", tab)
  for from, color, to in gmatch(text, "()(\27%[[%d;:]*m)()") do
    parts[#parts + 1] = escape(sub(text, at, from - 1)) .. (readline and "\1" .. color .. "\2" or "")
    at = to
  end
  return table.concat(parts) .. escape(sub(text, at))
end

-- Returns the text of the prompt; with more set, of the prompt for a further line of an input. The place in an open
-- walk stands in front of the user's text: without it nothing would say what an empty line does.
function prompt.text(net, utf8, readline, more)
  if more then return shown(chosen "_PROMPT2" or ">> ", readline) end
  local text, walk = chosen(rawget(_G, "PROMPT") ~= nil and "PROMPT" or "_PROMPT"), walking(net)
  if not text then return default(net, utf8, walk) end
  return (walk and walk .. " " or "") .. shown(text, readline)
end

return prompt
