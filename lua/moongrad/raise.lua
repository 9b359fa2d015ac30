-- raise.lua - errors placed where the user's own code is, not in moongrad's.

local core = require "moongrad.core"
local format, match = string.format, string.match

core.set_folder(match(debug.getinfo(1, "S").source, "^(.*)raise%.lua$"))

-- Raises the formatted message at the nearest caller outside these files.
return function(message, ...)
  if select("#", ...) > 0 then message = format(message, ...) end
  core.raise(message)
end
