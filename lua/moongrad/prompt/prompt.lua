-- prompt.lua - the text of the prompt: PROMPT as the user set it, else the epoch and the cost.

local core = require "moongrad.core"

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
    io.stderr:write("PROMPT: ", text, "; a string of at most ", most, ", or a function that returns one, is expected\n")
  end
end

-- The text for the network, nil without one: "∇ 1000 0.49973> " or, without utf8, "1000 0.49973> ". After
-- update() or in a walk the cost of THETA as it now is is not known, and J, of the pass before, is called so.
local function default(net, utf8)
  local text = utf8 and "∇" or ""
  if net then
    text = text .. (utf8 and " " or "") .. net.epoch
    local cost, is_j = core.last_cost(net)
    if cost then text = ("%s %s%.5g"):format(text, is_j and "J=" or "", cost) end
  end
  return text .. "> "
end

-- The prompt, or the one for more of an input. With Readline its escapes are marked as what
-- takes no room; elsewhere they are left out.
function prompt.text(net, utf8, readline, more)
  if more then return tostring(rawget(_G, "_PROMPT2") or ">> ") end
  local text = chosen()
  if not text then return default(net, utf8) end
  if readline and not text:find "\1" then return (text:gsub("\27%[[%d;:]*%a", "\1%0\2")) end
  return readline and text or (text:gsub("\27%[[%d;:]*%a", ""):gsub("[\1\2]", ""))
end

return prompt
