-- arguments.lua - finds the options of the function call around the cursor, and the names that an argument may be.
--
-- An opener is the token that opens the bracket of a call or a table. calls.lua finds the function, options.lua has the
-- declarations.

local classof, next, rawget, setmetatable, type = debug.getmetatable, next, rawget, setmetatable, type
local sub = string.sub

local arguments = {} -- the methods
arguments.__index = arguments

--- Makes one from an object of calls.lua.
function arguments.new(calls) return setmetatable({ calls = calls, reach = calls.reach }, arguments) end

-- The number of the argument, or of the table entry, that token i is in, counted by the commas after the opener.
local function place_of(t, opener, i)
  local place, k = 1, opener + 1
  while k < i do
    if t.text[k] == "," or t.text[k] == ";" then place = place + 1 end
    k = (t.match[k] or k) + 1
  end
  return place
end

-- The number of the positional entry of a table that begins after token i; entries with a name are not counted.
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

-- --- options ----------------------------------------------------------------------

-- The options of a table {choice, key = number}: a list of the keys that go with the choice at token i.
local function numbers_of(t, i, numbers)
  local list, keys = {}, numbers and rawget(numbers, t.kind[i] == "string" and sub(t.text[i], 2) or "") or {}
  for k = 1, #keys do
    if type(keys[k]) == "string" then list[#list + 1] = { name = keys[k] } end
  end
  return list
end

-- What a table takes that is a later argument of the call whose bracket opens at token `around`; see table_at.
function arguments:later_table(t, around, opener)
  local options, place, who = self.calls.options, place_of(t, around, opener), self.calls:who_at(t, around - 1)
  if place > 1 and options.of[who] then return { who = who, options = options.of[who], arguments = {} } end
  local argument = (options.arguments[who] or {})[place - 1]
  if argument and argument.numbers then
    return { options = numbers_of(t, around + 1, argument.numbers), arguments = {} }
  end
end

-- Can an entry of the table at the opener begin after token i?
local function is_entry_start(t, opener, i)
  return t.text[opener] == "{" and (i == opener or t.text[i] == "," or t.text[i] == ";")
end

arguments.is_entry_start = is_entry_start

-- The declaration of the option that is assigned at token equals: an entry of the table of options around it, or a
-- field of net.options. nil if there is none.
function arguments:option_at(t, equals, around)
  local name, list = equals - 1, nil
  if t.kind[name] ~= "name" then return nil end
  if is_entry_start(t, around, name - 1) then
    local taken = self:table_at(t, around)
    list = taken and taken.options
  elseif t.text[name - 1] == "." then
    local object = self.reach:ending_at(t, name - 2)
    list = object and self.reach.things:class_of(object) == "options" and self.calls.options.of.network
  end
  for _, option in next, list or {} do
    if option.name == t.text[name] then return option end
  end
end

-- What a table takes that is assigned, or inside another table, or a later argument of a call; see table_at.
function arguments:inner_table(t, opener)
  local around, before = t.around[opener], opener - 1
  if t.text[before] == "=" then
    local option = self:option_at(t, before, around)
    return option and option.choices and { options = numbers_of(t, opener + 1, self.calls.options.numbers[option.name]),
      arguments = { { choices = option.choices } } } or nil
  end
  local outer = t.text[around] == "{" and self:table_at(t, around)
  if outer and outer.who == "network" then return self.calls.options.layer end
  if t.text[around] == "(" and self.calls:callee(t, around) then return self:later_table(t, around, opener) end
end

--- What the table that begins at the opener takes: {who =, options = list of options, arguments = what its positional
-- entries may be}; nil if that is not known.
function arguments:table_at(t, opener)
  local before = opener - 1
  local last = self.calls:callee(t, opener)
  if not last and t.text[before] == "(" then last = self.calls:callee(t, before) end
  if not last then return self:inner_table(t, opener) end
  local who = self.calls:who_at(t, last)
  local list = self.calls.options.of[who]
  return list and { who = who, options = list, arguments = {} } or nil
end

-- Adds the names of a table's entries from token i on to the set given.
local function add_given(given, t, i)
  while i <= t.n and t.text[i] ~= "}" do
    if t.kind[i] == "name" and t.text[i + 1] == "=" then given[t.text[i]] = true end
    i = (t.match[i] or i) + 1
  end
end

--- The list of the options that may be written at the end of tokens t, without those that the table has already; right
-- are the tokens after the cursor. nil if no options are taken there.
function arguments:options(t, right)
  if not is_entry_start(t, t.inner, t.n) then return nil end
  local taken = self:table_at(t, t.inner)
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

-- The names that may be assigned to, or compared with, the expression before token equals; nil if that is not known.
function arguments:assigned(t, equals)
  local name, options = equals - 1, self.calls.options
  if t.text[name] == "]" and t.match[name] then
    local list = self.reach:ending_at(t, t.match[name] - 1)
    local meta = list and classof(list.value)
    return type(meta) == "table" and rawget(meta, "__name") == "frozen" and options.frozen or nil
  end
  local option = self:option_at(t, equals, t.inner)
  return option and option.choices
end

-- The kind (options.kinds) of the argument or positional entry that begins after tokens t; nil if it is not known.
function arguments:argument_at(t)
  local known, calls = self.calls.options.arguments, self.calls
  local list, place
  if is_entry_start(t, t.inner, t.n) then
    local taken = self:table_at(t, t.inner)
    list, place = taken and taken.arguments, position_of(t, t.inner, t.n)
  elseif t.text[t.inner] == "(" and (t.n == t.inner or t.text[t.n] == ",") and calls:callee(t, t.inner) then
    list, place = known[calls:who_at(t, t.inner - 1)], place_of(t, t.inner, t.n + 1)
  elseif self.reach.is_operand(t, t.n) then -- a string that is the argument: help "step"
    list, place = known[calls:who_at(t, t.n)], 1
  end
  return list and list[place]
end

--- The list of the names that the value which begins after tokens t may be; nil if it may be anything. typed is the
-- part of it that the user has typed.
function arguments:choices(t, typed)
  local text = t.text[t.n]
  if text == "=" or text == "==" or text == "~=" then return self:assigned(t, t.n) end
  local argument = self:argument_at(t)
  local choices = argument and argument.choices
  if type(choices) == "function" then return choices(typed) end
  return choices
end

--- Does the string that begins after tokens t contain Lua source?
function arguments:is_source(t)
  local argument = self:argument_at(t)
  return argument ~= nil and argument.is_source or false
end

return arguments
