-- optimizer.lua - optimisers that the user writes in Lua.

local core = require "moongrad.core"
local options = require "moongrad.options"
local quantities = require "moongrad.quantities"
local raise = require "moongrad.raise"
local trial = require "moongrad.custom.trial"
local find, format = string.find, string.format

local optimizers = core.custom_optimizers -- their metatable

local most = 4 -- states
local example = 'update = function(theta, grad, state, t, eta) theta:set(theta - eta * grad) end'

options.declare("mg.optimizer", {
  { name = "name", without = "required", about = "what networks call it by", example = '"mine", ' .. example },
  { name = "states", without = "none", about = "names of what it carries from update to update, up to 4",
    example = '{"v"}, name = "mine", ' .. example },
  { name = "update", without = "required", about = "update(theta, grad, state, t, eta), on the matrices of one layer",
    example = 'function(theta, grad, state, t, eta) theta:set(theta - eta * grad) end, name = "mine"' },
})

-- The names of the states, a list of its own.
local function state_names(name, given)
  if given == nil then return {} end
  if type(given) ~= "table" then
    raise('optimizer %s: states: expected a list of names, {"v"}, got %s', name, options.show(given))
  end
  local list, seen = {}, {}
  for key, state in pairs(given) do
    if math.type(key) ~= "integer" or key < 1 or key > most then
      raise("optimizer %s: states: expected a list of up to %d names, got one at %s", name, most, options.show(key))
    elseif type(state) ~= "string" or not find(state, "^%l[%l%d_]*$") or #state > 20 then
      raise("optimizer %s: states: expected names in small letters, got %s", name, options.show(state))
    elseif seen[state] or quantities.by_field[state] and state ~= "v" and state ~= "s" then
      raise("optimizer %s: states: %q is taken already", name, state)
    end
    list[key], seen[state] = state, true
  end
  return list
end

--- mg.optimizer{name=, states=, update=}
-- An optimiser of your own, usable by its name, or as the value that is returned, wherever a built-in one is.
-- update(theta, grad, state, t, eta) is called for each layer, on matrices of its own:
--   theta    THETA[l], which it writes to: theta:set(m) or theta[i][j] = v; theta = m would change nothing
--   grad     GRAD[l]
--   state.v  the state called v, shaped as THETA[l], 0 at first, to be written to or replaced, state.v = m
--   t        the number of the update, from 1
--   eta      the learning rate
-- It returns nothing. DTHETA[l] is what it changed; what is frozen or not there stays as it is, whatever is written to
-- it. When it raises, or leaves what is not finite, nothing has changed. States called v and s are V and S; net.state
-- has all by name.
-- > function ball(theta, grad, s, t, eta) s.v = 0.9 * s.v - eta * grad theta:set(theta + s.v) end
-- > mg.optimizer{name = "heavy", states = {"v"}, update = ball}
-- > NET = network{2, 2, 1, optimizer = "heavy"}
-- > step(100)
local function optimizer(spec, ...)
  spec = options.take("mg.optimizer", spec, ...)
  local name = spec.name
  if type(name) ~= "string" or name == "" then
    raise("optimizer: name: expected a name in quotes, got %s", options.show(name))
  end
  if options.is_built_in("optimizer", name) then
    raise("optimizer: %q is built in and stays what it is: choose another name", name)
  end
  local update = spec.update
  if not options.is_callable(update) then
    raise("optimizer %s: update: expected a function, got %s", name, options.show(update))
  end
  local object = core.custom_optimizer { name = name, states = state_names(name, spec.states), update = update }
  options.define("optimizer", name, object)
  return object
end

function optimizers.__tostring(object)
  local _, self = core.custom(object)
  local states = #self.states > 0 and "   states " .. table.concat(self.states, ", ") or "   no states"
  return format("optimizer %q%s", self.name, states)
end

trial.class(optimizers)

return optimizer
