-- folder.lua - what a folder has that can be run: its scripts with the first line of each, and its folders.

local raise = require "moongrad.raise"
local text = require "moongrad.text"
local find, gsub, match, rep, sub = string.find, string.gsub, string.match, string.rep, string.sub
local open = io.open

local folder = {}

-- The first comment of a script without its "--", as far as it goes on one line; "" if the script begins otherwise.
local function heading(path)
  local file = open(path, "rb")
  if not file then return "" end
  local line = file:read "l"
  if line and sub(line, 1, 2) == "#!" then line = file:read "l" end
  file:close()
  return text.one_line(match(line or "", "^%-%-+%s*(.-)%s*$") or "")
end

-- Returns the list as text. files(path): a table from each name in a folder to whether that is a folder, or nil.
function folder.list(path, files)
  local is_folder, names, width = files(path), {}, 0
  if not is_folder then raise("cannot read the folder %s", path) end
  for name, is in pairs(is_folder) do
    if not find(name, "^%.") and (is or find(name, "%.lua$")) then
      names[#names + 1] = name
      width = math.max(width, text.width(text.one_line(name)) + (is and 1 or 0))
    end
  end
  if #names == 0 then return "no scripts in " .. text.one_line(path) end
  table.sort(names)
  for k, name in ipairs(names) do
    local shown = text.one_line(name) .. (is_folder[name] and "/" or "")
    local about = is_folder[name] and "" or heading(path .. "/" .. name)
    names[k] = gsub(shown .. rep(" ", width + 2 - text.width(shown)) .. about, " +$", "")
  end
  return table.concat(names, "\n")
end

return folder
