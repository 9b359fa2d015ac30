-- prompt.lua - the text of the prompt: PROMPT as the user set it, else the epoch and the cost.

local core = require "moongrad.core"
local escape = require("moongrad.text").escape
local format, gmatch, gsub, sub = string.format, string.gmatch, string.gsub, string.sub

local prompt = {}

local most = 500 -- bytes of a PROMPT: what is much larger than the screen brings Readline down

local complained -- the error of PROMPT that was told last

-- What PROMPT or _PROMPT says; nil without one, or when it fails, which is told once.
local function chosen()
  local v = rawget(_G, "PROMPT")
  if v == nil then v = rawget(_G, "_PROMPT") end
  if v == nil then return nil end
  local ok, text = pcall(function() return tostring(type(v) == "function" and v() or v) end)
  if ok and #text <= most then return text end
  text = ok and #text .. " bytes" or tostring(text)
  if text ~= complained then
    complained = text
    io.stderr:write("PROMPT: ", escape(text), "; a string of at most ", most,
      ", or a function that returns one, is expected\n")
  end
end

-- The text for the network, nil without one: "∇ 1000 0.49973> " or, without utf8, "1000 0.49973> ". After
-- update() or in a walk the cost of THETA as it now is is not known, and J, of the pass before, is called so.
local function default(net, utf8)
  local text = utf8 and "∇" or ""
  if net then
    text = text .. (utf8 and " " or "") .. net.epoch
    local cost, is_j = core.last_cost(net)
    if cost then text = format("%s %s%.5g", text, is_j and "J=" or "", cost) end
  end
  return text .. "> "
end

-- The user's text for the terminal: of its control bytes colours stay, marked for Readline as what takes no room,
-- and elsewhere left out; others are shown. Marks that the user has set are not needed.
local function shown(text, readline)
  local parts, at = {}, 1
  text = gsub(text, "[\1\2]", "")
  for from, color, to in gmatch(text, "()(\27%[[%d;:]*m)()") do
    parts[#parts + 1] = escape(sub(text, at, from - 1)) .. (readline and "\1" .. color .. "\2" or "")
    at = to
  end
  return table.concat(parts) .. escape(sub(text, at))
end

-- The prompt, or the one for more of an input.
function prompt.text(net, utf8, readline, more)
  local text
  if more then text = tostring(rawget(_G, "_PROMPT2") or ">> ") else text = chosen() end
  return text and shown(text, readline) or default(net, utf8)
end

return prompt
