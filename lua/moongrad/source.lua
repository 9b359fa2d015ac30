-- source.lua - makes load, loadfile, dofile and require refuse precompiled chunks, because these can crash Lua.

local find, format = string.find, string.format

local source = {}

local package = package.loaded.package -- the real one, whatever the global package is

local real_load, real_loadfile = load, loadfile

-- Passes on the results of a load, but rewords Lua's message about a precompiled chunk.
local function explain(f, message)
  if f == nil and type(message) == "string" and find(message, "attempt to load a binary chunk", 1, true) then
    message = "a precompiled chunk; only Lua source is run here (--no-session runs both)"
  end
  return f, message
end

local function text_load(chunk, name, mode, ...)
  if mode ~= nil and not find(tostring(mode), "t") then return explain(nil, "attempt to load a binary chunk") end
  return explain(real_load(chunk, name, "t", ...))
end

local function text_loadfile(name, mode, ...)
  if mode ~= nil and not find(tostring(mode), "t") then return explain(nil, "attempt to load a binary chunk") end
  local f, message = real_loadfile(name, "t", ...)
  if f then return f end
  local _, ours = explain(nil, message)
  return nil, ours == message and message or (name or "stdin") .. ": " .. ours
end

local function text_dofile(name)
  local f, message = text_loadfile(name)
  if not f then error(message, 0) end
  return f()
end

-- The searcher that require uses for package.path.
local function searcher(name)
  if type(package.path) ~= "string" then error("'package.path' must be a string", 0) end
  local file, tried = package.searchpath(name, package.path)
  if not file then return tried end
  local f, message = text_loadfile(file)
  if f then return f, file end
  error(format("error loading module '%s' from file '%s':\n\t%s", name, file, message), 0)
end

-- Replaces the global functions load, loadfile and dofile, and the searcher of require.
function source.only()
  for name, f in pairs { load = text_load, loadfile = text_loadfile, dofile = text_dofile } do rawset(_G, name, f) end
  package.searchers[3] = searcher -- after package.preload's and moongrad's own
end

return source
