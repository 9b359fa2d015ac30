-- walk.lua - one step, one operation at a time: z, a, cost, delta, grad and update of the real pass.

local core = require "moongrad.core"
local edited = require "moongrad.explain.edited"
local lists = require "moongrad.network.lists"
local names = require "moongrad.names"
local options = require "moongrad.options"
local quantities = require "moongrad.quantities"
local raise = require "moongrad.raise"
local repeats = require "moongrad.repeats"
local show = require "moongrad.show"
local symbols = require "moongrad.explain.symbols"
local format, gsub, lower, match = string.format, string.gsub, string.lower, string.match

local walk = {}

-- --- operations -----------------------------------------------------------------------

local op = { __name = "operation", __metatable = false } -- the metatable of what a walk returns

local op_names = options.operations
local is_matrix = {} -- is what it makes one? That is called as the operation.
for _, what in ipairs(quantities.matrices) do
  if quantities.by_field[what].op == what then is_matrix[what] = true end
end

-- "z 1"; "update"
local function title(net, k)
  local name, layer = core.walk_op(net, k)
  return layer and name .. " " .. layer or name
end

-- The live matrix or number that an operation made; of the update all of THETA, a list.
local function value(net, name, layer)
  if name == "cost" then return net.J end
  if name == "update" then return net.theta end
  if name == "dropout" then return net.a[layer + 1] end
  return net[name][quantities.place(name, layer)]
end

-- "op 5 of 14   z 3; next a 3"
local function place(self)
  local text = format("op %d of %d   %s", self.k, self.count, title(self.net, self.k))
  if self.row then text = text .. format(", of row %d alone (N = 1)", self.row) end
  if self.k == self.count then return text .. format("; this was the last, epoch %d", self.epoch) end
  return text .. "; next " .. title(self.net, self.k + 1)
end

-- What it made, as text with where that came from.
local function result(self, from)
  if self.name == "cost" then return format("J = %s   from %s", show.number(self.value), from) end
  if self.name == "dropout" then
    return gsub(show.matrix(self.value), "\n", "   from " .. from .. "\n", 1) .. "\nmask  " .. show.matrix(self.mask)
  end
  if self.name ~= "update" then
    from = from .. edited.words(self.net, self.name, self.layer)
    return (gsub(show.matrix(self.value), "\n", "   from " .. from .. "\n", 1))
  end
  local texts = {}
  for l, m in ipairs(self.value) do
    local from_l = gsub(from, "%u+", format("%%0[%d]", l)) -- "THETA[1] and GRAD[1]"
    texts[#texts + 1] = gsub(show.matrix(m), "\n", "   from " .. from_l .. "\n", 1)
    for _, list in pairs(self.net.state) do texts[#texts + 1] = show.matrix(list[l]) end
  end
  return table.concat(texts, "\n")
end

-- Is what it made still there to be seen?
local function is_there(self)
  if not is_matrix[self.name] then return true end
  return core.view(self.net, self.name, quantities.place(self.name, self.layer)) ~= nil
end

function op.__tostring(self)
  local _, shapes, from = symbols.op(self.net, self.name, self.layer)
  local made = is_there(self) and result(self, from) or "taken back"
  return format("%s\n%s\n%s\n%s", self.formula, shapes, made, place(self))
end

function op.__index(self, name) return name == "text" and tostring(self) or nil end

-- After w:to(...) the next one is w().
repeats[op] = function(text)
  local w = match(text, "^%s*([%a_][%w_]*)%s*:%s*[%a_]+%f[^%w_]")
  return w and w .. "()" or true
end

local function new_op(self, k)
  local name, layer = core.walk_op(self.net, k)
  return setmetatable({ name = name, layer = layer, formula = symbols.op(self.net, name, layer),
    value = value(self.net, name, layer), mask = name == "dropout" and core.mask(self.net, layer) or nil, k = k,
    count = self.count, net = self.net, row = self.row or nil,
    epoch = self.net.epoch }, op)
end

-- --- is it still the network's walk? ------------------------------------------------------

-- What has come between; nil when nothing has.
local function trouble(self)
  if self.current and self.current() ~= self.net then
    return "NET is another network now; walk() begins a walk of that one"
  end
  if core.walk_state(self.net) ~= self.number then
    return "something has come between, a step(), forward(), check(), init(), undo() or another walk; w:reset() "
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

-- The operations done.
local function done(self)
  local number, n = core.walk_state(self.net)
  return number == self.number and n or nil
end

-- --- moving ---------------------------------------------------------------------------------

local function run(self)
  local k = done(self) + 1
  if k == self.count then self.kept = core.walk_keep(self.net) end
  core.walk_run(self.net)
  local name, layer = core.walk_op(self.net, k)
  if is_matrix[name] then edited.made(self.net, name, layer) end
  self.finished = k == self.count
end

local function back(self)
  core.walk_back(self.net, self.kept)
  self.kept, self.finished = false, false
end

local function go(self, k)
  while done(self) < k do run(self) end
  while done(self) > k do back(self) end
end

-- The one row of X and y that is walked.
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
  edited.begin(self.net, self.number)
  self.kept, self.finished = false, false
end

local class = { __name = "walk", __metatable = false } -- the metatable of walks
local methods = {}
local walks = setmetatable({}, { __mode = "k" }) -- walk -> what it stands for

local function self_of(w, name)
  return walks[w] or raise("%s: expected a walk first: w:%s(...)", name, name)
end

--- w:back()
-- Undoes the last operation of the walk w to the bit: what it made is not there again; the update gives THETA, DTHETA
-- and the epoch back. What you wrote before it stays, what you wrote into what it made goes with it. Returns w.
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
-- Does all the operations of the walk w that are left, and returns the last one, the update.
-- > w = walk()
-- > w:finish()
function methods.finish(w, ...)
  local self = self_of(w, "finish")
  options.none("finish", ...)
  check(self)
  go(self, self.count)
  return new_op(self, self.count)
end

--- w:reset()
-- Takes the walk w back to its beginning. One that something else has overtaken, a step, other data, begins anew from
-- the network as it now is. Returns w.
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

-- The operation that is meant: a number, or a name and a layer.
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
  for _, name in ipairs(op_names) do known = known or name == what end
  if not known then
    raise("to: no operation %q%s", what, names.suggest(what, op_names))
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
-- Goes on, or back, until that operation of the walk w is the last one done, and returns it: w:to("delta", 1),
-- w:to("cost"); without a layer the next of that name; w:to(5) is the fifth. w:to "delta 1" is the same as the first.
-- > w = walk()
-- > w:to("delta", 1)
function methods.to(w, what, layer, ...)
  local self = self_of(w, "to")
  options.no_more('to: expected an operation and its layer, w:to("delta", 1)', ...)
  check(self)
  local k = find(self, what, layer)
  go(self, k)
  return new_op(self, k)
end

walk.methods = methods

-- --- the walk itself ------------------------------------------------------------------------

class.__index = setmetatable(methods, {
  __index = function(_, name)
    raise("a walk has no %s%s", options.show(name), names.suggest(tostring(name), { "back", "to", "finish", "reset" }))
  end,
})

-- The next operation; nil after the last.
function class.__call(w, ...)
  local self = walks[w]
  if select("#", ...) > 2 then raise "walk: w() takes no arguments" end -- for gives it two
  if self.finished and (not done(self) or done(self) == self.count) then return nil end
  check(self)
  run(self)
  return new_op(self, done(self))
end

function class.__tostring(w)
  local self = walks[w]
  local text = "walk of " .. gsub(tostring(self.net), "   .*$", "")
  text = text .. (self.row and format(", row %d alone", self.row) or format(", %d rows", (core.batch(self.net))))
  local why = not (self.finished and not done(self)) and trouble(self)
  if why then return text .. ": no longer valid: " .. why end
  local n = done(self) or self.count
  if n == self.count then return format("%s: finished, epoch %d", text, self.net.epoch) end
  if n == 0 then
    return format("%s: at its beginning; with w = walk(), w() does op 1, %s", text, title(self.net, 1))
  end
  local at = format("after op %d of %d, %s", n, self.count, title(self.net, n))
  return format("%s: %s; w() does op %d, %s", text, at, n + 1, title(self.net, n + 1))
end

--- net:walk([X, y] or {rows = k})
-- One step on X, y (default its own), one operation of the pass at a time. w = walk() is at its beginning; each w()
-- does the next operation and returns it, nil after the last (at the prompt Enter, nothing typed, does it):
--   z 1, a 1, (dropout 1,) ..., z L, a L, cost, delta L, ..., delta 1, grad L, ..., grad 1, update
-- An operation has name, layer, formula, value (the live matrix or number) and text. Between two of them A Z DELTA
-- GRAD THETA are what the walk has made so far; what you write into one goes on into the operations to come. A
-- finished walk leaves the bits that step(1) leaves.
--   w:back()             undoes the last operation, w:reset() all of them
--   w:to("delta", 1)     goes on, or back, to that one
--   w:finish()           does all that are left
-- {rows = 3} makes the step on row 3 alone: N is 1, J and GRAD are of that row, and so is the update.
-- > w = walk()
-- > w()
-- > w:to("delta", 1)
-- > w:finish()
-- > for op in walk() do print(op.name, op.layer) end
function walk.of(net, X, y, ...)
  core.network_self(net, "walk")
  options.no_more("walk: expected X and y, or {rows = 3}, or nothing", ...)
  local self = { net = net, X = false, y = false, row = false, data = false, kept = false, finished = false,
    current = false }
  if type(X) == "table" and y == nil and X[1] == nil then
    self.row = options.take("walk", X).rows or false
  elseif (X == nil) ~= (y == nil) then
    raise "walk: expected X and y, or neither; of one row alone: walk{rows = 3}"
  elseif X ~= nil then
    self.X, self.y = core.as_matrix(X, "X"), core.as_matrix(y, "y", true)
  end
  begin(self)
  local w = setmetatable({}, class)
  walks[w] = self
  return w
end

-- As walk.of, of the current network: no longer valid when that is another.
function walk.current(current, ...)
  local w = walk.of(current() or raise "walk needs a network: make one first, LAYERS = {2, 2, 2, 1}", ...)
  walks[w].current = current
  return w
end

return walk
