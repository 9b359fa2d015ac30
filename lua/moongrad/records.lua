-- records.lua - tables of results: a row for each run, named columns; chosen, sorted, grouped, saved.

local core = require "moongrad.core"
local names = require "moongrad.names"
local raise = require "moongrad.raise"
local show = require "moongrad.show"
local text = require "moongrad.text"
local values = require "moongrad.values"
local find, format, gsub = string.find, string.format, string.gsub

local records = { __name = "records", __metatable = false } -- the metatable of what mg.records returns
local methods = {}
local data = setmetatable({}, { __mode = "k" }) -- records -> {columns = names, is = name -> true, rows = list}

local function new(columns)
  local is = {}
  for _, name in ipairs(columns) do is[name] = true end
  local r = setmetatable({}, records)
  data[r] = { columns = columns, is = is, rows = {} }
  return r
end

-- The data of r, the argument of method who.
local function self_of(r, who)
  return data[r] or raise("%s: expected records, got %s; write r:%s(...)", who, values.show(r), who)
end

-- Raises unless name is one of r's columns.
local function check_column(d, who, name)
  if not d.is[name] then
    raise("%s: no column %s%s", who, values.show(name),
      type(name) == "string" and names.suggest(name, d.columns) or "; columns: " .. table.concat(d.columns, ", "))
  end
end

-- A value as text: numbers as mg.digits says, lists as {2, 2, 1}, {"adam", beta1 = 0.9} likewise, nothing as "-".
local function cell(v)
  if math.type(v) == "float" then return show.number(v) end
  if v == nil then return "-" end
  if type(v) ~= "table" or getmetatable(v) then return (gsub(tostring(v), "%c", " ")) end
  local parts = {}
  for i, x in ipairs(v) do parts[i] = cell(x) end
  local named = {}
  for key, x in pairs(v) do
    if type(key) == "string" then named[#named + 1] = key .. " = " .. cell(x) end
  end
  table.sort(named)
  table.move(named, 1, #named, #parts + 1, parts)
  return "{" .. table.concat(parts, ", ") .. "}"
end

-- --- rows ---------------------------------------------------------------------------------------

function records.__len(r) return #data[r].rows end

function records.__index(r, i)
  if methods[i] then return methods[i] end
  local rows = data[r].rows
  local whole = type(i) == "number" and math.tointeger(i)
  if whole and whole >= 1 and whole <= #rows + 1 then return rows[whole] end
  if type(i) ~= "string" then raise("records: row %s: expected 1 to %d", values.show(i), #rows) end
  local known = {}
  for name in pairs(methods) do known[#known + 1] = name end
  raise("records have no %s%s; columns are r:column(name) and r[i].name", values.show(i), names.suggest(i, known))
end

function records.__newindex() raise "records: r:add(...) adds a row; r[i].name = v changes one" end

-- The rows as a table with the names of the columns.
local function shown_rows(d)
  local lines = { d.columns }
  for k, i in ipairs(show.edges(#d.rows, show.room(1))) do
    local row = {}
    for c, name in ipairs(d.columns) do row[c] = i and cell(d.rows[i][name]) or "..." end
    lines[k + 1] = row
  end
  return text.aligned(lines) .. (#d.rows == 0 and "\nno rows" or "")
end

function records.__tostring(r)
  local d = data[r]
  return d.summary and d.summary(d.rows) or shown_rows(d)
end

function methods.add(r, ...)
  local d = self_of(r, "add")
  local first, row = ..., {}
  if select("#", ...) == 1 and type(first) == "table" and #d.columns > 0 and next(first) ~= nil and #first == 0 then
    for name, v in pairs(first) do
      check_column(d, "add", name)
      row[name] = v
    end
  else
    if select("#", ...) ~= #d.columns then
      raise("add: expected %d value%s, %s, got %d", #d.columns, #d.columns == 1 and "" or "s",
        table.concat(d.columns, ", "), select("#", ...))
    end
    for c, name in ipairs(d.columns) do row[name] = (select(c, ...)) end
  end
  d.rows[#d.rows + 1] = row
  return r
end

function methods.column(r, name)
  local d = self_of(r, "column")
  check_column(d, "column", name)
  local list, are_numbers = {}, #d.rows > 0
  for i, row in ipairs(d.rows) do
    list[i] = row[name]
    are_numbers = are_numbers and (row[name] == nil or type(row[name]) == "number")
  end
  if not are_numbers then return list end
  for i = 1, #d.rows do list[i] = list[i] or 0 / 0 end
  return core.as_matrix(list, "column", true)
end

-- New records of the same columns, which have these rows.
local function of_rows(d, rows)
  local r = new(d.columns)
  data[r].rows = rows
  return r
end

function methods.where(r, f)
  local d, rows = self_of(r, "where"), {}
  if not values.is_callable(f) then raise("where: expected a function of a row, got %s", values.show(f)) end
  for _, row in ipairs(d.rows) do
    if f(row) then rows[#rows + 1] = row end
  end
  return of_rows(d, rows)
end

-- Does a come before b? Numbers before all else, which is compared as text; nothing comes last.
local function precedes(a, b)
  if a == nil or b == nil then return a ~= nil and b == nil end
  if type(a) == "number" and type(b) == "number" then return a < b or a == a and b ~= b end
  if type(a) == "number" or type(b) == "number" then return type(a) == "number" end
  return cell(a) < cell(b)
end

function methods.sort(r, name)
  local d = self_of(r, "sort")
  check_column(d, "sort", name)
  local rows, place = table.move(d.rows, 1, #d.rows, 1, {}), {}
  for i, row in ipairs(rows) do place[row] = i end
  table.sort(rows, function(a, b)
    if precedes(a[name], b[name]) then return true end
    return not precedes(b[name], a[name]) and place[a] < place[b]
  end)
  return of_rows(d, rows)
end

-- --- groups -------------------------------------------------------------------------------------

local groups = { __name = "groups", __metatable = false } -- the metatable of what r:group returns
groups.__index = groups

function methods.group(r, ...)
  local d, by = self_of(r, "group"), { ... }
  if #by == 0 then raise "group: expected the names of columns" end
  for _, name in ipairs(by) do check_column(d, "group", name) end
  local list, at = {}, {}
  for _, row in ipairs(d.rows) do
    local key = {}
    for c, name in ipairs(by) do key[c] = type(row[name]) .. format("%q", cell(row[name])) end
    key = table.concat(key, ",")
    if not at[key] then
      at[key] = {}
      list[#list + 1] = at[key]
    end
    table.insert(at[key], row)
  end
  return setmetatable({ by = by, list = list, of = d }, groups)
end

function groups.__tostring(g)
  return format("%d group%s by %s: ask for g:median(name), mean, min, max or g:count()", #g.list,
    #g.list == 1 and "" or "s", table.concat(g.by, ", "))
end

-- Records with the columns of the groups and one more, f(rows of the group).
local function summary(g, column, f)
  local columns = table.move(g.by, 1, #g.by, 1, {})
  columns[#columns + 1] = column
  local r = new(columns)
  for _, rows in ipairs(g.list) do
    local row = { [column] = f(rows) }
    for _, name in ipairs(g.by) do row[name] = rows[1][name] end
    table.insert(data[r].rows, row)
  end
  return r
end

for _, what in ipairs { "median", "mean", "min", "max" } do
  groups[what] = function(g, name)
    check_column(g.of, what, name)
    for _, by in ipairs(g.by) do
      if by == name then raise("%s: %s is a column of the groups", what, name) end
    end
    return summary(g, name, function(rows)
      local list = {}
      for _, row in ipairs(rows) do
        if type(row[name]) == "number" then list[#list + 1] = row[name] end
      end
      if #list == 0 then return nil end
      local m = core.as_matrix(list, name)
      return m[what](m)
    end)
  end
end

function groups.count(g) return summary(g, "count", function(rows) return #rows end) end

-- --- files --------------------------------------------------------------------------------------

-- A value as CSV has it: numbers with all their digits, text in quotes where it must be.
local function field(v)
  if v == nil then return "" end
  if math.type(v) == "float" then
    for digits = 15, 17 do
      local s = format("%." .. digits .. "g", v)
      if tonumber(s) == v or digits == 17 then return s end
    end
  end
  local s = type(v) == "string" and v or cell(v)
  return find(s, '[,"\r\n]') and '"' .. gsub(s, '"', '""') .. '"' or s
end

function methods.save(r, path)
  local d = self_of(r, "save")
  if type(path) ~= "string" or not find(path, "%.csv$") then
    raise('save: expected the name of a file, "runs.csv", got %s', values.show(path))
  end
  local lines = { {} }
  for c, name in ipairs(d.columns) do lines[1][c] = field(name) end
  for i, row in ipairs(d.rows) do
    lines[i + 1] = {}
    for c, name in ipairs(d.columns) do lines[i + 1][c] = field(row[name]) end
  end
  for i, line in ipairs(lines) do lines[i] = table.concat(line, ",") .. "\n" end
  local file, message = io.open(path, "w")
  if not file then return nil, message end
  local written, why = file:write(table.concat(lines))
  local closed, late = file:close()
  if not written or not closed then return nil, path .. ": " .. (why or late) end
  return true
end

for name, f in pairs(methods) do methods[name] = core.entry(f) end

--- mg.records(columns)
-- Returns an empty table of results with columns of these names. r:add(v1, v2, ...) or r:add{name = v, ...} adds a row;
-- r[i].name is a value, #r the number of rows. r:column(name) is a column: an N x 1 matrix, NaN where there is nothing,
-- or a table if not all are numbers. r:where(f) has the rows for which f(row) is true, r:sort(name) those sorted, the
-- smallest first: both are new records of the same rows. r:group(name, ...):median(name), mean, min, max and count()
-- are records with a row for each group. r:save "x.csv" writes a file; it returns true, or nil and a message.
-- > r = mg.records{"seed", "cost"}
-- > for k = 1, 3 do seed(k) init() r:add(k, cost()) end
-- > r:sort("cost")[1].seed
local function make(columns, ...)
  if select("#", ...) > 0 or type(columns) ~= "table" then
    raise('records: expected the names of the columns, records{"seed", "cost"}, got %s', values.show(columns))
  end
  local list, seen = {}, {}
  for c = 1, #columns do
    local name = columns[c]
    if type(name) ~= "string" or name == "" then
      raise("records: column %d: expected a name, got %s", c, values.show(name))
    end
    if seen[name] then raise("records: column %q is there twice", name) end
    seen[name], list[c] = true, name
  end
  if #list == 0 then raise 'records: expected the names of the columns, records{"seed", "cost"}, got none' end
  return new(list)
end

-- Lets f(rows) be the text of r, but not of the records that r:where and r:sort make of it. Returns r.
local function summarised(r, f)
  data[r].summary = f
  return r
end

return { records = make, summarised = summarised, cell = cell }
