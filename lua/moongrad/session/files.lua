-- files.lua - run(), edit() and shell(): run Lua files in the session, and commands of the shell.

local core = require "moongrad.core"
local options = require "moongrad.options"
local raise = require "moongrad.raise"
local find, format, gsub = string.find, string.format, string.gsub

local files = {}

local load, getenv, execute, io_open = load, os.getenv, os.execute, io.open

local ran       -- a function of the session: ran(path, text) is called for each file that is run
local last_file -- the path of the file that was run or edited last

function files.begin(s) ran = s.ran end

-- Replaces ~/ at the beginning of a path with the user's home, as a shell does.
function files.expand(path)
  local home = getenv "HOME"
  return home and home ~= "" and gsub(path, "^~/", (gsub(home, "%%", "%%%%")) .. "/") or path
end

-- Returns the text of a file, or nil and a message.
local function read(path)
  local file, message = io_open(path, "rb")
  if not file then return nil, message end
  local text, failed = file:read "a"
  file:close()
  if not text then return nil, path .. ": " .. failed end
  return text
end

-- Checks the path that the function who got, nil for the last file. Returns it expanded, and notes it as the last file.
local function path_of(who, path)
  if path == nil then path = last_file end
  if type(path) ~= "string" or path == "" then
    raise('%s: expected the name of a file, %s "mine.lua", got %s', who, who, core.kind(path))
  end
  last_file = files.expand(path)
  return last_file
end

local given = {} -- the files that a saved session contains, {name=, text=}, in the order in which they are run

-- A saved session calls this: if the next file that is run has this name, text is run in place of its contents.
function files.given(name, text) given[#given + 1] = { name = name, text = text } end

local function text_of(path)
  local first = table.remove(given, 1)
  if first and first.name == path then return first.text end
  return read(path)
end

-- Compiles a file and returns the function; raises if it cannot be read or compiled.
local function chunk(who, path)
  local text, message = text_of(path)
  if not text then raise("%s: cannot read %s", who, message) end
  if find(text, "^\27") then raise("%s: %s is a precompiled chunk; only Lua source is run here", who, path) end
  text = gsub(text, "^\xEF\xBB\xBF", "") -- the byte order mark that some editors write
  local f, problem = load(gsub(text, "^#[^\n]*", ""), "@" .. path, "t")
  if not f then error(problem, 0) end
  ran(path, text)
  return f
end

--- run([path, ...])
-- Runs a Lua file in the session: the file can use your variables, and its globals remain. It gets the arguments after
-- path as `...`. Returns what the file returns. Without path it runs the file of the last run or edit.
-- > run "mine.lua"
function files.run(path, ...)
  return chunk("run", path_of("run", path))(...)
end

local function quote(path) return "'" .. gsub(path, "'", "'\\''") .. "'" end

-- Runs a command of the shell and waits for its end. Returns nil if it ended well, else "status 2" or "signal 15".
local function failure(command)
  io.stdout:flush()
  local ok, how, number = execute(command)
  if not ok then return (how == "signal" and "signal " or "status ") .. number end
end

--- shell(command)
-- Runs a command of the shell, /bin/sh, and waits for its end. At the prompt !ls is short for shell "ls". The command
-- has a working directory and variables of its own: !cd changes nothing here. Returns true, or nil and a message if it
-- ended with a status other than 0.
-- > shell "date"
function files.shell(command, ...)
  if type(command) ~= "string" or select("#", ...) > 0 then
    raise('shell: expected a command, shell "ls", got %s', core.kind(command))
  end
  local why = failure(command)
  if why then return nil, "shell: it ended with " .. why end
  return true
end

--- edit([path])
-- Opens a file in your editor, $VISUAL or else $EDITOR or else vi, and waits until you leave the editor. If the file
-- was changed, runs it, as run does. The file need not exist yet. Without path it opens the file of the last run or
-- edit.
-- > edit "mine.lua"
function files.edit(path, ...)
  options.no_more('edit: expected one name of a file, edit "mine.lua"', ...)
  path = path_of("edit", path)
  if given[1] and given[1].name == path then return files.run(path) end
  local editor = getenv "VISUAL"
  if not editor or editor == "" then editor = getenv "EDITOR" end
  if not editor or editor == "" then editor = "vi" end
  if not execute "test -t 0 && test -t 1" then
    return nil, "edit: an editor needs a terminal; run(path) runs a file"
  end
  local before = read(path)
  local why = failure(editor .. " " .. quote(find(path, "^-") and "./" .. path or path))
  if why then return nil, format("edit: %s ended with %s; %s is not run", editor, why, path) end
  local after, message = read(path)
  if not after then
    if not before then return nil, "edit: " .. path .. " does not exist; nothing is run" end
    return nil, "edit: " .. message
  end
  if after == before then return nil, format("edit: %s was not changed; run %q runs it", path, path) end
  return files.run(path)
end

return files
