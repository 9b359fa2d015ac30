-- moongrad - explore how a feed-forward network learns. local mg = require "moongrad"

require "moongrad.names" -- errors of the core suggest names by it
local commands = require "moongrad.commands"
local core = require "moongrad.core"
require "moongrad.network.network"
local show = require "moongrad.show"

core.set_tostring(show.matrix)

--- mg
-- The library: everything but the session's own names, also from any Lua 5.4: local mg = require "moongrad".
-- {functions}
-- > mg.rand(2, 3)
local mg = { data = require "moongrad.data.data" }
for name, record in pairs(commands.of.mg) do
  mg[name] = commands.func(name, record) or core[name]
end

return mg
