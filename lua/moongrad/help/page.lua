-- page.lua - lays out help texts: breaks lines between words, to fit the terminal and at most 80 columns.
--
-- Lines of words are joined up to the next empty line. These stay lines of their own: the first one, which is the
-- title; an indented line (a formula, a table); and an example, which begins with ">", with the lines of its output
-- below it.

local columns = require("moongrad.text").width
local show = require "moongrad.show"
local find, gmatch, gsub, match, rep, sub =
  string.find, string.gmatch, string.gsub, string.match, string.rep, string.sub

local page = {}

-- The columns of a page.
function page.width() return math.max(20, math.min(80, show.width())) end

local whole = 38 -- a call or table of fewer characters is not broken

-- The words of a line, each with the blanks before it; a short call or table constructor counts as one word.
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

-- Breaks a line between words; the lines after the first are indented by hang blanks.
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

-- The indentation for continuing an indented line: where its second column begins, or else two more than its own.
local function column(line, width)
  local before = #(match(line, "^%s*%S.-%s%s+") or "")
  return before > 0 and before <= width * 2 // 3 and before or #match(line, "^%s*") + 2
end

-- Parses a text into a list of {text =, kind =}, with lines of words joined; kind is "title", "words", "kept"
-- (indented) or "example".
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

-- Returns the text laid out for the terminal.
function page.layout(text)
  local width, lines = page.width(), {}
  for i, line in ipairs(parse(text)) do
    local hang = line.kind == "kept" and column(line.text, width) or line.kind == "words" and 0 or 4
    local is_output = line.kind == "example" and not find(line.text, "^>")
    lines[i] = is_output and line.text or wrap(line.text, width, hang)
  end
  return table.concat(lines, "\n")
end

-- Breaks a line preferably where it has three blanks or more.
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

-- Breaks the lines of a text that are wider than width between words. The prompt prints reports and the like by it.
function page.fold(text, width)
  return (gsub(text, "[^\n]+", function(line)
    if columns(line) <= width then return nil end
    return find(line, "^%s") and wrap(line, width, column(line, width)) or wrap_parts(line, width)
  end))
end

-- Formats rows of two strings as an indented table. The first column is as wide as its longest string, but at most a
-- third of the page; a longer string, and on a narrow page every one, has a line of its own.
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

-- The list of the examples in a text, {input =, output = or nil}.
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
