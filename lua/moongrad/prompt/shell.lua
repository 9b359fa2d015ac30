-- shell.lua - what the shell calls: the session and, around it, what a prompt shows and says.
--
-- The prompt's parts are loaded when they are first used. Those that say something of errors and of inputs get the
-- session as their first argument.

local commands = require "moongrad.session.commands"
local core = require "moongrad.core"
local long_call = require "moongrad.long_call"
local session = require "moongrad.session.session"
local show = require "moongrad.show"
local source = require "moongrad.source"

local shell = { note = session.note, open_input = session.open_input, results = session.results,
  interrupted = session.interrupted, recover = session.recover,
  value = session.value, names = session.names, own = session.own } -- for completion

commands.add("prompt", require)

local utf8_wanted -- may the prompt have what ASCII has not?

-- Begins the session. host has what session.install wants, and width() and height() of the terminal; color, has it
-- colours? utf8, is it in UTF-8? progress(text), which shows how far a long call is, nil where that is not wanted.
function shell.install(host)
  utf8_wanted = host.utf8
  show.width, show.height, show.color = host.width, host.height or show.height, host.color
  if host.progress then
    long_call.over = host.progress
    core.progress(function(...) return require "moongrad.prompt.progress".tick(host.progress, ...) end, 0.1)
  end
  source.only()
  session.install(host)
end

-- --- inputs -----------------------------------------------------------------------------------

-- The text of the prompt, for Readline or not; that for more of an input.
function shell.prompt(readline, more)
  return require "moongrad.prompt.prompt".text(session.value "NET", utf8_wanted, readline, more)
end

-- The inputs in a text of several lines, and the blanks that a line after it begins with.
function shell.inputs(text, judge) return require "moongrad.prompt.paste".inputs(text, judge) end
function shell.indent(text) return require "moongrad.syntax.lines".indent(text) end

session.register(function(quiet, ...)
  if select("#", ...) == 1 and (...) == nil then
    quiet = quiet or require("moongrad.prompt.hints").says_all(session)
  end
  return require("moongrad.prompt.print").results(session, quiet, ...)
end)

-- After input n ran and was printed: what is to be said of it, nil for nothing.
function shell.close_input(n, status)
  local unkept = session.close_input(status)
  local message = require("moongrad.prompt.hints").on(session, n, status)
  return unkept and message and message .. "\n" .. unkept or unkept or message
end

-- --- errors -----------------------------------------------------------------------------------

-- What to add to an error that is being handled: a message, "; " and the next step; nil without one.
function shell.hint(message) return require("moongrad.prompt.errors.undefined_names").hint(session, message) end

-- What is said at the prompt of an error that thread handles, and of an input that does not compile.
local errors = "moongrad.prompt.errors.errors"
function shell.failed(thread, message) return require(errors).failed(session, thread, message) end
function shell.unreadable(_, message) return require(errors).unreadable(session, message) end

-- Likewise of a script: a file, or else the text of it.
function shell.unloadable(message, name, text)
  return require("moongrad.prompt.errors.script_syntax").explain(session, message, name, text)
end

return shell
