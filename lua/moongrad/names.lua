-- names.lua - finds the known names nearest to a mistyped one, for "did you mean ...?" in errors.

local byte, find, gsub, lower = string.byte, string.find, string.gsub, string.lower
local match, sub = string.match, string.sub

local names = {}

local most_known = 16 -- a list of up to so many names is named whole when none is near

-- The number of edits that turn a into b: insert, delete or replace one letter, or swap two neighbours
-- (Damerau and Levenshtein, each place edited once).
local function distance(a, b)
  local row, before, last = {}
  for j = 0, #b do row[j] = j end
  for i = 1, #a do
    before, last, row = last, row, { [0] = i }
    for j = 1, #b do
      local same = byte(a, i) == byte(b, j)
      row[j] = math.min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (same and 0 or 1))
      if i > 1 and j > 1 and byte(a, i) == byte(b, j - 1) and byte(a, i - 1) == byte(b, j) then
        row[j] = math.min(row[j], before[j - 2] + 1)
      end
    end
  end
  return row[#b]
end

-- Returns the names of the list that word may be a typo of: the nearest ones, at most three, {} if none is near.
-- Capitals do not count. A word of three letters or more is near every name that begins with it.
function names.near(word, list)
  local small = sub(lower(word), 1, 40)
  local found, most = {}, math.max(1, math.min(#small // 3, 3))
  for _, name in ipairs(list) do
    local candidate = lower(name)
    local d = distance(small, candidate)
    if #small >= 3 and sub(candidate, 1, #small) == small then d = math.min(d, 1) end
    if d <= most then found[#found + 1] = { name = name, d = d } end
  end
  table.sort(found, function(p, q) return p.d < q.d or p.d == q.d and p.name < q.name end)
  local near = {}
  for i = 1, math.min(3, #found) do
    if found[i].d == found[1].d then near[i] = found[i].name end
  end
  return near
end

-- "a", "a or b", "a, b or c"
local function either(list)
  if #list == 1 then return list[1] end
  return table.concat(list, ", ", 1, #list - 1) .. " or " .. list[#list]
end

-- Returns the end of an error about an unknown word: "; did you mean eta?", or "; known: " and the whole list if it
-- is short, or "".
function names.suggest(word, list)
  local near = names.near(word, list)
  if #near > 0 then return "; did you mean " .. either(near) .. "?" end
  if #list == 0 or #list > most_known then return "" end
  local known = table.move(list, 1, #list, 1, {})
  table.sort(known)
  return "; known: " .. table.concat(known, ", ")
end

--- Does the string a come before b in the order of people, key5 before key49? Numbers in them count as numbers.
function names.before(a, b)
  local i = 1
  while i <= #a and byte(a, i) == byte(b, i) do i = i + 1 end -- what both begin with
  while i > 1 and find(a, "^%d", i - 1) do i = i - 1 end
  local j = i
  while i <= #a and j <= #b do
    local m, n = match(a, "^%d+", i), match(b, "^%d+", j)
    if m and n then
      local x, y = gsub(m, "^0+", ""), gsub(n, "^0+", "")
      if x ~= y then return #x < #y or #x == #y and x < y end
      i, j = i + #m, j + #n
    else
      local c, d = byte(a, i), byte(b, j)
      if c ~= d then return c < d end
      i, j = i + 1, j + 1
    end
  end
  if #a - i ~= #b - j then return #a - i < #b - j end
  return a < b -- x1 and x01
end

return names
