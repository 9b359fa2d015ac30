-- saved.lua - a journal as a script that does it again.

local exact = require "moongrad.journal.exact"
local journal = require "moongrad.journal.journal"
local tokens = require "moongrad.syntax.tokens"

local saved = {}

saved.head = "-- A session of moongrad " -- how every saved session begins

local quoted = "%q"
local session = 'require("moongrad.prompt.session")' -- as a script asks for it

-- Text for a function's body: a file may begin with #!, and end in a comment.
local function body(text) return (text:gsub("^#[^\n]*", "")) .. "\n" end

-- A call of the text as a function of its own, as a statement.
local function call(text, args) return ";(function(...)\n" .. body(text) .. "end)(" .. (args or "") .. ")" end

-- Without the semicolon at its end.
local function bare(source) return (source:gsub("[;%s]*$", "")) end

-- An input as a statement of the script. with_values: what the prompt would keep in _ is kept.
local function statement(source, with_values)
  local list = tokens.of(source) or {}
  local expression = load("return " .. bare(source) .. "\n") and bare(source)
  if with_values and expression then
    return session .. (".results(true, %s\n)"):format(expression)
  elseif not load(source) then
    return "do local _ = " .. expression .. (expression:find("--", 1, true) and "\n" or " ") .. "end"
  end
  local top = tokens.top(list)
  if top.call and with_values then
    return session .. ".results(true, (function(...)\n" .. body(source) .. "end)())"
  end
  if top.call then return call(source) end
  if top.block then return "do\n" .. source .. "\nend" end
  return (list[1] and list[1].text == "(" and ";" or "") .. source
end

-- What failed, up to where it does.
local function attempt(source)
  local code = load(source) and source or "return " .. bare(source)
  return "pcall(function(...)\n" .. code .. "\nend)"
end

local function note(lines, text) lines[#lines + 1] = "\n-- " .. text end

-- The lines of what ran before the prompt.
local function earlier(lines, e)
  if e.kind == "-l" then
    note(lines, "Before the prompt: -l " .. e.what)
    local name, module = e.what:match "^(.-)=(.*)$"
    lines[#lines + 1] = ("%s = require(%q)"):format(name or e.what, module or e.what)
  elseif e.kind == "-e" then
    note(lines, "Before the prompt: -e")
    lines[#lines + 1] = statement(e.what)
  elseif not e.text then
    note(lines, "Before the prompt " .. (e.what or "standard input") .. " was run; its text is not known.")
  elseif e.kind == "init.lua" then
    note(lines, "init.lua, which reset() runs again")
    lines[#lines + 1] = 'require("moongrad.journal.recording").opening(function(...)\n' .. body(e.text) .. "end)"
  else
    note(lines, "Before the prompt: " .. e.what)
    local args = {}
    for i, arg in ipairs(e.args) do args[i] = quoted:format(arg) end
    local list = table.concat(args, ", ")
    lines[#lines + 1] = ("arg = {[0] = %q%s%s}"):format(e.what, #args > 0 and ", " or "", list)
    lines[#lines + 1] = call(e.text, list)
  end
end

local function one(lines, entry, with_values)
  if entry.note then note(lines, ("[%d] %s"):format(entry.n, entry.note)) end
  if entry.reads then
    note(lines, ("[%d] reads from outside (%s): again, as it then is."):format(entry.n, entry.reads))
  end
  if entry.lost and #entry.lost > 0 then
    lines[#lines + 1] = "-- not kept, it cannot be written: " .. table.concat(entry.lost, ", ")
  end
  if entry.full then lines[#lines + 1] = "-- not kept, too large: " .. table.concat(entry.full, ", ") end
  if entry.file then
    note(lines, ("[%d] %s: %s"):format(entry.n, entry.failed and "failed in" or "run", entry.file.name))
    if entry.failed then
      lines[#lines + 1] = "pcall(function(...)\n" .. body(entry.file.text) .. "end)"
    else
      local code = call(entry.file.text)
      lines[#lines + 1] = with_values and session .. ".results(true, " .. code:sub(2) .. ")" or code
    end
  elseif entry.lines then
    local text = exact.text(entry.lines)
    lines[#lines + 1] = entry.block and "do\n" .. text .. "\nend" or text
  elseif entry.failed then
    note(lines, ("[%d] failed:"):format(entry.n))
    lines[#lines + 1] = attempt(entry.source)
  else
    lines[#lines + 1] = statement(entry.source, with_values)
  end
end

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
  local list
  for _, entry in ipairs(journal.entries()) do
    for _, what in ipairs(entry.full or {}) do
      list = list or {}
      list[#list + 1] = what
    end
  end
  return list
end

-- The whole script. version: moongrad's; seed: the generator's at the start.
function saved.text(version, seed)
  local with_values = false
  local resets, undoes = false, false
  for _, entry in ipairs(journal.entries()) do
    with_values = with_values or entry.kept
    resets = resets or (entry.source or ""):find("reset", 1, true)
    undoes = undoes or (entry.source or ""):find("undo", 1, true)
  end
  local a, b = journal.seeds()
  local lines = {
    ("%s%s, saved %s: %d inputs, those that only looked left out."):format(saved.head, version,
      os.date "%Y-%m-%d %H:%M:%S", saved.count()),
    "-- Run as a script it leaves what the session left, every bit of THETA.",
    "",
    ("seed(%d)  math.randomseed(%d, %d)"):format(seed, a, b),
  }
  if resets then
    lines[#lines + 1] = session .. (".recording().start(%d, %d, %d) -- for reset()"):format(seed, a, b)
  end
  if undoes then
    lines[#lines + 1] = "-- undo(0) ends an input's edits of THETA: at the prompt they were a command of their own."
  end
  for _, entry in ipairs(journal.entries()) do
    if entry.before then
      earlier(lines, entry.before)
    elseif not entry.looked or with_values and not entry.failed then
      one(lines, entry, with_values)
      if undoes then lines[#lines + 1] = "if NET then pcall(undo, 0) end" end
    end
  end
  return table.concat(lines, "\n") .. "\n"
end

return saved
