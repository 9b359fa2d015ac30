-- journal.lua - what the inputs of a session changed, as it happened: what a saved session is made of.
--
-- An input that ended well is written as it was typed, one that failed as typed and caught: run again, it
-- fails at the same place. One that was interrupted would not stop there again, and bench would not do as much:
-- interrupted.lua writes them.

local core = require "moongrad.core"
local exact = require "moongrad.journal.exact"
local kept = require "moongrad.prompt.kept"
local looks = require "moongrad.journal.looks"
local tokens = require "moongrad.syntax.tokens"

local journal = {}

local session           -- what it may ask of the session, see begin
local entries = {}      -- what was written down
local open              -- the input that runs: {n=, text=, source=, before=, files=}
local sources = {}      -- chunk name -> text, of the inputs and the files that were run
local seeds = {}        -- those of math.random at the start

-- s: is_own(name), is_known(name) and is_base(name) say whose a global is; live(name), its value if it is the
-- session's; names(), replaced() and base, which there are; seeds, those of math.random.
function journal.begin(s)
  session, seeds = s, s.seeds
end

-- --- the state that an input finds -------------------------------------------------------------

local live = { "NET", "X", "y", "ETA" }

local function copy(t)
  local new = {}
  for key, v in next, t do new[key] = v end
  return new
end

-- Marks of a network, a version of a matrix, by which a later look says what changed.
local function mark(marks, v)
  local t = exact.kind(v)
  if t == "network" then marks[v] = { core.marks(v) } end
  if t == "matrix" or t == "row" then marks[v] = core.version(v) end
end

local function state()
  local s = { globals = copy(_G), replaced = copy(session.replaced()), live = {}, names = live, marks = {},
    rng = core.rng_state(), kept = kept.values }
  for _, v in next, s.globals do mark(s.marks, v) end
  for _, name in ipairs(live) do
    s.live[name] = session.live(name)
    mark(s.marks, s.live[name])
  end
  return s
end

-- Did anything change that a count is kept of?
local function moved(before)
  local net = session.live "NET"
  if core.rng_state() ~= before.rng or not rawequal(net, before.live.NET) then return true end
  local was, now = net and before.marks[net] or {}, net and { core.marks(net) } or {}
  for i = 1, #now do
    if was[i] ~= now[i] then return true end
  end
  return false
end

-- --- writing down -------------------------------------------------------------------------------

local outside = { dofile = 1, loadfile = 1, require = 1, io = 1, os = 1, load_network = 1, csv = 1, idx = 1, npy = 1,
  npz = 1, edit = 1, time = 1, bench = 1 }

-- The names in the tokens that read what is outside the program.
local function reads(list)
  local names, seen = {}, {}
  for _, t in ipairs(list) do
    if t.kind == "name" and outside[t.text] and not seen[t.text] then
      seen[t.text] = true
      names[#names + 1] = t.text
    end
  end
  return #names > 0 and table.concat(names, ", ") or nil
end

-- Is the input nothing but run "file" or edit "file"?
local function is_run(list)
  local word = list[1] and list[1].text
  local a, b = list[2], list[3]
  if (word ~= "run" and word ~= "edit") or not session.is_own(word) then return false end
  return #list == 2 and a.kind == "string" or #list == 4 and a.text == "(" and b.kind == "string"
    or word == "edit" and #list == 3 and a.text == "("
end

-- Does bench decide how often something is done?
local function is_timed(list)
  for _, t in ipairs(list) do
    if t.text == "bench" and session.is_own "bench" then return true end
  end
  return false
end

-- As one line, for a comment.
local function short(text)
  local line, more = text:match "^([^\r\n]*)(.*)$"
  if #line > 70 then line, more = line:sub(1, 67):gsub("[\x80-\xBF]*$", ""), " " end
  return line:gsub("%c", " ") .. (more ~= "" and " ..." or "")
end

-- The entry of an input, nil when there is nothing to write down.
local function written(input, status)
  local list = tokens.of(input.source)
  local expression = load("return " .. input.source:gsub("[;%s]*$", "") .. "\n")
  if not expression and (input.equals or not load(input.source)) then return nil end -- it never ran
  local timed = status ~= "interrupted" and list and is_timed(list) and moved(input.before)
  if status == "interrupted" or timed then
    local how = timed and "as often as the clock let it" or "interrupted"
    local entry = { n = input.n, note = how .. ": " .. short(input.text), timed = timed }
    return require("moongrad.journal.interrupted").begin(session).write(entry, input, list, sources)
  end
  list = list or {}
  if list[#list] and list[#list].text == ";" then table.remove(list) end
  local entry = { n = input.n, source = input.source, failed = status == "error", reads = reads(list) }
  if expression and not moved(input.before) then
    local ok, only = pcall(looks.only, list, session, input.before.kept)
    entry.looked = ok and only and not input.told
  end
  entry.told = input.told
  if is_run(list) then
    entry.file, entry.reads = input.files[1], nil
    entry.looked = not entry.file
  elseif #input.files > 0 then
    entry.files = input.files
  end
  return entry
end

-- Before input n is compiled, as source: =x is the expression x.
function journal.open(n, text, source)
  local equals
  source, equals = source:gsub("^=", "")
  open = { n = n, text = text, source = source, equals = equals > 0, before = state(), files = {} }
  sources["=[" .. n .. "]"] = source
end

local most_depth = 5 -- of tables whose items are printed

-- Does the printing of v run a __tostring of the user's? left: values that are looked at.
local function tells(v, left, depth)
  if type(v) ~= "table" or left <= 0 or depth > most_depth then return false, left end
  local meta = debug.getmetatable(v)
  local words = meta and rawget(meta, "__tostring")
  if type(words) == "function" and sources[debug.getinfo(words, "S").source] then return true, left end
  for _, item in next, v do
    local found
    found, left = tells(item, left - 1, depth + 1)
    if found then return true, left end
  end
  return false, left
end

-- Its values were computed: what is interrupted now is their printing.
function journal.computed(quiet, ...)
  if not open then return end
  open.computed, open.values = true, select("#", ...)
  for i = 1, quiet and 0 or select("#", ...) do open.told = open.told or tells((select(i, ...)), 1000, 1) end
end

-- After input n ran. settled: did it edit what undo goes back over? Returns what of it is too large to keep, a
-- list, or nil.
function journal.close(status, settled)
  if not open then return end
  local input = open
  open = nil
  if input.computed then status = "ok" end
  local entry = written(input, status) or { looked = true }
  entry.values, entry.settled = input.values, settled
  entries[#entries + 1] = entry
  return entry.full
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
function journal.seeds() return seeds[1], seeds[2] end

return journal
