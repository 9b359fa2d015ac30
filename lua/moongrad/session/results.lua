-- results.lua - keeps the last values that inputs at the prompt computed, for _ and _1 to _9.

local results = {}

local most = 9             -- values that are kept
local most_bytes = 1 << 26 -- bytes of numbers and strings in them; the values of the last input may take more
local most_items = 1000    -- items of a table that are counted for that

local classof = debug.getmetatable

-- name -> value. If the user assigns a global of the same name, it hides the value.
results.values = {}

local seen = setmetatable({}, { __mode = "k" }) -- objects that were the first value of an input
local list, n = {}, 0 -- the n values, those of the newest input first; some may be nil

-- Returns how many bytes the numbers and strings in v take in memory. left is the number of table items that may still
-- be counted; the number that remains is the second result.
local function weight(v, left)
  if type(v) == "string" then return #v, left end
  if type(v) == "userdata" then
    local meta = classof(v)
    local class = meta and rawget(meta, "__name")
    return (class == "matrix" or class == "row") and 8 * v.nrows * v.ncols or 0, left
  end
  local sum = 0
  if type(v) == "table" then
    for _, item in next, v do
      if left <= 0 then break end
      local bytes
      bytes, left = weight(item, left - 1)
      sum = sum + bytes
    end
  end
  return sum, left
end

--- Returns how many bytes the numbers of matrices and the strings in v take; of a table its first 1000 items count.
function results.bytes(v) return (weight(v, most_items)) end

--- _  (and _1 to _9)
-- The first value of the last input that returned one. _1 to _9 are the last nine values, those of the newest input
-- first: after the input step(), check() the report is _ and _1, the check is _2. Older values are dropped, also when
-- all of them together take more than 64 MB.
-- > 6 * 7
-- > _ + 1

-- Keeps the values of an input. Returns true if the first is an object that was not the first value of an earlier one.
function results.keep(...)
  local new, total = { ... }, 0
  local count = math.min(select("#", ...), most)
  local fresh = count
  for i = 1, count do total = total + (weight(new[i], most_items)) end
  for i = 1, math.min(n, most - count) do
    total = total + (weight(list[i], most_items))
    if total > most_bytes then break end
    count = fresh + i
    new[count] = list[i]
  end
  list, n = new, count
  results.values = { _ = list[1] }
  for i = 1, n do results.values["_" .. i] = list[i] end
  local first = list[1]
  local is_new = (type(first) == "table" or type(first) == "userdata") and not seen[first]
  if is_new then seen[first] = true end
  return is_new
end

-- Forgets all values.
function results.clear()
  list, n, results.values = {}, 0, {}
end

return results
