-- moongrad - explore how a feed-forward network learns. local mg = require "moongrad"

require "moongrad.names" -- errors of the core suggest names by it
local core = require "moongrad.core"
local show = require "moongrad.show"
local gmatch = string.gmatch

core.set_tostring(show.matrix)

--- mg
-- The library: everything but the session's own names, also from any Lua 5.4: local mg = require "moongrad".
-- {functions}
-- > mg.rand(2, 3)
local mg = {
  digits = show.digits,
  network = require "moongrad.network",
  diff = function(...) return require "moongrad.past.diff"(...) end,
  data = require "moongrad.data",
}

for name in gmatch([[
  matrix zeros ones eye linspace hstack vstack is_matrix
  seed rand randn permutation generator threads
  eq lt gt
  exp log sqrt abs sin cos floor sign
  sigmoid tanh relu leaky_relu elu gelu softplus softmax
]], "%S+") do
  mg[name] = core[name]
end

for _, name in ipairs { "time", "bench" } do -- loaded when first used
  mg[name] = function(...) return require "moongrad.timing"[name](...) end
end
for _, name in ipairs { "activation", "cost" } do
  mg[name] = function(...) return require("moongrad.own." .. name)(...) end
end

return mg
