-- source_text.lua - finds the source of a chunk, to show the line of an error.

local find, match, sub = string.find, string.match, string.sub

local most_bytes = 1 << 20 -- bytes of a file that are read

local function file_text(path)
  local file = io.open(path, "r")
  if not file then return nil end
  local content = file:read(most_bytes)
  file:close()
  return content
end

-- Returns the text that a chunk was compiled from, by its chunk name; nil if it is not available.
return function(session, source)
  local n = match(source, "^=%[(%d+)%]$")
  if n then return session.inputs.text(tonumber(n)) end
  if find(source, "^@") then return session.is_file(sub(source, 2)) and file_text(sub(source, 2)) or nil end
  return not find(source, "^=") and source or nil
end
