-- reach.lua - what an expression stands for, found by raw access alone: nothing of the user's is run.
--
-- What it stands for is a thing: {value = v}, or {class = name} where only the class is known without running
-- anything; nil when not even that is. moongrad's own objects are looked into by their class tables.

local locals = require "moongrad.syntax.locals"

local classof, next, pcall, rawequal, rawget, rawlen = debug.getmetatable, next, pcall, rawequal, rawget, rawlen
local getuservalue = debug.getuservalue
local gmatch, sub, tointeger, tonumber, type = string.gmatch, string.sub, math.tointeger, tonumber, type
local registry = debug.getregistry()

local most_tables = 8    -- along a chain of __index
local most_keys = 100000 -- looked at in one table

-- What calls return: class -> whose function -> names.
local returned = {
  matrix = {
    mg = [[matrix zeros ones eye linspace hstack vstack rand randn permutation eq lt gt exp log sqrt abs sin cos
      floor sign sigmoid tanh relu leaky_relu elu gelu softplus softmax]],
    network = "forward predict", generator = "rand randn permutation",
    matrix = "matmul map rows cols copy fill set reshape argmax",
  },
  network = { mg = "network load", network = "copy like" },
  generator = { mg = "generator" },
  report = { network = "step train" },
  check = { network = "check" },
  list = { network = "backward" },
  walk = { network = "walk" },
  string = { string = "char format gsub lower rep reverse sub upper", _G = "tostring type", table = "concat" },
  file = { io = "open popen tmpfile" },
}

-- The class of a field, where it is one of ours.
local field_classes = {
  network = { theta = "list", a = "list", z = "list", delta = "list", grad = "list", dtheta = "list", X = "matrix",
    y = "matrix", options = "options", layers = "settings", frozen = "settings" },
  matrix = { T = "matrix" },
  options = { X = "matrix", y = "matrix" },
}
field_classes.row = field_classes.matrix

-- Tables that have a metatable each are known by its name; they are not looked into.
local named_classes = { options = "options", layers = "settings", frozen = "settings" }

-- Fields of objects that are no tables, or not there to be looked into.
local known_fields = {
  report = "epoch cost mse tss accuracy seconds interrupted stopped batches",
  check = "verdict ok undecided relative worst table norm_ratio layers kinks compared floor reason",
}

local function index_table(meta)
  local index = type(meta) == "table" and rawget(meta, "__index")
  return type(index) == "table" and index or nil
end

-- Adds the keys of the table, each string, to the list.
local function add_keys(list, t, wanted)
  local seen = 0
  for key, v in next, t do
    seen = seen + 1
    if seen > most_keys then break end
    if type(key) == "string" and key ~= "_missing" and (not wanted or wanted(v)) then list[#list + 1] = key end
  end
end

-- The table of what a report was given besides what each has; nil without one.
local function given_to(report)
  local given = getuservalue(report, 1)
  return type(given) == "table" and given or nil
end

-- Is v to be called?
local function is_callable(v)
  local meta = type(v) ~= "function" and classof(v)
  return type(v) == "function" or type(meta) == "table" and rawget(meta, "__call") ~= nil
end

-- Looks from globals on, a table, and in a session's live names if there is a session.
return function(globals, session)
  local reach = {}
  local classes = { -- class -> methods and fields, tables whose keys are names
    string = { methods = index_table(classof "") or {}, fields = {} },
    file = { methods = index_table(registry["FILE*"]) or {}, fields = {} },
  }
  local class_by_meta = {}
  local result = {} -- function -> the class of what it returns

  -- --- moongrad's own classes ---------------------------------------------------

  local function add_class(name, meta, methods, fields)
    class_by_meta[meta], classes[name] = name, { methods = methods, fields = fields or {} }
  end

  if session then
    local core, class = require "moongrad.core", require("moongrad.core").network_class
    add_class("network", registry["moongrad.network"], class.methods, class.getters)
    for _, name in next, { "matrix", "row" } do
      local meta = registry["moongrad." .. name]
      add_class(name, meta, meta.methods, meta.fields)
    end
    add_class("generator", registry["moongrad.rng"], registry["moongrad.rng"].methods)
    class_by_meta[require("moongrad.lists").class] = "list"
    class_by_meta[core.report] = "report"
  end

  local owners = { string = string, table = table, io = io, _G = { tostring = tostring, type = type } }
  if session then owners.mg = require "moongrad" end
  for class, from in next, returned do
    for owner, text in next, from do
      for name in gmatch(text, "[%w_]+") do
        local functions = owners[owner] or classes[owner] and classes[owner].methods
        local f = functions and rawget(functions, name)
        if f then result[f] = class end
        local own = session and owner == "network" and session.own(name)
        if own then result[own] = class end
      end
    end
  end

  -- The class of a thing; nil for what is the user's own.
  local function class_of(thing)
    if thing.class then return thing.class end
    if type(thing.value) == "string" then return "string" end
    local meta = classof(thing.value)
    if type(meta) ~= "table" then return nil end
    if class_by_meta[meta] then return class_by_meta[meta] end
    return type(thing.value) == "table" and named_classes[rawget(meta, "__name")] or nil
  end
  reach.class_of = class_of

  -- --- one step: a field, a call ---------------------------------------------------

  -- What raw access finds, along tables in __index.
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

  -- The value of a field of one of our live objects; nil if it has none.
  local function live_field(class, v, key)
    if class == "network" then
      local get = key ~= "_missing" and rawget(classes.network.fields, key)
      if not get then return nil end
      local ok, value = pcall(get, v)
      return ok and value or nil
    end
    local is_within = type(key) == "number" and key >= 1 and key <= #v
    if not is_within and not (class ~= "list" and classes[class].fields[key]) then return nil end
    local ok, value = pcall(function() return v[key] end)
    return ok and value or nil
  end

  --- The field of a thing; key nil: an index that is not known.
  function reach.field(thing, key)
    local class = class_of(thing)
    local methods = classes[class] and classes[class].methods
    if methods and key ~= nil and rawget(methods, key) ~= nil then return { value = rawget(methods, key) } end
    local is_index = type(key) ~= "string"
    local inside = is_index and (class == "list" and "matrix" or class == "matrix" and "row")
      or field_classes[class] and field_classes[class][key]
    if class == "network" or class == "list" or class == "matrix" or class == "row" then
      if thing.value ~= nil and key ~= nil then
        local v = live_field(class, thing.value, key)
        return v ~= nil and { value = v, class = inside or nil } or nil
      end
      return inside and { class = inside } or nil
    end
    if inside then return { class = inside } end
    if thing.value == nil or key == nil then return nil end
    if rawequal(thing.value, globals) then return reach.global(key) end
    return raw_field(class == "report" and given_to(thing.value) or thing.value, key)
  end

  -- Walks are looked into once they are asked for: their file is loaded when it is used.
  local function load_walk()
    local ok, walk = pcall(require, "moongrad.inside.walk")
    classes.walk = { methods = ok and walk.methods or {}, fields = {} }
  end

  --- What calling a thing returns.
  function reach.call(thing)
    local class = result[thing.value]
    if class == "walk" and not classes.walk then load_walk() end
    return class and { class = class } or nil
  end

  --- The names of a thing's fields, or of its methods alone: a list, a name may be twice in it.
  function reach.names(thing, only_methods)
    if rawequal(thing.value, globals) then return reach.global_names() end
    local list = {}
    local class = class_of(thing)
    local c = classes[class]
    if c then
      add_keys(list, c.methods)
      if not only_methods then add_keys(list, c.fields) end
    elseif class == "options" and not only_methods then
      for _, name in next, require("moongrad.options").names do list[#list + 1] = name end
    elseif known_fields[class] and not only_methods then
      for name in gmatch(known_fields[class], "%a+") do list[#list + 1] = name end
    end
    local v = class == "report" and given_to(thing.value) or thing.value
    for _ = 1, c and 0 or most_tables do
      if type(v) == "table" then add_keys(list, v, only_methods and is_callable) end
      local meta = classof(v)
      v = type(meta) == "table" and rawget(meta, "__index") or nil
      if v == nil then break end
    end
    return list
  end

  --- The method of one of our classes.
  function reach.method(class, name) return rawget(classes[class].methods, name) end

  -- --- names ----------------------------------------------------------------------

  --- What a global stands for.
  function reach.global(name)
    local v = rawget(globals, name)
    if v == nil and session then v = session.value(name) end
    return v ~= nil and { value = v } or nil
  end

  --- The names of all globals, a list; a name may be twice in it.
  function reach.global_names()
    local list = session and session.names() or {}
    add_keys(list, globals)
    return list
  end

  -- The local that a name at token i stands for; nil if it is a global.
  local function local_at(t, name, i)
    t.locals = t.locals or locals(t)
    i = t.before or i
    for k = #t.locals, 1, -1 do
      if t.locals[k].name == name and t.locals[k].at < i then return t.locals[k] end
    end
  end

  -- What a local was given, as far as that is an expression like the ones below.
  local function initial(t, known)
    if not known.init then return nil end
    local before = t.before
    t.before = known.at -- in its own initialiser the name means what it meant before
    local thing, after = reach.expression(t, known.init)
    t.before = before
    local text, kind = t.text[after], t.kind[after]
    local ends = after > t.n or kind == "name" or kind == "keyword" and text ~= "and" and text ~= "or"
      or text == "," or text == ";"
    return ends and thing or nil
  end

  --- What a name stands for at token i, by default at the end.
  function reach.name(t, name, i)
    local known = local_at(t, name, i or t.n + 1)
    if known then return initial(t, known) end
    return reach.global(name)
  end

  --- The names of the locals that can be seen at the end, a list.
  function reach.local_names(t)
    t.locals = t.locals or locals(t)
    local list = {}
    for _, known in next, t.locals do list[#list + 1] = known.name end
    return list
  end

  -- --- expressions -------------------------------------------------------------------

  -- The key between brackets: a string or a number that stands there alone.
  local function key_between(t, open, close)
    if close ~= open + 2 then return nil end
    if t.kind[open + 1] == "string" then return sub(t.text[open + 1], 2) end
    local n = t.kind[open + 1] == "number" and tonumber(t.text[open + 1])
    return n and (tointeger(n) or n) or nil
  end

  local function primary(t, i)
    if t.kind[i] == "name" then return reach.name(t, t.text[i], i), i + 1 end
    if t.kind[i] == "string" then return { value = sub(t.text[i], 2) }, i + 1 end
    local close = t.text[i] == "(" and t.match[i]
    if not close then return nil, i + 1 end
    local thing, after = reach.expression(t, i + 1, close)
    return after == close and thing or nil, close + 1
  end

  --- What the name, index and call chain that begins at token i, and ends before stop, stands for; and the token
  -- after what was understood.
  function reach.expression(t, i, stop)
    stop = stop or t.n + 1
    local thing, at = primary(t, i)
    while at < stop do
      local text, close = t.text[at], t.match[at]
      if (text == "." or text == ":") and t.kind[at + 1] == "name" and at + 1 < stop then
        thing, at = thing and reach.field(thing, t.text[at + 1]), at + 2
      elseif text == "[" and close then
        thing, at = thing and reach.field(thing, key_between(t, at, close)), close + 1
      elseif t.kind[at] == "string" then
        thing, at = thing and reach.call(thing), at + 1
      elseif (text == "(" or text == "{") and close then
        thing, at = thing and reach.call(thing), close + 1
      else
        break
      end
    end
    return thing, at
  end

  -- Can something be indexed or called that ends at token i?
  local function is_operand(t, i)
    local text = t.text[i]
    return t.kind[i] == "name" or t.kind[i] == "string" or text == ")" or text == "]" or text == "}"
  end
  reach.is_operand = is_operand

  --- The token where the chain begins that ends at token i; nil if it is none.
  function reach.start_of(t, i)
    while is_operand(t, i) do
      local text = t.text[i]
      if t.kind[i] == "name" then
        if t.text[i - 1] ~= "." and t.text[i - 1] ~= ":" then return i end
        i = i - 2
      else
        local open = t.kind[i] == "string" and i or t.match[i]
        if not open then return nil end
        if not is_operand(t, open - 1) then return text == ")" and open or nil end
        i = open - 1
      end
    end
  end

  --- What the chain that ends at token i stands for, and where it begins; nothing if it is none.
  function reach.ending_at(t, i)
    local first = reach.start_of(t, i)
    if not first then return nil end
    local thing, after = reach.expression(t, first, i + 1)
    return after == i + 1 and thing or nil, first
  end

  -- --- what a thing is like, for what may follow its name ------------------------------

  --- Is it a function, or called like one?
  function reach.is_callable(thing) return thing.value ~= nil and is_callable(thing.value) end

  --- "." or "[", by which one most likely goes on from it; nil if neither.
  function reach.way_in(thing)
    local class = class_of(thing)
    if class == "list" or class == "settings" then return "[" end
    if class == "options" then return "." end
    local v = thing.value
    if type(v) ~= "table" then return nil end
    local names = {}
    add_keys(names, v)
    if #names > 0 then return "." end
    return rawlen(v) > 0 and "[" or nil
  end

  return reach
end
