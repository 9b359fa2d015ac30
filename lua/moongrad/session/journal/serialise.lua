-- serialise.lua - writes values as Lua source that makes them again, to the last bit.
--
-- This takes two steps. A copier copies values, which is quick, so that later changes of them do not matter. text()
-- writes the copies as Lua source, which may take seconds for a large network, only when the session is saved. The
-- source uses one local, __, a table that reader() returns: __[1], __[2] ... are the objects that were made, and its
-- methods make them.

local core = require "moongrad.core"
local lexer = require "moongrad.syntax.lexer"
local lists = require "moongrad.network.lists"
local mg = require "moongrad"
local options = require "moongrad.options"
local past = require "moongrad.past.past"
local quantities = require "moongrad.quantities"
local report = require "moongrad.network.report"
local source_of = require "moongrad.session.journal.source_of"
local state = require "moongrad.network.state"
local timing = require "moongrad.timing"
local format = string.format

local serialise = {}

-- moongrad's own tables that consist of nothing but their fields: name -> metatable.
local classes = { history = report.history, time = timing.classes.time, bench = timing.classes.bench }
local class_of = {}
for name, metatable in pairs(classes) do class_of[metatable] = name end

local scalar = { ["nil"] = true, boolean = true, number = true, string = true }

-- The kind of a value: "matrix", "row", "network", "report" or "generator" for moongrad's objects, else Lua's type.
function serialise.kind(v)
  local meta = type(v) == "userdata" and debug.getmetatable(v)
  return meta and rawget(meta, "__name") or type(v)
end
local kind = serialise.kind

-- --- copies ---------------------------------------------------------------------------------

-- A copy is a scalar, or a table with this metatable, one for each object. Its field kind says what it is, and which
-- other fields it has: known {name}, an object that has an expression; view {net, path}, a matrix or list of a network;
-- matrix {numbers, is_row}; table {items, class}; network {state}; generator {digits}; function {source}.
local copy = {}

local copier = {}
copier.__index = copier

-- Returns a copier. known: object -> expression, for objects that exist already; texts(chunkname): the source of a
-- chunk, or nil; room: the bytes that copies of numbers may take; items: how many table items may be copied. The copier
-- adds the names of values that cannot be written to its list lost, and of those that there is no room for to full.
function serialise.copier(known, texts, room, items)
  local self = { texts = texts, room = room, items = items, depth = 0, copies = {}, order = {},
    lost = {}, full = {} }
  setmetatable(self, copier)
  for object, name in next, known do self:add(object, "known", { name = name }) end
  return self
end

-- Notes c as the copy of an object and returns it. This comes before its contents are copied, so that cycles end.
function copier:add(object, what, c)
  c.kind = what
  self.copies[object] = setmetatable(c, copy)
  self.order[#self.order + 1] = object
  return c
end

-- Is the object one of those that exist already?
function copier:knows(object)
  local c = self.copies[object]
  return c ~= nil and c.kind == "known"
end

-- Reserves so many bytes; returns false, and adds path to the list full, if there is not so much room.
function copier:takes(bytes, path)
  if bytes > self.room then
    self.full[#self.full + 1] = path
    return false
  end
  self.room = self.room - bytes
  return true
end

-- A copy of the numbers of a matrix; nil if there is no room.
function copier:numbers(m, path) return self:takes(8 * m.nrows * m.ncols, path) and m:copy() or nil end

-- The state of a network; nil if there is no room.
function copier:state(net, path)
  if not self:takes(2 * core.image_sizes(net), path) then return nil end -- THETA and GRAD
  local s = state.take(net)
  s.X, s.y = self:value(s.X, path .. ".X"), self:value(s.y, path .. ".y")
  return s
end

local deepest = 500 -- levels of tables within tables that are copied
local longest = 200 -- bytes of a path; a longer one is not extended

-- The path of the item at a key, for messages.
local function item_path(path, key)
  local name = lexer.is_name(key) and "." .. key or format("[%s]", options.show(key))
  return #path < longest and path .. name or path
end

-- Copies the contents of a table or a report: key -> copy. Raises if there are too many items or levels.
function copier:contents(t, path)
  local items, step, from, first = {}, next, t, nil
  if type(t) ~= "table" then step, from, first = pairs(t) end
  self.depth = self.depth + 1
  for key, v in step, from, first do
    self.items = self.items - 1
    if self.items < 0 or self.depth > deepest then error "too many" end
    if scalar[type(key)] and scalar[type(v)] then
      items[key] = v
    else
      local at = item_path(path, key)
      local k, x = self:value(key, at .. ", as a key"), self:value(v, at)
      if k ~= nil and x ~= nil then items[k] = x end
    end
  end
  self.depth = self.depth - 1
  return items
end

-- kind -> function that makes a copy; it returns nil, true for a value that cannot be written, nil if there is no room.
local make = {}

-- Where a network has the list called what: "theta", "state.steps".
local function view_path(what) return quantities.by_field[what] and what or "state." .. what end

function make:matrix(m, path)
  local from, row = core.origin(m)
  if from and from.net then
    local net = self:value(from.net, "the network of " .. path)
    local at = format("%s[%d]%s", view_path(from.what), from.layer, row and format("[%d]", row) or "")
    return net and self:add(m, "view", { net = net, path = at })
  end
  local numbers = self:numbers(m, path)
  return numbers and self:add(m, "matrix", { numbers = numbers, is_row = kind(m) == "row" })
end
make.row = make.matrix

function make:network(net, path)
  local c = self:add(net, "network", {})
  c.state = self:state(net, path)
  if c.state then return c end
  self.copies[net] = nil
end

function make:generator(g) return self:add(g, "generator", { digits = state.digits(g) }) end

function make:report(r, path)
  local c = self:add(r, "table", { class = "report" })
  c.items = self:contents(r, path)
  return c
end

make["list of matrices"] = function(self, t, path) -- net.theta, net.a ...
  local list = rawget(lists.class, t)
  local net = self:value(list.net, "the network of " .. path)
  return net and self:add(t, "view", { net = net, path = view_path(list.what) })
end

function make:table(t, path)
  local meta = debug.getmetatable(t)
  if meta and not class_of[meta] then return nil, true end
  local c = self:add(t, "table", { class = class_of[meta] })
  c.items = self:contents(t, path)
  return c
end

make["function"] = function(self, f)
  local source = source_of(f, self.texts)
  if not source then return nil, true end
  return self:add(f, "function", { source = source })
end

-- Returns the copy of v; nil if it cannot be copied, and then path, the user's expression for v, is in lost or full.
function copier:value(v, path)
  if scalar[type(v)] then return v end
  if self.copies[v] then return self.copies[v] end
  local c, is_lost
  if make[kind(v)] then c, is_lost = make[kind(v)](self, v, path) else is_lost = true end
  if is_lost then self.lost[#self.lost + 1] = path end
  return c
end

-- Calls f(...), which copies the value that path names. If it raises, because there are too many items, the copies made
-- so far are removed and path is added to full. Returns whether the value was copied.
function copier:whole(path, f, ...)
  local before, items = #self.order, self.items
  if pcall(f, ...) then return true end
  self.items, self.depth = items, 0
  for i = #self.order, before + 1, -1 do self.copies[self.order[i]], self.order[i] = nil, nil end
  self.full[#self.full + 1] = path
  return false
end

-- --- text -----------------------------------------------------------------------------------

local writer = {}
writer.__index = writer

-- A literal for a scalar or for the numbers of a matrix; for an activation or cost of the user's own, its name.
local function literal(v)
  if kind(v) ~= "matrix" then return format("%q", options.name_of(v)) end
  local rows = {}
  for i = 1, v.nrows do
    local row = v[i]:totable()
    for j, x in ipairs(row) do row[j] = format("%q", x) end
    rows[i] = "{" .. table.concat(row, ", ") .. "}"
  end
  return "{" .. table.concat(rows, ",\n  ") .. "}"
end

-- Orders keys so that the same table is always written in the same way.
local function ordered(a, b)
  if math.type(a) and math.type(b) then return a < b end
  if type(a) ~= type(b) then return type(a) < type(b) end
  return tostring(a) < tostring(b)
end

-- A table constructor: the list part of t first, then its other keys in order.
function writer:contents(t)
  local parts, rest, n = {}, {}, rawlen(t)
  for i = 1, n do parts[i] = self:expression(t[i]) end
  for key in next, t do
    if not (math.type(key) == "integer" and key >= 1 and key <= n) then rest[#rest + 1] = key end
  end
  table.sort(rest, ordered)
  for _, key in ipairs(rest) do
    local name = lexer.is_name(key) and key or "[" .. self:expression(key) .. "]"
    parts[#parts + 1] = name .. " = " .. self:expression(t[key])
  end
  return "{" .. table.concat(parts, ", ") .. "}"
end

-- kind -> function that returns the expression that makes a copy's object; for an object with contents also the name of
-- the reader's function that fills it, and the contents.
local write = {}

function write.matrix(_, c) return "__.matrix" .. literal(c.numbers) .. (c.is_row and "[1]" or "") end
function write.generator(_, c) return format("__.generator %q", c.digits) end
write["function"] = function(_, c) return c.source end
function write.table(_, c) return c.class and format("__.new %q", c.class) or "{}", "fill", c.items end
function write.network(self, c)
  local layers, given = self:contents(c.state.layers), self:contents(c.state.given)
  return format("__.network(%s, %s)", layers, given), "put", c.state
end

function writer:line(...) self.lines[#self.lines + 1] = table.concat { ... } end

-- Returns the expression of a copy, and writes the lines before it that make its object.
function writer:expression(v)
  if type(v) ~= "table" then return literal(v) end
  if getmetatable(v) ~= copy then return self:contents(v) end
  if v.kind == "known" then return v.name end
  if v.kind == "view" then return self:expression(v.net) .. "." .. v.path end
  if not self.places[v] then
    self.count = self.count + 1
    local place = format("__[%d]", self.count)
    self.places[v] = place
    local text, completes, contents = write[v.kind](self, v)
    self:line(place, " = ", text)
    if completes then self:line("__.", completes, "(", place, ", ", self:contents(contents), ")") end
  end
  return self.places[v]
end

-- Returns Lua source for a list of changes. {name, copy} becomes name = copy; {name, copy, f} becomes f(name, copy);
-- {nil, copy, f} becomes f(copy).
function serialise.text(changes)
  local self = setmetatable({ places = {}, lines = {}, count = 0 }, writer)
  self:line 'local __ = require("moongrad.session.journal.serialise").reader()'
  for _, change in ipairs(changes) do
    local name, text, f = change[1], self:expression(change[2]), change[3]
    if f then self:line(f, "(", name and name .. ", " or "", text, ")") else self:line(name, " = ", text) end
  end
  return table.concat(self.lines, "\n")
end

-- --- making them again ----------------------------------------------------------------------

local reader = {}

reader.matrix = mg.matrix

function reader.new(class)
  return class == "report" and core.make_report {} or setmetatable({}, classes[class])
end

-- Makes a network of these layers and options; put() then gives it its state.
function reader.network(layers, given) return state.make { layers = layers, given = given } end

function reader.put(net, s)
  state.put(net, s)
  if not past.of(net) then past.begin(net) end
end

function reader.generator(digits)
  local g = mg.generator(0)
  state.set_digits(g, digits)
  return g
end

reader.random = state.set_digits

-- Replaces the contents of a table or a report.
function reader.fill(t, contents)
  for key in next, type(t) == "table" and t or {} do rawset(t, key, nil) end
  for key, v in next, contents do
    if type(t) == "table" then rawset(t, key, v) else t[key] = v end
  end
end

function reader.set(m, rows) m:set(rows) end

-- Returns the i-th upvalue of f; nil if f is no function.
function reader.held(f, i) return type(f) == "function" and select(2, debug.getupvalue(f, i)) or nil end

-- Sets the i-th upvalue of f to v; does nothing if f is no function.
function reader.variable(f, i, v)
  if type(f) == "function" then debug.setupvalue(f, i, v) end
end

-- Returns the table that a script calls __.
function serialise.reader() return setmetatable({}, { __index = reader }) end

return serialise
