-- csv.lua - data.csv: tables of numbers and texts as X and y.

local core = require "moongrad.core"
local files = require "moongrad.data.files"
local form = require "moongrad.data.csv_form"
local labels = require "moongrad.labels"
local names = require "moongrad.names"
local options = require "moongrad.options"
local raise = require "moongrad.raise"
local text = require "moongrad.text"
local values = require "moongrad.values"
local format, gsub, rep, show = string.format, string.gsub, string.rep, values.show

local csv = {}

options.declare("data.csv", {
  { name = "target", without = "none, y is nil", about = "the column of y: a name, a number, or a list of them",
    example = '"species"' },
  { name = "columns", without = "all others", about = "the columns of X, a list of names or numbers",
    example = '{"age", "income"}' },
  { name = "missing", default = "refuse", choices = { "refuse", "drop", "mean" },
    about = "a missing value: an error; its row is left out; the mean of its column", example = '"drop"' },
  { name = "classes", without = "sorted", about = "the classes of the target, in the order of y's columns",
    example = '{"no", "yes"}' },
  { name = "like", without = "none", about = "about of the training data: reads new rows the same way",
    example = "about" },
  { name = "header", without = "told by the file", about = "true: the first record has the names of the columns",
    example = "true" },
  { name = "delimiter", without = "told by the file", about = "what stands between two values", example = '";"' },
  { name = "limit", without = "16 GiB", about = "bytes that a packed file may become", example = "1e9" },
}, 'data.csv("x.csv", {target = "species"})')

-- --- options -----------------------------------------------------------------------------------

local about = { __name = "about", __metatable = false } -- the metatable of the third result
about.__index = about

local function check(o)
  if o.delimiter ~= nil and (type(o.delimiter) ~= "string" or #o.delimiter ~= 1 or o.delimiter == '"') then
    raise('data.csv: delimiter: expected one character, ";", got %s', show(o.delimiter))
  end
  if o.header ~= nil and type(o.header) ~= "boolean" then
    raise("data.csv: header: expected true or false, got %s", show(o.header))
  end
  if o.missing ~= nil then options.one_of("data.csv: missing", "way", o.missing, { "refuse", "drop", "mean" }) end
  if o.like ~= nil and debug.getmetatable(o.like) ~= about then
    raise("data.csv: like: expected the third result of data.csv, got %s", show(o.like))
  end
  if o.classes ~= nil and type(o.classes) ~= "table" then
    raise("data.csv: classes: expected a list of classes, got %s", show(o.classes))
  end
end

-- The number of the column that a user's name or number means.
local function column_of(f, option, v)
  if math.type(v) and math.tointeger(v) then
    local j = math.tointeger(v)
    if not f.names[j] then raise("data.csv: %s: column %d: there are %d", option, j, #f.names) end
    return j
  end
  local found
  for j, name in ipairs(f.names) do
    if name == v and found then
      raise("data.csv: %s: there are two columns %s; use their numbers, %d and %d", option, show(v), found, j)
    end
    if name == v then found = j end
  end
  if not found then
    raise("data.csv: %s: no column %s%s; columns: %s", option, show(v),
      type(v) == "string" and names.suggest(v, f.names) or "", table.concat(f.names, ", "))
  end
  return found
end

-- The numbers of the columns that an option names: one, or a list.
local function columns_of(f, option, v)
  local list, seen = {}, {}
  for k, one in ipairs(type(v) == "table" and v or { v }) do
    local j = column_of(f, option, one)
    if seen[j] then raise("data.csv: %s: column %s is there twice", option, show(f.names[j])) end
    list[k], seen[j] = j, true
  end
  if #list == 0 then raise("data.csv: %s: expected columns, got an empty list", option) end
  return list
end

-- --- what is read --------------------------------------------------------------------------------

-- A plan by the form of the file and the options: .inputs and .targets, columns by number.
local function plan_of(f, o)
  local plan = { inputs = {}, targets = o.target ~= nil and columns_of(f, "target", o.target) or {} }
  local is_target = {}
  for _, j in ipairs(plan.targets) do is_target[j] = true end
  if o.columns ~= nil then
    plan.inputs = columns_of(f, "columns", o.columns)
    for _, j in ipairs(plan.inputs) do
      if is_target[j] then raise("data.csv: column %s is in columns and in target", show(f.names[j])) end
    end
  else
    for j = 1, #f.names do
      if not is_target[j] then plan.inputs[#plan.inputs + 1] = j end
    end
  end
  if #plan.inputs == 0 then raise "data.csv: no column is left for X" end
  if #plan.targets > 1 then
    for _, j in ipairs(plan.targets) do
      if f.is_text[j] then raise("data.csv: target: column %s holds texts: give it alone", show(f.names[j])) end
    end
  end
  return plan
end

-- A plan that reads a file as the one was read that `like` is about. Returns nil and why it cannot.
local function plan_like(f, like)
  local plan, place = { inputs = {}, targets = {} }, {}
  for j, name in ipairs(f.names) do place[name] = place[name] or j end
  local function find(column)
    local j = f.header and like.header and place[column.name] or not (f.header and like.header) and column.number or nil
    if j and f.names[j] then
      f.is_text[j] = column.kind == "text"
      return j
    end
  end
  for k, column in ipairs(like.columns) do
    plan.inputs[k] = find(column)
    if not plan.inputs[k] then return nil, format("it has no column %s", show(column.name)) end
  end
  for _, column in ipairs(like.targets) do plan.targets[#plan.targets + 1] = find(column) end
  if #plan.targets < #like.targets then plan.targets = {} end -- rows whose targets are not known
  return plan
end

-- Reads the columns of a plan: the matrix, the texts of text columns, what is missing, and j -> column of the matrix.
local function read(source, path, f, plan)
  local kinds, at = {}, {}
  for j = 1, #f.names do kinds[j] = "-" end
  for _, list in ipairs { plan.inputs, plan.targets } do
    for _, j in ipairs(list) do kinds[j] = f.is_text[j] and "t" or "n" end
  end
  local k = 0
  for j, kind in ipairs(kinds) do
    if kind ~= "-" then
      k = k + 1
      at[j] = k
    end
  end
  local lines, message = core.csv_lines(source)
  if not lines then return nil, message end
  local m, texts, missing, bad, why = core.csv_read(source, f.delimiter, f.point, f.header and 1 or 0,
    table.concat(kinds), lines)
  if m then return m, texts, missing, at end
  if why == "range" then
    return nil, format("%s, column %s: %s is out of the range of numbers", texts, show(f.names[missing]), bad)
  elseif why then
    return nil, format("%s, column %s: expected a number, got %s; columns = {...} leaves columns out", texts,
      show(f.names[missing]), show(bad))
  end
  return nil, texts or path
end

-- --- missing values -------------------------------------------------------------------------------

-- The rows that have all values.
local function whole_rows(m)
  local is_there = core.eq(m, m) -- 0 for NaN
  local list, sums = {}, is_there:sum(2)
  for i = 1, m.nrows do
    if sums[i][1] == m.ncols then list[#list + 1] = i end
  end
  return list
end

-- The mean of the numbers of column k of m that are there.
local function mean_of(m, k)
  local sum, n = 0, 0
  local list = m:cols(k, k):reshape(1, m.nrows)[1]:totable()
  for _, v in ipairs(list) do
    if v == v then sum, n = sum + v, n + 1 end
  end
  return n > 0 and sum / n or 0
end

-- The message about the first missing value.
local function refuse(path, f, missing)
  local first
  for j, what in pairs(missing) do
    if not first or what.row < missing[first].row or what.row == missing[first].row and j < first then first = j end
  end
  local what = missing[first]
  return format('%s: row %d (line %d), column %s: the value is missing, %s; missing = "drop" leaves out such rows, '
    .. '"mean" takes the mean of the column', path, what.row, what.line, show(f.names[first]), show(what.text))
end

-- Does what the option missing says. Returns the matrix, and how many rows were left out; or nil and a message.
local function mend(path, f, plan, m, missing, at, o, means)
  if next(missing) == nil then return m, 0 end
  local way = o.missing or "refuse"
  if way == "refuse" then return nil, refuse(path, f, missing) end
  if way == "drop" then
    local rows = whole_rows(m)
    if #rows == 0 then return nil, path .. ": in every row a value is missing" end
    return m:take(rows), m.nrows - #rows
  end
  for _, j in ipairs(plan.targets) do
    if missing[j] then
      return nil, refuse(path, f, { [j] = missing[j] }) .. "; a target has none"
    end
  end
  m = m:copy()
  for j in pairs(missing) do
    local fill = f.is_text[j] and 0 or means[j] or mean_of(m, at[j]) -- 0: no class, all its columns are 0
    local column = m:cols(at[j], at[j])
    for i = 1, m.nrows do
      if column[i][1] ~= column[i][1] then column[i][1] = fill end
    end
  end
  return m, 0
end

-- --- texts as classes ---------------------------------------------------------------------------

-- The one-hot columns of a text column, whose numbers stand for texts. Returns nil and why when a text is none of the
-- classes that are wanted.
local function one_hot(column, texts, wanted)
  local classes = wanted
  if not classes then
    classes = table.move(texts, 1, #texts, 1, {})
    table.sort(classes)
  end
  local place = {}
  for c, class in ipairs(classes) do place[class] = c end
  local list = column:reshape(1, column.nrows)[1]:totable()
  local m = core.zeros(column.nrows, #classes)
  for i, number in ipairs(list) do
    if number > 0 then
      local c = place[texts[math.tointeger(number)]]
      if not c then return nil, i, texts[math.tointeger(number)] end
      m[i][c] = 1
    end
  end
  return m, classes
end

-- --- results --------------------------------------------------------------------------------------

-- The matrix X, its columns' names, and what is known of each column.
local function inputs_of(path, f, plan, m, texts, at, like)
  local parts, column_names, columns = {}, {}, {}
  local from -- of the columns of numbers that are not in parts yet
  local function flush(to)
    if from then parts[#parts + 1] = m:cols(from, to) end
    from = nil
  end
  local last
  for k, j in ipairs(plan.inputs) do
    local column = { name = f.names[j], number = j, kind = f.is_text[j] and "text" or "number" }
    columns[k] = column
    if f.is_text[j] then
      flush(last)
      local wanted = like and like.columns[k].classes
      local part, classes, unknown = one_hot(m:cols(at[j], at[j]), texts[j], wanted)
      if not part then
        return nil, format("%s: row %d, column %s: %s is none of %s", path, classes, show(f.names[j]), show(unknown),
          table.concat(wanted, ", "))
      end
      parts[#parts + 1], column.classes = part, classes
      for _, class in ipairs(classes) do column_names[#column_names + 1] = f.names[j] .. "=" .. class end
    else
      if from and at[j] ~= last + 1 then flush(last) end
      from = from or at[j]
      column_names[#column_names + 1] = f.names[j]
    end
    last = at[j]
  end
  flush(last)
  return #parts == 1 and parts[1] or core.hstack(table.unpack(parts)), column_names, columns
end

-- The labels of a target column as texts or numbers, for classes = {...}.
local function target_classes(path, f, plan, m, texts, at, o, like)
  local j = plan.targets[1]
  local column = m:cols(at[j], at[j])
  local wanted = o.classes or like and like.classes
  if not f.is_text[j] then
    if not wanted then return column:copy() end
    local list = labels.list("data.csv", column)
    return labels.remember(labels.one_hot(list, wanted), wanted), wanted
  end
  local y, classes, unknown = one_hot(column, texts[j], wanted)
  if not y then
    return nil, format("%s: row %d, column %s: %s is none of the classes %s", path, classes, show(f.names[j]),
      show(unknown), table.concat(wanted, ", "))
  end
  if #classes == 2 then y = y:cols(2, 2):copy() end
  return labels.remember(y, classes), classes
end

-- The matrix y and its classes, or nil when there is no target; nil and a message when a class is unknown.
local function targets_of(path, f, plan, m, texts, at, o, like)
  if #plan.targets == 0 then return nil end
  if #plan.targets == 1 then return target_classes(path, f, plan, m, texts, at, o, like) end
  local parts = {}
  for k, j in ipairs(plan.targets) do parts[k] = m:cols(at[j], at[j]) end
  return core.hstack(table.unpack(parts))
end

-- The third result.
local function about_of(path, f, plan, columns, column_names, classes, m, at, dropped)
  local a = setmetatable({ path = path, rows = m.nrows, dropped = dropped, delimiter = f.delimiter, decimal = f.point,
    header = f.header, columns = columns, names = column_names, classes = classes, targets = {}, means = {} }, about)
  local means = m:mean(1) -- nothing is missing any more
  for k, j in ipairs(plan.inputs) do
    if not f.is_text[j] then
      columns[k].mean = means[1][at[j]]
      a.means[f.names[j]] = columns[k].mean
    end
  end
  for k, j in ipairs(plan.targets) do
    a.targets[k] = { name = f.names[j], number = j, kind = f.is_text[j] and "text" or "number" }
  end
  return a
end

function about.__tostring(a)
  local lines = {}
  for _, list in ipairs { a.columns, a.targets } do
    for _, column in ipairs(list) do
      local what = list == a.targets and "target" or column.kind
      local classes = list == a.targets and a.classes or column.classes
      lines[#lines + 1] = { column.name, what, classes and table.concat(classes, ", ")
        or column.mean and format("mean %.6g", column.mean) or "" }
    end
  end
  local head = format("%s: %d row%s%s, separated by %s%s%s", a.path, a.rows, a.rows == 1 and "" or "s",
    a.dropped > 0 and format(" (%d with missing values left out)", a.dropped) or "", form.words(a.delimiter),
    a.decimal == "," and ", with decimal commas" or "", a.header and "" or ", without a header")
  local rows = { head }
  for i, line in ipairs(lines) do
    local blanks = rep(" ", math.max(1, 20 - text.width(line[1])))
    rows[i + 1] = "  " .. line[1] .. blanks .. line[2] .. rep(" ", 8 - #line[2]) .. line[3]
  end
  for i, row in ipairs(rows) do rows[i] = gsub(row, "%c", "?") end -- names come from the file
  return table.concat(rows, "\n")
end

--- data.csv(path [, {target=, columns=, missing=, classes=, like=, header=, delimiter=}])
-- Reads a file of values in lines: CSV (RFC 4180), also with semicolons, tabs, bars or blanks, with a decimal comma,
-- packed, x.csv.gz. The file tells its delimiter and whether its first line has the names of the columns. Returns X, y
-- and what was found out, or nil and a message that names row, column and text.
-- A column of texts becomes one column of X for each text, named column=text, 1 where the row has it. A target of two
-- texts is one column of 0 and 1, of more texts one-hot; the network's classify then gives the texts. Without a target
-- y is nil. A value is missing when it is empty, NA, NaN, null, none, ? or -.
-- about prints, and has columns, names (of X's columns), classes, means; {like = about} reads new rows the same way.
-- > rows, targets, about = data.csv("flowers.csv", {target = "species"})
function csv.csv(path, o, ...)
  files.check_path("data.csv", path)
  o = options.take("data.csv", o, ...)
  check(o)
  local source <close>, message = files.open(path, o.limit)
  if not source then return nil, message end
  local like = o.like
  local f, why = form.of(source, like and { delimiter = like.delimiter, header = like.header } or o)
  if not f then return nil, string.find(why, path, 1, true) and why or path .. ": " .. why end
  local plan
  if like then plan, why = plan_like(f, like) else plan = plan_of(f, o) end
  if not plan then return nil, format("%s: %s, as %s has", path, why, like.path) end
  local m, texts, missing, at = read(source, path, f, plan)
  if not m then return nil, texts end
  local means = {}
  for k, j in ipairs(plan.inputs) do means[j] = like and like.columns[k].mean end
  local whole, dropped = mend(path, f, plan, m, missing, at, o, means)
  if not whole then return nil, dropped end
  m = whole
  local X, column_names, columns = inputs_of(path, f, plan, m, texts, at, like)
  if not X then return nil, column_names end
  local y, classes = targets_of(path, f, plan, m, texts, at, o, like)
  if #plan.targets > 0 and not y then return nil, classes end
  return X, y, like or about_of(path, f, plan, columns, column_names, classes, m, at, dropped)
end

return csv
