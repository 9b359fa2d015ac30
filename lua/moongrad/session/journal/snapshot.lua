-- snapshot.lua - what a session holds that it did not hold before an input: copies, to be text when it is saved.
--
-- An input that was interrupted, or did as much as the clock let it, does not do the same when it is run again.
-- What it left is written in its place. An object that was there before keeps its name and gets its contents.

local core = require "moongrad.core"
local lexer = require "moongrad.syntax.lexer"
local serialise = require "moongrad.session.journal.serialise"
local state = require "moongrad.network.state"
local text = require "moongrad.text"
local format = string.format

local snapshot = {
  room = 256 << 20, -- bytes that the copies of a session may yet take
  items = 200000,   -- of the tables in one snapshot, some 40 ms: whoever pressed Ctrl-C waits for the prompt
}

local kind = serialise.kind
local live = { "NET", "X", "y" } -- the live names whose values are objects, the network first

local function copy(t)
  local new = {}
  for key, v in next, t do new[key] = v end
  return new
end

-- What changes with every change of a matrix or a network; nil for anything else.
local function mark(v)
  local t = kind(v)
  if t == "network" then return core.mark(v) end
  if t == "matrix" or t == "row" then return core.version(v) end
end

-- What the session holds before an input, as far as it takes to say later what changed. session is as journal.begin
-- got it.
function snapshot.before(session)
  local before = { globals = copy(_G), replaced = copy(session.replaced()), live = {}, marks = {},
    ETA = session.live "ETA", rng = core.rng_state() }
  for _, name in ipairs(live) do before.live[name] = session.live(name) end
  for _, t in ipairs { before.globals, before.live } do
    for _, v in next, t do before.marks[v] = mark(v) end
  end
  return before
end

-- Did anything change that is counted: the network, the generator?
function snapshot.moved(session, before)
  local net = session.live "NET"
  return core.rng_state() ~= before.rng or not rawequal(net, before.live.NET)
    or net ~= nil and mark(net) ~= before.marks[net]
end

-- The strings among the keys of some tables, in order.
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

-- The expression of a global, and of a field of a table.
local function global(name) return lexer.is_name(name) and name or format("_G[%s]", text.quote(name)) end
local function field(name) return lexer.is_name(name) and "." .. name or format("[%s]", text.quote(name)) end
snapshot.global = global

-- The objects that have the same name as before: object -> name.
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
    local v = session.live(name)
    if type(v) == "function" or type(v) == "table" then add(v, name, v) end
  end
  return names
end

-- --- taking one ------------------------------------------------------------------------------

local taker = {} -- methods of what looks for changes: session, before, names, copier, changes
taker.__index = taker

function taker:change(name, c, how) self.changes[#self.changes + 1] = { name, c, how } end

-- What a function holds besides globals.
function taker:variables(f, name)
  local i, key, v = 1, debug.getupvalue(f, 1)
  while key do
    if key ~= "_ENV" and not (v ~= nil and self.copier:knows(v)) then
      local place, c = format("%s, %d", name, i), self.copier:value(v, name .. "'s " .. key)
      if c ~= nil or v == nil then
        self:change(place, c, "__.variable")
      elseif type(v) == "function" then -- it stays, and what it holds is kept
        self.copier:add(v, "known", { name = format("__.held(%s)", place) })
        self:variables(v, format("__.held(%s)", place))
      end
    end
    i = i + 1
    key, v = debug.getupvalue(f, i)
  end
end

-- What an object holds that is still called name.
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

-- What a name stands for now, and stood for before.
function taker:name(name, now, was)
  local place = global(name)
  if not rawequal(now, was) then
    local c = self.copier:value(now, name)
    if c ~= nil or now == nil then self:change(place, c) end
  elseif self.names[now] == place and self.session.base[name] ~= now then
    self:contents(now, place)
  end
end

-- The same of each of some names, whole or not at all.
function taker:each(names, now, was)
  for _, name in ipairs(names) do
    local n = #self.changes
    if not self.copier:whole(name, self.name, self, name, now(name), was[name]) then
      for i = #self.changes, n + 1, -1 do self.changes[i] = nil end
    end
  end
end

-- What the session holds now and did not hold before: changes for serialise.text; lost, names of what cannot be
-- written; full, names of what there was no room for; result, a copy of this value. texts(chunkname): the source of a
-- chunk.
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
