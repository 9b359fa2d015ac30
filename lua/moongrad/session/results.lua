-- results.lua - the last values of the prompt: _ and _1, _2, ...

local results = {}

local most = 9             -- values
local most_bytes = 1 << 26 -- of the numbers and strings in them, beyond the last input's
local most_items = 1000    -- of tables that are looked into for that

local classof = debug.getmetatable

-- What the names give. A global that the user makes under one of them comes before it.
results.values = {}

local seen = setmetatable({}, { __mode = "k" }) -- objects that were the first value of an input
local list, n = {}, 0 -- the values in order, the newest input's first; nils among them

-- About how many bytes v keeps in memory, and how many items may still be looked into.
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

--- _  (and _1 to _9)
-- The first value of the last input that had one. _1, _2 and so on to _9 are the last values, those of
-- the newest input first: after step(), check() the report is _ and _1, the check _2. Old ones go when
-- there are more, or when they hold more than 64 MB of numbers.
-- > 6 * 7
-- > _ + 1

-- Keeps the values of an input. Returns true when the first is an object that was the first of none before.
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

-- From here on there are none.
function results.clear()
  list, n, results.values = {}, 0, {}
end

return results
