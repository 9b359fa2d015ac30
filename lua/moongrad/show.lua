-- show.lua - formats numbers and matrices as text: columns aligned, with the shape; of large ones only the edges.

local core = require "moongrad.core"
local quantities = require "moongrad.quantities"
local raise = require "moongrad.raise"
local line_width = require("moongrad.text").width
local find, gmatch, gsub, sub = string.find, string.gmatch, string.gsub, string.sub

local show = {}

local most_rows = 40 -- rows of a matrix that are shown
local least_rows = 8 -- rows that are shown however few lines the terminal has ...
local least_each = 3 -- ... of each matrix, if several are shown together
local digits = 6 -- significant digits of a number
local gap = "  " -- between columns
local beyond = 1000 -- a number this many times the median is large; one this many times smaller is tiny

-- Does the prompt print in colour? The shell sets it.
show.color = false

-- Red marks numbers that are not finite, yellow large ones, cyan tiny ones.
local colors = { bad = "\27[1;31m", large = "\27[33m", tiny = "\27[36m" }

-- The columns of the terminal; the shell replaces it with a function that asks the terminal.
function show.width()
  return math.tointeger(tonumber(os.getenv "COLUMNS")) or 80
end

-- The lines of the terminal, nil without a terminal; the shell replaces it likewise.
function show.height()
  return nil
end

-- The most rows that are shown if `around` further lines, such as a caption, are printed with them. lines: how many
-- lines all of that may take, by default those of the terminal but the prompt's.
function show.room(around, lines)
  local height = show.height()
  local least = lines and least_each or least_rows
  lines = lines or height and height - 1
  return lines and math.max(least, math.min(most_rows, lines - around)) or most_rows
end

-- The lines of the terminal that a text takes.
function show.lines(s)
  local width, n = show.width(), 0
  for line in gmatch(s .. "\n", "([^\n]*)\n") do n = n + math.max(1, -(-line_width(line) // width)) end
  return n
end

-- Does the text fit the terminal, with a line for the prompt? Without a terminal every text does.
function show.fits(s)
  local height = show.height()
  if not height then return true end
  local _, newlines = gsub(s, "\n", "")
  return newlines < height and show.lines(s) < height
end

--- mg.digits([n])
-- Sets how many significant digits are shown, 1 to 17 (6 at the start), and returns the number that is in use.
-- > mg.digits(10)
function show.digits(n, ...)
  if select("#", ...) > 0 then raise "digits: takes at most 1 argument" end
  if n ~= nil then
    local whole = math.type(n) and math.tointeger(n)
    if not whole or whole < 1 or whole > 17 then
      raise("digits: expected a whole number, 1 to 17, got %s", n ~= n and "NaN" or tostring(n))
    end
    digits = whole
  end
  return digits
end

-- A number as text, with the digits that mg.digits sets. All output uses it.
function show.number(x)
  if x == 0 then return "0" end -- -0, too
  if x ~= x then return "NaN" end
  if x == math.huge then return "Inf" end
  if x == -math.huge then return "-Inf" end
  return string.format("%." .. digits .. "g", x)
end

-- The text in the colour that marks number x: large from high on, tiny up to low. Plain if colour is off, or if x is
-- an ordinary number.
function show.paint(x, text, low, high)
  if not show.color or math.type(x) ~= "float" then return text end
  local size = math.abs(x)
  local kind = (x ~= x or size == math.huge) and "bad"
    or high and size >= high and "large"
    or low and size <= low and size > 0 and "tiny"
  return kind and colors[kind] .. text .. "\27[0m" or text
end

-- Returns the sizes up to which a number of these rows and columns is tiny, and from which it is large, relative to
-- their median without zeros; nil if there is no finite number besides zeros.
local function bounds(numbers, rows, cols)
  local sizes = {}
  for _, i in ipairs(rows) do
    for _, j in ipairs(i and cols or {}) do
      local size = j and math.abs(numbers[i][j])
      if size and size > 0 and size < math.huge then sizes[#sizes + 1] = size end
    end
  end
  if #sizes == 0 then return nil end
  table.sort(sizes)
  local usual = sizes[#sizes // 2 + 1]
  return usual / beyond, usual * beyond
end

-- The list of the indices 1 to n that are shown if there is room for `most` entries: all of them, or both ends with
-- false between them for those that are left out.
function show.edges(n, most)
  local list = {}
  if n <= most then
    for i = 1, n do list[i] = i end
    return list
  end
  local tail = (most - 1) // 2
  for i = 1, most - 1 - tail do list[i] = i end
  list[#list + 1] = false
  for i = n - tail + 1, n do list[#list + 1] = i end
  return list
end

local edges = show.edges

-- The runs of adjacent indices in such a list: a list of {first, last}.
local function runs(list)
  local all = {}
  for _, i in ipairs(list) do
    local last = all[#all]
    if i and last and last[2] == i - 1 then
      last[2] = i
    elseif i then
      all[#all + 1] = { i, i }
    end
  end
  return all
end

-- Returns a table numbers[i][j] of the listed rows and columns of m, which it fetches block by block.
local function fetch(m, rows, cols)
  local numbers = {}
  for _, r in ipairs(runs(rows)) do
    for i = r[1], r[2] do numbers[i] = {} end
    for _, c in ipairs(runs(cols)) do
      for i, block in ipairs(m:rows(r[1], r[2]):cols(c[1], c[2]):totable()) do
        table.move(block, 1, #block, c[1], numbers[r[1] + i - 1])
      end
    end
  end
  return numbers
end

-- Column j as strings of one width with aligned decimal points: {[i] = text, width =, label =}.
local function column(numbers, rows, j, label)
  local left, right, parts = 0, 0, {}
  for _, i in ipairs(rows) do
    if i then
      local text = show.number(numbers[i][j])
      local point = find(text, "[.e]") or #text + 1
      parts[i] = { sub(text, 1, point - 1), sub(text, point) }
      left, right = math.max(left, point - 1), math.max(right, #text - point + 1)
    end
  end
  local width = math.max(left + right, #label)
  local texts = { width = width, label = string.rep(" ", width - #label) .. label }
  for i, p in pairs(parts) do
    texts[i] = string.rep(" ", width - right - #p[1]) .. p[1] .. p[2] .. string.rep(" ", right - #p[2])
  end
  return texts
end

-- Chooses as many columns as fit into width, from both ends inwards. Returns the list of their indices, with false for
-- those that are left out, and index -> column.
local function fit(m, numbers, rows, cols, labels, width)
  local columns, total = {}, 0
  for _, j in ipairs(cols) do
    if j then
      columns[j] = column(numbers, rows, j, labels and labels(j) or "")
      total = total + #gap + columns[j].width
    end
  end
  if #cols == m.ncols and total - #gap <= width then return cols, columns end
  local head, tail, used = 0, 0, #"..."
  while head + tail < m.ncols do
    local j = head <= tail and head + 1 or m.ncols - tail
    if not columns[j] then break end
    used = used + #gap + columns[j].width
    if used > width and head > 0 then break end
    if head <= tail then head = head + 1 else tail = tail + 1 end
  end
  local list = {}
  for j = 1, head do list[j] = j end
  if head + tail < m.ncols then list[#list + 1] = false end
  for j = m.ncols - tail + 1, m.ncols do list[#list + 1] = j end
  return list, columns
end

-- Returns a function, column index -> label, for a matrix that is a view of a network; nil for other matrices.
local function labels_of(origin)
  if not origin then return nil end
  local quantity = quantities.by_field[origin.what]
  if not quantity or quantity.kind ~= "matrices" then return nil end
  local first = quantity.column
  if origin.what == "a" and origin.layer == #origin.net.layers then first = false end -- the prediction has no ones
  return function(j) return first and (j == 1 and first or tostring(j - 1)) or tostring(j) end
end

-- "2 NaN, 1 Inf, first at [3][1]"; nil if all numbers of m are finite.
local function nonfinite(m)
  local nan, inf, i, j = core.nonfinite(m)
  if not i then return nil end
  local counts = {}
  if nan > 0 then counts[#counts + 1] = nan .. " NaN" end
  if inf > 0 then counts[#counts + 1] = inf .. " Inf" end
  return string.format("%s, first at [%d][%d]", table.concat(counts, ", "), i, j)
end

-- The text of a matrix or row, in colour if wanted. most: how many lines it may take, by default those of the terminal.
function show.matrix(m, color, most)
  local origin, row = core.origin(m)
  local labels = labels_of(origin)
  local marks = nonfinite(m)
  local rows = edges(m.nrows, show.room(1 + (labels and 1 or 0) + (marks and 1 or 0), most))
  local margin = labels and #tostring(row or m.nrows) or 0
  local width = math.max(show.width(), 20) - (labels and margin + #gap or 0)
  local cols = edges(m.ncols, width // (1 + #gap) * 2 + 1)
  local numbers = fetch(m, rows, cols)
  local list, columns = fit(m, numbers, rows, cols, labels, width)
  local low, high
  if color then low, high = bounds(numbers, rows, list) end

  local label = core.label(m)
  local lines = { (label and label .. gap or "") .. m.nrows .. " x " .. m.ncols } -- THETA[1]  2 x 3
  local function add(name, text)
    local cells = { labels and string.rep(" ", margin - #name) .. name }
    for _, j in ipairs(list) do cells[#cells + 1] = text(j) end
    lines[#lines + 1] = gsub(table.concat(cells, gap), " +$", "")
  end
  if labels then
    add("", function(j) return j and columns[j].label or "..." end)
  end
  for _, i in ipairs(rows) do
    if i then
      add(tostring(row or i), function(j)
        if not j then return "..." end
        local cell = columns[j][i]
        return color and gsub(cell, "%S+", show.paint(numbers[i][j], "%0", low, high)) or cell
      end)
    else
      add("", function(j)
        local w = j and columns[j].width
        return j and string.rep(" ", w - 3) .. sub("...", 1, w) or "   "
      end)
    end
  end
  lines[#lines + 1] = marks
  return table.concat(lines, "\n")
end

-- The texts of several matrices that are shown together, with `around` other lines. A matrix gets the lines that it
-- needs, if these are no more than its share of the terminal's.
function show.matrices(list, color, around)
  local height, order, texts = show.height(), {}, {}
  if height == nil then
    for i, m in ipairs(list) do texts[i] = show.matrix(m, color) end
    return texts
  end
  for i = 1, #list do order[i] = i end
  table.sort(order, function(i, j)
    local a, b = list[i].nrows, list[j].nrows
    return a < b or a == b and i < j
  end)
  local left = height - 1 - (around or 0)
  for n, i in ipairs(order) do
    texts[i] = show.matrix(list[i], color, left // (#list - n + 1))
    left = left - show.lines(texts[i])
  end
  return texts
end

return show
