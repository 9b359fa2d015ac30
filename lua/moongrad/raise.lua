-- raise.lua - errors placed where the user's own code is, not in moongrad's.

local folder = debug.getinfo(1, "S").source:match "^(.*)raise%.lua$"

-- Raises the formatted message at the nearest caller outside these files.
return function(message, ...)
  if select("#", ...) > 0 then message = message:format(...) end
  local level = 2
  while true do
    local info = debug.getinfo(level, "S")
    if not info then return error(message, 0) end
    if info.what ~= "C" and info.source:sub(1, #folder) ~= folder then break end
    level = level + 1
  end
  error(message, level)
end
