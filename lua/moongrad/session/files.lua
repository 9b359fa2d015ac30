-- files.lua - run and edit: files of Lua in the session.

local core = require "moongrad.core"
local options = require "moongrad.options"
local raise = require "moongrad.raise"
local find, format, gsub = string.find, string.format, string.gsub

local files = {}

local load, getenv, execute, io_open = load, os.getenv, os.execute, io.open

local ran       -- ran(path, text) is told of each file that is run
local last_file -- that was run or edited

function files.begin(s) ran = s.ran end

-- ~/ is the user's home, as in a shell.
function files.expand(path)
  local home = getenv "HOME"
  return home and home ~= "" and gsub(path, "^~/", (gsub(home, "%%", "%%%%")) .. "/") or path
end

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
  last_file = files.expand(path)
  return last_file
end

local given = {} -- files that a saved session brings along, in the order in which they are run

-- The next file to be run, unless it has another name, has this text, whatever it has by now.
function files.given(name, text) given[#given + 1] = { name = name, text = text } end

local function text_of(path)
  local first = table.remove(given, 1)
  if first and first.name == path then return first.text end
  return read(path)
end

-- The chunk in a file; raises when there is none.
local function chunk(who, path)
  local text, message = text_of(path)
  if not text then raise("%s: cannot read %s", who, message) end
  if find(text, "^\27") then raise("%s: %s is a precompiled chunk; only Lua source is run here", who, path) end
  local f, problem = load(gsub(text, "^#[^\n]*", ""), "@" .. path, "t")
  if not f then error(problem, 0) end
  ran(path, text)
  return f
end

--- run([path, ...])
-- Runs a file of Lua in the session: it sees your names and leaves its own; what follows path is its `...`.
-- Returns what it returns. Without path, the file of the last run or edit.
-- > run "mine.lua"
function files.run(path, ...)
  return chunk("run", path_of("run", path))(...)
end

local function quote(path) return "'" .. gsub(path, "'", "'\\''") .. "'" end

--- edit([path])
-- Opens a file in your editor, $VISUAL or else $EDITOR, waits until you leave it, and runs the file when it was
-- changed, as run does; a file that does not exist yet is the editor's to make. Without path, the file of the
-- last run or edit.
-- > edit "mine.lua"
function files.edit(path, ...)
  options.no_more('edit: expected one name of a file, edit "mine.lua"', ...)
  path = path_of("edit", path)
  if given[1] and given[1].name == path then return files.run(path) end
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
  local ok, how, status = execute(editor .. " " .. quote(find(path, "^-") and "./" .. path or path))
  if not ok then
    local why = how == "signal" and "signal" or "status"
    return nil, format("edit: %s ended with %s %d; %s is not run", editor, why, status, path)
  end
  local after, message = read(path)
  if not after then
    if not before then return nil, "edit: " .. path .. " was not made; nothing is run" end
    return nil, "edit: " .. message
  end
  if after == before then return nil, format("edit: %s is as it was; run %q runs it", path, path) end
  return files.run(path)
end

return files
