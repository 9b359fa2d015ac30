-- raise.lua - raises errors whose position is the line of the user's code that called moongrad.

local core = require "moongrad.core"
local format, match = string.format, string.match

core.set_folder(match(debug.getinfo(1, "S").source, "^(.*)raise%.lua$"))

-- Raises the formatted message with the position of the nearest caller outside moongrad's files.
return function(message, ...)
  if select("#", ...) > 0 then message = format(message, ...) end
  core.raise(message)
end
