-- lists.lua - the lists among a network's fields, net.theta, net.layers and so on: they are indexed like tables, but
-- reading shows the engine's numbers and writing changes them. network.lua makes the fields.

local core = require "moongrad.core"
local options = require "moongrad.options"
local quantities = require "moongrad.quantities"
local raise = require "moongrad.raise"
local show_matrices = require("moongrad.show").matrices
local format, upper = string.format, string.upper

local lists = {}
local show, state = options.show, core.network_state

-- --- as plain tables ---------------------------------------------------------------------

local settings = setmetatable({}, { __mode = "k" }) -- a list that lists.settings made -> its name in messages

-- Returns a plain table of what f makes of the items of self. name: the method, for errors.
local function plain(self, name, f, ...)
  if not lists.is(self) then
    raise("%s: expected a list such as THETA, THETA:%s(), got %s", name, name, core.kind(self))
  end
  options.none(name, ...)
  local t = {}
  for i = 1, #self do
    local item = self[i]
    t[i] = core.is_matrix(item) and f(item) or item
  end
  return t
end

local methods = {}
lists.methods = methods

--- l:copy()
-- Returns a plain table with copies of the matrices of a list: THETA, A, GRAD and their kin; of LAYERS with its
-- numbers. A list itself is no table: it shows what the network has now.
-- > before = THETA:copy()
-- > step(3)
-- > THETA[1] - before[1]
function methods.copy(self, ...) return plain(self, "copy", function(m) return m:copy() end, ...) end

--- l:totable()
-- Returns a list of matrices as plain tables of tables of numbers, for encoders: cjson.encode(THETA:totable()).
-- > THETA:totable()[1][1][2]
function methods.totable(self, ...)
  return plain(self, "totable", function(m) return m:totable() end, ...)
end

-- --- live matrices: net.theta[l] ------------------------------------------------------

local list = {}

local function view_of(self, l) return (self.quantity.is_state and core.state or core.view)(self.net, self.what, l) end

-- How many matrices a list has. It is 0 before the pass or the update that makes them. During a walk it counts all of
-- them, also those that the walk has not made yet.
local function length(self)
  local walked = self.quantity.op ~= "update" and core.walk_state(self.net)
  if not walked and not view_of(self, 1) then return 0 end
  return #state(self.net).layers - self.quantity.first
end

-- The message about matrix l of the list, which the walk has not made yet.
local function to_come(self, l)
  local _, done = core.walk_state(self.net)
  local name, k = self.quantity.op, done
  repeat
    k = k + 1
    local op, at = core.walk_op(self.net, k)
  until op == name and quantities.place(self.what, at) == l
  return format("not made yet: operation %d of the walk makes it, %d %s done", k, done, done == 1 and "is" or "are")
end

-- Why net has no V, or no S.
function lists.no_state(net)
  return format("optimizer %q has none%s", (core.optimizer(net)), '; "adam" has v and s')
end

-- The message that a list of n matrices has no matrix l.
local function missing(self, n, l)
  if n == 0 and self.quantity.maker then
    return format("%s: no matrices yet: call %s first", self.what, quantities.makers(self.quantity))
  elseif n == 0 then
    return format("%s: %s", self.what, lists.no_state(self.net))
  end
  return format("%s[%s]: expected a layer from 1 to %d", self.what, show(l), n)
end

-- The message that says why list[l] is nil.
function lists.missing(proxy, l)
  if settings[proxy] then return format("%s[%s]: expected 1 to %d", settings[proxy], show(l), #proxy) end
  return missing(list[proxy], length(list[proxy]), l)
end

function list.__len(proxy) return length(list[proxy]) end

-- The live matrix; nil one past the last. Printed it has a label, which says what made it.
function list.__index(proxy, l)
  if methods[l] then return methods[l] end
  local self = list[proxy]
  local n = length(self)
  local whole = type(l) == "number" and math.tointeger(l)
  if whole == n + 1 then return nil end
  if n == 0 or not whole or whole < 1 or whole > n then raise("%s", missing(self, n, l)) end
  local m = view_of(self, whole)
  if not m then raise("%s[%d]: %s", self.what, whole, to_come(self, whole)) end
  local origin = self.origins[whole] or { net = self.net, what = self.what, layer = whole }
  self.origins[whole] = origin
  core.set_origin(m, origin)
  return m
end

-- list[l] = matrix copies the numbers in, after a check of the shape.
function list.__newindex(proxy, l, m)
  local self = list[proxy]
  if self.quantity.writer == "user" then
    core.set_theta(self.net, l, m)
  else
    local view = list.__index(proxy, l)
    if not view then raise("%s[%s]: there is no such matrix", self.what, show(l)) end
    view:set(m)
  end
end

function list.__pairs(proxy)
  return function(_, l)
    local m = proxy[l + 1]
    if m then return l + 1, m end
  end, proxy, 0
end

-- The matrices of a list as text. color: with colours?
function lists.text(proxy, color)
  local self, made, to_be = list[proxy], {}, {}
  for l = 1, length(self) do
    if view_of(self, l) then
      made[#made + 1] = proxy[l]
    else
      to_be[#to_be + 1] = format("%s[%d]  %s", upper(self.what), l, to_come(self, l))
    end
  end
  if #made + #to_be == 0 then return self.what .. ": no matrices yet" end
  local texts, lines = show_matrices(made, color, #to_be), {}
  for l = 1, length(self) do lines[l] = table.remove(view_of(self, l) and texts or to_be, 1) end
  return table.concat(lines, "\n")
end

function list.__tostring(proxy) return lists.text(proxy) end

-- Is v a list of live matrices?
function lists.is_live(v) return type(v) == "userdata" and list[v] ~= nil end

-- Is it one of these, or a list of settings?
function lists.is(v) return lists.is_live(v) or type(v) == "userdata" and settings[v] ~= nil end

list.__name, list.__metatable = "list of matrices", false
setmetatable(list, { __mode = "k" }) -- also a map: proxy, the object that users see -> {net, what, quantity, origins}

lists.class = list -- the metatable of all these lists

-- A state of an optimiser that has no live name, as a quantity.
local function state_quantity(name)
  return { name = upper(name), field = name, kind = "matrices", writer = "engine", maker = false, op = "update",
    first = 1, column = "bias", is_state = true }
end

-- The list of one quantity of net, or one state of its optimiser, the same each time.
function lists.of(net, what)
  local s = state(net)
  s.lists = s.lists or {}
  if not s.lists[what] then
    local self = { net = net, what = what, quantity = quantities.by_field[what] or state_quantity(what), origins = {} }
    local proxy = core.object(list)
    list[proxy] = self
    s.lists[what] = proxy
  end
  return s.lists[what]
end

-- The field whose list v is, "theta" for example; nil when v is no list of live matrices.
function lists.what(v)
  local self = debug.getmetatable(v) == list and list[v]
  return self and self.what
end

-- --- what an optimiser carries from update to update: net.state.steps[l] ------------------

local carried = { __name = "state of an optimizer", __metatable = false }

function carried.__index(self, name)
  local optimizer, all = core.optimizer(carried[self])
  for _, known in ipairs(all) do
    if name == known then return lists.of(carried[self], name) end
  end
  raise("state: optimizer %q has no %s; it has %s", optimizer, show(name),
    #all > 0 and table.concat(all, ", ") or "none")
end

function carried.__newindex(_, name)
  raise("state: %s cannot be set whole: set one matrix of it, net.state.%s[1] = m", show(name), tostring(name))
end

function carried.__pairs(self)
  local _, all = core.optimizer(carried[self])
  local k = 0
  return function()
    k = k + 1
    if all[k] then return all[k], lists.of(carried[self], all[k]) end
  end
end

function carried.__len(self) return #select(2, core.optimizer(carried[self])) end

function carried.__tostring(self)
  local texts = {}
  for _, proxy in carried.__pairs(self) do texts[#texts + 1] = lists.text(proxy) end
  return #texts > 0 and table.concat(texts, "\n") or "optimizer \"" .. core.optimizer(carried[self]) .. "\" has none"
end

setmetatable(carried, { __mode = "k" }) -- proxy -> network

-- The states of net's optimiser by name.
function lists.states(net)
  local proxy = core.object(carried)
  carried[proxy] = net
  return proxy
end

-- --- settings: net.layers[l], net.frozen[l] ---------------------------------------------

-- A list of n values: reading calls get(i), writing calls set(i, v). what: its name in messages.
function lists.settings(n, get, set, what)
  local self = core.object {
    __name = what, __metatable = false,
    __len = function() return n end,
    __index = function(proxy, i)
      if methods[i] then return methods[i] end
      local whole = type(i) == "number" and math.tointeger(i)
      if whole and whole >= 1 and whole <= n then return get(whole) end
      if whole ~= n + 1 then raise("%s", lists.missing(proxy, i)) end
    end,
    __newindex = function(_, i, v) set(i, v) end,
    __pairs = function(proxy)
      return function(_, i)
        if i < n then return i + 1, proxy[i + 1] end
      end, proxy, 0
    end,
    __tostring = function(proxy)
      local parts = {}
      for i = 1, n do parts[i] = tostring(proxy[i]) end
      return "{" .. table.concat(parts, ", ") .. "}"
    end,
  }
  settings[self] = what
  return self
end

-- Returns a list as a plain table, THETA as one of copies; any other value as it is.
function lists.plain(v) return lists.is(v) and methods.copy(v) or v end

return lists
