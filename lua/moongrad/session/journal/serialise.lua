-- serialise.lua - values as Lua that makes them again, to the last bit.
--
-- It is done in two steps. A copier copies values at once, which takes a moment, so that what becomes of them later
-- is nothing to it. text() writes copies as Lua, which takes seconds for a large network, when that is asked for.
-- The Lua has one name of its own, __, a table: it holds the objects that were made, by number, and the functions of
-- reader() that make them.

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

-- Tables of ours that hold nothing but their fields, by their metatables.
local classes = { history = report.history, time = timing.classes.time, bench = timing.classes.bench }
local class_of = {}
for name, metatable in pairs(classes) do class_of[metatable] = name end

local scalar = { ["nil"] = true, boolean = true, number = true, string = true }

-- "matrix", "row", "network", "report", "generator" for moongrad's objects, else Lua's type.
function serialise.kind(v)
  local meta = type(v) == "userdata" and debug.getmetatable(v)
  return meta and rawget(meta, "__name") or type(v)
end
local kind = serialise.kind

-- --- copies ---------------------------------------------------------------------------------

-- A copy is a scalar, or one of these, each object one, with what makes it again: known {name}, view {net, path},
-- matrix {numbers, is_row}, table {items, class}, network {state}, generator {digits}, function {source}.
local copy = {}

local copier = {}
copier.__index = copier

-- A copier knows objects that have an expression already, known[object]; texts(chunkname), the source of a chunk; the
-- bytes that copies of numbers may take, and how many items of tables there may be. lost names what cannot be made
-- again, full what there was no room for.
function serialise.copier(known, texts, room, items)
  local self = { texts = texts, room = room, items = items, depth = 0, copies = {}, order = {},
    lost = {}, full = {} }
  setmetatable(self, copier)
  for object, name in next, known do self:add(object, "known", { name = name }) end
  return self
end

-- The copy of an object, noted before what it holds, so that cycles end.
function copier:add(object, what, c)
  c.kind = what
  self.copies[object] = setmetatable(c, copy)
  self.order[#self.order + 1] = object
  return c
end

-- Has an object an expression without being made again?
function copier:knows(object)
  local c = self.copies[object]
  return c ~= nil and c.kind == "known"
end

-- Takes room for so many bytes; false when there is not so much.
function copier:takes(bytes, path)
  if bytes > self.room then
    self.full[#self.full + 1] = path
    return false
  end
  self.room = self.room - bytes
  return true
end

-- The numbers of a matrix; nil without room.
function copier:numbers(m, path) return self:takes(8 * m.nrows * m.ncols, path) and m:copy() or nil end

-- The state of a network; nil without room.
function copier:state(net, path)
  if not self:takes(2 * core.image_sizes(net), path) then return nil end -- THETA and GRAD
  local s = state.take(net)
  s.X, s.y = self:value(s.X, path .. ".X"), self:value(s.y, path .. ".y")
  return s
end

local deepest = 500 -- tables within tables
local longest = 200 -- bytes of a name, about

-- What the item of a key is called.
local function item_path(path, key)
  local name = lexer.is_name(key) and "." .. key or format("[%s]", options.show(key))
  return #path < longest and path .. name or path
end

-- The contents of a table or a report.
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

local make = {} -- by kind; what cannot be made again is nil, true, what there is no room for nil

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

function make:table(t, path)
  local meta = debug.getmetatable(t)
  local list = lists.is(t) and rawget(lists.class, t) -- net.theta and its kin
  if list then
    local net = self:value(list.net, "the network of " .. path)
    return net and self:add(t, "view", { net = net, path = view_path(list.what) })
  end
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

-- The copy of v, nil when there is none; path is what the user calls v.
function copier:value(v, path)
  if scalar[type(v)] then return v end
  if self.copies[v] then return self.copies[v] end
  local c, is_lost
  if make[kind(v)] then c, is_lost = make[kind(v)](self, v, path) else is_lost = true end
  if is_lost then self.lost[#self.lost + 1] = path end
  return c
end

-- Calls f(...), which copies what path is, whole or not at all: of what holds too many items nothing stays. Returns
-- whether all was copied.
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

-- Scalars, matrices and functions of the user's own without identity.
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

-- Keys in one order every time.
local function ordered(a, b)
  if math.type(a) and math.type(b) then return a < b end
  if type(a) ~= type(b) then return type(a) < type(b) end
  return tostring(a) < tostring(b)
end

-- A table without identity: a list as such, other keys in brackets.
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

local write = {} -- by kind: the expression of a copy, and the function that completes it, with the contents

function write.matrix(_, c) return "__.matrix" .. literal(c.numbers) .. (c.is_row and "[1]" or "") end
function write.generator(_, c) return format("__.generator %q", c.digits) end
write["function"] = function(_, c) return c.source end
function write.table(_, c) return c.class and format("__.new %q", c.class) or "{}", "fill", c.items end
function write.network(self, c)
  local layers, given = self:contents(c.state.layers), self:contents(c.state.given)
  return format("__.network(%s, %s)", layers, given), "put", c.state
end

function writer:line(...) self.lines[#self.lines + 1] = table.concat { ... } end

-- The expression of a copy, whose lines before it are written.
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

-- Changes as Lua. Each is {name, copy}: name = copy; or {name, copy, f}: the function is called with both, or, when
-- there is no name, with the copy.
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

-- A network of these layers and options, to be put into a state.
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

-- Gives t these contents and no others.
function reader.fill(t, contents)
  for key in next, type(t) == "table" and t or {} do rawset(t, key, nil) end
  for key, v in next, contents do
    if type(t) == "table" then rawset(t, key, v) else t[key] = v end
  end
end

function reader.set(m, rows) m:set(rows) end

-- The i-th variable that a function holds; it becomes v. Nothing when f is no function.
function reader.held(f, i) return type(f) == "function" and select(2, debug.getupvalue(f, i)) or nil end

function reader.variable(f, i, v)
  if type(f) == "function" then debug.setupvalue(f, i, v) end
end

-- What a script calls __.
function serialise.reader() return setmetatable({}, { __index = reader }) end

return serialise
