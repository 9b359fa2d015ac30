-- saved.lua - a journal as a script that does it again.

local journal = require "moongrad.session.journal.journal"
local serialise = require "moongrad.session.journal.serialise"
local snapshot = require "moongrad.session.journal.snapshot"
local text = require "moongrad.text"
local tokens = require "moongrad.syntax.tokens"
local find, gsub, match, sub = string.find, string.gsub, string.match, string.sub

local saved = {}

saved.head = "-- A session of moongrad " -- how every saved session begins

-- --- inputs as statements --------------------------------------------------------------------

-- An expression's text, after which a bracket may close.
local function closed(s) return find(s, "--", 1, true) and s .. "\n" or s end

-- Text for a function's body: a file may begin with #!, and end in a comment.
local function body(s) return (gsub(s, "^#[^\n]*", "")) .. "\n" end

-- A call of the text as a function of its own, as an expression.
local function call(s, args) return "(function(...)\n" .. body(s) .. "end)(" .. (args or "") .. ")" end

-- Without the semicolon at its end.
local function bare(source) return (gsub(source, "[;%s]*$", "")) end

local function is_expression(source) return load("return " .. bare(source) .. "\n") ~= nil end

local script = {} -- methods of what is written: lines; prompt, its name for the session's module; is _ a local of it?
script.__index = script

function script:line(line) self.lines[#self.lines + 1] = line end

-- A comment of one line, whatever its words hold: names of files and globals may hold newlines.
function script:comment(format, ...)
  self:line("-- " .. text.one_line(string.format(format, ...)))
end

-- One at the head of what follows.
function script:note(...)
  self:line ""
  self:comment(...)
end

-- A call of a function of the session's module.
function script:session(what)
  self.calls = true
  return self.prompt .. "." .. what
end

-- Gives _ the values of an expression.
function script:keep(source)
  return self.has_local and "_ = " .. source or self:session("keep(" .. closed(source) .. ")")
end

-- Statements in several lines whose last lines are an expression, as what also keeps its values.
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

-- An expression whose values the prompt printed and kept, so that they are printed again.
function script:told(source)
  return string.format("pcall(function(...) select(2, %s)(...) end, %s)",
    self:session "results(false, ...)", closed(source))
end

-- An input as a statement. keeps: are its values to be kept, as the prompt does?
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

-- A file that ran before the prompt.
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

-- What ran before the prompt.
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

-- What an input left that is not run again, and its value.
function script:snapshot(entry, keeps)
  self:note("[%d] %s", entry.n, entry.note)
  self:comment "What it left; A, Z, DELTA and J are computed anew, DTHETA is not kept; undo does not go back into it:"
  if #entry.lost > 0 then self:comment("not kept, it cannot be written: %s", table.concat(entry.lost, ", ")) end
  if #entry.full > 0 then self:comment("not kept, too large: %s", table.concat(entry.full, ", ")) end
  local changes = table.move(entry.changes, 1, #entry.changes, 1, {})
  if keeps then
    changes[#changes + 1] = self.has_local and { "_", entry.result } or { nil, entry.result, self:session "keep" }
  end
  self:line("do\n" .. serialise.text(changes) .. "\nend")
  if entry.seeds then self:line(string.format("math.randomseed(%d, %d)", entry.seeds[1], entry.seeds[2])) end
end

-- An input that is run again as it was typed.
function script:typed(entry, keeps)
  if entry.outside then self:note("[%d] reads from outside (%s): again, as it then is.", entry.n, entry.outside) end
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

-- Does an input say _ itself?
local function says_last(source)
  for _, t in ipairs(tokens.of(source) or {}) do
    if t.kind == "name" and t.text == "_" then return true end
  end
  return false
end

-- The entries whose values a later one read, which are to be kept; and whether a local variable _ does for all that
-- read them.
local function values_read(entries)
  local kept, is_local = {}, rawget(_G, "_") == nil
  for i = #entries, 1, -1 do -- what only looked reads when it is kept itself
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

-- How many inputs changed something, or may have.
function saved.count()
  local n = 0
  for _, entry in ipairs(journal.entries()) do
    if entry.n and not entry.looked then n = n + 1 end
  end
  return n
end

-- What was too large to keep, a list; nil when nothing was.
function saved.full()
  local list = {}
  for _, entry in ipairs(journal.entries()) do
    if entry.full then table.move(entry.full, 1, #entry.full, #list + 1, list) end
  end
  return #list > 0 and list or nil
end

-- Does any text that ran hold this word? Those that only looked ran nothing of the user's.
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

-- A name for the session's module that no text that ran holds.
local function free_name()
  local name = "prompt"
  for _, source in next, journal.sources() do
    while find(source, name, 1, true) do name = name .. "_" end
  end
  return name
end

-- The lines of all the entries.
local function write_all(self, undoes)
  local kept, is_local = values_read(journal.entries())
  self.has_local = is_local and not self.resets -- which clears _
  for _, entry in ipairs(journal.entries()) do
    if entry.before then
      self:earlier(entry.before)
    elseif entry.changes then
      self:snapshot(entry, kept[entry])
    elseif not entry.looked or kept[entry] then
      self:typed(entry, kept[entry])
    end
    -- what an input edits is a command to undo; after a snapshot there may be edits, too
    if undoes and (entry.settled or entry.changes) then self:line(self:session "settle()") end
  end
  if self.has_local and next(kept) then table.insert(self.lines, 1, "local _ -- the last value, where it is used") end
end

-- The whole script. version: moongrad's; seed: the generator's at the start.
function saved.text(version, seed)
  local self = setmetatable({ lines = {}, prompt = free_name(), resets = is_said "reset" }, script)
  local undoes = is_said "undo" or is_said "seek"
  local a, b = journal.seeds()
  if self.resets then
    self:line(string.format(self:session([[module("moongrad.session.reset").start(%d, %d, %d)]]), seed, a, b))
  end
  write_all(self, undoes)
  if self.calls then
    local why = undoes and " -- settle(): edits by hand end here, for undo()" or ""
    table.insert(self.lines, 1, string.format('local %s = require "moongrad.session.session"%s', self.prompt, why))
  end
  return string.format("%s%s, saved %s: %d inputs, those that only looked left out.\n", saved.head, version,
    os.date "%Y-%m-%d %H:%M:%S", saved.count())
    .. "-- Run as a script it leaves what the session left, every bit of THETA.\n\n"
    .. string.format("seed(%d)  math.randomseed(%d, %d)\n", seed, a, b) .. table.concat(self.lines, "\n") .. "\n"
end

return saved
