-- exact.lua - values as Lua that makes them again, to the last bit. For what a journal cannot tell by commands.
--
-- The Lua has one name of its own, __, a table: it holds the objects that were made, by number, and the
-- functions below that make them. Numbers, of matrices and of tables that hold nothing else, are copied when they
-- are written and become text when that is asked for: a copy takes a moment, the text of a large network seconds.

local core = require "moongrad.core"
local lexer = require "moongrad.syntax.lexer"
local mg = require "moongrad"
local options = require "moongrad.options"
local quantities = require "moongrad.quantities"
local report = require "moongrad.report"
local timing = require "moongrad.timing"
local written = require "moongrad.journal.written"

local exact = {}

local scalar = { number = true, string = true, boolean = true }

-- Of tables that can be made again.
local classes = { history = report.history, time = timing.classes.time, bench = timing.classes.bench }

-- "matrix", "row", "network", "report", "generator" for moongrad's objects, else Lua's type.
function exact.kind(v)
  local meta = type(v) == "userdata" and debug.getmetatable(v)
  return meta and rawget(meta, "__name") or type(v)
end
local kind = exact.kind

-- --- making them again --------------------------------------------------------------------

local make = {}

make.matrix, make.generator, make.report = mg.matrix, mg.generator, core.make_report

function make.class(t, name) return setmetatable(t, classes[name]) end

-- Gives t these contents and no others.
function make.fill(t, contents)
  for key in next, t do rawset(t, key, nil) end
  for key, v in next, contents do rawset(t, key, v) end
end

function make.set(m, rows) m:set(rows) end

-- The generator (nil: the shared one) in the state that these digits are.
function make.state(g, digits)
  core.rng_state(g, (digits:gsub("%x%x", function(byte) return string.char(tonumber(byte, 16)) end)))
end

-- A network of these layers and options, its numbers yet to come: what is drawn for it is not missed.
function make.network(layers, given)
  local spec = { layers[1].size }
  for l = 2, #layers do spec[l] = { layers[l].size, layers[l].activation, bias = layers[l].bias } end
  for name, v in pairs(given) do spec[name] = v end
  local before = core.rng_state()
  local net = mg.network(spec)
  core.rng_state(nil, before)
  return net
end

-- Makes net what it was.
function make.restore(net, was)
  local s = core.network_state(net)
  local activations, cost, scale = options.resolve(was.layers, was.given)
  s.layers, s.given, s.activations = was.layers, was.given, options.names_of(activations)
  for l, activation in ipairs(activations) do core.set_activation(net, l, activation) end
  core.set_cost(net, cost, scale)
  for _, name in ipairs { "eta", "l1", "l2" } do core.numbers(net, name, was[name]) end
  for l, parts in ipairs(was.frozen) do core.frozen(net, l, parts) end
  core.network_data(net, "X", was.X)
  core.network_data(net, "y", was.y)
  if was.rng and not core.own_rng(net) then core.set_rng(net, mg.generator(0)) end
  if was.rng then make.state(core.own_rng(net), was.rng) else core.set_rng(net, nil) end
  for l, rows in ipairs(was.theta) do
    if rows then core.set_theta(net, l, rows) end
  end
  if was.grad and pcall(function() net:forward() net:backward() end) then
    for l, rows in ipairs(was.grad) do
      if rows then net.grad[l]:set(rows) end
    end
  end
  core.bug(net, was.bug or "none")
  core.set_epoch(net, was.epoch)
end

-- What a script calls __.
function exact.reader() return setmetatable({}, { __index = make }) end

-- --- writing ---------------------------------------------------------------------------------

local writer = {}
writer.__index = writer

-- A writer knows the objects that have an expression already, texts(chunkname), the source of a chunk, and the
-- bytes that copies may take. Its lines are for exact.text; lost names what cannot be written, full (nil: nothing)
-- what there was no room for. With objects, how many new ones there may be, what is written under whole is full
-- after them.
function exact.writer(known, texts, room)
  return setmetatable({ known = known, texts = texts, room = room, lines = {}, lost = {}, count = 0 }, writer)
end

function writer:line(format, ...) self.lines[#self.lines + 1] = format:format(...) end

-- A line in parts: texts, and copies of matrices and plain tables.
function writer:parts(parts) self.lines[#self.lines + 1] = parts end

-- A global's name as an expression.
function exact.global(name) return lexer.is_name(name) and name or ("_G[%q]"):format(name) end

-- What stands behind a table for its field of this name.
function exact.field(name)
  local global = exact.global(name)
  return global == name and "." .. name or global:sub(#"_G" + 1)
end

-- What copy(object) makes of the object that path is; nil when there is no room for so many bytes.
function writer:keep(bytes, copy, object, path)
  local ok, kept = false, nil
  if bytes <= self.room then ok, kept = pcall(copy, object) end
  if ok then
    self.room = self.room - bytes
    return kept
  end
  self.full = self.full or {}
  self.full[#self.full + 1] = path
end

function writer:copy(m, path) return self:keep(8 * m.nrows * m.ncols, m.copy, m, path) end

local most = 200000 -- entries of a plain table that is copied
local as_one = 4000 -- bytes of plain entries that take as long as another object
local sortable = 5000 -- keys that are sorted when objects are counted
local many = 100 -- numbers that are formatted by one call
local many_quoted = ("%q, "):rep(many - 1) .. "%q"

local function rows_of(m)
  local lines = {}
  for i = 1, m.nrows do
    local row, parts = m[i]:totable(), {}
    for j = 1, #row, many do
      local last = math.min(j + many - 1, #row)
      local quoted = last - j == many - 1 and many_quoted or ("%q, "):rep(last - j) .. "%q"
      parts[#parts + 1] = quoted:format(table.unpack(row, j, last))
    end
    lines[i] = "{" .. table.concat(parts, ", ") .. "}"
  end
  return "{" .. table.concat(lines, ",\n  ") .. "}"
end

local function text_of(part)
  if type(part) == "userdata" then return rows_of(part) end
  return type(part) == "table" and exact.writer({}):contents(part, "") or part
end

-- The lines of a writer as text.
function exact.text(lines)
  local text = {}
  for i, line in ipairs(lines) do
    if type(line) == "table" then
      local parts = {}
      for k, part in ipairs(line) do parts[k] = text_of(part) end
      line = table.concat(parts)
    end
    text[i] = line
  end
  return table.concat(text, "\n")
end

local function digits(state)
  return (state:gsub(".", function(c) return ("%02x"):format(c:byte()) end))
end

-- A plain value without identity: options, layers.
local function literal(v)
  if type(v) ~= "table" then return ("%q"):format(options.name_of(v)) end -- one's own function by its name
  local parts = {}
  for key, x in pairs(v) do parts[#parts + 1] = ("[%q] = %s"):format(key, literal(x)) end
  table.sort(parts)
  return "{" .. table.concat(parts, ", ") .. "}"
end

-- Keys in one order every time.
local function ordered(a, b)
  if math.type(a) and math.type(b) then return a < b end
  if type(a) ~= type(b) then return type(a) < type(b) end
  return tostring(a) < tostring(b)
end

-- A new place for an object, known before what it holds, so that cycles end.
function writer:place(object)
  if self.objects then
    if self.objects <= 0 then error "no time" end
    self.objects = self.objects - 1
  end
  self.count = self.count + 1
  self.known[object] = ("__[%d]"):format(self.count)
  return self.known[object]
end

-- The parts of a line that list the copies of matrices; false stands for one that there is no room for.
function writer:list(parts, matrices, path)
  for l, m in ipairs(matrices) do
    parts[#parts + 1] = l == 1 and "{" or ",\n  "
    parts[#parts + 1] = self:copy(m, ("%s[%d]"):format(path, l)) or "false"
  end
  parts[#parts + 1] = "}"
end

-- Makes the network that is there, or was just made, what net, which path is, is.
function writer:restore(place, net, path)
  local s = core.network_state(net)
  local eta, l1, l2, epoch = core.numbers(net)
  local own = core.own_rng(net)
  local X, y = core.network_data(net)
  local frozen = {}
  for l = 1, #net.theta do frozen[l] = core.frozen(net, l) end
  local place_X, place_y = X and self:value(X, "X") or "nil", y and self:value(y, "y") or "nil"
  self:line("__.restore(%s, {epoch = %d, eta = %q, l1 = %q, l2 = %q, layers = %s, given = %s, frozen = %s,", place,
    epoch, eta, l1, l2, literal(s.layers), literal(s.given), literal(frozen))
  self:line("  X = %s, y = %s, bug = %q, rng = %s,", place_X, place_y, core.bug(net),
    own and ("%q"):format(digits(core.rng_state(own))) or "nil")
  local parts = { "  theta = " }
  self:list(parts, net.theta, path .. ".theta")
  if not core.walk_state(net) and core.view(net, "grad", 1) then
    parts[#parts + 1] = ",\n  grad = "
    self:list(parts, net.grad, path .. ".grad")
  end
  parts[#parts + 1] = "})"
  self:parts(parts)
end

function writer:network(net, path)
  local s = core.network_state(net)
  local place = self:place(net)
  self:line("%s = __.network(%s, %s)", place, literal(s.layers), literal(s.given))
  self:restore(place, net, path)
  return place
end

-- A matrix; a live one by the network that it shows.
function writer:matrix(m, path)
  local from, row = core.origin(m)
  if from and from.net and quantities.by_field[from.what] then
    return ("%s.%s[%d]%s"):format(self:value(from.net, "a network"), from.what, from.layer,
      row and ("[%d]"):format(row) or "")
  end
  local copy = self:copy(m, path)
  if not copy then return nil end
  local place = self:place(m)
  self:parts { place .. " = __.matrix", copy, kind(m) == "row" and "[1]" or "" }
  return place
end

-- The state of a generator, nil for the shared one, that is at place.
function writer:state(place, g) self:line("__.state(%s, %q)", place, digits(core.rng_state(g))) end

function writer:generator(g)
  local place = self:place(g)
  self:line("%s = __.generator(0)", place)
  self:state(place, g)
  return place
end

function writer:report(r, path)
  local place, names = self:place(r), {}
  self:line("%s = __.report{}", place)
  for name in pairs(r) do names[#names + 1] = name end
  table.sort(names, ordered)
  for _, name in ipairs(names) do
    local v = self:value(r[name], path .. "." .. tostring(name))
    if v then self:line("%s[%q] = %s", place, name, v) end
  end
  return place
end

-- The expression of v, whose lines before it are written; nil for what cannot be made again, noted as lost.
-- path: what the user calls it.
function writer:value(v, path)
  local t = kind(v)
  if v == nil or t == "boolean" or t == "number" or t == "string" then return ("%q"):format(v) end
  if self.known[v] then return self.known[v] end
  if t == "row" then t = "matrix" end
  if type(v) == "userdata" and writer[t] then return writer[t](self, v, path) end
  if t == "table" then return self:table(v, path) end
  local text = t == "function" and written(v, self.texts)
  if text then
    local place = self:place(v)
    self:line("%s = %s", place, text)
    return place
  end
  self.lost[#self.lost + 1] = path
end

-- Calls f(...), which writes what path is, whole or not at all: when there is no time for it, nothing of it stays.
function writer:whole(path, f, ...)
  local lines, count = #self.lines, self.count
  if pcall(f, ...) then return end
  for i = #self.lines, lines + 1, -1 do self.lines[i] = nil end
  for object, place in next, self.known do
    local n = place:match "^__%[(%d+)%]$"
    if n and tonumber(n) > count then self.known[object] = nil end
  end
  self.full = self.full or {}
  self.full[#self.full + 1] = path
end

-- Bytes of a copy of t, a guess from above; nil when t holds more than numbers, strings and booleans. A table
-- that takes long to copy counts as one for which there is no room.
local function plain_bytes(t)
  local n = 0
  for key, v in next, t do
    if not (scalar[type(key)] and scalar[type(v)]) then return nil end
    n = n + 1
    if n > most then return math.huge end
  end
  return 40 * n
end

local function plain_copy(t)
  local new = {}
  for key, v in next, t do new[key] = v end
  return new
end

-- Gives the table at place the contents of t, which path is.
function writer:fill(place, t, path)
  if self.objects and self.objects <= 0 then error "no time" end
  local bytes = plain_bytes(t)
  if self.objects and bytes and bytes < math.huge then self.objects = self.objects - bytes // as_one end
  local contents = bytes and self:keep(bytes, plain_copy, t, path) or not bytes and self:contents(t, path)
  if contents then self:parts { "__.fill(" .. place .. ", ", contents, ")" } end
end

-- The contents of a table as a constructor.
function writer:contents(t, path)
  local parts, rest, n = {}, {}, rawlen(t)
  for i = 1, n do parts[i] = self:value(rawget(t, i), ("%s[%d]"):format(path, i)) or "nil" end
  for key in next, t do
    if not (math.type(key) == "integer" and key >= 1 and key <= n) then rest[#rest + 1] = key end
    if self.objects and #rest > sortable then error "no time" end
  end
  table.sort(rest, ordered)
  for _, key in ipairs(rest) do
    local name = lexer.is_name(key) and "." .. key or ("[%s]"):format(options.show(key))
    local place, v = self:value(key, path .. "'s key " .. name), self:value(rawget(t, key), path .. name)
    if place and v then parts[#parts + 1] = ("[%s] = %s"):format(place, v) end
  end
  return "{" .. table.concat(parts, ", ") .. "}"
end

function writer:table(t, path)
  local meta, class = debug.getmetatable(t), nil
  for name, metatable in pairs(classes) do class = meta == metatable and name or class end
  local list = meta and rawget(meta, "__name") == "list of matrices" and rawget(meta, t) -- net.theta and its kin
  if list then return self:value(list.net, path) .. "." .. list.what end
  if meta and not class then
    self.lost[#self.lost + 1] = path
    return nil
  end
  local place = self:place(t)
  self:line("%s = {}", place)
  self:fill(place, t, path)
  if class then self:line("__.class(%s, %q)", place, class) end
  return place
end

-- Gives the matrix that is there the numbers of m.
function writer:set(place, m)
  local copy = self:copy(m, place)
  if copy then self:parts { "__.set(" .. place .. ", ", copy, ")" } end
end

return exact
