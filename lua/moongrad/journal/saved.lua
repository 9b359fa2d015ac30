-- saved.lua - a journal as a script that does it again.

local exact = require "moongrad.journal.exact"
local journal = require "moongrad.journal.journal"
local shown = require "moongrad.text"
local tokens = require "moongrad.syntax.tokens"
local values_read = require "moongrad.journal.values"

local saved = {}

saved.head = "-- A session of moongrad " -- how every saved session begins

local quote = shown.quote -- a string as Lua, in one line

-- What the script calls the module of the session, a name that no input has; was it called?
local prompt, is_called
local plain -- is _ a variable of the script?

local function session(call)
  is_called = true
  return prompt .. "." .. call
end

-- An expression's text, after which a bracket may close.
local function closed(text) return text:find("--", 1, true) and text .. "\n" or text end

-- Gives _ the values of an expression.
local function keep(text) return plain and "_ = " .. text or session("keep(" .. closed(text) .. ")") end

-- Text for a function's body: a file may begin with #!, and end in a comment.
local function body(text) return (text:gsub("^#[^\n]*", "")) .. "\n" end

-- A call of the text as a function of its own, as a statement.
local function call(text, args) return ";(function(...)\n" .. body(text) .. "end)(" .. (args or "") .. ")" end

-- Without the semicolon at its end.
local function bare(source) return (source:gsub("[;%s]*$", "")) end

-- Several lines whose last ones are an expression, as what also keeps its values.
local function with_last(source)
  local at = #source
  while true do
    at = source:sub(1, at - 1):match ".*()\n"
    if not at then return source end
    local last = bare(source:sub(at + 1))
    if last:find "^[ \t]*[%a_]" and load("return nil, " .. last .. "\n") then
      local new = source:sub(1, at - 1) .. "\n" .. keep(last)
      return load(new) and new or source
    end
  end
end

-- An input as a statement of the script. values: "kept", what the prompt would keep in _ is; "told", it is also
-- printed.
local function statement(source, values)
  local list = tokens.of(source) or {}
  local expression = load("return " .. bare(source) .. "\n") and bare(source)
  if values and not expression then source = with_last(source) end
  if values and expression then
    if values == "kept" then return keep(expression) end
    return ("pcall(function(...) select(2, %s)(...) end, %s)"):format(session "results(false, ...)", closed(expression))
  elseif not load(source) then
    return "do local _ = " .. expression .. (expression:find("--", 1, true) and "\n" or " ") .. "end"
  end
  local top = tokens.top(list)
  if top.call and values then return keep("(function(...)\n" .. body(source) .. "end)()") end
  if top.call then return call(source) end
  if top.block then return "do\n" .. source .. "\nend" end
  return (list[1] and list[1].text == "(" and ";" or "") .. source
end

-- What failed, up to where it does.
local function attempt(source)
  local code = load(source) and source or "return " .. bare(source)
  return "pcall(function(...)\n" .. code .. "\nend)"
end

-- A comment of one line, whatever its text holds; names of files and globals may hold newlines.
local function comment(lines, text) lines[#lines + 1] = "-- " .. shown.one_line(text) end

-- A comment at the head of what follows.
local function note(lines, text)
  lines[#lines + 1] = ""
  comment(lines, text)
end

-- The lines of what ran before the prompt.
local function earlier(lines, e)
  if e.kind == "-l" then
    note(lines, "Before the prompt: -l " .. e.what)
    local name, module = e.what:match "^(.-)=(.*)$"
    lines[#lines + 1] = ("%s = require(%s)"):format(exact.global(name or e.what), quote(module or e.what))
  elseif e.kind == "-e" then
    note(lines, "Before the prompt: -e")
    lines[#lines + 1] = statement(e.what)
  elseif not e.text then
    note(lines, "Before the prompt " .. (e.what or "standard input") .. " was run; its text is not known.")
  elseif not load(body(e.text)) then
    note(lines, "Before the prompt " .. e.what .. " did not compile.")
  elseif e.kind == "init.lua" then
    note(lines, "init.lua, which reset() runs again")
    lines[#lines + 1] = 'require("moongrad.journal.recording").opening(function(...)\n' .. body(e.text) .. "end)"
  else
    note(lines, "Before the prompt: " .. e.what)
    local args = {}
    for i, arg in ipairs(e.args) do args[i] = quote(tostring(arg)) end
    local list = table.concat(args, ", ")
    lines[#lines + 1] = ("arg = {[0] = %s%s%s}"):format(quote(e.what), #args > 0 and ", " or "", list)
    lines[#lines + 1] = call(e.text, list)
  end
end

-- values: is what the prompt would keep in _ to be kept?
local function one(lines, entry, values)
  if entry.note then note(lines, ("[%d] %s"):format(entry.n, entry.note)) end
  if entry.block then
    comment(lines, "What it left; A, Z and DELTA are computed anew; undo, seek and watched() do not go back into it:")
  end
  if entry.reads then
    note(lines, ("[%d] reads from outside (%s): again, as it then is."):format(entry.n, entry.reads))
  end
  if entry.lost and #entry.lost > 0 then
    comment(lines, "not kept, it cannot be written: " .. table.concat(entry.lost, ", "))
  end
  if entry.full then comment(lines, "not kept, too large: " .. table.concat(entry.full, ", ")) end
  for _, file in ipairs(entry.files or {}) do
    note(lines, ("[%d] runs %s:"):format(entry.n, file.name))
    lines[#lines + 1] = ('require("moongrad.journal.recording").given(%s, %q)'):format(quote(file.name), file.text)
  end
  if entry.file then
    note(lines, ("[%d] %s: %s"):format(entry.n, entry.failed and "failed in" or "run", entry.file.name))
    if entry.failed then
      lines[#lines + 1] = "pcall(function(...)\n" .. body(entry.file.text) .. "end)"
    else
      local code = call(entry.file.text)
      lines[#lines + 1] = values and keep(code:sub(2)) or code
    end
  elseif entry.lines then
    local text = exact.text(entry.lines)
    lines[#lines + 1] = entry.block and "do\n" .. text .. "\nend" or text
  elseif entry.failed then
    note(lines, ("[%d] failed:"):format(entry.n))
    lines[#lines + 1] = attempt(entry.source)
  else
    lines[#lines + 1] = statement(entry.source, entry.told and "told" or values and "kept")
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

-- Does any text that ran hold this word? Those that only looked ran nothing of the user's.
local function is_said(word)
  local looked = {}
  for _, entry in ipairs(journal.entries()) do
    if entry.looked and entry.n then looked["=[" .. entry.n .. "]"] = true end
  end
  for chunk, text in next, journal.sources() do
    if not looked[chunk] and text:find(word, 1, true) then return true end
  end
  return false
end

-- Was there something to settle after an entry? After one that is written as what it left there may be.
local function is_edit(entry) return entry.settled or entry.note ~= nil end

-- The lines of all the entries.
local function all(lines, resets, undoes)
  local kept
  kept, plain = values_read(journal.entries())
  plain = plain and not resets -- which clears it
  for _, entry in ipairs(journal.entries()) do
    if entry.before then
      earlier(lines, entry.before)
    elseif not entry.looked or kept[entry] then
      one(lines, entry, kept[entry])
    end
    if undoes and not entry.before and is_edit(entry) then lines[#lines + 1] = session "settle()" end
  end
  if plain and next(kept) then table.insert(lines, 1, "local _ -- the last value, where it is used") end
end

-- The whole script. version: moongrad's; seed: the generator's at the start.
function saved.text(version, seed)
  prompt, is_called = "prompt", false
  for _, text in next, journal.sources() do
    while text:find(prompt, 1, true) do prompt = prompt .. "_" end
  end
  local resets, undoes = is_said "reset", is_said "undo" or is_said "seek"
  local a, b = journal.seeds()
  local lines = {}
  if resets then lines[1] = session("recording().start(%d, %d, %d) -- for reset()"):format(seed, a, b) end
  all(lines, resets, undoes)
  if is_called then
    local why = undoes and " -- settle(): edits by hand end here, for undo()" or ""
    table.insert(lines, 1, ('local %s = require "moongrad.prompt.session"%s'):format(prompt, why))
  end
  local head = {
    ("%s%s, saved %s: %d inputs, those that only looked left out."):format(saved.head, version,
      os.date "%Y-%m-%d %H:%M:%S", saved.count()),
    "-- Run as a script it leaves what the session left, every bit of THETA.",
    "",
    ("seed(%d)  math.randomseed(%d, %d)"):format(seed, a, b),
  }
  return table.concat(head, "\n") .. "\n" .. table.concat(lines, "\n") .. "\n"
end

return saved
