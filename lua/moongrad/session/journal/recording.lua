-- recording.lua - records a session at the prompt: passes its inputs to journal.lua, and writes it as a script for
-- save_session(), or when a signal ends the program.

local core = require "moongrad.core"
local raise = require "moongrad.raise"
local text = require "moongrad.text"

local recording = {}

local session        -- the session's interface for its modules, see begin
local journal, saved -- modules; nil without a prompt, where nothing is recorded

-- s has the fields that journal.begin needs, and host, seed(), noted and expand(path), which replaces ~ in a path.
function recording.begin(s)
  session = s
  if not s.host.prompt then return end
  journal, saved = require "moongrad.session.journal.journal", require "moongrad.session.journal.saved"
  journal.begin(s)
  for _, noted in ipairs(s.noted) do journal.earlier(noted) end
end

-- The session calls these while an input runs; journal.lua says what each does.
function recording.open(...) journal.open(...) end
function recording.computed(...) if journal then journal.computed(...) end end
function recording.read_last(name) if journal then journal.reads(name) end end
function recording.file(path, source) if journal then journal.file(path, source) end end

-- The session calls this after an input. settled: did the input edit anything? grown: the names, X or y, whose tables
-- became matrices. Returns a remark for the user if something that the input left was too large to keep, else nil.
function recording.close(status, settled, grown)
  local full = journal.close(status, settled, grown)
  return full and "too large to be kept for save_session: " .. text.first(full)
end

-- --- saving -----------------------------------------------------------------------------------

--- save_session(path)
-- Writes the session so far as a script. `moongrad path` runs it and leaves THETA, the generator, X, y and your
-- variables exactly as they are now. The script begins with moongrad's version and the seed. Inputs that changed
-- nothing are left out. The script contains the text of init.lua, of the script before the prompt and of files that
-- run() ran; files that an input reads, and the clock, are read anew, and a comment says so.
-- An input that was interrupted, or that calls bench, would not do the same again. The script has in its place the
-- values that it left: networks, matrices, tables, and functions that use no local variables of other functions. Until
-- then the session keeps copies of them, at most 256 MiB in all. A comment in the script names what cannot be written
-- and what was too large; a line after the input names the latter, too.
-- Returns true and, if there is something to say, a message: that an older saved session was replaced, and what was
-- too large. Returns nil and a message if the file cannot be written, or if path is a file that is no saved session;
-- that file is not changed. Raises in a script that no prompt follows, because nothing records it.
-- > save_session "xor-by-hand.lua"
function recording.save_session(path, ...)
  if select("#", ...) > 0 or type(path) ~= "string" or path == "" then
    raise('save_session: expected the name of a file, save_session "mine.lua", got %s', core.kind(path))
  end
  if not journal then raise "save_session: only a prompt records a session: moongrad -i script.lua" end
  path = session.expand(path)
  local replaced, message = session.host.save(path, saved.text(session.host.version, session.seed()), saved.head)
  if replaced == nil then return nil, "save_session: " .. message end
  local said, full = {}, saved.full()
  if replaced then said[1] = "the saved session in " .. path .. " is replaced" end
  if full then said[#said + 1] = "it lacks what was too large to be kept: " .. text.first(full) end
  if #said == 0 then return true end
  return true, table.concat(said, "; ")
end

-- Writes the session to a recovery file when a signal ends the program. Returns the name of the file; nil if no input
-- changed anything.
function recording.recover()
  if not journal or saved.count() == 0 then return nil end
  return session.host.recover(saved.text(session.host.version, session.seed()))
end

return recording
