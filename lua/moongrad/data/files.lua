-- files.lua - opening data files, which may be packed, and messages about them.

local core = require "moongrad.core"
local parts = require "moongrad.parts"
local raise = require "moongrad.raise"
local values = require "moongrad.values"
local format, sub = string.format, string.sub

local files = {}

local unpacked_limit = 2 ^ 34 -- bytes that a packed file may become, unless the option limit says otherwise

-- Raises unless path is a name of a file.
function files.check_path(who, path)
  if type(path) ~= "string" then raise("%s: expected the name of a file, got %s", who, values.show(path)) end
end

-- Opens a file, for a variable <close>; one that is packed by gzip, whatever its name, is unpacked as it is read.
-- Returns nil and a message when there is none, or it is no regular file. limit: bytes that it may become, or nil.
function files.open(path, limit)
  local source, message = core.source(path)
  if not source then return nil, message end
  local start
  start, message = source:peek(2)
  if not start then return nil, message end
  if start ~= "\x1f\x8b" then return source end
  local gzip, why = parts.need "gzip"
  if not gzip then return nil, format("%s: it is packed by gzip; %s", path, why) end
  local ok
  ok, message = source:decode(gzip.decoder, limit or unpacked_limit)
  if not ok then return nil, message end
  return source
end

-- The n bytes that follow in a source; or nil and why not: cut is what is said when there are fewer.
function files.take(source, n, cut)
  local bytes, message = source:read(n)
  if not bytes then return nil, message end
  if #bytes < n then return nil, cut end
  return bytes
end

-- nil and a message that begins with the name of the file.
function files.failed(path, why)
  return nil, sub(why, 1, #path + 2) == path .. ": " and why or format("%s: %s", path, why)
end

return files
