-- undefined_names.lua - explains why a name has no value in a session, or which name the user may have meant.

local commands = require "moongrad.commands"
local core = require "moongrad.core"
local foreign_words = require "moongrad.prompt.errors.foreign_words"
local gone_locals = require "moongrad.prompt.gone_locals"
local lists = require "moongrad.network.lists"
local mg = require "moongrad"
local names = require "moongrad.names"
local options = require "moongrad.options"
local quantities = require "moongrad.quantities"
local find, format, lower, match = string.find, string.format, string.lower, string.match

local undefined_names = {}

local getinfo = debug.getinfo

local own_list = "for a list of your own choose another name, or write local THETA = {} in a script or a do block"

-- The reason why a live name is nil, and what to do.
local function why_nil(session, name)
  if name == "X" or name == "y" then return "there is no data yet: X, y = data.xor()" end
  if name == "ETA" then return "it is not set yet: ETA = 0.1" end
  local net = session.value "NET"
  local quantity = quantities.by_name[name]
  if net and not quantity.maker then return lists.no_state(net) end
  if net and core.walk_state(net) then
    return format("it is not made yet: operation %s of the walk makes it", quantity.op)
  elseif net then
    return format("there has been no %s yet: %s makes it", quantity.lacks, quantities.makers(quantity))
  end
  return "there is no network yet: make one, LAYERS = {2, 2, 2, 1}"
end

-- Does this name end the program in other languages?
function undefined_names.is_leave(name) return foreign_words.names[name] == foreign_words.leave end

-- The end of a message about an unknown name: "; did you mean ...?" with names of the session's or the user's, or "".
local function suggest(session, name)
  local gone = gone_locals.words(name)
  if gone then return "; " .. gone end
  local foreign = foreign_words.of_name(name)
  if foreign then return "; " .. foreign end
  if commands.of.m[name] then return format("; write X:%s()", name) end
  local list = session.names()
  for key in next, _G do
    if type(key) == "string" then list[#list + 1] = key end
  end
  if #name > 1 then return names.suggest(name, list) end
  for _, other in ipairs(list) do -- any single letter is near any other: suggest only X for x
    if lower(other) == lower(name) then return names.suggest(name, { other }) end
  end
  return ""
end

-- Was the error raised by a write to a list of matrices? Looks at the stack of thread, or of the caller if it is nil.
local function is_write(thread)
  for level = 1, 12 do
    local info
    if thread then info = getinfo(thread, level, "n") else info = getinfo(level, "n") end
    if not info then break end
    if info.namewhat == "metamethod" then return info.name == "newindex" end
  end
  return false
end

-- Called in a message handler: returns what to add to the message, "; " and advice, or nil.
function undefined_names.hint(session, message, thread)
  if find(message, ": theta%[[^\n]*%]: expected a layer from 1 to %d+$") then
    return is_write(thread) and "; " .. own_list or nil
  end
  local name = match(message, "a nil value %(global '([%w_]+)'%)$")
  if not name then return nil end
  if not session.is_live(name) then return suggest(session, name) end
  return "; " .. why_nil(session, name) .. (name == "THETA" and "; " .. own_list or "")
end

--- The value of a global, found without running any code of the user's.
function undefined_names.value(session, name)
  local v = rawget(_G, name)
  if v == nil then v = session.value(name) end
  return v
end

-- Returns a function that takes a name and says whether the global of this name can be called.
function undefined_names.is_callable(session)
  return function(name) return options.is_callable(undefined_names.value(session, name)) end
end

-- Returns the message about a name that has no value: "no 'THETAA'; did you mean THETA?"; nil if it has one. The second
-- result is true if the message has advice.
function undefined_names.name(session, name)
  if undefined_names.value(session, name) ~= nil then return nil end
  if session.is_live(name) then
    local gone = gone_locals.words(name)
    return format("%s is nil: %s%s", name, gone and gone .. "; " or "", why_nil(session, name)), true
  end
  local near = suggest(session, name)
  return format("no '%s'%s", name, near), near ~= ""
end

-- Is t, the value of the global name, one of moongrad's or Lua's libraries?
local function is_library(session, name, t)
  return rawequal(t, mg) or rawequal(t, mg.data) or rawequal(t, session.at_start[name])
end

-- The end of the message about a field that table t, called path, does not have; nil if t is a table of the user's and
-- no field has a similar name. list has the names of its fields.
local function suggest_field(session, path, name, t, list)
  local near = names.suggest(name, list)
  if #names.near(name, list) > 0 then return near end
  if not is_library(session, path, t) then return nil end
  return near ~= "" and near or format("; Tab behind %s. lists what there is", path)
end

local hidden = { classes = true, done = true, wanted = true } -- internal fields of reports

-- If r is a report without a field of this name, returns the message about it; else nil. `where` is r's name.
function undefined_names.of_report(where, r, name)
  if debug.getmetatable(r) ~= core.report or r[name] ~= nil then return nil end
  local list = {}
  for key in pairs(r) do
    if type(key) == "string" and not hidden[key] then list[#list + 1] = key end
  end
  table.sort(list)
  local near = #names.near(name, list) > 0 and names.suggest(name, list)
  return format("no '%s' in %s%s", name, where, near or "; the report has " .. table.concat(list, " "))
end

-- The message about a path a.b.c, given as the list of its names, whose last name is missing in the table before it;
-- nil if that is not so, or if nothing can be said.
function undefined_names.field(session, path)
  local t = undefined_names.value(session, path[1])
  for i = 2, #path do
    if type(t) ~= "table" then return i == #path and undefined_names.of_report(path[i - 1], t, path[i]) or nil end
    local v = rawget(t, path[i])
    if v == nil then
      local list, meta = {}, debug.getmetatable(t)
      if i < #path or meta and rawget(meta, "__index") ~= nil then return nil end
      for key in next, t do
        if type(key) == "string" then list[#list + 1] = key end
      end
      local where = table.concat(path, ".", 1, i - 1)
      local hint = suggest_field(session, where, path[i], t, list)
      return hint and format("no '%s' in %s%s", path[i], where, hint)
    end
    t = v
  end
end

return undefined_names
