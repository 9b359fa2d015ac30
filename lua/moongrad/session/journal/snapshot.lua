-- snapshot.lua - copies of the values that an input changed, for a saved session that cannot run the input again.
--
-- An input that was interrupted, or whose amount of work depends on the clock, does not do the same when it runs again:
-- the saved session has the changed values in its place. journal.lua notes the state before an input by
-- snapshot.before() and takes the changes after it by snapshot.take(); serialise.lua copies and writes them. An object
-- that existed before the input keeps its identity: the script only sets its contents.

local core = require "moongrad.core"
local lexer = require "moongrad.syntax.lexer"
local mg = require "moongrad"
local serialise = require "moongrad.session.journal.serialise"
local state = require "moongrad.network.state"
local text = require "moongrad.text"
local format = string.format

local snapshot = {
  room = 256 << 20, -- bytes that further copies in this session may take
  items = 200000,   -- table items in one snapshot: they take some 40 ms, for which the prompt waits after Ctrl-C
}

local kind = serialise.kind
local live = { "NET", "X", "y" } -- the live names whose values are objects, the network first

local function copy(t)
  local new = {}
  for key, v in next, t do new[key] = v end
  return new
end

-- A value that differs after every change of a matrix or a network; nil for anything else.
local function mark(v)
  local t = kind(v)
  if t == "network" then return core.mark(v) end
  if t == "matrix" or t == "row" then return core.version(v) end
end

-- Notes before an input what is needed to find out later what the input changed. session is what journal.begin got.
function snapshot.before(session)
  local before = { globals = copy(_G), replaced = copy(session.replaced()), live = {}, marks = {},
    ETA = session.live "ETA", rng = core.rng_state() }
  for _, name in ipairs(live) do before.live[name] = session.live(name) end
  for _, t in ipairs { before.globals, before.live } do
    for _, v in next, t do before.marks[v] = mark(v) end
  end
  return before
end

-- Did the current network or the generator change since before?
function snapshot.moved(session, before)
  local net = session.live "NET"
  return core.rng_state() ~= before.rng or not rawequal(net, before.live.NET)
    or net ~= nil and mark(net) ~= before.marks[net]
end

-- A sorted list of the strings among the keys of some tables.
local function names_in(...)
  local set, list = {}, {}
  for _, t in ipairs { ... } do
    for name in next, t do
      if type(name) == "string" and not set[name] then
        set[name] = true
        list[#list + 1] = name
      end
    end
  end
  table.sort(list)
  return list
end

-- The expression for a global; what to append to the expression of a table for one of its fields.
local function global(name) return lexer.is_name(name) and name or format("_G[%s]", text.quote(name)) end
local function field(name) return lexer.is_name(name) and "." .. name or format("[%s]", text.quote(name)) end
snapshot.global = global

-- Objects that had a name before the input and still have it, and so need not be made again: object -> expression.
local function known(session, before)
  local names = {}
  local function add(v, name, was)
    if (type(v) == "table" or type(v) == "userdata" or type(v) == "function") and rawequal(v, was) then
      names[v] = names[v] or name
    end
  end
  for _, name in ipairs(live) do add(session.live(name), name, before.live[name]) end
  local globals = names_in(_G)
  for _, name in ipairs(globals) do add(_G[name], global(name), before.globals[name]) end
  for _, name in ipairs(globals) do
    if type(_G[name]) == "table" and name ~= "_G" and session.base[name] == _G[name] then -- a library
      for key, f in next, _G[name] do
        if type(key) == "string" then add(f, name .. field(key), f) end
      end
    end
  end
  for _, name in ipairs(session.names()) do
    local v = name ~= "X" and name ~= "y" and session.live(name) -- these may be tables that the input made
    if session.is_own(name) and (type(v) == "function" or type(v) == "table") then add(v, name, v) end
  end
  if session.is_own "mg" then
    for name, v in next, mg do add(v, "mg" .. field(name), v) end -- those that a global of the user's hides
  end
  return names
end

-- --- taking one ------------------------------------------------------------------------------

local taker = {} -- the methods of the object that collects changes; fields: session, before, names, copier, changes
taker.__index = taker

function taker:change(name, c, how) self.changes[#self.changes + 1] = { name, c, how } end

-- Adds the changes of a function's upvalues. name is the expression for the function.
function taker:variables(f, name)
  local i, key, v = 1, debug.getupvalue(f, 1)
  while key do
    if key ~= "_ENV" and not (v ~= nil and self.copier:knows(v)) then
      local place, c = format("%s, %d", name, i), self.copier:value(v, name .. "'s " .. key)
      if c ~= nil or v == nil then
        self:change(place, c, "__.variable")
      elseif type(v) == "function" then -- no source: the variable keeps its function, whose upvalues are looked at
        self.copier:add(v, "known", { name = format("__.held(%s)", place) })
        self:variables(v, format("__.held(%s)", place))
      end
    end
    i = i + 1
    key, v = debug.getupvalue(f, i)
  end
end

-- Adds the change of the contents of an object that has the same name as before.
function taker:contents(v, name)
  local t, copier = kind(v), self.copier
  local c, how
  if t == "network" then
    if mark(v) ~= self.before.marks[v] then c, how = copier:state(v, name), "__.put" end
  elseif t == "matrix" or t == "row" then
    if mark(v) ~= self.before.marks[v] and not core.origin(v) then c, how = copier:numbers(v, name), "__.set" end
  elseif t == "generator" then
    c, how = state.digits(v), "__.random"
  elseif t == "table" and not debug.getmetatable(v) then
    c, how = copier:contents(v, name), "__.fill"
  elseif t == "function" and debug.getinfo(v, "S").what ~= "C" then
    self:variables(v, name)
  end
  if c then self:change(name, c, how) end
end

-- Adds the changes of one global: now is its value, was its value before the input.
function taker:name(name, now, was)
  local place = global(name)
  if not rawequal(now, was) then
    local c = self.copier:value(now, name)
    if c ~= nil or now == nil then self:change(place, c) end
  elseif self.names[now] == place and self.session.base[name] ~= now then
    self:contents(now, place)
  end
end

-- Adds the changes of each of some globals: now(name) is the value, was[name] the one before. The changes of a global
-- that cannot be copied completely are taken back.
function taker:each(names, now, was)
  for _, name in ipairs(names) do
    local n = #self.changes
    if not self.copier:whole(name, self.name, self, name, now(name), was[name]) then
      for i = #self.changes, n + 1, -1 do self.changes[i] = nil end
    end
  end
end

-- Returns what changed since before: {changes =, for serialise.text; lost =, a list of the names of values that cannot
-- be written; full =, a list of the names of values that there was no room for; result =, a copy of the value result}.
-- texts(chunkname) returns the source of a chunk, or nil.
function snapshot.take(session, before, texts, result)
  local names = known(session, before)
  local copier = serialise.copier(names, texts, snapshot.room, snapshot.items)
  local self = setmetatable({ session = session, before = before, names = names, copier = copier, changes = {} }, taker)
  local replaced, net = session.replaced(), session.live "NET"
  self:each(live, session.live, before.live)
  if not net and session.live "ETA" ~= before.ETA then self:change("ETA", session.live "ETA") end
  self:each(names_in(before.globals, _G), function(name) return rawget(_G, name) end, before.globals)
  self:each(names_in(before.replaced, replaced), function(name) return replaced[name] end, before.replaced)
  if core.rng_state() ~= before.rng then self:change("nil", state.digits(), "__.random") end
  local kept = { changes = self.changes, lost = copier.lost, full = copier.full, result = copier:value(result, "_") }
  snapshot.room = copier.room
  return kept
end

return snapshot
