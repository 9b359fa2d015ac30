-- page.lua - text as it is read: broken between words, within 80 columns and the terminal.
--
-- Words flow together up to an empty line; a line that is indented (a formula, a table) or that
-- follows one that begins with ">" (an example and what it prints) stays a line of its own, and
-- so does the first one, the title.

local columns = require("moongrad.text").width
local show = require "moongrad.show"
local find, gmatch, gsub, match, rep, sub =
  string.find, string.gmatch, string.gsub, string.match, string.rep, string.sub

local page = {}

-- The columns there are.
function page.width() return math.max(20, math.min(80, show.width())) end

local whole = 38 -- characters in brackets that are not broken

-- The words of a line, each with the blanks before it; a short call or table of Lua is one word.
local function words_of(line, width)
  local list, at = {}, 1
  while true do
    local first, last = find(line, "%S+", at)
    if not first then return list end
    local open = match(line, "^[^%s{(]*(){", first) or match(line, "^[^%s{(]+()%(", first)
    local _, close = find(line, open and sub(line, open, open) == "{" and "^%b{}%S*" or "^%b()%S*", open or #line + 1)
    if close and close - first < math.min(whole, width // 2) then last = math.max(last, close) end
    list[#list + 1] = { space = sub(line, at, first - 1), text = sub(line, first, last) }
    at = last + 1
  end
end

-- A line broken between words; what does not fit goes on below, indented by hang.
local function wrap(line, width, hang)
  local lines, current = {}, ""
  for i, word in ipairs(words_of(line, width)) do
    if i > 1 and #current + #word.space + #word.text > width then
      lines[#lines + 1], current = current, rep(" ", hang) .. word.text
    else
      current = current .. word.space .. word.text
    end
  end
  lines[#lines + 1] = current
  return table.concat(lines, "\n")
end

-- Where the second column of an indented line begins, or a little more than the line itself does.
local function column(line, width)
  local before = #(match(line, "^%s*%S.-%s%s+") or "")
  return before > 0 and before <= width * 2 // 3 and before or #match(line, "^%s*") + 2
end

-- The lines of a text, words joined: a list of {text, kind}, kind "title", "words", "kept" or "example".
local function parse(text)
  local lines, kind = {}, nil
  for line in gmatch(text .. "\n", "(.-)\n") do
    local before = kind
    if #lines == 0 then
      kind = "title"
    elseif line == "" then
      kind = nil
    elseif find(line, "^>") or before == "example" then
      kind = "example"
    else
      kind = find(line, "^%s") and "kept" or "words"
    end
    if kind == "words" and before == "words" then
      lines[#lines].text = lines[#lines].text .. " " .. line
    else
      lines[#lines + 1] = { text = line, kind = kind }
    end
  end
  return lines
end

-- The text laid out.
function page.layout(text)
  local width, lines = page.width(), {}
  for i, line in ipairs(parse(text)) do
    local hang = line.kind == "kept" and column(line.text, width) or line.kind == "words" and 0 or 4
    local is_output = line.kind == "example" and not find(line.text, "^>")
    lines[i] = is_output and line.text or wrap(line.text, width, hang)
  end
  return table.concat(lines, "\n")
end

-- A line whose parts have three blanks and more between them, broken there where it can be.
local function wrap_parts(line, width)
  local lines, current = {}, ""
  for part, gap in gmatch(line .. "   ", "(%S.-)(%s%s%s+)") do
    if current ~= "" and #current + #part > width then
      lines[#lines + 1], current = wrap(gsub(current, "%s+$", ""), width, 4), "    "
    end
    current = current .. part .. gap
  end
  lines[#lines + 1] = wrap(gsub(current, "%s+$", ""), width, 4)
  return table.concat(lines, "\n")
end

-- The text with the lines that are wider broken between words: what a value says of itself, on a narrow terminal.
function page.fold(text, width)
  return (gsub(text, "[^\n]+", function(line)
    if columns(line) <= width then return nil end
    return find(line, "^%s") and wrap(line, width, column(line, width)) or wrap_parts(line, width)
  end))
end

-- Rows of two strings as an indented table, the first column as wide as its longest, or a third of the page;
-- what is longer, and all on a narrow page, has a line of its own.
function page.table(rows)
  local width, most = page.width(), 0
  for _, row in ipairs(rows) do most = math.max(most, #row[1]) end
  most = width < 40 and 2 or math.min(most, width // 3)
  local lines = {}
  for i, row in ipairs(rows) do
    local first = "  " .. row[1] .. rep(" ", most - #row[1])
    if #row[1] > most then first = wrap(first, width, 4) .. "\n" .. rep(" ", most + 2) end
    local last = match(first, "[^\n]*$")
    lines[i] = sub(first, 1, #first - #last) .. wrap(last .. "  " .. row[2], width, most + 4)
  end
  return table.concat(lines, "\n")
end

-- The examples in a text: a list of {input =, output = or nil}.
function page.examples(text)
  local list = {}
  for _, line in ipairs(parse(text)) do
    if line.kind == "example" then
      local input = match(line.text, "^> ?(.*)")
      local last = list[#list]
      if input then
        list[#list + 1] = { input = input }
      else
        last.output = (last.output and last.output .. "\n" or "") .. line.text
      end
    end
  end
  return list
end

return page
