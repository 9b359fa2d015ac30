-- moongrad - explore how a feed-forward network learns. local mg = require "moongrad"

if _VERSION ~= "Lua 5.4" then error("moongrad needs Lua 5.4, this is " .. string.sub(_VERSION, 5), 0) end
require "moongrad.names" -- the core calls it to suggest names in its errors
local commands = require "moongrad.commands"
local core = require "moongrad.core"
require "moongrad.network.network"
local show = require "moongrad.show"

core.set_tostring(show.matrix)

--- mg
-- The library: everything except the names that only a session has. Any Lua 5.4 can load it:
-- local mg = require "moongrad".
-- {functions}
-- > mg.rand(2, 3)
local mg = { data = require "moongrad.data.data" }
for name, record in pairs(commands.of.mg) do
  mg[name] = core.entry(commands.func(name, record) or core[name])
end

return mg
