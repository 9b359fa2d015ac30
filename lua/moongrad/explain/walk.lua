-- walk.lua - walks: one step of training, done one operation at a time (z, a, cost, delta, grad, update) by the engine.

local core = require "moongrad.core"
local edited = require "moongrad.explain.edited"
local lists = require "moongrad.network.lists"
local names = require "moongrad.names"
local operation = require "moongrad.explain.operation"
local options = require "moongrad.options"
local raise = require "moongrad.raise"
local format, gsub, lower, match = string.format, string.gsub, string.lower, string.match

local title = operation.title

local walk = {}

-- --- is a walk still valid? ------------------------------------------------------

-- Why walk self is no longer valid, in words; nil when it is.
local function trouble(self)
  if self.current and self.current() ~= self.net then
    return "NET is another network now; walk() begins a walk of that one"
  end
  if core.walk_state(self.net) ~= self.number then
    return "a step(), forward(), check(), init(), undo() or another walk has ended it; w:reset() "
      .. "begins again from here"
  end
  if not self.data then return nil end
  local X, y = core.network_data(self.net)
  for name, was in pairs { X = self.data.X, y = self.data.y } do
    local now = name == "X" and X or name == "y" and y
    if not rawequal(now, was.matrix) or core.version(now) ~= was.version then
      return name .. " has changed since it began; w:reset() begins again with it"
    end
  end
end

local function check(self)
  local why = trouble(self)
  if why then raise("walk: no longer valid: %s", why) end
end

-- How many operations are done; nil when the walk is no longer the network's.
local function done(self)
  local number, n = core.walk_state(self.net)
  return number == self.number and n or nil
end

-- --- moving ---------------------------------------------------------------------------------

-- Does the next operation.
local function run(self)
  local k = done(self) + 1
  if k == self.count then self.kept = core.walk_keep(self.net) end
  core.walk_run(self.net)
  local name, layer = core.walk_op(self.net, k)
  if operation.is_matrix[name] then edited.made(self.net, name, layer) end
  self.finished = k == self.count
end

-- Undoes the last operation.
local function back(self)
  core.walk_back(self.net, self.kept)
  self.kept, self.finished = false, false
end

-- Goes on, or back, until k operations are done.
local function go(self, k)
  while done(self) < k do run(self) end
  while done(self) > k do back(self) end
end

-- The only row of X and y that the walk uses, as two matrices of one row.
local function row_of(self, X, y)
  if not X or not y then raise "walk: no data yet: set X = {{0, 0}, {0, 1}, ...} and y = {0, 1, ...} first" end
  core.check_data(self.net, "walk", X, y)
  local k = type(self.row) == "number" and math.tointeger(self.row)
  if not k or k < 1 or k > #X then
    raise("walk: rows: expected one row from 1 to %d, got %s", #X, options.show(self.row))
  end
  self.row = k
  return X:rows(k, k), y:rows(k, k)
end

local newest = setmetatable({}, { __mode = "k" }) -- network -> the walk of it that began last

local function begin(self)
  if self.X then
    self.number, self.count = core.walk_begin(self.net, self.X, self.y)
  else
    local X, y = core.network_data(self.net)
    if self.row then
      self.number, self.count = core.walk_begin(self.net, row_of(self, X, y))
    else
      self.number, self.count = core.walk_begin(self.net)
    end
    self.data = { X = { matrix = X, version = core.version(X) }, y = { matrix = y, version = core.version(y) } }
  end
  newest[self.net] = self.handle
  edited.begin(self.net, self.number)
  self.kept, self.finished = false, false
end

local class = { __name = "walk", __metatable = false } -- the metatable of walks
local methods = {}
local walks = setmetatable({}, { __mode = "k" }) -- walk, as users see it -> its state, self in this file

local function self_of(w, name)
  return walks[w] or raise("%s: expected a walk first: w:%s(...)", name, name)
end

--- w:back()
-- Undoes the last operation of the walk w, to the bit. What the operation made is gone, with what you wrote into it;
-- undoing the update restores THETA, DTHETA and the epoch. What you wrote into other matrices stays. Returns w.
-- > w = walk()
-- > w() w() w:back()
function methods.back(w, ...)
  local self = self_of(w, "back")
  options.none("back", ...)
  check(self)
  if done(self) == 0 then raise "back: the walk is at its beginning" end
  back(self)
  return w
end

--- w:finish()
-- Does all operations of the walk w that are left, and returns the last one, the update.
-- > w = walk()
-- > w:finish()
function methods.finish(w, ...)
  local self = self_of(w, "finish")
  options.none("finish", ...)
  check(self)
  go(self, self.count)
  return operation.of(self, self.count)
end

--- w:reset()
-- Takes the walk w back to its beginning. A walk that a step, other data or something else has ended begins anew from
-- the network as it is now. Returns w.
-- > w = walk()
-- > w() w:reset()
function methods.reset(w, ...)
  local self = self_of(w, "reset")
  options.none("reset", ...)
  if self.current and self.current() ~= self.net then check(self) end
  if not trouble(self) then go(self, 0) end
  begin(self)
  return w
end

-- The number of the operation that w:to is asked for. what: a number or a name; layer: of a name, or nil.
local function find(self, what, layer)
  if type(what) == "number" then
    if layer ~= nil then raise "to: expected a name and a layer, or a number" end
    local k = math.tointeger(what)
    if not k or k < 1 or k > self.count then
      raise("to: expected an operation from 1 to %d, got %s", self.count, options.show(what))
    end
    return k
  end
  what = lists.what(what) or what -- w:to(DELTA, 1)
  if type(what) ~= "string" then raise('to: expected an operation, w:to("delta", 1), got %s', options.show(what)) end
  local written, of = match(what, "^(%a+) ?%[?(%d+)%]?$") -- "delta 1", "DELTA[1]"
  if written and layer == nil then what, layer = written, tonumber(of) end
  what = what == "J" and "cost" or lower(what)
  local list, layers = {}, 0
  for k = 1, self.count do
    local name, at = core.walk_op(self.net, k)
    layers = math.max(layers, at or 0)
    if name == what and (layer == nil or at == layer) then list[#list + 1] = k end
  end
  local known = false
  for _, name in ipairs(options.operations) do known = known or name == what end
  if not known then
    raise("to: no operation %q%s", what, names.suggest(what, options.operations))
  elseif #list == 0 and (what == "cost" or what == "update") then
    raise("to: %s has no layer: w:to(%q)", what, what)
  elseif #list == 0 then
    raise("to: %s: expected a layer from 1 to %d, got %s", what, layers, options.show(layer))
  end
  for _, k in ipairs(list) do
    if k > done(self) then return k end
  end
  return list[#list]
end

--- w:to(name [, layer])
-- Goes on, or back, until this operation of the walk w is the last one done, and returns it: w:to("delta", 1) or
-- w:to "delta 1", w:to("cost"). Without a layer it is the next operation of that name; w:to(5) is the fifth operation.
-- > w = walk()
-- > w:to("delta", 1)
function methods.to(w, what, layer, ...)
  local self = self_of(w, "to")
  options.no_more('to: expected an operation and its layer, w:to("delta", 1)', ...)
  check(self)
  local k = find(self, what, layer)
  go(self, k)
  return operation.of(self, k)
end

for name, f in pairs(methods) do methods[name] = core.entry(f) end
walk.methods = methods

-- --- the walk itself ------------------------------------------------------------------------

class.__index = setmetatable(methods, {
  __index = function(_, name)
    raise("a walk has no %s%s", options.show(name), names.suggest(tostring(name), { "back", "to", "finish", "reset" }))
  end,
})

-- w(): does the next operation and returns it; nil after the last.
function class.__call(w, ...)
  local self = walks[w]
  if select("#", ...) > 2 then raise "walk: w() takes no arguments" end -- a for loop passes two
  if self.finished and (not done(self) or done(self) == self.count) then return nil end
  check(self)
  run(self)
  return operation.of(self, done(self))
end

class.__call = core.entry(class.__call)

function class.__tostring(w)
  local self = walks[w]
  local text = "walk of " .. gsub(tostring(self.net), "   .*$", "")
  text = text .. (self.row and format(", row %d alone", self.row) or format(", %d rows", (core.batch(self.net))))
  local why = not (self.finished and not done(self)) and trouble(self)
  if why then return text .. ": no longer valid: " .. why end
  local n = done(self) or self.count
  if n == self.count then return format("%s: finished, epoch %d", text, self.net.epoch) end
  if n == 0 then
    return format("%s: at its beginning; w(), or walk \"next\", does op 1, %s", text, title(self.net, 1))
  end
  local at = format("after op %d of %d, %s", n, self.count, title(self.net, n))
  return format("%s: %s; w() does op %d, %s", text, at, n + 1, title(self.net, n + 1))
end

-- --- the open walk of a network -----------------------------------------------------------------

-- The walk of net that is open, and how many operations are done; nil without one. One that has just finished counts,
-- because it can go back.
local function open(net)
  local w = newest[net]
  local n = w and done(walks[w])
  if n then return w, n end
  newest[net] = nil -- something else ended it: what it keeps for going back is of no use
end

-- Which moves net:walk(move) can make now: a table "next", "back" -> true, and the position as text, "z 2, 3/10". Nil
-- when no walk of net is open; nil and the reason in words when one is, but is no longer valid.
function walk.moves(net)
  local w, n = open(net)
  local why = w and trouble(walks[w])
  if not w or why then return nil, why end
  local count = walks[w].count
  return { next = n < count, back = n > 0 }, format("%s, %d/%d", n > 0 and title(net, n) or "walk", n, count)
end

-- net:walk "next", net:walk "back" and net:walk(false)
local function move(net, name, more)
  if more ~= nil then raise 'walk: expected one move: walk "next", walk "back" or walk(false)' end
  local w = open(net)
  if name == false then
    newest[net] = nil
    return core.walk_end(net)
  elseif name ~= "next" and name ~= "back" then
    raise("walk: no move %s%s", options.show(name), names.suggest(name, { "next", "back" }))
  elseif not w then
    raise "walk: no walk is open; walk() begins one"
  end
  if name == "next" then return w() end
  return methods.back(w)
end

--- net:walk([X, y] or {rows = k})
-- Begins a walk: one step on X, y (default the network's own), done one operation at a time. After w = walk() each w()
-- does the next operation and returns it, nil after the last:
--   z 1, a 1, (dropout 1,) ..., z L, a L, cost, delta L, ..., delta 1, grad L, ..., grad 1, update
-- An operation has name, layer, formula, value (the live matrix or number) and text. Between operations A Z DELTA GRAD
-- THETA hold what the walk has made so far; later operations use what you write into them. A finished walk leaves the
-- same bits as step(1).
--   w:back()             undoes the last operation, w:reset() all of them
--   w:to("delta", 1)     goes on, or back, to this operation
--   w:finish()           does all that are left
-- walk "next" does the next operation of the walk that is open, walk "back" undoes the last, walk(false) ends the walk:
-- they need no variable. At the prompt an open walk of NET is a mode: the prompt shows the last operation, as in
-- [z 2, 3/10], Enter on an empty line is walk "next", and Alt-b is walk "back", until the walk ends.
-- {rows = 3} does the step on row 3 alone: N is 1, and J, GRAD and the update are of that row. A walk of one row shows
-- the formulas in numbers, too.
-- > w = walk()
-- > w()
-- > w:to("delta", 1)
-- > w:finish()
-- > walk()
-- > walk "next"
-- > walk(false)
-- > for op in walk() do print(op.name, op.layer) end
function walk.of(net, X, y, ...)
  core.network_self(net, "walk")
  if X == false or type(X) == "string" then return move(net, X, y) end
  options.no_more("walk: expected X and y, or {rows = 3}, or nothing", ...)
  local self = { net = net, X = false, y = false, row = false, data = false, kept = false, finished = false,
    current = false, handle = setmetatable({}, class) }
  if type(X) == "table" and y == nil and X[1] == nil then
    self.row = options.take("walk", X).rows or false
  elseif (X == nil) ~= (y == nil) then
    raise "walk: expected X and y, or neither; of one row alone: walk{rows = 3}"
  elseif X ~= nil then
    self.X, self.y = core.as_matrix(X, "X"), core.as_matrix(y, "y", true)
  end
  walks[self.handle] = self
  begin(self)
  return self.handle
end

-- Like walk.of for the session's current network, current(). The walk ends when that becomes another network.
function walk.current(current, X, ...)
  local net = current() or raise "walk needs a network: make one first, LAYERS = {2, 2, 2, 1}"
  if X == false or type(X) == "string" then return walk.of(net, X, ...) end
  local w = walk.of(net, X, ...)
  walks[w].current = current
  return w
end

return walk
