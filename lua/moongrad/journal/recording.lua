-- recording.lua - what is kept of a session, and done with files in it: history, save_session, run, edit, reset.

local core = require "moongrad.core"
local inputs = require "moongrad.prompt.inputs"
local mg = require "moongrad"
local options = require "moongrad.options"
local raise = require "moongrad.raise"
local one_line = require "moongrad.text".one_line

local recording = {}

local load, getenv, execute, io_open = load, os.getenv, os.execute, io.open

local session        -- what the session shows of itself, see begin
local journal, saved -- loaded with the first input
local openings = {}  -- what reset runs again: init.lua
local last_file      -- that was run or edited

-- s is what journal.begin wants, and host, seed, noted, clear().
function recording.begin(s)
  session = s
  for _, noted in ipairs(s.noted) do
    if noted.kind == "init.lua" and noted.text then openings = { load(noted.text, "@" .. noted.what) } end
  end
  if not s.host.prompt then return end
  journal, saved = require "moongrad.journal.journal", require "moongrad.journal.saved"
  journal.begin(s)
  for _, noted in ipairs(s.noted) do journal.earlier(noted) end
end

-- What reset makes the generators begin with, in a saved session: as where it was saved.
function recording.start(seed, a, b)
  session.seed = function() return seed end
  session.seeds = { a, b }
end

-- Runs f now, and again at each reset.
function recording.opening(f)
  openings = { f }
  pcall(f)
end

-- The first of some names, for a message.
local function short(names)
  return one_line(table.concat(names, ", ", 1, math.min(#names, 8))) .. (#names > 8 and ", ..." or "")
end

-- The journal's part of an input, of which the prompt tells.
function recording.open(n, text, source) journal.open(n, text, source) end
function recording.computed(...) if journal then journal.computed(...) end end
function recording.read_last(name) if journal then journal.reads(name) end end

-- Returns a remark when what the input left is not all kept. settled: did it edit anything?
function recording.close(status, settled)
  local full = journal.close(status, settled)
  return full and "too large to be kept for save_session: " .. short(full)
end

-- --- history --------------------------------------------------------------------------------

local list = { __name = "history", __metatable = false } -- the metatable of what history returns

function list.__tostring(h)
  if #h == 0 then return h.pattern and ("no input holds %q"):format(h.pattern) or "no inputs yet" end
  local width, lines = 3, {}
  for _, e in ipairs(h) do width = math.max(width, #tostring(e.n) + 1) end
  for i, e in ipairs(h) do
    lines[i] = ("%" .. width .. "d  %s"):format(e.n, (e.text:gsub("\n", "\n" .. (" "):rep(width + 2))))
  end
  return table.concat(lines, "\n")
end

--- history([pattern])
-- The inputs of this session, by the numbers that errors give them; with a pattern, those that hold this text,
-- of former sessions, too: their numbers count back from 0; history "" lists them all. Returns a list with .n and
-- .text of each.
-- > history "step"
function recording.history(pattern, ...)
  if select("#", ...) > 0 or pattern ~= nil and type(pattern) ~= "string" then
    raise('history: expected a text to look for, history "step", got %s', core.kind(pattern))
  end
  local found = setmetatable({ pattern = pattern }, list)
  local function add(n, text)
    if text and (not pattern or text:find(pattern, 1, true)) then found[#found + 1] = { n = n, text = text } end
  end
  local former = pattern and session.host.former and session.host.former() or {}
  for i, text in ipairs(former) do add(i - #former, text) end
  for n = 1, inputs.last do add(n, inputs.text(n)) end
  return found
end

-- ~/ is the user's home, as in a shell.
local function expand(path)
  local home = getenv "HOME"
  return home and home ~= "" and path:gsub("^~/", (home:gsub("%%", "%%%%")) .. "/") or path
end

-- --- saving -----------------------------------------------------------------------------------

--- save_session(path)
-- Writes what the session has done so far as a script: moongrad path does it again and leaves every bit of THETA,
-- the generator, X, y and your names as they are now. Its head has moongrad's version and the seed; what only
-- looked is left out. Files that an input reads, the clock and such are read again, which a comment says; init.lua,
-- the script before the prompt and what run() ran are written out. In place of an input that was interrupted, and of
-- a bench, stand the numbers that it left: networks, matrices, tables, functions that hold no variables of others.
-- A comment names what cannot be written, and what was too large: until it is written it is kept as copies, of at
-- most 256 MiB in all, and a line after that input names it, too.
-- Returns true and, when a saved session was there, that it was replaced, and what was too large; nil and a
-- message when it cannot be written, or another file is there, which stays as it is.
-- > save_session "xor-by-hand.lua"
function recording.save_session(path, ...)
  if select("#", ...) > 0 or type(path) ~= "string" or path == "" then
    raise('save_session: expected the name of a file, save_session "mine.lua", got %s', core.kind(path))
  end
  if not journal then return nil, "save_session: nothing is recorded but at the prompt: moongrad -i script.lua" end
  path = expand(path)
  local replaced, message = session.host.save(path, saved.text(session.host.version, session.seed()), saved.head)
  if replaced == nil then return nil, "save_session: " .. message end
  local said, full = {}, saved.full()
  if replaced then said[1] = "the saved session in " .. path .. " is replaced" end
  if full then said[#said + 1] = "it lacks what was too large to be kept: " .. short(full) end
  if #said == 0 then return true end
  return true, table.concat(said, "; ")
end

-- The session in a file of its own when it ends by a signal: its name, nil when there was nothing to keep.
function recording.recover()
  if not journal or saved.count() == 0 then return nil end
  return session.host.recover(saved.text(session.host.version, session.seed()))
end

-- --- files ------------------------------------------------------------------------------------

-- The text of a file, or nil and why not.
local function read(path)
  local file, message = io_open(path, "rb")
  if not file then return nil, message end
  local text, failed = file:read "a"
  file:close()
  if not text then return nil, path .. ": " .. failed end
  return text
end

local function path_of(who, path)
  if path == nil then path = last_file end
  if type(path) ~= "string" or path == "" then
    raise('%s: expected the name of a file, %s "mine.lua", got %s', who, who, core.kind(path))
  end
  last_file = expand(path)
  return last_file
end

local given = {} -- files that a saved session brings along, in the order in which they are run

-- The next file to be run, unless it has another name, has this text, whatever it has by now.
function recording.given(name, text) given[#given + 1] = { name = name, text = text } end

local function text_of(path)
  local first = table.remove(given, 1)
  if first and first.name == path then return first.text end
  return read(path)
end

-- The chunk in a file; raises when there is none.
local function chunk(who, path)
  local text, message = text_of(path)
  if not text then raise("%s: cannot read %s", who, message) end
  if text:find "^\27" then raise("%s: %s is a precompiled chunk; only Lua source is run here", who, path) end
  local f, problem = load(text:gsub("^#[^\n]*", ""), "@" .. path, "t")
  if not f then error(problem, 0) end
  if journal then journal.file(path, text) end
  return f
end

--- run([path, ...])
-- Runs a file of Lua in the session: it sees your names and leaves its own; what follows path is its `...`.
-- Returns what it returns. Without path, the file of the last run or edit.
-- > run "mine.lua"
function recording.run(path, ...)
  return chunk("run", path_of("run", path))(...)
end

local function quote(path) return "'" .. path:gsub("'", "'\\''") .. "'" end

--- edit([path])
-- Opens a file in your editor, $VISUAL or else $EDITOR, waits until you leave it, and runs the file when it was
-- changed, as run does; a file that does not exist yet is the editor's to make. Without path, the file of the
-- last run or edit.
-- > edit "mine.lua"
function recording.edit(path, ...)
  options.no_more('edit: expected one name of a file, edit "mine.lua"', ...)
  path = path_of("edit", path)
  if given[1] and given[1].name == path then return recording.run(path) end
  local editor = getenv "VISUAL"
  if not editor or editor == "" then editor = getenv "EDITOR" end
  if not editor or editor == "" then
    raise "edit: no editor is set: put its name into VISUAL or EDITOR, as in EDITOR=nano moongrad"
  end
  if not execute "test -t 0 && test -t 1" then
    return nil, "edit: an editor needs a terminal; run(path) runs a file"
  end
  local before = read(path)
  io.stdout:flush()
  local ok, how, status = execute(editor .. " " .. quote(path:find "^-" and "./" .. path or path))
  if not ok then
    local why = how == "signal" and "signal" or "status"
    return nil, ("edit: %s ended with %s %d; %s is not run"):format(editor, why, status, path)
  end
  local after, message = read(path)
  if not after then
    if not before then return nil, "edit: " .. path .. " was not made; nothing is run" end
    return nil, "edit: " .. message
  end
  if after == before then return nil, ("edit: %s is as it was; run %q runs it"):format(path, path) end
  return recording.run(path)
end

-- --- reset ------------------------------------------------------------------------------------

local done = { __name = "reset", __metatable = false } -- the metatable of what reset returns

function done.__tostring(r)
  local names = r.names
  local gone = #names == 0 and "no names of yours" or
    ("%d name%s of yours (%s)"):format(#names, #names == 1 and "" or "s", short(names))
  return ("gone: %s%s; seed(%d)%s"):format(r.network and "the network, " or "", gone, r.seed,
    #openings > 0 and "; init.lua was run again" or "")
end

local looks = { PROMPT = true, _PROMPT = true, _PROMPT2 = true } -- how the prompt looks stays

--- reset()
-- Back to a fresh session: the network, X, y, ETA and the names you made are gone (PROMPT stays), Lua's own are
-- what they were, the random numbers begin at the seed of the start, and init.lua is run again. The inputs stay
-- in history() and for save_session. Returns what went: .names, .network, .seed.
-- > reset()
function recording.reset(...)
  options.none("reset", ...)
  local r = setmetatable({ names = {}, network = session.live "NET" ~= nil, seed = session.seed() }, done)
  for name, v in next, _G do
    if session.base[name] == nil and not looks[name] then r.names[#r.names + 1] = tostring(name) end
    if not rawequal(v, session.base[name]) and not looks[name] then rawset(_G, name, nil) end
  end
  for name, v in next, session.base do rawset(_G, name, v) end
  table.sort(r.names)
  session.clear()
  mg.seed(r.seed)
  math.randomseed(session.seeds[1], session.seeds[2])
  for _, f in ipairs(openings) do pcall(f) end
  return r
end

return recording
