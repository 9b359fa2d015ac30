-- interrupted.lua - an input that was interrupted, as what leaves the same when it is run: what a journal writes of it.
--
-- It is written as far as it came when that is certain: its text up to the step(500) that was under way and
-- step(37), or the steps alone when there was nothing else; else as what it left, to the last bit. Of that the
-- numbers of networks, matrices and plain tables are kept as copies, and are text only when the journal is.

local core = require "moongrad.core"
local exact = require "moongrad.journal.exact"

local interrupted = {
  room = 256 << 20, -- bytes that copies may yet take
  objects = 3000, -- of an input, some 20 ms: whoever pressed Ctrl-C waits for the prompt meanwhile
}

local session -- as the journal got it

function interrupted.begin(s)
  session = s
  return interrupted
end

-- --- what can be named ------------------------------------------------------------------------

-- What is there under the same name as before: object -> expression. Networks first under NET.
local function known(before)
  local names = {}
  local function add(v, name, was)
    if (type(v) == "table" or type(v) == "userdata" or type(v) == "function") and rawequal(v, was) then
      names[v] = names[v] or name
    end
  end
  for _, name in ipairs(before.names) do add(session.live(name), name, before.live[name]) end
  local list = {}
  for name in next, _G do
    if type(name) == "string" then list[#list + 1] = name end
  end
  table.sort(list)
  for _, name in ipairs(list) do add(_G[name], exact.global(name), before.globals[name]) end
  for _, name in ipairs(list) do
    if type(_G[name]) == "table" and name ~= "_G" and session.base[name] == _G[name] then -- a library
      for field, f in next, _G[name] do
        if type(field) == "string" then add(f, name .. exact.field(field), f) end
      end
    end
  end
  for _, name in ipairs(session.names()) do
    local v = session.live(name)
    if type(v) == "function" or type(v) == "table" then add(v, name, v) end
  end
  return names
end

-- --- an interrupted input that only stepped ---------------------------------------------------------

-- Epochs of step() between two lists of marks; nil when there was anything else.
local function steps(was, now)
  for i = 3, #now do
    if was[i] ~= now[i] then return nil end
  end
  local done = now[2] - was[2]
  return now[1] - was[1] == done and done or nil
end

-- What Lua has that touches nothing.
local harmless = { print = true, ipairs = true, pairs = true, tostring = true, string = true, select = true }

local function is_harmless(name) return session.is_own(name) or harmless[name] and session.is_base(name) end

-- May an input of these tokens have touched what is not moongrad's own? Not when it has no names but the
-- session's, and local ones, and calls nothing else.
local function is_ours(list)
  local locals, declares = {}, false
  for i, t in ipairs(list) do
    if t.text == "function" then return false end
    if t.text == "for" or t.text == "local" then declares = true end
    if t.text == "=" or t.text == "in" then declares = false end
    local before = list[i - 1]
    local is_field = before and (before.text == "." or before.text == ":")
    if t.kind == "name" and declares then
      locals[t.text] = true
    elseif t.kind == "name" and not is_field and not locals[t.text] and not is_harmless(t.text) then
      return false
    end
  end
  return true
end

-- The lines of an interrupted input that did nothing but steps on networks it found; nil when it did more.
local function steps_alone(list, before)
  if not is_ours(list) or core.rng_state() ~= before.rng then return nil end
  for _, name in ipairs(before.names) do
    if not rawequal(session.live(name), before.live[name]) then return nil end
  end
  for name, v in next, _G do
    if not rawequal(v, before.globals[name]) then return nil end
  end
  local lines, names = {}, known(before)
  for object, was in next, before.marks do
    if type(was) == "number" then
      if core.version(object) ~= was and not core.origin(object) then return nil end
    else
      local done = steps(was, { core.marks(object) })
      if not done or not names[object] then return nil end
      if done > 0 then
        lines[#lines + 1] = (names[object] == "NET" and "step(%d)" or names[object] .. ":step(%d)"):format(done)
      end
    end
  end
  table.sort(lines)
  return lines
end

-- --- an interrupted input that is a line of commands, the last of them a step -----------------------------

local branches = { ["for"] = 1, ["while"] = 1, ["repeat"] = 1, ["function"] = 1, ["goto"] = 1, ["if"] = 1, ["and"] = 1,
  ["or"] = 1, ["local"] = 1, ["do"] = 1, ["return"] = 1 }

local other_steps = { train = 1, bench = 1, run = 1, edit = 1, reset = 1 }

-- The places of the calls step(number) among the tokens, with their numbers; nil when a step is called
-- otherwise, or anything decides what is run, or is not known to leave step alone.
local function plain_steps(list)
  local found = {}
  for i, t in ipairs(list) do
    if t.kind == "keyword" and branches[t.text] or t.text == ":" then return nil end
    local before = list[i - 1]
    local is_field = before and before.text == "."
    local after = list[i + 1]
    local called = after and (after.text == "(" or after.text == "{" or after.kind == "string")
    if is_field and called and not session.is_own(list[i - 2].text) then return nil end
    if t.kind == "name" and not is_field then
      local v = rawget(_G, t.text)
      local runs = called or type(v) == "function" or type(v) == "table" and debug.getmetatable(v)
      if runs and not is_harmless(t.text) then return nil end
      if other_steps[t.text] then return nil end
      if #found > 0 and (t.text == "LAYERS" or t.text == "NET" or t.text == "init" or t.text == "update") then
        return nil
      end
      if t.text == "step" then
        local n = list[i + 2] and list[i + 2].kind == "number" and math.tointeger(tonumber(list[i + 2].text))
        if not (n and list[i + 1].text == "(" and list[i + 3] and list[i + 3].text == ")") then return nil end
        found[#found + 1] = { at = i, n = n }
      end
    end
  end
  return found
end

-- Where the statement begins whose call is list[i]: at it, or at what it is assigned to.
local function statement(list, i)
  local from = i
  if list[i - 1] and list[i - 1].text == "=" and list[i - 2] and list[i - 2].kind == "name" then from = i - 2 end
  local before = list[from - 1]
  local ends = not before or before.text == ";" or before.text == ")" or before.text == "}" or before.text == "]"
    or before.kind == "number" or before.kind == "string" or before.kind == "name"
  return ends and from or nil
end

-- The text of an input up to the step that was under way, and the epochs that this did; nil when that is
-- not certain.
local function cut(input, list)
  local found, net = plain_steps(list), session.live "NET"
  if not found or not net then return nil end
  local was = input.before.marks[net]
  local _, done = core.marks(net)
  if was then
    done = done - was[2]
  else -- made by the input, or before?
    local named = {}
    for _, t in ipairs(list) do named[t.text] = true end
    if not named.LAYERS or named.NET then return nil end
  end
  for _, step in ipairs(found) do
    if done > 0 and done < step.n then
      local from = statement(list, step.at)
      local head = from and input.source:sub(1, list[from].from - 1)
      return head and load(head) and head .. ("step(%d)"):format(done) or nil
    end
    done = done - step.n
    if done <= 0 then return nil end
  end
end

-- --- what an interrupted input left, to the last bit ---------------------------------------------------------

local scalar = { ["nil"] = true, boolean = true, number = true, string = true }

-- What functions of the user's, there before, hold besides globals.
local function write_upvalues(w, f, name)
  for i = 1, math.huge do
    local key, v = debug.getupvalue(f, i)
    if not key then return end
    local place = key ~= "_ENV" and ("select(2, debug.getupvalue(%s, %d))"):format(name, i)
    if place and scalar[type(v)] then
      w:line("debug.setupvalue(%s, %d, %q)", name, i, v)
    elseif place and exact.kind(v) == "table" and not debug.getmetatable(v) and not w.known[v] then
      w.known[v] = place
      w:fill(place, v, key)
    elseif place and not w.known[v] then
      w.lost[#w.lost + 1] = name .. "'s " .. key
    end
  end
end

-- An object that was there before, under the name place.
local function write_object(w, v, place, was)
  local t = exact.kind(v)
  if t == "network" then
    local now = { core.marks(v) }
    for i = 1, #now do
      if not was or was[i] ~= now[i] then return w:restore(place, v, place) end
    end
  elseif t == "matrix" or t == "row" then
    if was ~= core.version(v) and not core.origin(v) then w:set(place, v) end
  elseif t == "generator" then
    w:state(place, v)
  elseif t == "table" and not debug.getmetatable(v) then
    w:fill(place, v, place)
  elseif t == "function" and debug.getinfo(v, "S").what ~= "C" then
    write_upvalues(w, v, place)
  end
end

local function sorted_globals(...)
  local all, list = {}, {}
  for _, t in ipairs { ... } do
    for name in next, t do
      if type(name) == "string" and not all[name] then
        all[name] = true
        list[#list + 1] = name
      end
    end
  end
  table.sort(list)
  return list
end

-- One global, or a session function that the user replaced.
local function write_global(w, name, now, was, before)
  local place = exact.global(name)
  if rawequal(now, was) then
    if w.known[now] == place and session.base[name] ~= now then write_object(w, now, place, before.marks[now]) end
  else
    local value = w:value(now, name)
    if value then w:line("%s = %s", place, value) end
  end
end

local function write_live(w, before)
  local net = session.live "NET"
  for _, name in ipairs { "X", "y" } do
    local v = session.live(name)
    if not rawequal(v, before.live[name]) then
      w:line("%s = %s", name, w:value(v, name))
    elseif v then
      write_object(w, v, name, before.marks[v])
    end
  end
  if net and rawequal(net, before.live.NET) then
    write_object(w, net, "NET", before.marks[net])
  elseif net then
    w:line("NET = %s", w:value(net, "NET"))
  elseif before.live.NET then
    w:line "NET = nil"
  end
  if not net and session.live "ETA" ~= before.live.ETA then w:line("ETA = %q", session.live "ETA") end
end

-- Adds to the entry Lua that leaves what this input left, and what of it is lost.
local function write_left(entry, before, sources)
  local w = exact.writer(known(before), function(name) return sources[name] end, interrupted.room)
  w.objects = interrupted.objects
  w:line [[local __ = require("moongrad.journal.exact").reader()]]
  write_live(w, before)
  for _, name in ipairs(sorted_globals(before.globals, _G)) do
    w:whole(name, write_global, w, name, rawget(_G, name), before.globals[name], before)
  end
  local replaced = session.replaced()
  for _, name in ipairs(sorted_globals(before.replaced, replaced)) do
    w:whole(name, write_global, w, name, replaced[name], before.replaced[name], before)
  end
  if not entry.timed then
    local a, b = math.randomseed() -- where Lua's own generator was cannot be asked
    w:line("math.randomseed(%d, %d)", a, b)
  end
  if core.rng_state() ~= before.rng then w:state("nil") end
  interrupted.room = w.room
  entry.lines, entry.lost, entry.full = w.lines, w.lost, w.full
end

-- --- the entry --------------------------------------------------------------------------------

-- Completes and returns the entry of an input with these tokens (nil: they are not known), nil when the input did
-- nothing. sources: the text of each chunk, by its name.
function interrupted.write(entry, input, list, sources)
  entry.source = list and cut(input, list)
  if entry.source then return entry end
  entry.lines = list and steps_alone(list, input.before)
  if entry.lines then return #entry.lines > 0 and entry or nil end
  write_left(entry, input.before, sources)
  entry.block = true
  return entry
end

return interrupted
