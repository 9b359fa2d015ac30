-- calls.lua - what the function around the cursor takes: its options, the names an argument may be, its signature.

local classof, getinfo, getlocal, set_class = debug.getmetatable, debug.getinfo, debug.getlocal, debug.setmetatable
local concat, find, gmatch, match, sub = table.concat, string.find, string.gmatch, string.match, string.sub
local error, next, pcall, rawget, type = error, next, pcall, rawget, type
local own = _ENV -- Lua's functions as they are for this file

-- The first token of those that commas separate between the opener and token i, and which of them i is in.
local function place_of(t, opener, i)
  local place, k = 1, opener + 1
  while k < i do
    if t.text[k] == "," or t.text[k] == ";" then place = place + 1 end
    k = (t.match[k] or k) + 1
  end
  return place
end

-- Of the entries of a table without a name, which one begins after token i?
local function position_of(t, opener, i)
  local position, k = 1, opener + 1
  while k <= i do
    local is_named = t.text[k + 1] == "=" and t.kind[k] == "name" or t.text[k] == "["
    while k <= i and t.text[k] ~= "," and t.text[k] ~= ";" do k = (t.match[k] or k) + 1 end
    if k <= i and not is_named then position = position + 1 end
    k = k + 1
  end
  return position
end

-- Of reach, which says what expressions stand for, and a session, nil in a plain Lua.
return function(reach, session)
  local calls = {}
  local options = { of = {}, arguments = {}, numbers = {} }
  if session then
    options = require "moongrad.options"
    for _, module in next, { "moongrad.inside.check", "moongrad.train" } do require(module) end -- they add to it
  end
  local who_is, who_by_name = {}, {} -- function -> who in options; last part of its name -> who
  local documented                   -- function, or how the help calls it -> its entry there

  -- --- who is called ----------------------------------------------------------------

  local owner_class = { net = "network", m = "matrix", g = "generator", file = "file" } -- as the help has them

  -- What a dotted name leads to in a table of tables.
  local function lookup(v, path)
    for part in gmatch(path, "[%w_]+") do v = type(v) == "table" and rawget(v, part) or nil end
    return v
  end

  -- The functions that a name of the help or of the options may mean: "net:step", "data.parity", "train".
  local function functions_named(path)
    local owner, name = match(path, "^(.*)[.:]([%w_]+)$")
    if owner_class[owner] and owner ~= "net" then return { reach.method(owner_class[owner], name) } end
    name = name or path
    if owner and owner ~= "net" and owner ~= "mg" then
      return { session and lookup(require "moongrad", path) or lookup(own, path) }
    end
    if not session then return { lookup(own, name) } end
    local list = { lookup(require "moongrad", name) or reach.method("network", name) or lookup(own, name) }
    list[#list + 1] = session.own(name)
    return list
  end

  -- What a function of one of the help's files returns, strings being as they were at the start: they write s:match().
  local function ask_help(module, name, ...)
    local class = classof ""
    set_class("", { __index = own.string })
    local ok, result = pcall(function(...) return require(module)[name](...) end, ...)
    set_class("", class)
    if not ok then error(result, 0) end
    return result
  end

  --- The names that there is help about; "net:step" and "network.cost" where the owner is typed.
  function calls.topics(typed)
    local list = ask_help("moongrad.help.help", "names")
    for _, entry in next, find(typed, "[.:]") and ask_help("moongrad.help.entries", "all") or {} do
      list[#list + 1] = entry.path
    end
    return list
  end

  if session then
    options.arguments.help = { { choices = calls.topics } }
    options.arguments.apropos = options.arguments.help
    for _, takes in next, { options.of, options.arguments } do
      for who in next, takes do
        who_by_name[match(who, "[%w_]+$")] = who
        for _, f in next, functions_named(who) do who_is[f] = who end
      end
    end
  end

  -- Is it a function of a file of moongrad's that is loaded when it is used, and so known by its name alone?
  local function is_own(f)
    if not f or who_is[f] or type(f) ~= "function" then return false end
    return find(getinfo(f, "S").source, "moongrad/inside/[%w_]+%.lua$") ~= nil
  end

  -- Who is called by the chain that ends at token i: by its value, or by its last name where that is not known.
  local function who_at(t, i)
    local thing, first = reach.ending_at(t, i)
    if not first then return nil end
    if thing and not is_own(thing.value) then return who_is[thing.value] end
    return (thing or first < i) and t.kind[i] == "name" and who_by_name[t.text[i]] or nil
  end

  -- The token where the chain ends that is called at the opener; nil if there is no call.
  local function callee(t, opener)
    local last = opener - 1
    if not reach.is_operand(t, last) then return nil end
    local first = reach.start_of(t, last)
    return first and t.text[first - 1] ~= "function" and last or nil
  end

  -- --- options ----------------------------------------------------------------------

  local table_at

  -- What a table stands for that is the value of an option: {choice, key = number}.
  local function numbered(t, opener, choices, numbers)
    local first = t.kind[opener + 1] == "string" and sub(t.text[opener + 1], 2)
    local number = numbers and rawget(numbers, first or "")
    return { options = number and { { name = number[1] } } or {}, arguments = { { choices = choices } } }
  end

  -- The same for one inside another table, or at a later place of a call.
  local function inner_table(t, opener)
    local around, before = t.around[opener], opener - 1
    local outer = t.text[around] == "{" and table_at(t, around)
    if outer and t.text[before] == "=" then
      for _, option in next, outer.options do
        if option.name == t.text[before - 1] and option.choices then
          return numbered(t, opener, option.choices, options.numbers[option.name])
        end
      end
    elseif outer and outer.who == "network" then
      return options.layer
    elseif t.text[around] == "(" and callee(t, around) then
      local place = place_of(t, around, opener)
      local who = who_at(t, around - 1)
      if place > 1 and options.of[who] then return { who = who, options = options.of[who], arguments = {} } end
      local argument = (options.arguments[who] or {})[place - 1]
      if argument and argument.numbers then
        local choice = t.kind[around + 1] == "string" and sub(t.text[around + 1], 2) or ""
        local number = rawget(argument.numbers, choice)
        return { options = number and { { name = number[1] } } or {}, arguments = {} }
      end
    end
  end

  -- What the table that begins at the opener takes: {who =, options =, arguments =}; nil if that is not known.
  function table_at(t, opener)
    local before = opener - 1
    local last = callee(t, opener)
    if not last and t.text[before] == "(" then last = callee(t, before) end
    if not last then return inner_table(t, opener) end
    local who = who_at(t, last)
    return options.of[who] and { who = who, options = options.of[who], arguments = {} } or nil
  end

  -- May the name of an entry of a table stand after token i, within the opener?
  local function is_entry_start(t, opener, i)
    return t.text[opener] == "{" and (i == opener or t.text[i] == "," or t.text[i] == ";")
  end

  -- Adds the names of the entries from token i on that are given in a table.
  local function add_given(given, t, i)
    while i <= t.n and t.text[i] ~= "}" do
      if t.kind[i] == "name" and t.text[i + 1] == "=" then given[t.text[i]] = true end
      i = (t.match[i] or i) + 1
    end
  end

  --- The names of the options that may stand at the end of tokens t, what follows being the tokens right: those
  -- that are not given yet; nil where none is taken.
  function calls.options(t, right)
    if not is_entry_start(t, t.inner, t.n) then return nil end
    local taken = table_at(t, t.inner)
    if not taken then return nil end
    local given, list = {}, {}
    add_given(given, t, t.inner + 1)
    add_given(given, right, 1)
    for _, option in next, taken.options do
      if not given[option.name] then list[#list + 1] = option.name end
    end
    return list
  end

  -- --- values -----------------------------------------------------------------------

  local function choices_of(list, name)
    for _, option in next, list do
      if option.name == name then return option.choices end
    end
  end

  -- What may be assigned, or is compared, to what stands before the token =.
  local function assigned(t, equals)
    local name = equals - 1
    if t.text[name] == "]" and t.match[name] then
      local list = reach.ending_at(t, t.match[name] - 1)
      local meta = list and classof(list.value)
      return type(meta) == "table" and rawget(meta, "__name") == "frozen" and options.frozen or nil
    end
    if t.kind[name] ~= "name" then return nil end
    if is_entry_start(t, t.inner, name - 1) then
      local taken = table_at(t, t.inner)
      return taken and choices_of(taken.options, t.text[name])
    end
    local object = t.text[name - 1] == "." and reach.ending_at(t, name - 2)
    return object and reach.class_of(object) == "options" and choices_of(options.of.network, t.text[name]) or nil
  end

  -- What of options.arguments, or is said in it of the table, the value that begins after tokens t is.
  local function argument_at(t)
    local list, place
    if is_entry_start(t, t.inner, t.n) then
      local taken = table_at(t, t.inner)
      list, place = taken and taken.arguments, position_of(t, t.inner, t.n)
    elseif t.text[t.inner] == "(" and (t.n == t.inner or t.text[t.n] == ",") and callee(t, t.inner) then
      list, place = options.arguments[who_at(t, t.inner - 1)], place_of(t, t.inner, t.n + 1)
    elseif reach.is_operand(t, t.n) then -- a string that is the argument: help "step"
      list, place = options.arguments[who_at(t, t.n)], 1
    end
    return list and list[place]
  end

  --- The names that a value which begins after tokens t may be, in quotes; nil where it may be anything. typed: what
  -- is there of it.
  function calls.choices(t, typed)
    local text = t.text[t.n]
    if text == "=" or text == "==" or text == "~=" then return assigned(t, t.n) end
    local argument = argument_at(t)
    local choices = argument and argument.choices
    if type(choices) == "function" then return choices(typed) end
    return choices
  end

  --- Is it Lua what stands in the quotes that open after tokens t?
  function calls.is_source(t)
    local argument = argument_at(t)
    return argument ~= nil and argument.is_source or false
  end

  -- --- signatures -------------------------------------------------------------------

  -- The entry of the help about a function of this name; nil without one.
  local function entry_of(f, name)
    if not documented then
      documented = {}
      for _, entry in next, ask_help("moongrad.help.entries", "all") do
        if entry.kind == "documented" or entry.kind == "lua" then
          documented[entry.path] = entry
          for _, g in next, functions_named(entry.path) do documented[g] = documented[g] or entry end
        end
      end
    end
    return documented[f] or is_own(f) and documented["w:" .. name]
  end

  -- The parameters of a Lua function: "(a, b, ...)".
  local function parameters(f)
    local info, list = getinfo(f, "u"), {}
    for i = 1, info.nparams do list[i] = getlocal(f, i) end
    if info.isvararg then list[#list + 1] = "..." end
    return "(" .. concat(list, ", ") .. ")"
  end

  -- A signature with the options that it takes behind other arguments, if it does not say them: step([n] [, {every=}]).
  local function with_options(title, f)
    local list = {}
    for _, option in next, options.of[who_is[f]] or {} do
      if find(title, option.name .. "=", 1, true) or find(title, "{", 1, true) then return title end
      list[#list + 1] = option.name .. "="
    end
    return #list > 0 and sub(title, 1, -2) .. " [, {" .. concat(list, ", ") .. "}])" or title
  end

  -- How the function is called whose arguments begin at the opener: "step([n])"; nil if that is not known.
  local function signature_at(t, opener)
    local last = callee(t, opener)
    if not last then return nil end
    local thing, first = reach.ending_at(t, last)
    if not thing or not reach.is_callable(thing) then return nil end
    local name = concat(t.text, "", first, last)
    if not find(name, "^[%w_.:%[%]]+$") then name = match(name, "[%w_]+$") or "" end
    local f = thing.value
    local entry = session and entry_of(f, t.text[last])
    if entry then return name .. match(with_options(entry.title, f), "^[%w_.:]*(.*)") end
    if type(f) ~= "function" or getinfo(f, "S").what == "C" then return nil end
    return name .. parameters(f)
  end

  -- What may be between the brackets that open at the end of tokens t: "THETA[1][i]   i is 1 to 2"; nil if that is
  -- no list, matrix or row.
  local function index_range(t)
    local thing, first = reach.ending_at(t, t.n - 1)
    local class = thing and reach.class_of(thing)
    local letter = class == "list" and "l" or class == "matrix" and "i" or class == "row" and "j"
    if not letter or thing.value == nil then return nil end
    local path = concat(t.text, "", first, t.n - 1)
    return path .. "[" .. letter .. "]   " .. letter .. " is 1 to " .. #thing.value
  end

  -- What the option whose value begins at the end of tokens t is for: "epochs = 100   ..."
  local function option_value(t)
    local taken = is_entry_start(t, t.inner, t.n - 2) and table_at(t, t.inner)
    for _, option in next, taken and taken.options or {} do
      if option.name == t.text[t.n - 1] and option.about then
        return ask_help("moongrad.help.entries", "setting", option) .. "   " .. option.about
      end
    end
  end

  local function signature(t)
    local text, around = t.text[t.n], t.text[t.inner]
    if text == "(" or text == "{" then return signature_at(t, t.n) end
    if text == "," and around == "(" then return signature_at(t, t.inner) end
    if text == "[" then return index_range(t) end
    return text == "=" and option_value(t) or nil
  end

  --- What there is to say of what begins after tokens t, in lines that fit the terminal: how the function is called
  -- whose argument it is, what an index may be, what an option is for; nil if nothing is known.
  function calls.signature(t)
    local line = signature(t)
    return line and session and ask_help("moongrad.help.page", "fold", line, require("moongrad.show").width()) or line
  end

  --- The character after the name of a thing that is called: what its first example in the help has.
  function calls.opener(thing, name)
    local entry = session and entry_of(thing.value, name)
    return entry and match("\n" .. entry.text, "\n> [^\n]-%f[%w_]" .. name .. "%s*([({])") or "("
  end

  return calls
end
