-- shell.lua - the functions that the shell (src/shell, in C) calls: the session's, and those of the prompt.
--
-- The modules of the prompt are loaded when they are first used. The ones about errors and inputs get the session as
-- their first argument.

local commands = require "moongrad.session.commands"
local core = require "moongrad.core"
local long_call = require "moongrad.long_call"
local session = require "moongrad.session.session"
local show = require "moongrad.show"
local source = require "moongrad.source"

local shell = { note = session.note, open_input = session.open_input, results = session.results,
  recover = session.recover,
  value = session.value, names = session.names, own = session.own } -- for completion

commands.add("prompt", require)

local host -- what the program provides, see shell.install
local is_edited   -- are lines edited with Readline?
local utf8_wanted -- may the prompt contain characters outside ASCII?

-- Begins the session. given has the fields that session.install needs, and: width() and height(), the size of the
-- terminal; message_width(), the columns of the terminal for messages, nil without one; page(text), which shows a tall
-- text with the user's pager, or returns false; stop_served(), which says that a stop has been answered; color, true
-- if it has colours; utf8, true if it shows UTF-8; progress(text), which shows how far a long call is and without text
-- removes that line, nil if no progress is shown.
function shell.install(given)
  host = given
  utf8_wanted = host.utf8
  show.width, show.height, show.color = host.width, host.height or show.height, host.color
  if host.progress then
    long_call.over = host.progress
    core.progress(function(...) return require "moongrad.prompt.progress".tick(host.progress, ...) end, 0.1)
  end
  if host.stop_served then core.set_serve_stop(host.stop_served) end
  source.only()
  session.install(host)
end

-- --- inputs -----------------------------------------------------------------------------------

-- The text of the prompt. readline: is it for Readline? more: is it for a further line of an input?
function shell.prompt(readline, more)
  is_edited = readline
  return require "moongrad.prompt.prompt".text(session.value "NET", utf8_wanted, readline, more)
end

-- The text of the input that moves the open walk of NET, move is "next" or "back"; nil if there is no such move now.
function shell.walk(move)
  local net = session.value "NET"
  if not net or not core.walk_state(net) then return nil end
  local moves = require "moongrad.explain.walk".moves(net)
  if not moves or not moves[move] then return nil end
  local is_own = rawget(_G, "walk") == nil and session.value "walk" == session.own "walk"
  return string.format('%s "%s"', is_own and "walk" or "NET:walk", move)
end

-- Splits a text of several lines into inputs; the number of blanks to indent the line after a text. paste.lua and
-- lines.lua have the details.
function shell.inputs(text, judge) return require "moongrad.prompt.paste".inputs(text, judge) end
function shell.indent(text) return require "moongrad.syntax.lines".indent(text) end

session.register(function(quiet, ...)
  local printer = require "moongrad.prompt.print"
  printer.page = host.page
  if select("#", ...) == 1 and (...) == nil then
    quiet = quiet or require("moongrad.prompt.hints").says_all(session)
  end
  return printer.results(session, quiet or printer.is_written(session, ...), ...)
end)

-- A message, broken between words at the width of the terminal that it goes to.
local function fold(message)
  local width = message and host.message_width()
  return width and require "moongrad.help.page".fold(message, width) or message
end

-- Called after input n ran and was printed. Returns remarks for the user, or nil.
function shell.close_input(n, status)
  local unkept = session.close_input(status)
  local message = require("moongrad.prompt.hints").on(session, n, status, is_edited)
  return fold(unkept and message and message .. "\n" .. unkept or unkept or message)
end

-- The list of the scripts in a folder: text to print.
function shell.folder(path, files) return require "moongrad.prompt.folder".list(path, files) end

-- Returns the line about the run that Ctrl-C stopped, or nil.
function shell.interrupted() return fold(session.interrupted()) end

-- --- errors -----------------------------------------------------------------------------------

-- The message of an error in a script whose message handler runs in thread, with advice; nil if there is none.
local errors = "moongrad.prompt.errors.errors"
function shell.advised(thread, message) return require(errors).advised(session, thread, message) end

-- The fields of a table that is an error, " {code = 5}"; "" if it has none.
function shell.fields(t)
  return next(t) == nil and "" or " " .. require("moongrad.prompt.print").brief(t, show.width() - 32)
end

-- The prompt's text about an error whose message handler runs in thread, and about an input that does not compile.
function shell.failed(thread, message) return fold(require(errors).failed(session, thread, message)) end
function shell.unreadable(_, message) return fold(require(errors).unreadable(session, message)) end

-- The message of a script that does not compile, with advice: name is its file, or else text is its source.
function shell.unloadable(message, name, text)
  return require("moongrad.prompt.errors.script_syntax").explain(session, message, name, text)
end

return shell
