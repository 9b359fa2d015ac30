-- print.lua - prints the values of an input at the prompt: tables with their items, matrices in colour, and so on.

local lexer = require "moongrad.syntax.lexer"
local lists = require "moongrad.network.lists"
local mg = require "moongrad"
local names = require "moongrad.names"
local page = require "moongrad.help.page"
local repeats = require "moongrad.repeats"
local show = require "moongrad.show"
local text = require "moongrad.text"
local find, format, gsub, match, sub = string.find, string.format, string.gsub, string.match, string.sub

local printer = {}

local most_items = 50  -- items of a table that are shown, fewer if the terminal has not enough lines ...
local fewer = { 20, 10, 5, 3 }
local most_depth = 4   -- levels of tables in tables that are shown
local most_open = 1000 -- tables within one value that are shown
local most_key = 40    -- columns of a key
local short = 16       -- columns of an item that is printed beside others on one line

local classof = debug.getmetatable
local session -- of the last values
local folder = match(debug.getinfo(1, "S").source, "^(.*)prompt/.-$") -- of moongrad's Lua files

-- Does the class of v say how to show it, by __tostring or __name?
local function has_words(v)
  local meta = classof(v)
  return type(meta) == "table" and (rawget(meta, "__tostring") ~= nil or rawget(meta, "__name") ~= nil)
end

-- The order of keys: numbers, strings, false, true, then keys that have no order.
local ranks = { number = 1, string = 2, boolean = 3 }
local function before(a, b)
  local ta, tb = type(a), type(b)
  if ta ~= tb then return (ranks[ta] or 4) < (ranks[tb] or 4) end
  if ta == "boolean" then return b and not a end
  if ta == "string" then return names.before(a, b) end
  return ranks[ta] and a < b
end

-- Returns a sorted list of at most `most` keys of t that are not the integers 1 to length, and the number of all such
-- keys.
local function first_keys(t, length, most)
  local keys, count = {}, 0
  for k in next, t do
    if not (math.type(k) == "integer" and k >= 1 and k <= length) then
      count = count + 1
      local at = math.min(#keys, most) + 1
      while at > 1 and before(k, keys[at - 1]) do at = at - 1 end
      if at <= most then
        table.insert(keys, at, k)
        keys[most + 1] = nil
      end
    end
  end
  return keys, count
end

-- Returns how many items of t are shown as a list, at most `most`, and the length of its list part.
local function list_part(t, most)
  local n = 0
  while n < most and rawget(t, n + 1) ~= nil do n = n + 1 end
  return n, n < most and n or math.max(n, rawlen(t))
end

-- Items as lines of at most width: short ones side by side, others each on its own.
local function layout(list, width)
  local most = 0
  for _, item in ipairs(list) do most = math.max(most, text.width(item)) end
  if most > short then return table.concat(list, ",\n") end
  local lines, line = {}, ""
  for i, item in ipairs(list) do
    local word = item .. (i < #list and "," or "")
    if line ~= "" and text.width(line) + 1 + text.width(word) > width then
      lines[#lines + 1], line = line, word
    else
      line = line == "" and word or line .. " " .. word
    end
  end
  lines[#lines + 1] = line
  return table.concat(lines, "\n")
end

-- Is the class of v moongrad's own, or one of Lua's?
local function is_own(v)
  if type(v) == "userdata" then return true end
  local f = rawget(classof(v), "__tostring")
  return type(f) == "function" and sub(debug.getinfo(f, "S").source, 1, #folder) == folder
end

-- The text of an object that has __tostring or __name, in one line; of a matrix only the shape. With calm set no code
-- of the user's runs.
local function object(v, room, calm)
  if calm and not is_own(v) then
    local name = rawget(classof(v), "__name")
    return text.line(type(name) == "string" and name or type(v), room)
  end
  local ok, words = pcall(tostring, v)
  if not ok then return text.line(format("<%s: %s>", type(v), tostring(words)), room) end
  local name = find(words, "\n", 1, true) and type(classof(v)) == "table" and rawget(classof(v), "__name")
  if type(name) == "string" and not find(match(words, "^[^\n]*"), name, 1, true) then words = name .. " " .. words end
  return text.line(match(words, "^[^\n]*"), room) -- "matrix 2 x 3"
end

-- A number as Lua writes it, but without a sign of 0, and with NaN and Inf as in matrices.
local function number(x)
  if x ~= x or x == math.huge or x == -math.huge then return show.number(x) end
  return tostring(x == 0 and math.abs(x) or x)
end

local pretty

local function key_text(k, seen)
  if lexer.is_name(k) and #k <= most_key then return k end
  if type(k) == "string" then return "[" .. text.quote(k, most_key) .. "]" end
  return "[" .. pretty(k, seen, nil, most_depth, most_key) .. "]"
end

-- The Lua expression for the item at key k of the table whose expression is path; nil if there is none.
local function path_to(path, k)
  if not path then return nil end
  if lexer.is_name(k) then return path .. "." .. k end
  if type(k) == "string" then return format("%s[%s]", path, text.quote(k)) end
  return ranks[type(k)] and format("%s[%s]", path, tostring(k))
end

-- The items of a table, as a list of texts.
local function items(t, seen, path, depth, room)
  local list = {}
  local n, length = list_part(t, seen.items)
  for i = 1, n do list[i] = pretty(rawget(t, i), seen, path_to(path, i), depth + 1, room) end
  local keys, count = first_keys(t, length, seen.items - n)
  for i, k in ipairs(keys) do
    local name = key_text(k, seen) .. " = "
    list[n + i] = name .. pretty(rawget(t, k), seen, path_to(path, k), depth + 1, room, text.width(name))
  end
  local left = length - n + count - #keys
  if left > 0 then list[#list + 1] = format("... %d more", left) end
  return list
end

-- The text of a table: on one line if it fits, else on several. Of a table that was shown before only its path is
-- shown.
local function table_text(t, seen, path, depth, room)
  if next(t) == nil then return "{}" end
  if seen[t] ~= nil then return seen[t] and "<" .. seen[t] .. ">" or "<shown above>" end
  if depth >= most_depth or seen.left <= 0 then return "{...}" end
  seen[t] = path or false
  seen.left = seen.left - 1
  local list = items(t, seen, path, depth, room - 2)
  local line = "{" .. table.concat(list, ", ") .. "}"
  if not find(line, "\n") and text.width(line) <= room then return line end
  return "{\n  " .. gsub(layout(list, room - 2), "\n", "\n  ") .. "\n}"
end

-- The text of a value, depth levels inside tables, within room columns, of which its line has used some already. path
-- is the expression for the value, nil if it has none. seen: table -> its path, false if it has none; seen.left is how
-- many more tables may be shown, seen.items how many items of each.
function pretty(v, seen, path, depth, room, used)
  local left = math.max(room - (used or 0) - 1, short) -- 1: the comma
  if type(v) == "string" then return text.quote(v, left) end
  if has_words(v) then return object(v, left, seen.calm) end
  if type(v) == "table" then return table_text(v, seen, path, depth, room) end
  if type(v) == "number" then return show.paint(v, text.line(number(v), left)) end
  return text.line(tostring(v), left)
end

-- A value in one line of room columns, with two levels of tables. No code of the user's runs.
function printer.brief(v, room)
  local seen = { left = 10, items = most_items, calm = true }
  return text.line(gsub(pretty(v, seen, nil, most_depth - 2, room), "\n *", " "), room)
end

-- The text of a matrix or a list of matrices in colour; nil for anything else.
local function in_color(v)
  local name = type(v) == "userdata" and classof(v) and rawget(classof(v), "__name")
  if name == "matrix" or name == "row" then return show.matrix(v, true) end
  return lists.is_live(v) and lists.text(v, true)
end

-- What help says of v, a function of Lua's or moongrad's, or one of moongrad's libraries; nil for any other value.
local function about_own(v)
  if type(v) ~= "function" and not rawequal(v, mg) and not rawequal(v, mg.data) then return nil end
  local about = session.module("moongrad.help.help").about(v)
  return about and page.fold(about, show.width())
end

-- The text of table v, or of a value without words of its own, with as many items as the terminal has lines for. If the
-- fewest take too many lines, too, the most are shown: the pager has room for them.
local function table_of(v, path)
  local whole = pretty(v, { left = most_open, items = most_items }, path, 0, show.width())
  if type(v) ~= "table" or show.fits(whole) then return whole end
  for _, n in ipairs(fewer) do
    local cut = pretty(v, { left = most_open, items = n }, path, 0, show.width())
    if show.fits(cut) then return cut end
  end
  return whole
end

-- The text of v, the i-th value of an input.
function printer.text(v, i)
  if type(v) == "string" then return text.escape(v) end
  local about = about_own(v)
  if about then return about end
  local painted = show.color and in_color(v)
  if painted then return painted end
  if has_words(v) then
    local own = is_own(v)
    local words = text.escape(tostring(v))
    return own and page.fold(words, show.width()) or words
  end
  local path = i == 1 and "_" or i <= 9 and "_" .. i
  return table_of(v, path)
end

-- Prints values on one line, separated by tabs; if the text of one has several lines, each value on its own line. What
-- is taller than the terminal is shown by printer.page, which the shell sets: page(text) returns false without a pager.
function printer.echo(...)
  local texts, several = {}, false
  for i = 1, select("#", ...) do
    texts[i] = printer.text(select(i, ...), i)
    several = several or find(texts[i], "\n") ~= nil
  end
  local all = table.concat(texts, several and "\n" or "\t")
  if show.fits(all) or not printer.page or not printer.page(all .. "\n") then io.stdout:write(all, "\n") end
end

-- Are the values of the last input one file that it wrote to, as io.write returns it? It is not printed: the user asked
-- for what was written. io.stdout, typed alone, is printed.
function printer.is_written(of, v, ...)
  local class = classof(v)
  local is_file = type(v) == "userdata" and class and rawget(class, "__name") == "FILE*"
  if not is_file or select("#", ...) > 0 then return false end
  local input = of.inputs.text(of.inputs.last) or ""
  if find(input, "%f[%w_]write%f[^%w_]") then return true end
  return (v == io.stdout or v == io.stderr) and not find(input, "^[%s=%w_.]*$")
end

-- Keeps the values of an input. Returns what an empty input runs after it (repeats.lua): true for the same input again,
-- a string for another one, false for nothing; then the function that prints the values, nil if quiet is set.
function printer.results(of, quiet, ...)
  session = of
  if select("#", ...) == 0 then return false end
  local is_new = session.keep(...)
  local print = not quiet and printer.echo or nil
  local class = classof((...))
  local goes_on = is_new and class and repeats[class]
  if not goes_on then return false, print end
  if type(goes_on) == "function" then goes_on = goes_on(session.inputs.text(session.inputs.last) or "", (...)) end
  return goes_on, print
end

return printer
