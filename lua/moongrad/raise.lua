-- raise.lua - errors placed where the user's own code is, not in moongrad's.

local core = require "moongrad.core"

core.set_folder(debug.getinfo(1, "S").source:match "^(.*)raise%.lua$")

-- Raises the formatted message at the nearest caller outside these files.
return function(message, ...)
  if select("#", ...) > 0 then message = message:format(...) end
  core.raise(message)
end
