-- recording.lua - what is recorded of a session: its journal, save_session, the recovery when it is cut off.

local core = require "moongrad.core"
local raise = require "moongrad.raise"
local text = require "moongrad.text"

local recording = {}

local session        -- what the session shows of itself, see begin
local journal, saved -- loaded where there is a prompt

-- s is what journal.begin wants, and host, seed(), noted, and expand(path), a path with the user's home for ~.
function recording.begin(s)
  session = s
  if not s.host.prompt then return end
  journal, saved = require "moongrad.session.journal.journal", require "moongrad.session.journal.saved"
  journal.begin(s)
  for _, noted in ipairs(s.noted) do journal.earlier(noted) end
end

-- The journal's part of an input, of which the prompt tells.
function recording.open(...) journal.open(...) end
function recording.computed(...) if journal then journal.computed(...) end end
function recording.read_last(name) if journal then journal.reads(name) end end
function recording.file(path, source) if journal then journal.file(path, source) end end

-- Returns a remark when what the input left is not all kept. settled: did it edit anything?
function recording.close(status, settled)
  local full = journal.close(status, settled)
  return full and "too large to be kept for save_session: " .. text.first(full)
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
  path = session.expand(path)
  local replaced, message = session.host.save(path, saved.text(session.host.version, session.seed()), saved.head)
  if replaced == nil then return nil, "save_session: " .. message end
  local said, full = {}, saved.full()
  if replaced then said[1] = "the saved session in " .. path .. " is replaced" end
  if full then said[#said + 1] = "it lacks what was too large to be kept: " .. text.first(full) end
  if #said == 0 then return true end
  return true, table.concat(said, "; ")
end

-- The session in a file of its own when it ends by a signal: its name, nil when there was nothing to keep.
function recording.recover()
  if not journal or saved.count() == 0 then return nil end
  return session.host.recover(saved.text(session.host.version, session.seed()))
end

return recording
