-- print.lua - values as the prompt shows them.

local show = require "moongrad.show"

local printer = {}

local most_items = 50 -- of a table
local most_depth = 4  -- of tables in tables
local short = 16      -- characters of an item that does not need a line of its own

local classof = debug.getmetatable

local function has_words(v)
  local meta = classof(v)
  return type(meta) == "table" and (rawget(meta, "__tostring") ~= nil or rawget(meta, "__name") ~= nil)
end

-- A string as Lua source in one line: what cannot be printed is escaped.
local function quote(s)
  return '"' .. s:gsub('[%c"\\\127]', function(c)
    return ({ ["\n"] = "\\n", ["\t"] = "\\t", ["\r"] = "\\r", ['"'] = '\\"', ["\\"] = "\\\\" })[c]
      or ("\\%03d"):format(c:byte())
  end) .. '"'
end

local keywords = {}
for word in ([[and break do else elseif end false for function goto if in local nil not or repeat return
  then true until while]]):gmatch "%a+" do
  keywords[word] = true
end

local function key_text(k, text)
  if type(k) == "string" and k:find "^[%a_][%w_]*$" and not keywords[k] then return k end
  return "[" .. text(k) .. "]"
end

-- Numbers first, in order, then strings, then what has no order.
local function before(a, b)
  local ta, tb = type(a), type(b)
  if ta == tb and (ta == "number" or ta == "string") then return a < b end
  local rank = { number = 1, string = 2 }
  return (rank[ta] or 3) < (rank[tb] or 3)
end

local function sorted_keys(t, n)
  local keys = {}
  for k in next, t do
    if not (math.type(k) == "integer" and k >= 1 and k <= n) then keys[#keys + 1] = k end
  end
  table.sort(keys, before)
  return keys
end

local pretty

-- Items as lines of at most width: short ones side by side, others each on its own.
local function layout(list, width)
  local most = 0
  for _, item in ipairs(list) do most = math.max(most, #item) end
  if most > short then return table.concat(list, ",\n") end
  local lines, line = {}, ""
  for i, item in ipairs(list) do
    local text = item .. (i < #list and "," or "")
    if line ~= "" and #line + 1 + #text > width then
      lines[#lines + 1], line = line, text
    else
      line = line == "" and text or line .. " " .. text
    end
  end
  lines[#lines + 1] = line
  return table.concat(lines, "\n")
end

-- The items of a table as texts.
local function items(t, depth, seen, width)
  local list, n = {}, 0
  while n < most_items + 1 and rawget(t, n + 1) ~= nil do n = n + 1 end
  for i = 1, math.min(n, most_items) do list[i] = pretty(rawget(t, i), depth + 1, seen, width) end
  local keys = sorted_keys(t, rawlen(t))
  local shown = math.min(#keys, most_items - #list)
  for i = 1, shown do
    local k = keys[i]
    local name = key_text(k, function(v) return pretty(v, most_depth, seen, width) end)
    list[#list + 1] = name .. " = " .. pretty(rawget(t, k), depth + 1, seen, width)
  end
  local left = math.max(rawlen(t), n) - math.min(n, most_items) + #keys - shown
  if left > 0 then list[#list + 1] = ("... %d more"):format(left) end
  return list
end

-- A value inside a table: on one line if it fits, else an item a line.
function pretty(v, depth, seen, width)
  if type(v) == "string" then return quote(v) end
  if type(v) == "table" and not has_words(v) then
    if seen[v] then return "{... the table around it}" end
    if next(v) == nil then return "{}" end
    if depth >= most_depth then return "{...}" end
    seen[v] = true
    local list = items(v, depth, seen, width - 2)
    seen[v] = nil
    local line = "{" .. table.concat(list, ", ") .. "}"
    if #line <= width and not line:find "\n" then return line end
    return "{\n  " .. layout(list, width - 2):gsub("\n", "\n  ") .. "\n}"
  end
  local text = tostring(v)
  if depth == 0 then return text end
  local first = text:match "^[^\n]*"
  local name = first ~= text and type(classof(v)) == "table" and rawget(classof(v), "__name")
  return name and not first:find(name, 1, true) and name .. " " .. first or first -- "matrix 2 x 3"
end

-- The text of one value.
function printer.text(v)
  if type(v) == "string" then return v end
  return pretty(v, 0, {}, show.width())
end

-- Prints values: on one line if each has one, else each on its own.
function printer.echo(...)
  local texts, several = {}, false
  for i = 1, select("#", ...) do
    texts[i] = printer.text((select(i, ...)))
    several = several or texts[i]:find "\n" ~= nil
  end
  io.stdout:write(table.concat(texts, several and "\n" or "\t"), "\n")
end

return printer
