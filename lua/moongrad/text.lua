-- text.lua - prepares text for a terminal: escapes control bytes, keeps UTF-8 characters whole, measures columns.
--
-- It calls string.find(s, ...), not s:find(...): completion uses it, which must not run any code of the user's, and the
-- user may have replaced the method s:find.

local match = string.match

local byte, find, format, gsub, sub = string.byte, string.find, string.format, string.gsub, string.sub

local text = {}

-- Ranges of code points, first and last, that take two columns (after Unicode's East Asian Width) ...
local wide = {
  0x1100, 0x115F, 0x231A, 0x231B, 0x23E9, 0x23EC, 0x23F0, 0x23F0, 0x23F3, 0x23F3, 0x25FD, 0x25FE, 0x2614, 0x2615,
  0x2648, 0x2653, 0x267F, 0x267F, 0x2693, 0x2693, 0x26A1, 0x26A1, 0x26AA, 0x26AB, 0x26BD, 0x26BE, 0x26C4, 0x26C5,
  0x26CE, 0x26CE, 0x26D4, 0x26D4, 0x26EA, 0x26EA, 0x26F2, 0x26F3, 0x26F5, 0x26F5, 0x26FA, 0x26FA, 0x26FD, 0x26FD,
  0x2705, 0x2705, 0x270A, 0x270B, 0x2728, 0x2728, 0x274C, 0x274C, 0x274E, 0x274E, 0x2753, 0x2755, 0x2757, 0x2757,
  0x2795, 0x2797, 0x27B0, 0x27B0, 0x27BF, 0x27BF, 0x2B1B, 0x2B1C, 0x2B50, 0x2B50, 0x2B55, 0x2B55, 0x2E80, 0x303E,
  0x3041, 0xA4CF, 0xA960, 0xA97F, 0xAC00, 0xD7A3, 0xF900, 0xFAFF, 0xFE10, 0xFE19, 0xFE30, 0xFE6F, 0xFF01, 0xFF60,
  0xFFE0, 0xFFE6, 0x16FE0, 0x18CFF, 0x1AFF0, 0x1B2FF, 0x1F004, 0x1F004, 0x1F0CF, 0x1F0CF, 0x1F18E, 0x1F18E,
  0x1F191, 0x1F19A, 0x1F200, 0x1F320, 0x1F32D, 0x1F335, 0x1F337, 0x1F37C, 0x1F37E, 0x1F393, 0x1F3A0, 0x1F3CA,
  0x1F3CF, 0x1F3D3, 0x1F3E0, 0x1F3F0, 0x1F3F4, 0x1F3F4, 0x1F3F8, 0x1F43E, 0x1F440, 0x1F440, 0x1F442, 0x1F4FC,
  0x1F4FF, 0x1F53D, 0x1F54B, 0x1F54E, 0x1F550, 0x1F567, 0x1F57A, 0x1F57A, 0x1F595, 0x1F596, 0x1F5A4, 0x1F5A4,
  0x1F5FB, 0x1F64F, 0x1F680, 0x1F6C5, 0x1F6CC, 0x1F6CC, 0x1F6D0, 0x1F6D2, 0x1F6D5, 0x1F6DF, 0x1F6EB, 0x1F6EC,
  0x1F6F4, 0x1F6FC, 0x1F7E0, 0x1F7F0, 0x1F90C, 0x1F93A, 0x1F93C, 0x1F945, 0x1F947, 0x1F9FF, 0x1FA70, 0x1FAFF,
  0x20000, 0x2FFFD, 0x30000, 0x3FFFD,
}

-- ... and ranges that take no column, because they are drawn onto the character before.
local none = {
  0x0300, 0x036F, 0x0483, 0x0489, 0x0591, 0x05BD, 0x05BF, 0x05BF, 0x05C1, 0x05C2, 0x05C4, 0x05C5, 0x05C7, 0x05C7,
  0x0610, 0x061A, 0x064B, 0x065F, 0x0670, 0x0670, 0x06D6, 0x06DC, 0x06DF, 0x06E4, 0x06E7, 0x06E8, 0x06EA, 0x06ED,
  0x093C, 0x093C, 0x0941, 0x0948, 0x094D, 0x094D, 0x0E31, 0x0E31, 0x0E34, 0x0E3A, 0x0E47, 0x0E4E, 0x1160, 0x11FF,
  0x1AB0, 0x1AFF, 0x1DC0, 0x1DFF, 0x200B, 0x200F, 0x202A, 0x202E, 0x2060, 0x2064, 0x20D0, 0x20F0, 0x302A, 0x302D,
  0x3099, 0x309A, 0xFE00, 0xFE0F, 0xFE20, 0xFE2F, 0xFEFF, 0xFEFF, 0xE0100, 0xE01EF,
}

-- Is code in one of the ranges?
local function within(ranges, code)
  local low, high = 1, #ranges // 2
  while low <= high do
    local middle = (low + high) // 2
    if code < ranges[2 * middle - 1] then
      high = middle - 1
    elseif code > ranges[2 * middle] then
      low = middle + 1
    else
      return true
    end
  end
  return false
end

local function columns(code)
  if code < 0x300 then return 1 end
  return within(none, code) and 0 or within(wide, code) and 2 or 1
end

-- The columns that s takes. s is one line of UTF-8 without control bytes, except sequences that set a colour.
function text.width(s)
  if not find(s, "[\27\128-\255]") then return #s end
  local width = 0
  for _, code in utf8.codes((gsub(s, "\27%[[%d;]*m", ""))) do width = width + columns(code) end
  return width
end

local letters = { ["\n"] = "\\n", ["\t"] = "\\t", ["\r"] = "\\r", ['"'] = '\\"', ["'"] = "\\'", ["\\"] = "\\\\" }

local function by_number(c) return format("\\%03d", byte(c)) end
local function by_letter(c) return letters[c] or by_number(c) end
local function by_code(c) return format("\\u{%x}", utf8.codepoint(c)) end

-- Returns s with each match of pattern replaced by escape(match), and with the control codes above 127 and the bytes
-- that are no UTF-8 escaped.
local function clean(s, pattern, escape)
  if not find(s, "[%c\128-\255\"'\\]") then return s end
  local parts, i = {}, 1
  while i <= #s do
    local n, bad = utf8.len(s, i)
    local valid = gsub(sub(s, i, n and #s or bad - 1), pattern, escape)
    parts[#parts + 1] = gsub(valid, "\194[\128-\159]", by_code)
    if bad then parts[#parts + 1] = by_number(sub(s, bad, bad)) end
    i = (bad or #s) + 1
  end
  return table.concat(parts)
end

-- s with its control bytes escaped, except newlines and tabs.
function text.escape(s) return clean(s, "[\0-\8\11-\31\127]", by_number) end

-- s as one line: newlines and tabs are escaped as well.
function text.one_line(s) return clean(s, "%c", by_letter) end

-- The first eight of a list of names, for a message.
function text.first(names)
  return text.one_line(table.concat(names, ", ", 1, math.min(#names, 8))) .. (#names > 8 and ", ..." or "")
end

-- s escaped so that it can stand between these quotes, " or ', in Lua source.
function text.inside(s, quote) return clean(s, "[%c\\" .. quote .. "]", by_letter) end

-- Returns the first character of s, escaped as in a string literal, and the rest of s.
local function quoted_first(s)
  local last = 1
  if utf8.len(s, 1, 1) then last = utf8.offset(s, 2) - 1 end
  return text.inside(sub(s, 1, last), '"'), sub(s, last + 1)
end

-- s as a Lua string literal on one line. If that takes more than room columns (nil: no limit), it is cut, and the
-- number of bytes that are left out stands behind it.
function text.quote(s, room)
  if not room or #s <= 4 * room then
    local whole = '"' .. text.inside(s, '"') .. '"'
    if not room or text.width(whole) <= room then return whole end
  end
  local parts, used = {}, #('""... bytes more') + #tostring(#s) + 1
  local rest = sub(s, 1, 4 * room)
  local shown = 0
  while rest ~= "" do
    local piece, left = quoted_first(rest)
    used = used + text.width(piece)
    if used > room and #parts > 0 then break end
    parts[#parts + 1] = piece
    shown, rest = shown + #rest - #left, left
  end
  return format('"%s"... %d bytes more', table.concat(parts), #s - shown)
end

-- The first line of s, escaped, within room columns; "..." at its end if anything was cut.
function text.line(s, room)
  local first = match(s, "^[^\n]*")
  local line = gsub(text.escape(sub(first, 1, 4 * room)), "\t", " ")
  if #first == #s and #first <= 4 * room and text.width(line) <= room then return line end
  local parts, used = {}, #"..."
  for _, code in utf8.codes(line) do
    used = used + columns(code)
    if used > room then break end
    parts[#parts + 1] = utf8.char(code)
  end
  return table.concat(parts) .. "..."
end

-- Lines of text from rows of cells, which are plain text: the columns aligned, the first to the left, the others to the
-- right.
function text.aligned(rows)
  local width, lines = {}, {}
  for _, row in ipairs(rows) do
    for c, cell in ipairs(row) do width[c] = math.max(width[c] or 0, text.width(cell)) end
  end
  for i, row in ipairs(rows) do
    local cells = {}
    for c, cell in ipairs(row) do
      local blanks = string.rep(" ", width[c] - text.width(cell))
      cells[c] = c == 1 and cell .. blanks or blanks .. cell
    end
    lines[i] = gsub(table.concat(cells, "  "), " +$", "")
  end
  return table.concat(lines, "\n")
end

return text
