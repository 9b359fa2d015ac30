-- signatures.lua - the line that Tab shows above the prompt when the cursor is where an argument, an index or the value
-- of an option begins: "step([n])".

local getinfo, getlocal = debug.getinfo, debug.getlocal
local concat, find, match, sub = table.concat, string.find, string.match, string.sub
local next, setmetatable, type = next, setmetatable, type

local signatures = {} -- the methods
signatures.__index = signatures

--- Makes one from an object of arguments.lua, which knows what calls take.
function signatures.new(arguments)
  local calls = arguments.calls
  return setmetatable({ arguments = arguments, calls = calls, reach = calls.reach, session = calls.session },
    signatures)
end

-- Returns a table with the entries of the help about functions, by function and by path ("net:step").
function signatures:documented()
  local documented = {}
  for _, entry in next, self.calls.ask_help("moongrad.help.entries", "all") do
    if entry.kind == "documented" or entry.kind == "lua" then
      documented[entry.path] = entry
      for _, f in next, self.calls:functions_named(entry.path) do documented[f] = documented[f] or entry end
    end
  end
  return documented
end

-- The entry of the help about function f, which is called name; nil if there is none.
function signatures:entry_of(f, name)
  if not self.session then return nil end
  self.entries = self.entries or self:documented()
  return self.entries[f] or self.calls:is_of_walk(f) and self.entries["w:" .. name] or nil
end

-- The parameters of a Lua function: "(a, b, ...)".
local function parameters(f)
  local info, list = getinfo(f, "u"), {}
  for i = 1, info.nparams do list[i] = getlocal(f, i) end
  if info.isvararg then list[#list + 1] = "..." end
  return "(" .. concat(list, ", ") .. ")"
end

-- Adds to a signature the options that f takes after other arguments, if it lacks them: step([n] [, {every=}]).
function signatures:with_options(title, f)
  local list = {}
  for _, option in next, self.calls.options.of[self.calls.who_is[f]] or {} do
    if find(title, option.name .. "=", 1, true) or find(title, "{", 1, true) then return title end
    list[#list + 1] = option.name .. "="
  end
  return #list > 0 and sub(title, 1, -2) .. " [, {" .. concat(list, ", ") .. "}])" or title
end

-- The signature of the function whose arguments begin at token opener: "step([n])"; nil if it is not known.
function signatures:of_call(t, opener)
  local last = self.calls:callee(t, opener)
  if not last then return nil end
  local thing, first = self.reach:ending_at(t, last)
  if not thing or not self.reach.things.is_callable(thing) then return nil end
  local name = concat(t.text, "", first, last)
  if not find(name, "^[%w_.:%[%]]+$") then name = match(name, "[%w_]+$") or "" end
  local f = thing.value
  local entry = self:entry_of(f, t.text[last])
  if entry then return name .. match(self:with_options(entry.title, f), "^[%w_.:]*(.*)") end
  if type(f) ~= "function" or getinfo(f, "S").what == "C" then return nil end
  return name .. parameters(f)
end

-- The range of the index that begins at the end of tokens t: "THETA[1][i]   i is 1 to 2"; nil if the value before it is
-- no list, matrix or row.
function signatures:of_index(t)
  local thing, first = self.reach:ending_at(t, t.n - 1)
  local class = thing and self.reach.things:class_of(thing)
  local letter = class == "list" and "l" or class == "matrix" and "i" or class == "row" and "j"
  if not letter or thing.value == nil then return nil end
  local path = concat(t.text, "", first, t.n - 1)
  return path .. "[" .. letter .. "]   " .. letter .. " is 1 to " .. #thing.value
end

-- The description of the option whose value begins at the end of tokens t: "epochs = 100   ..."; nil if it is not
-- known.
function signatures:of_option(t)
  local arguments = self.arguments
  local taken = arguments.is_entry_start(t, t.inner, t.n - 2) and arguments:table_at(t, t.inner)
  for _, option in next, taken and taken.options or {} do
    if option.name == t.text[t.n - 1] and option.about then
      return self.calls.ask_help("moongrad.help.entries", "setting", option) .. "   " .. option.about
    end
  end
end

-- The line about the argument, index or option that begins after tokens t; nil if nothing is known.
function signatures:line(t)
  local text, around = t.text[t.n], t.text[t.inner]
  if text == "(" or text == "{" then return self:of_call(t, t.n) end
  if text == "," and around == "(" then return self:of_call(t, t.inner) end
  if text == "[" then return self:of_index(t) end
  return text == "=" and self:of_option(t) or nil
end

--- Returns the line about the argument, index or option that begins after tokens t, broken to fit the terminal; nil if
-- nothing is known.
function signatures:of(t)
  local line = self:line(t)
  if not line or not self.session then return line end
  return self.calls.ask_help("moongrad.help.page", "fold", line, require("moongrad.show").width())
end

--- The character to put after the name of a function: the one in its first example in the help, or "(".
function signatures:opener(thing, name)
  local entry = self:entry_of(thing.value, name)
  return entry and match("\n" .. entry.text, "\n> [^\n]-%f[%w_]" .. name .. "%s*([({])") or "("
end

return signatures
