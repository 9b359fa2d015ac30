-- things.lua - finds the class, the fields and the result of a call of a value, for completion.
--
-- It uses raw access only, so that no code of the user's runs; moongrad's own objects are looked into by their class
-- tables. A "thing" is {value = v}, or {class = name} if only the class is known: the result of a call, for example.

local commands = require "moongrad.commands"
local quantities = require "moongrad.quantities"

local classof, next, pcall, rawequal, rawget, rawlen = debug.getmetatable, next, pcall, rawequal, rawget, rawlen
local getuservalue, setmetatable = debug.getuservalue, setmetatable
local gmatch, type = string.gmatch, type
local registry = debug.getregistry()

local most_tables = 8    -- tables that are followed along __index
local most_keys = 100000 -- keys of one table that are looked at

-- The results of Lua's own functions: class -> library -> names of functions. commands.lua has those of moongrad's.
local returned = {
  string = { string = "char format gsub lower rep reverse sub upper", _G = "tostring type", table = "concat" },
  file = { io = "open popen tmpfile" },
}

local class_names = { net = "network", m = "matrix", g = "generator" } -- owner in commands.lua -> class

-- class -> field -> class of the field's value, if it is one of moongrad's.
local field_classes = {
  network = { options = "options", frozen = "settings" },
  matrix = { T = "matrix" },
  options = { X = "matrix", y = "matrix" },
}
field_classes.row = field_classes.matrix
local kind_classes = { matrices = "list", matrix = "matrix", sizes = "settings" }
for field, quantity in next, quantities.by_field do field_classes.network[field] = kind_classes[quantity.kind] end

-- __name -> class, for objects that each have a metatable of their own. They are not looked into.
local named_classes = { options = "options", layers = "settings", frozen = "settings" }

-- Fields of objects that are no tables, or of which only the class is known.
local known_fields = {
  report = "epoch cost mse tss accuracy seconds interrupted stopped batches",
  check = "verdict ok undecided relative worst table norm_ratio layers kinks compared floor reason",
}

local function index_table(meta)
  local index = type(meta) == "table" and rawget(meta, "__index")
  return type(index) == "table" and index or nil
end

-- Adds the string keys of a table to the list; with wanted only those for whose value wanted(v) is true.
local function add_keys(list, t, wanted)
  local seen = 0
  for key, v in next, t do
    seen = seen + 1
    if seen > most_keys then break end
    if type(key) == "string" and key ~= "_missing" and (not wanted or wanted(v)) then list[#list + 1] = key end
  end
end

-- The table with the further fields that a report was given; nil if there is none.
local function given_to(report)
  local given = getuservalue(report, 1)
  return type(given) == "table" and given or nil
end

-- Can v be called?
local function is_callable(v)
  local meta = type(v) ~= "function" and classof(v)
  return type(v) == "function" or type(meta) == "table" and rawget(meta, "__call") ~= nil
end

local things = {} -- the methods
things.__index = things

-- --- moongrad's own classes ---------------------------------------------------

function things:add_class(name, meta, methods, fields)
  self.class_by_meta[meta], self.classes[name] = name, { methods = methods, fields = fields or {} }
end

function things:add_own_classes()
  local core = require "moongrad.core"
  self:add_class("network", registry["moongrad.network"], core.network_class.methods, core.network_class.getters)
  for _, name in next, { "matrix", "row" } do
    local meta = registry["moongrad." .. name]
    self:add_class(name, meta, meta.methods, meta.fields)
  end
  self:add_class("generator", registry["moongrad.rng"], registry["moongrad.rng"].methods)
  local lists = require "moongrad.network.lists"
  self:add_class("list", lists.class, lists.methods)
  self.classes.settings = { methods = lists.methods, fields = {} }
  self.class_by_meta[core.report] = "report"
end

-- Notes the classes of the results that the records in commands.lua declare.
function things:add_commands()
  for of, records in next, commands.of do
    local class = self.classes[class_names[of]]
    local functions = of == "mg" and require "moongrad" or class and class.methods
    for name, record in next, records do
      local f, own = functions and functions[name], of == "net" and self.session.own(name)
      if f then self.result[f] = record.returns end
      if own then self.result[own] = record.returns end
    end
  end
end

-- Notes the classes of the results of Lua's own functions.
function things:add_lua()
  local owners = { string = string, table = table, io = io, _G = { tostring = tostring, type = type } }
  for class, from in next, returned do
    for owner, names in next, from do
      for name in gmatch(names, "%a+") do
        local f = owners[owner] and rawget(owners[owner], name)
        if f then self.result[f] = class end
      end
    end
  end
end

--- Makes one that looks names up in the table globals, and in the session if it is not nil.
function things.new(globals, session)
  local self = setmetatable({
    globals = globals, session = session,
    classes = { -- class -> methods and fields, tables whose keys are names
      string = { methods = index_table(classof "") or {}, fields = {} },
      file = { methods = index_table(registry["FILE*"]) or {}, fields = {} },
    },
    class_by_meta = {},
    result = {}, -- function -> the class of what it returns
  }, things)
  self:add_lua()
  if session then
    self:add_own_classes()
    self:add_commands()
  end
  return self
end

--- The class of a thing; nil for a value of the user's own.
function things:class_of(thing)
  if thing.class then return thing.class end
  if type(thing.value) == "string" then return "string" end
  local meta = classof(thing.value)
  if type(meta) ~= "table" then return nil end
  if self.class_by_meta[meta] then return self.class_by_meta[meta] end
  return type(thing.value) == "userdata" and named_classes[rawget(meta, "__name")] or nil
end

--- The method of one of moongrad's classes.
function things:method(class, name) return rawget(self.classes[class].methods, name) end

-- --- one step: a field, a call ---------------------------------------------------

-- The field that raw access finds, following tables in __index.
local function raw_field(v, key)
  for _ = 1, most_tables do
    local found
    if type(v) == "table" then found = rawget(v, key) end
    if found ~= nil then return { value = found } end
    local meta = classof(v)
    v = type(meta) == "table" and rawget(meta, "__index") or nil
    if v == nil then return nil end
  end
end

-- The value of a field of a network, list, matrix or row; nil if it has none.
function things:live_field(class, v, key)
  if class == "network" then
    local get = key ~= "_missing" and rawget(self.classes.network.fields, key)
    if not get then return nil end
    local ok, value = pcall(get, v)
    return ok and value or nil
  end
  local is_within = type(key) == "number" and key >= 1 and key <= #v
  if not is_within and not (class ~= "list" and self.classes[class].fields[key]) then return nil end
  local ok, value = pcall(function() return v[key] end)
  return ok and value or nil
end

-- The class of the value of a field of one of moongrad's classes; nil if it is not known.
local function class_inside(class, key)
  if type(key) ~= "string" then
    if class == "list" then return "matrix" end
    if class == "matrix" then return "row" end
  end
  return field_classes[class] and field_classes[class][key]
end

--- The field of a thing at a key; nil if it has none. key is nil for an index whose value is not known.
function things:field(thing, key)
  local class = self:class_of(thing)
  local methods = self.classes[class] and self.classes[class].methods
  if methods and key ~= nil and rawget(methods, key) ~= nil then return { value = rawget(methods, key) } end
  local inside = class_inside(class, key)
  local is_live = class == "network" or class == "list" or class == "matrix" or class == "row"
  if is_live and thing.value ~= nil and key ~= nil then
    local v = self:live_field(class, thing.value, key)
    return v ~= nil and { value = v, class = inside } or nil
  end
  if is_live or inside then return inside and { class = inside } or nil end
  if thing.value == nil or key == nil then return nil end
  if rawequal(thing.value, self.globals) then return self:global(key) end
  return raw_field(class == "report" and given_to(thing.value) or thing.value, key)
end

-- Adds the class of walks. This is done late because their module is loaded at its first use.
function things:load_walk()
  local ok, walk = pcall(require, "moongrad.explain.walk")
  self.classes.walk = { methods = ok and walk.methods or {}, fields = {} }
end

--- The result of calling a thing; nil if its class is not known.
function things:call(thing)
  local class = self.result[thing.value] or nil
  if class == "walk" and not self.classes.walk then self:load_walk() end
  return class and { class = class } or nil
end

-- --- names ----------------------------------------------------------------------

-- Adds the names of the fields that raw access finds in v, following tables in __index.
local function add_raw_names(list, v, only_methods)
  for _ = 1, most_tables do
    if type(v) == "table" then add_keys(list, v, only_methods and is_callable) end
    local meta = classof(v)
    v = type(meta) == "table" and rawget(meta, "__index") or nil
    if v == nil then break end
  end
end

--- The list of the names of a thing's fields, or only of its methods; a name may be twice in it.
function things:names(thing, only_methods)
  if rawequal(thing.value, self.globals) then return self:global_names() end
  local list = {}
  local class = self:class_of(thing)
  local c = self.classes[class]
  if c then
    add_keys(list, c.methods)
    if not only_methods then add_keys(list, c.fields) end
    return list
  elseif class == "options" and not only_methods then
    for _, name in next, require("moongrad.options").names do list[#list + 1] = name end
  elseif known_fields[class] and not only_methods then
    for name in gmatch(known_fields[class], "%a+") do list[#list + 1] = name end
  end
  add_raw_names(list, class == "report" and given_to(thing.value) or thing.value, only_methods)
  return list
end

--- The value of a global.
function things:global(name)
  local v = rawget(self.globals, name)
  if v == nil and self.session then v = self.session.value(name) end
  return v ~= nil and { value = v } or nil
end

--- The list of the names of all globals; a name may be twice in it.
function things:global_names()
  local list = self.session and self.session.names() or {}
  add_keys(list, self.globals)
  return list
end

-- --- what may follow the name of a thing -----------------------------------------

--- Is a thing known to be a function, or another value that can be called?
function things.is_callable(thing) return thing.value ~= nil and is_callable(thing.value) end

--- The character that most likely follows a thing: "." or "[", or nil.
function things:way_in(thing)
  local class = self:class_of(thing)
  if class == "list" or class == "settings" then return "[" end
  if class == "options" then return "." end
  local v = thing.value
  if type(v) ~= "table" then return nil end
  local names = {}
  add_keys(names, v)
  if #names > 0 then return "." end
  return rawlen(v) > 0 and "[" or nil
end

return things
