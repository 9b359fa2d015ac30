-- journal.lua - notes every input of a session at the prompt as an entry, from which saved.lua writes a script.
--
-- An input that ended well becomes an entry with its text. So does one that failed: the script runs it under pcall, and
-- it fails at the same place. An input that was interrupted would not stop at the same place again, and bench would not
-- repeat as often: their entries hold a snapshot, the values that the input left (snapshot.lua).

local commands = require "moongrad.commands"
local purity = require "moongrad.session.journal.purity"
local snapshot = require "moongrad.session.journal.snapshot"
local tokens = require "moongrad.syntax.tokens"
local format, gsub, match, sub = string.format, string.gsub, string.match, string.sub

local journal = {}

local session      -- the session's interface for its modules, see begin
local entries = {} -- the entries, in the order of the inputs
local open         -- the input that runs: {n=, text=, source=, equals=, before=, last=, files=, reads=}
local sources = {} -- chunk name -> text, of the inputs and of the files that were run

-- s has is_own(name), is a global the session's and not replaced by the user; is_known(name), is it one of the
-- session's, replaced or not; live(name), its value in the session; names(), the list of them; replaced(), the user's
-- functions in place of the session's, by name; base, Lua's globals at the start; last(), "_", "_1" ... -> value;
-- seeds, the two numbers that seeded math.random at the start.
function journal.begin(s) session = s end

-- --- the entry of an input -------------------------------------------------------------------------

-- Lua's own functions and libraries that read something outside the program.
local outside = { dofile = true, loadfile = true, require = true, io = true, os = true }

-- Does the function or library of this name read anything outside the program, such as a file or the clock?
local function is_outside(name)
  local command, of_data = commands.global(name), commands.of.data[name]
  return outside[name] or command and command.reads or of_data and of_data.reads
end

-- The names among the tokens that read something outside the program, joined by commas; nil if there are none.
local function outside_in(list)
  local names = {}
  for _, t in ipairs(list) do
    if t.kind == "name" and is_outside(t.text) and not names[t.text] then
      names[#names + 1], names[t.text] = t.text, true
    end
  end
  return #names > 0 and table.concat(names, ", ") or nil
end

-- Do the tokens name a function that repeats something as often as the clock allows, such as bench?
local function is_timed(list)
  for _, t in ipairs(list) do
    local command = t.kind == "name" and commands.global(t.text)
    if command and command.timed and session.is_own(t.text) then return true end
  end
  return false
end

-- The beginning of a text as one line, for a comment.
local function short(text)
  local line, more = match(text, "^([^\r\n]*)(.*)$")
  if #line > 70 then line, more = gsub(sub(line, 1, 67), "[\x80-\xBF]*$", ""), " " end
  return gsub(line, "%c", " ") .. (more ~= "" and " ..." or "")
end

-- The entry of an input that cannot be run again: a snapshot of the values that it left. how: the reason, in words.
local function left(input, how)
  local entry = snapshot.take(session, input.before, function(name) return sources[name] end,
    input.first)
  entry.note = format("%s: %s", how, short(input.text))
  if how == "interrupted" then entry.seeds = { math.randomseed() } end -- the state of math.random cannot be read
  return entry
end

-- The entry of an input that can be run again. Its fields: source; failed, true if it raised an error; files, the files
-- that it ran; outside, the names that read something outside the program, or nil; looked, true if it certainly changed
-- nothing.
local function typed(input, status, list, is_expression, has_moved)
  if list[#list] and list[#list].text == ";" then table.remove(list) end
  local entry = { source = input.source, failed = status == "error", files = input.files, outside = outside_in(list) }
  if #input.files == 0 and is_expression and not has_moved and not input.told then
    local ok, looked = pcall(purity.only_looks, list, session, input.last)
    entry.looked = ok and looked
  end
  return entry
end

-- The entry of an input that ended with this status: "ok", "error" or "interrupted".
local function entry_of(input, status)
  local is_expression = load("return " .. gsub(input.source, "[;%s]*$", "") .. "\n")
  if not is_expression and (input.equals or not load(input.source)) then return { looked = true } end -- it never ran
  if status == "interrupted" then return left(input, "interrupted") end
  local list, has_moved = tokens.of(input.source) or {}, snapshot.moved(session, input.before)
  if has_moved and is_timed(list) then return left(input, "the clock decides how often it repeats") end
  return typed(input, status, list, is_expression, has_moved)
end

-- --- while an input runs ---------------------------------------------------------------------------

-- Called before input n is compiled. source is its text with ? expanded to help; =x is the expression x.
function journal.open(n, text, source)
  local expression, equals = gsub(source, "^=", "")
  open = { n = n, text = text, source = expression, equals = equals > 0, before = snapshot.before(session),
    last = session.last(), files = {}, reads = 0 }
  sources["=[" .. n .. "]"] = expression
end

-- Called when the input that runs reads one of the last values; name is _ or _1 to _9.
function journal.reads(name)
  if not open or open.computed then return end
  open.reads = math.max(open.reads, tonumber(sub(name, 2)) or 1)
  open.numbered = open.numbered or name ~= "_"
end

local most_depth = 5 -- levels of tables whose items are looked at

-- Does printing v run a __tostring of the user's? most is the number of values that may still be looked at; the number
-- that remains is the second result.
local function tells(v, most, depth)
  if type(v) ~= "table" or most <= 0 or depth > most_depth then return false, most end
  local meta = debug.getmetatable(v)
  local words = meta and rawget(meta, "__tostring")
  if type(words) == "function" and sources[debug.getinfo(words, "S").source] then return true, most end
  for _, item in next, v do
    local found
    found, most = tells(item, most - 1, depth + 1)
    if found then return true, most end
  end
  return false, most
end

-- Called with the values of the input when they are computed: from here on only their printing can be interrupted.
function journal.computed(quiet, ...)
  if not open then return end
  open.computed, open.values, open.first = true, select("#", ...), (...)
  for i = 1, quiet and 0 or select("#", ...) do open.told = open.told or tells((select(i, ...)), 1000, 1) end
end

-- Called after the input ran. settled: did it edit anything that undo takes back? grown: the names, X or y, whose
-- tables became matrices. Returns a list of the names of the values that were too large to keep, or nil.
function journal.close(status, settled, grown)
  local input = open
  open = nil
  if not input then return nil end
  local entry = entry_of(input, input.computed and "ok" or status)
  entry.n, entry.values, entry.told, entry.settled = input.n, input.values, input.told, settled
  entry.grown = grown
  entry.read, entry.numbered = entry.source and input.reads or 0, input.numbered
  entries[#entries + 1] = entry
  return entry.full and #entry.full > 0 and entry.full or nil
end

-- Called when the input runs a file, with the file's text.
function journal.file(name, text)
  sources["@" .. name] = text
  if open then open.files[#open.files + 1] = { name = name, text = text } end
end

-- Notes something that ran before the prompt; noted.kind is "script", "-e", "-l" or "init.lua".
function journal.earlier(noted)
  if noted.what then sources["@" .. noted.what] = noted.text or noted.what end
  entries[#entries + 1] = { before = noted }
end

function journal.entries() return entries end
function journal.sources() return sources end
function journal.seeds() return session.seeds[1], session.seeds[2] end

return journal
