-- taken_names.lua - explains errors of code whose own variable has a name of the session's: a global that hides it,
-- data = {}, one that the session holds, init = init or {}, a list that became a matrix, y = {3, 1, 2}; and errors of
-- code that takes a row of a column for its number.

local core = require "moongrad.core"
local own_names = require "moongrad.session.own_names"
local find, format, match, sub = string.find, string.format, string.match, string.sub

local taken_names = {}

-- The advice on a hidden name; nil if the user's global is not what the words are about.
local function of_hidden(session, words, t, i, name)
  local field = match(words, "a nil value %(%l+ '([%w_]+)'%)$")
  local is_meant = find(words, "(global '" .. name .. "')", 1, true)
  if field and not is_meant then
    local own = session.value(name)
    is_meant = t.text[i + 2] == field and type(own) == "table" and rawget(own, field) ~= nil
  end
  local by = own_names.assigned[name]
  return is_meant and format("%s is a global of your own%s; %s = nil brings the session's back", name,
    by and " since " .. by.where or "", name)
end

-- The advice on a function of the session that is used as the user's variable. source: see own_names.advice.
local function of_function(words, t, i, name, source)
  local after = t.text[i + 1]
  local is_called = after == "(" or after == "{" or after == "." or t.kind[i + 1] == "string"
  if not find(words, "a function value (global '" .. name .. "')", 1, true)
    and (is_called or not find(words, "got function)", 1, true)) then return nil end
  local said = format("%s is a function of the session, called as %s(...)", name, name)
  return sub(source, 1, 1) == "@" and said .. "; " .. own_names.advice(name, source) or said
end

local of_lists = { "^attempt to ", "^bad argument", "^< and > return", "^invalid value %(userdata%)",
  "^row index %d+ is out of range", "^row %d+ of a .* takes %d+ numbers, got ", "^a matrix has no " }

-- The advice on X or y where the user's list of numbers became a matrix.
local function of_list(words, name, v, source)
  local by = own_names.assigned[name]
  if not (by and by.is_list and core.is_matrix(v)) then return nil end
  for _, pattern in ipairs(of_lists) do
    if find(words, pattern) then
      return format("%s is the session's: the list in %s became a %d x %d matrix, whose numbers are %s%s; %s", name,
        by.where, v.nrows, v.ncols, name, v.ncols == 1 and "[i][1]" or "[1][j]", own_names.advice(name, source))
    end
  end
end

-- The advice on a table for X or y that has not become a matrix yet.
local function of_table(words, name, v)
  local by = own_names.assigned[name]
  if not by or type(v) ~= "table" or not find(words, "^attempt to .* a nil value") then return nil end
  return format("%s is a table, begun in %s: %s = %s makes a matrix of its rows", name, by.where, name, name)
end

-- The advice on a matrix of one number that is used as a number.
local function of_single(words, name, v)
  if not (core.is_matrix(v) and v.nrows == 1 and v.ncols == 1) then return nil end
  if not (find(words, "^< and > return") or find(words, "got matrix") or find(words, "got row")
    or find(words, "^attempt to concatenate")) then return nil end
  local is_row = rawget(debug.getmetatable(v), "__name") == "row"
  return format("%s is a 1 x 1 matrix: its number is %s%s", name, name, is_row and "[1]" or "[1][1]")
end

-- The advice on the variable at token i.
local function of_name(session, words, t, i, variable, source)
  local name = t.text[i]
  local own = variable(name)
  if own then return of_single(words, name, own.value) end
  local v = rawget(_G, name)
  if v ~= nil then
    return session.is_known(name) and of_hidden(session, words, t, i, name) or of_single(words, name, v)
  end
  if not session.is_known(name) then return nil end
  v = session.value(name)
  if type(v) == "function" then return of_function(words, t, i, name, source) end
  return of_list(words, name, v, source) or of_table(words, name, v) or of_single(words, name, v)
end

--- Returns the advice on an error with this message, or nil. here lists the tokens of t that begin in the line of the
-- error; variable(name) returns {value =} for a local variable there, nil for a global; source is the chunk name.
function taken_names.advice(session, words, t, here, variable, source)
  for _, i in ipairs(here) do
    local before = t.text[i - 1]
    if t.kind[i] == "name" and before ~= "." and before ~= ":" then
      local said = of_name(session, words, t, i, variable, source)
      if said then return said end
    end
  end
end

return taken_names
