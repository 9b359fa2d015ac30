-- saved.lua - writes the entries of journal.lua as a Lua script that repeats the session.

local journal = require "moongrad.session.journal.journal"
local serialise = require "moongrad.session.journal.serialise"
local snapshot = require "moongrad.session.journal.snapshot"
local text = require "moongrad.text"
local tokens = require "moongrad.syntax.tokens"
local find, gsub, match, sub = string.find, string.gsub, string.match, string.sub

local saved = {}

saved.head = "-- A session of moongrad " -- every saved session begins so; by it save_session recognises one

-- --- inputs as statements --------------------------------------------------------------------

-- An expression to which ")" can be appended, also if it ends in a comment.
local function closed(s) return find(s, "--", 1, true) and s .. "\n" or s end

-- The text of a file as the body of a function: without #! at its beginning, and its last line ended.
local function body(s) return (gsub(s, "^#[^\n]*", "")) .. "\n" end

-- An expression that calls a function whose body is s.
local function call(s, args) return "(function(...)\n" .. body(s) .. "end)(" .. (args or "") .. ")" end

-- The source without semicolons and blanks at its end.
local function bare(source) return (gsub(source, "[;%s]*$", "")) end

local function is_expression(source) return load("return " .. bare(source) .. "\n") ~= nil end

-- The methods of the script that is being written. Its fields: lines, the list of them; prompt, the name of the local
-- that holds the session's module; calls, true if that name is used; has_local, true if _ is a local of the script;
-- resets, true if some text that ran calls reset.
local script = {}
script.__index = script

function script:line(line) self.lines[#self.lines + 1] = line end

-- Adds a comment of one line: newlines, which names of files and globals may contain, are escaped.
function script:comment(format, ...)
  self:line("-- " .. text.one_line(string.format(format, ...)))
end

-- Adds an empty line and a comment about the lines that follow.
function script:note(...)
  self:line ""
  self:comment(...)
end

-- An expression for a field or a call of the session's module, such as "prompt.settle()".
function script:session(what)
  self.calls = true
  return self.prompt .. "." .. what
end

-- A statement that makes the values of an expression the last values: _ and _1 to _9.
function script:keep(source)
  return self.has_local and "_ = " .. source or self:session("keep(" .. closed(source) .. ")")
end

-- If the last lines of the statements are an expression, as in a pasted text, returns the statements with the last one
-- keeping its values; else returns the source as it is.
function script:with_last(source)
  local at = #source
  while true do
    at = match(sub(source, 1, at - 1), ".*()\n")
    if not at then return source end
    local last = bare(sub(source, at + 1))
    if find(last, "^[ \t]*[%a_]") and load("return nil, " .. last .. "\n") then
      local new = sub(source, 1, at - 1) .. "\n" .. self:keep(last)
      return load(new) and new or source
    end
  end
end

-- A statement that computes an expression and prints and keeps its values, as the prompt did: printing ran code of the
-- user's.
function script:told(source)
  return string.format("pcall(function(...) select(2, %s)(...) end, %s)",
    self:session "results(false, ...)", closed(source))
end

-- An input as a statement. keeps: should it keep its values for _, as the prompt does?
function script:statement(source, keeps)
  if is_expression(source) then
    source = bare(source)
    if keeps then return self:keep(source) end
    if not load(source) then return "do local _ = " .. closed(source) .. " end" end
  elseif keeps then
    source = self:with_last(source)
  end
  local list = tokens.of(source) or {}
  local top = tokens.top(list)
  if top.call then return keeps and self:keep(call(source)) or ";" .. call(source) end
  if top.block then return "do\n" .. source .. "\nend" end
  return (list[1] and list[1].text == "(" and ";" or "") .. source
end

-- --- entries -----------------------------------------------------------------------------------

-- Adds a file that ran before the prompt: e is what session.note noted of it.
function script:earlier_file(e)
  if not load(body(e.text)) then return self:note("Before the prompt %s did not compile.", e.what) end
  if e.kind == "init.lua" then
    self:note "init.lua, which reset() runs again"
    return self:line('require("moongrad.session.reset").opening(function(...)\n' .. body(e.text) .. "end)")
  end
  self:note("Before the prompt: %s", e.what)
  local args = {}
  for i, arg in ipairs(e.args) do args[i] = text.quote(tostring(arg)) end
  local list = table.concat(args, ", ")
  self:line(string.format("arg = {[0] = %s%s%s}", text.quote(e.what), #args > 0 and ", " or "", list))
  self:line(";" .. call(e.text, list))
end

-- Adds something that ran before the prompt: a file, or an option -e or -l.
function script:earlier(e)
  if e.kind == "-l" then
    self:note("Before the prompt: -l %s", e.what)
    local name, module = match(e.what, "^(.-)=(.*)$")
    self:line(string.format("%s = require(%s)", snapshot.global(name or e.what), text.quote(module or e.what)))
  elseif e.kind == "-e" then
    self:note "Before the prompt: -e"
    self:line(self:statement(e.what))
  elseif not e.text then
    self:note("Before the prompt %s was run; its text is not known.", e.what or "standard input")
  else
    self:earlier_file(e)
  end
end

-- Adds the values that an input left, in place of an input that is not run again. keeps: also its result for _.
function script:snapshot(entry, keeps)
  self:note("[%d] %s", entry.n, entry.note)
  self:comment "The values it left; A, Z, DELTA, J are computed anew, DTHETA is not kept; undo cannot go back into it:"
  if #entry.lost > 0 then self:comment("not kept, cannot be written: %s", table.concat(entry.lost, ", ")) end
  if #entry.full > 0 then self:comment("not kept, too large: %s", table.concat(entry.full, ", ")) end
  local changes = table.move(entry.changes, 1, #entry.changes, 1, {})
  if keeps then
    changes[#changes + 1] = self.has_local and { "_", entry.result } or { nil, entry.result, self:session "keep" }
  end
  self:line("do\n" .. serialise.text(changes) .. "\nend")
  if entry.seeds then self:line(string.format("math.randomseed(%d, %d)", entry.seeds[1], entry.seeds[2])) end
end

-- Adds an input that is run again as it was typed.
function script:typed(entry, keeps)
  if entry.outside then self:note("[%d] reads from outside (%s), and reads it anew.", entry.n, entry.outside) end
  for _, file in ipairs(entry.files) do
    self:note("[%d] runs %s, which was:", entry.n, file.name)
    self:line(string.format('require("moongrad.session.files").given(%s, %q)', text.quote(file.name), file.text))
  end
  if entry.failed then
    self:note("[%d] failed:", entry.n)
    local code = load(entry.source) and entry.source or "return " .. bare(entry.source)
    self:line("pcall(function(...)\n" .. code .. "\nend)")
  elseif entry.told and is_expression(entry.source) then
    self:line(self:told(bare(entry.source)))
  else
    self:line(self:statement(entry.source, keeps))
  end
end

-- --- the last values, _ and _1 to _9 -----------------------------------------------------------------

-- Does the source of an input contain the name _ itself?
local function says_last(source)
  for _, t in ipairs(tokens.of(source) or {}) do
    if t.kind == "name" and t.text == "_" then return true end
  end
  return false
end

-- Returns a set of the entries whose values a later entry reads as _ or _1 to _9; then, whether a local variable _ in
-- the script is enough for all of those reads.
local function values_read(entries)
  local kept, is_local = {}, rawget(_G, "_") == nil
  for i = #entries, 1, -1 do -- an entry that is left out of the script reads nothing
    local entry = entries[i]
    local missing, k = (kept[entry] or not entry.looked) and entry.read or 0, i - 1
    if missing > 0 and (entry.numbered or not says_last(entry.source)) then is_local = false end
    while missing > 0 and k > 0 do
      local values = entries[k].values or 0
      if values > 0 then kept[entries[k]] = true end
      missing, k = missing - values, k - 1
    end
    if kept[entry] and entry.told then is_local = false end
  end
  return kept, is_local
end

-- --- the script --------------------------------------------------------------------------------

-- The number of inputs that changed something, or may have.
function saved.count()
  local n = 0
  for _, entry in ipairs(journal.entries()) do
    if entry.n and not entry.looked then n = n + 1 end
  end
  return n
end

-- A list of the names of the values that were too large to keep; nil if there are none.
function saved.full()
  local list = {}
  for _, entry in ipairs(journal.entries()) do
    if entry.full then table.move(entry.full, 1, #entry.full, #list + 1, list) end
  end
  return #list > 0 and list or nil
end

-- Does any text that ran contain this word? Inputs that certainly changed nothing do not count.
local function is_said(word)
  local looked = {}
  for _, entry in ipairs(journal.entries()) do
    if entry.looked and entry.n then looked["=[" .. entry.n .. "]"] = true end
  end
  for chunk, source in next, journal.sources() do
    if not looked[chunk] and find(source, word, 1, true) then return true end
  end
  return false
end

-- A name for the session's module that occurs in no text that ran.
local function free_name()
  local name = "prompt"
  for _, source in next, journal.sources() do
    while find(source, name, 1, true) do name = name .. "_" end
  end
  return name
end

-- Writes the lines of all entries. undoes: is undo or seek called somewhere?
local function write_all(self, undoes)
  local kept, is_local = values_read(journal.entries())
  self.has_local = is_local and not self.resets -- reset clears _
  for _, entry in ipairs(journal.entries()) do
    if entry.before then
      self:earlier(entry.before)
    elseif entry.changes then
      self:snapshot(entry, kept[entry])
    elseif not entry.looked or kept[entry] then
      self:typed(entry, kept[entry])
    end
    for _, name in ipairs(entry.grown or {}) do self:line(name .. " = " .. name) end
    -- undo counts the edits of an input as one command; a snapshot may edit, too
    if undoes and (entry.settled or entry.changes) then self:line(self:session "settle()") end
  end
  if self.has_local and next(kept) then table.insert(self.lines, 1, "local _ -- the last value, where it is used") end
end

-- Returns the whole script. version is moongrad's, seed that of the generator at the start of the session.
function saved.text(version, seed)
  local self = setmetatable({ lines = {}, prompt = free_name(), resets = is_said "reset" }, script)
  local undoes = is_said "undo" or is_said "seek"
  local a, b = journal.seeds()
  if self.resets then
    self:line(string.format(self:session([[module("moongrad.session.reset").start(%d, %d, %d)]]), seed, a, b))
  end
  write_all(self, undoes)
  if self.calls then
    local why = undoes and " -- settle() makes the edits so far one command for undo()" or ""
    table.insert(self.lines, 1, string.format('local %s = require "moongrad.session.session"%s', self.prompt, why))
  end
  return string.format("%s%s, saved %s: %d inputs, without those that changed nothing.\n", saved.head, version,
    os.date "%Y-%m-%d %H:%M:%S", saved.count())
    .. "-- Run as a script, it leaves the same values as the session did, every bit of THETA included.\n\n"
    .. string.format("seed(%d)  math.randomseed(%d, %d)\n", seed, a, b) .. table.concat(self.lines, "\n") .. "\n"
end

return saved
