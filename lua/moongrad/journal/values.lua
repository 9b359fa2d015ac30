-- values.lua - which inputs have values that a later one reads, as _ or _1 to _9: what a saved session keeps of them.

local tokens = require "moongrad.syntax.tokens"

-- How a constant of one or two bytes stands in a compiled chunk: a short string, its size and the bytes. What is
-- local has no such constant, so that the _ of a loop does not count.
local constant = "\4[\x82\x83]_([1-9]?)"

-- The last of the values that text reads as globals, 1 for _ and _1, 0 when none, and whether as _1 or such. Or nil
-- when it may also read them later, in a function, or makes a global of such a name itself.
local function reads(text)
  local chunk = text:find("_", 1, true) and (load(text) or load("return " .. text:gsub("[;%s]*$", "") .. "\n"))
  local most, numbered = 0, false
  for digit in (chunk and string.dump(chunk, true) or ""):gmatch(constant) do
    most, numbered = math.max(most, tonumber(digit) or 1), numbered or digit ~= ""
  end
  if most == 0 then return 0 end
  local list = tokens.of(text) or {}
  for i, t in ipairs(list) do
    local before, after = list[i - 1], list[i + 1]
    local listed = before and before.text == "," or after and (after.text == "," or after.text == "=")
    if t.text == "function" or t.text:find "^_[1-9]?$" and listed then return nil end
  end
  return most, numbered
end

-- The texts of an entry that ran.
local function texts_of(entry)
  local before = entry.before
  local list = { entry.source, entry.file and entry.file.text or before and (before.text or before.what) }
  for _, file in ipairs(entry.files or {}) do list[#list + 1] = file.text end
  return list
end

-- The last value that an entry reads, nil when it may also read later ones; and whether all that it reads is _, as
-- it stands in its own text.
local function read_by(entry)
  local last, plain = 0, true
  for _, text in pairs(texts_of(entry)) do
    local most, numbered = reads(text)
    if not most then return nil, false end
    last, plain = math.max(last, most), plain and not numbered and (most == 0 or not entry.files)
  end
  return last, plain
end

-- What of the entries is to be kept, a set; and whether a local variable _ does for all that read it.
return function(entries)
  local kept, all_plain, from = {}, true, #entries
  for i = #entries, 1, -1 do
    if not read_by(entries[i]) then from = i end
  end
  for i = #entries, 1, -1 do -- what only looked reads when it is kept itself
    local entry = entries[i]
    if i > from and (entry.values or 0) > 0 then kept[entry] = true end
    local missing, plain, k = 0, true, i - 1
    if kept[entry] or not entry.looked then missing, plain = read_by(entry) end
    missing = missing or 9
    while missing > 0 and k > 0 do
      local values = entries[k].values or 0
      if values > 0 then kept[entries[k]] = true end
      missing, k = missing - values, k - 1
    end
    all_plain = all_plain and plain and not (entry.told and kept[entry])
  end
  return kept, all_plain
end
