-- journal.lua - what the inputs of a session changed, noted as it happens: what a saved session is made of.
--
-- An input that ended well is written as it was typed, one that failed as typed and caught: run again, it fails at
-- the same place. One that was interrupted would not stop there again, and bench would not do as much: in their
-- place stands a snapshot of what they left.

local commands = require "moongrad.commands"
local purity = require "moongrad.session.journal.purity"
local snapshot = require "moongrad.session.journal.snapshot"
local tokens = require "moongrad.syntax.tokens"
local format, gsub, match, sub = string.format, string.gsub, string.match, string.sub

local journal = {}

local session      -- what it may ask of the session, see begin
local entries = {} -- what was noted
local open         -- the input that runs: {n=, text=, source=, equals=, before=, last=, files=, reads=}
local sources = {} -- chunk name -> text, of the inputs and the files that were run

-- s: is_own(name) and is_known(name) say whose a global is; live(name), its value if it is the
-- session's; names(), replaced() and base, which there are; last(), the values of _ and its kin; seeds, those of
-- math.random at the start.
function journal.begin(s) session = s end

-- --- how an input is to be written ---------------------------------------------------------------

local outside = { dofile = true, loadfile = true, require = true, io = true, os = true } -- of Lua's own

-- Does what has this name read anything from outside?
local function is_outside(name)
  local command, of_data = commands.global(name), commands.of.data[name]
  return outside[name] or command and command.reads or of_data and of_data.reads
end

-- The names in the tokens that read what is outside the program, as a text; nil when there are none.
local function outside_in(list)
  local names = {}
  for _, t in ipairs(list) do
    if t.kind == "name" and is_outside(t.text) and not names[t.text] then
      names[#names + 1], names[t.text] = t.text, true
    end
  end
  return #names > 0 and table.concat(names, ", ") or nil
end

-- Does the clock decide how often something is done?
local function is_timed(list)
  for _, t in ipairs(list) do
    local command = t.kind == "name" and commands.global(t.text)
    if command and command.timed and session.is_own(t.text) then return true end
  end
  return false
end

-- As one line, for a comment.
local function short(text)
  local line, more = match(text, "^([^\r\n]*)(.*)$")
  if #line > 70 then line, more = gsub(sub(line, 1, 67), "[\x80-\xBF]*$", ""), " " end
  return gsub(line, "%c", " ") .. (more ~= "" and " ..." or "")
end

-- The entry of an input that is not run again: what it left.
local function left(input, how)
  local entry = snapshot.take(session, input.before, function(name) return sources[name] end,
    input.first)
  entry.note = format("%s: %s", how, short(input.text))
  if how == "interrupted" then entry.seeds = { math.randomseed() } end -- where Lua's own generator is cannot be asked
  return entry
end

-- The entry of an input that is run again: its source; failed, was it an error? files, which it runs; outside, what
-- it reads from outside; looked, is it certain that it changed nothing?
local function typed(input, status, list, is_expression, has_moved)
  if list[#list] and list[#list].text == ";" then table.remove(list) end
  local entry = { source = input.source, failed = status == "error", files = input.files, outside = outside_in(list) }
  if #input.files == 0 and is_expression and not has_moved and not input.told then
    local ok, looked = pcall(purity.only_looks, list, session, input.last)
    entry.looked = ok and looked
  end
  return entry
end

local function entry_of(input, status)
  local is_expression = load("return " .. gsub(input.source, "[;%s]*$", "") .. "\n")
  if not is_expression and (input.equals or not load(input.source)) then return { looked = true } end -- it never ran
  if status == "interrupted" then return left(input, "interrupted") end
  local list, has_moved = tokens.of(input.source) or {}, snapshot.moved(session, input.before)
  if has_moved and is_timed(list) then return left(input, "as often as the clock let it") end
  return typed(input, status, list, is_expression, has_moved)
end

-- --- noting -----------------------------------------------------------------------------------------

-- Before input n is compiled, as source: =x is the expression x.
function journal.open(n, text, source)
  local expression, equals = gsub(source, "^=", "")
  open = { n = n, text = text, source = expression, equals = equals > 0, before = snapshot.before(session),
    last = session.last(), files = {}, reads = 0 }
  sources["=[" .. n .. "]"] = expression
end

-- The input that runs reads one of the last values, by the name of _ or _1 to _9.
function journal.reads(name)
  if not open or open.computed then return end
  open.reads = math.max(open.reads, tonumber(sub(name, 2)) or 1)
  open.numbered = open.numbered or name ~= "_"
end

local most_depth = 5 -- of tables whose items are printed

-- Does the printing of v run a __tostring of the user's? most: values that are looked at; how many of them are left
-- comes second.
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

-- Its values were computed: what is interrupted now is their printing.
function journal.computed(quiet, ...)
  if not open then return end
  open.computed, open.values, open.first = true, select("#", ...), (...)
  for i = 1, quiet and 0 or select("#", ...) do open.told = open.told or tells((select(i, ...)), 1000, 1) end
end

-- After input n ran. settled: did it edit what undo goes back over? Returns what of it is too large to keep, a
-- list, or nil.
function journal.close(status, settled)
  local input = open
  open = nil
  if not input then return nil end
  local entry = entry_of(input, input.computed and "ok" or status)
  entry.n, entry.values, entry.told, entry.settled = input.n, input.values, input.told, settled
  entry.read, entry.numbered = entry.source and input.reads or 0, input.numbered
  entries[#entries + 1] = entry
  return entry.full and #entry.full > 0 and entry.full or nil
end

-- A file that the input runs, with its text.
function journal.file(name, text)
  sources["@" .. name] = text
  if open then open.files[#open.files + 1] = { name = name, text = text } end
end

-- What ran before the prompt: kind is "script", "-e", "-l" or "init.lua".
function journal.earlier(noted)
  if noted.what then sources["@" .. noted.what] = noted.text or noted.what end
  entries[#entries + 1] = { before = noted }
end

function journal.entries() return entries end
function journal.sources() return sources end
function journal.seeds() return session.seeds[1], session.seeds[2] end

return journal
