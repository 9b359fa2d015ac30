-- missing_index.lua - explains the error of t[3][1] or t[3] + 1 if t[3] is nil, and of a field that a report does not
-- have.
--
-- Lua's own message says only that a nil was indexed or added, not which index is missing: m[#m + 1] of a matrix or a
-- list is nil so that ipairs ends, and the error comes from the next bracket or operator.

local core = require "moongrad.core"
local lists = require "moongrad.network.lists"

local undefined_names = require "moongrad.prompt.errors.undefined_names"
local find, format, match, sub = string.find, string.format, string.match, string.sub

local missing_index = {}

-- The value of the token between []: a number, or a variable that is one; else nil.
local function index_at(t, i, value_of)
  if t.kind[i] == "number" then return tonumber(t.text[i]) end
  local v = t.kind[i] == "name" and value_of(t.text[i])
  return math.type(v) and v or nil
end

-- Returns v[k], found without running any code of the user's; then, whether that was possible.
local function get(v, k)
  if type(v) == "table" and not debug.getmetatable(v) then return rawget(v, k), true end
  if not core.is_matrix(v) and not lists.is(v) then return nil, false end
  local ok, item = pcall(function() return v[k] end)
  return item, ok
end

-- The message of a matrix or a list about its missing index k, which a write to it raises; nil for a table.
local function own_words(v, k)
  if lists.is(v) then return lists.missing(v, k) end
  if core.is_matrix(v) then return select(2, pcall(function() v[k] = 0 end)) end
end

-- The message about a number that is indexed. If the user wanted :explain, it says how to call that on the matrix.
local function of_number(t, last, path, parts)
  local words = path .. " is a number"
  local is_explained = t.text[last + 1] == ":" and t.text[last + 2] == "explain"
  if not is_explained then return words .. ", which has no index and no method" end
  local n = #parts
  return format("%s; to explain it write %s:explain(%s, %s)", words, table.concat(parts, "", 1, n - 2),
    sub(parts[n - 1], 2, -2), sub(parts[n], 2, -2))
end

local function set(...)
  local is = {}
  for _, text in ipairs { ... } do is[text] = true end
  return is
end
local indexes = set("[", ".", ":")

-- What Lua's message says was done to a value of a kind -> the operators that did it.
local uses = {
  { "^attempt to perform arithmetic on a (nil) value", set("+", "-", "*", "/", "//", "%", "^") },
  { "^attempt to concatenate a (nil) value", set ".." },
  { "^attempt to compare .*(nil)", set("<", ">", "<=", ">=") },
}

-- Returns a test for an expression from token `first` to token `last` of t: is it used as the message says? Then the
-- kind of value that the message is about. nil for other messages.
local function use_of(words)
  local kind = match(words, "^attempt to index a (%l+) value")
  if kind then return function(t, _, last) return indexes[t.text[last + 1]] end, kind end
  for _, use in ipairs(uses) do
    kind = match(words, use[1])
    if kind then
      return function(t, first, last)
        local after = t.text[last + 1]
        return use[2][t.text[first - 1]] and not indexes[after] or use[2][after]
      end, kind
    end
  end
end

-- Follows the expression name[i][j]... from token `first` on as long as each index is known. If is_used says so of one
-- of its values, and that is of this kind ("nil", "number"), returns the message, and the token that it is about.
local function follow(t, first, kind, value_of, is_used)
  local i = first
  local v, parts, path = value_of(t.text[i]), { t.text[i] }, t.text[i]
  while v ~= nil and t.text[i + 1] == "[" and t.text[i + 3] == "]" do
    local k = index_at(t, i + 2, value_of)
    local item, is_known = nil, false
    if k then item, is_known = get(v, k) end
    if not is_known then return nil end
    parts[#parts + 1] = "[" .. t.text[i + 2] .. "]"
    path = path .. parts[#parts]
    i = i + 3
    if type(item) == kind and is_used(t, first, i) then
      if kind == "number" then return #parts > 2 and of_number(t, i, path, parts), i + 1 end
      return own_words(v, k) or path .. " is nil", i - 1
    end
    v = item
  end
end

-- If token i begins name.field, and name is a report without such a field, returns the message and the field's token.
local function follow_report(words, t, i, value_of)
  if t.text[i + 1] ~= "." or t.kind[i + 2] ~= "name" then return nil end
  local said = undefined_names.of_report(t.text[i], value_of(t.text[i]), t.text[i + 2])
  return said and words .. "; " .. said, i + 2
end

-- Calls say(i) for each name among the tokens here. If all that return a message return the same one, returns that
-- message and its token; else nil.
local function only(t, here, say)
  local found, at
  for _, i in ipairs(here) do
    local before = t.text[i - 1]
    if t.kind[i] == "name" and before ~= "." and before ~= ":" then
      local said, token = say(i)
      if said and found and found ~= said then return nil end
      if said and not found then found, at = said, token end
    end
  end
  return found, at
end

--- Returns a better message than Lua's, words, and the token that it is about; nil if that is not certain. here lists
-- the tokens that begin in the line of the error; value_of(name) returns the value of a variable there.
function missing_index.explain(words, t, here, value_of)
  local is_used, kind = use_of(words)
  if kind == "number" or kind == "nil" then
    local said, at = only(t, here, function(i) return follow(t, i, kind, value_of, is_used) end)
    if said then return said, at end
  end
  if find(words, "^attempt to compare .*nil") or find(words, "a nil value %(field '") then
    return only(t, here, function(i) return follow_report(words, t, i, value_of) end)
  end
end

return missing_index
