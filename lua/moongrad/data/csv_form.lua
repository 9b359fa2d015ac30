-- csv_form.lua - what a CSV file looks like: its delimiter, decimal point and header, and what its columns hold, told
-- by its first records.

local core = require "moongrad.core"
local find, gsub, match, rep, sub = string.find, string.gsub, string.match, string.rep, string.sub

local form = {}

local records = 200 -- that are looked at

local missing = {}
for word in string.gmatch("NA na N/A n/a NaN nan NAN null NULL None none ? - #N/A", "%S+") do missing[word] = true end

-- Is a field a way to say that a value is missing? As files/csv.c has it.
function form.is_missing(text) return text == "" or missing[text] or false end

-- Is a field a number with this decimal point?
function form.is_number(text, point)
  if point == "," then
    if find(text, ".", 1, true) then return false end
    text = gsub(text, ",", ".", 1)
  end
  return not find(text, "[xXpPnN]") and tonumber(text) ~= nil
end

-- How well a delimiter fits: the share of records with as many fields as most, fields, and the share of numbers.
local function fit(sample, delimiter)
  local count, most = {}, 0
  for _, record in ipairs(sample) do
    local n = #record
    count[n] = (count[n] or 0) + 1
    if count[n] > (count[most] or 0) or count[n] == count[most] and n > most then most = n end
  end
  local numbers, cells = 0, 0
  for _, record in ipairs(sample) do
    for _, text in ipairs(record) do
      cells = cells + 1
      if form.is_number(text, ".") or delimiter ~= "," and form.is_number(text, ",") then numbers = numbers + 1 end
    end
  end
  return count[most] / #sample, most, numbers / math.max(1, cells)
end

-- The delimiter that fits best and its sample; or nil and a message.
local function find_delimiter(source)
  local best, best_sample, best_score
  for _, delimiter in ipairs { ",", ";", "\t", "|", " " } do
    local sample, message = core.csv_sample(source, delimiter, records)
    if not sample then
      if delimiter == "," and not find(message, "behind a closing quote", 1, true) then return nil, message end
      source:rewind()
    elseif #sample > 0 then
      local share, fields, numbers = fit(sample, delimiter)
      local score = fields > 1 and share * (1 + numbers) or share * .5
      if delimiter == " " then score = score * .9 end -- blanks stand in texts, too
      if not best or score > best_score + 1e-9 then best, best_sample, best_score = delimiter, sample, score end
    end
  end
  return best, best_sample
end

-- Are commas decimal points? Then most fields with a comma are numbers.
local function find_point(sample, delimiter)
  if delimiter == "," then return "." end
  local commas, points = 0, 0
  for _, record in ipairs(sample) do
    for _, text in ipairs(record) do
      if find(text, "^[+-]?%d*,%d+$") then commas = commas + 1 end
      if find(text, "^[+-]?%d*%.%d") then points = points + 1 end
    end
  end
  return commas > points and "," or "."
end

-- The values of column j in the records from the one of number first on, missing ones left out.
local function column(sample, j, first)
  local list = {}
  for i = first, #sample do
    local text = sample[i][j]
    if text and not form.is_missing(text) then list[#list + 1] = text end
  end
  return list
end

-- Does column j hold numbers? At least half of its values are.
local function is_numbers(sample, j, first, point)
  local list, n = column(sample, j, first), 0
  for _, text in ipairs(list) do
    if form.is_number(text, point) then n = n + 1 end
  end
  return 2 * n >= #list
end

-- Is the first record the names of the columns? It has no number, and a column of numbers stands below, or else none
-- of its texts occurs again below.
local function has_header(sample, point)
  local first = sample[1]
  for _, text in ipairs(first) do
    if form.is_number(text, point) then return false end
  end
  if #sample == 1 then return true end
  local again = false
  for j, text in ipairs(first) do
    if #column(sample, j, 2) > 0 and is_numbers(sample, j, 2, point) then return true end
    for _, below in ipairs(column(sample, j, 2)) do again = again or below == text end
  end
  return not again
end

-- Why a file that begins so is no CSV, or nil.
local function foreign(start)
  if sub(start, 1, 2) == "\xFF\xFE" or sub(start, 1, 2) == "\xFE\xFF" then
    return "it is UTF-16; save it as UTF-8, or run iconv -f UTF-16 -t UTF-8"
  end
  if match(start, "^PK\3\4") then return "it is a zip archive, perhaps of a spreadsheet; export it as CSV" end
  if find(start, "^.%z.%z") or find(start, "^%z.%z.") then return "it is UTF-16; save it as UTF-8" end
end

-- Looks at an open source, which is at its start again then. o has the options delimiter and header of data.csv.
-- Returns {delimiter=, point=, header=, names=, is_text=} or nil and a message without the file's name.
function form.of(source, o)
  local start, message = source:peek(4)
  if not start then return nil, message end
  local why = foreign(start)
  if why then return nil, why end
  local delimiter, sample = o.delimiter
  if delimiter then
    sample, message = core.csv_sample(source, delimiter, records)
    if not sample then return nil, message end
  else
    delimiter, sample = find_delimiter(source)
    if not delimiter then return nil, sample or "it has no values" end
  end
  if #sample == 0 then return nil, "it has no values" end
  local point = find_point(sample, delimiter)
  local header = o.header
  if header == nil then header = has_header(sample, point) end
  local f = { delimiter = delimiter, point = point, header = header, names = {}, is_text = {} }
  for j = 1, #sample[1] do
    f.names[j] = header and sample[1][j] ~= "" and sample[1][j] or "x" .. j
    f.is_text[j] = not is_numbers(sample, j, header and 2 or 1, point)
  end
  return f
end

-- The delimiter as words.
function form.words(delimiter)
  return ({ [","] = "commas", [";"] = "semicolons", ["\t"] = "tabs", ["|"] = "bars", [" "] = "blanks" })[delimiter]
    or rep(delimiter, 1)
end

return form
