-- hints.lua - remarks after an input that ran without an error but may not have done what the user meant.

local core = require "moongrad.core"
local foreign_words = require "moongrad.prompt.errors.foreign_words"
local gone_locals = require "moongrad.prompt.gone_locals"
local lexer = require "moongrad.syntax.lexer"
local names = require "moongrad.names"
local options = require "moongrad.options"
local quantities = require "moongrad.quantities"
local undefined_names = require "moongrad.prompt.errors.undefined_names"
local byte, find, format, gmatch, gsub, lower, match, sub, upper =
  string.byte, string.find, string.format, string.gmatch, string.gsub, string.lower, string.match, string.sub,
    string.upper

local hints = {}

local most_text = 100000 -- bytes of an input that are looked through

-- --- locals that end with their input ---------------------------------------------------

local told_local = {} -- name of a local -> true if the remark about it was made

-- The remark about a local that its input does not use, once for each name.
local function of_locals(_, _, unused)
  if not unused or told_local[unused] then return nil end
  told_local[unused] = true
  return format("the local %s ended with its input; without the word local it would have stayed", unused)
end

-- --- names without a value -----------------------------------------------------------------

-- Returns the list of the names in a text that consists of "a" or "a.b.c", or of "x = a.b.c"; nil for other texts.
local function path_of(text)
  text = gsub(gsub(gsub(text, "%-%-[^\n]*", ""), "^%s*=", ""), "^%s*return%s+", "")
  local path, target = match(text, "^%s*([%a_][%w_.]*)%s*$"), nil
  if not path then target, path = match(text, "^%s*([%a_][%w_.]*)%s*=%s*([%a_][%w_.]*)%s*$") end
  if not path or lexer.keywords[path] or target == path then return nil end
  local list = {}
  for name in gmatch(path, "[%a_][%w_]*") do list[#list + 1] = name end
  return table.concat(list, ".") == path and list
end

-- The remark about an input that is only a name, or assigns one, and the name has no value.
local function of_names(session, text)
  local path = #text < 1000 and path_of(text)
  if not path or find(path[1], "^_%d*$") then return nil end
  if #path > 1 then return undefined_names.field(session, path) end
  return (undefined_names.name(session, path[1]))
end

-- --- names that are almost those of the session -----------------------------------------------

local almost = {} -- a name of the user's -> what to say about it
for _, quantity in ipairs(quantities) do -- NET is not here: net is a good name for one of several networks
  local name, what = quantity.name, quantity.hint or nil
  almost[lower(name)] = what
  almost[sub(name, 1, 1) .. lower(sub(name, 2))] = what
end

for name, what in pairs(foreign_words.assigned) do almost[name] = what end

local matrices = { x = "the data is X", Y = "the targets are y" } -- said only if the value is a table or a matrix

-- The remarks about globals that the input made, once for each name.
local function of_globals(_, text)
  local said = {}
  for _, list in ipairs { almost, matrices } do
    for name, what in next, list do
      local v = rawget(_G, name)
      local fits = v ~= nil and (list == almost or type(v) == "table" or type(v) == "userdata")
      if fits and find(text, "%f[%w_]" .. name .. "%f[^%w_]") then
        list[name] = nil
        said[#said + 1] = format("%s is a global of your own now; %s", name, what)
      end
    end
  end
  table.sort(said)
  return #said > 0 and table.concat(said, "\n")
end

-- --- names of the session that a global of the user's hides ----------------------------------------

local told_hidden = {} -- names that had the remark
local is_option = {}
for _, name in ipairs(options.names) do is_option[name] = true end

local function of_hidden(session)
  local said = {}
  for name in next, session.fresh do
    if not told_hidden[name] and session.is_hidden(name) then
      told_hidden[name] = true
      local more = is_option[name] and format("; the network's is NET.options.%s", name) or ""
      said[#said + 1] = format("%s is a global of your own now; %s = nil brings the session's back%s", name, name, more)
    end
  end
  table.sort(said)
  return #said > 0 and table.concat(said, "\n")
end

-- --- new names that may be typos of live names ---------------------------------------------------

local meant = { "NET" } -- the live names that are long enough to recognise a typo of them
for name in next, quantities.by_name do
  if #name > 2 then meant[#meant + 1] = name end
end

local told = { BETA = true, ZETA = true } -- names without a remark: these, and those that had one already

-- Returns the live names that a new name may be a typo of. A live name with a number behind it, THETA0, is no typo; nor
-- are words in small letters such as beta and layer.
local function mistyped(name)
  local list, is_word = {}, name ~= upper(name)
  for _, live in ipairs(meant) do
    local known, new = live, name
    if is_word then known, new = lower(live), lower(name) end
    if find(new, "^" .. known .. (is_word and "" or "[%d_]")) then return {} end
    local is_far = is_word and (#live < 5 or find(known, new, 1, true) == 1 or byte(known) ~= byte(new))
    if not is_far then list[#list + 1] = live end
  end
  return names.near(name, list)
end

local function of_typos(session, text)
  local said = {}
  for name in next, session.fresh do
    local is_new = not told[name] and not session.is_hidden(name)
    local near = is_new and find(text, "%f[%w_]" .. name .. "%f[^%w_]") and mistyped(name)
    if near and #near > 0 then
      told[name] = true
      said[#said + 1] = format("%s is a new variable%s", name, names.suggest(name, near))
    end
  end
  table.sort(said)
  return #said > 0 and table.concat(said, "\n")
end

-- --- rows without braces around them --------------------------------------------------------------

-- Returns the variable before the = at token i, if it is the only target of the assignment; else nil.
local function only_target(t, i)
  local k, last = i - 1, i - 1
  while t.text[k] == "]" and t.match[k] do k = t.match[k] - 1 end
  local before = t.text[k - 1]
  return t.kind[k] == "name" and before ~= "," and table.concat(t.text, "", k, last) or nil
end

-- The number of table constructors, separated by commas, that begin at token i.
local function tables_from(t, i)
  local n = 0
  while t.text[i] == "{" and t.match[i] do
    n, i = n + 1, t.match[i] + 1
    if t.text[i] ~= "," then break end
    i = i + 1
  end
  return n
end

-- The remark about X = {0, 0}, {0, 1}: Lua assigns the first table and drops the others.
local function of_rows(_, text)
  if #text > most_text or not find(text, "}%s*,%s*{") then return nil end
  local t = lexer.nest(lexer.tokens(text))
  for i = 2, t.n do
    local around = t.text[i] == "=" and t.text[i + 1] == "{" and t.text[t.around[i + 1]]
    local n = around ~= false and around ~= "{" and around ~= "(" and tables_from(t, i + 1) or 0
    local name = n > 1 and only_target(t, i)
    if name then
      return format("%s is only the first of these %d tables; put the rows into braces, %s = {{0, 0}, {0, 1}}",
        name, n, name)
    end
  end
end

-- --- walks ---------------------------------------------------------------------------------------

local told_walk = false -- the remark about what Enter does was made
local is_walking        -- did the input before leave a walk of NET open?

-- The remarks about an input that leaves a walk open, which changes what Enter does, and about one that changed the
-- walk's data. The first is made once in a session, if lines are edited.
local function of_walk(session, _, _, is_edited)
  local net, was_walking = session.value "NET", is_walking
  is_walking = false
  if not net or not core.walk_state(net) then return nil end
  local moves, why = require "moongrad.explain.walk".moves(net)
  if not moves then return was_walking and why and "the walk has ended: " .. match(why, "^[^;]*") end
  is_walking = moves.next
  if not is_walking or not is_edited or told_walk then return nil end
  told_walk = true
  return "a walk is open: Enter does the next operation, Alt-b undoes one, walk(false) ends it"
end

-- --- rows of a column taken for numbers -----------------------------------------------------------

local told_row = false -- the remark was made

-- If token i of t begins NAME[k] and the value is a row of one number, returns its text and NAME.
local function row_at(session, t, i)
  if t.kind[i] ~= "name" or t.text[i + 1] ~= "[" or t.text[i + 3] ~= "]" or t.text[i + 4] == "[" then return nil end
  local m = undefined_names.value(session, t.text[i])
  if core.is_matrix(m) and m.nrows > 1 and m.ncols == 1 then
    return format("%s[%s]", t.text[i], t.text[i + 2]), t.text[i]
  end
end

-- The remark about s = s + y[i], once: y[i] is a row, and s becomes a 1 x 1 matrix.
local function of_rows_of_one(session, text)
  if told_row or #text > most_text or not find(text, "=", 1, true) then return nil end
  local t, target, row, name = lexer.tokens(text), nil, nil, nil
  for i = 1, t.n do
    local v = t.text[i + 1] == "=" and t.kind[i] == "name" and rawget(_G, t.text[i])
    if core.is_matrix(v) and v.nrows == 1 and v.ncols == 1 then target = t.text[i] end
    if not row then row, name = row_at(session, t, i) end
  end
  if not (target and row) then return nil end
  told_row = true
  return format("%s is a 1 x 1 matrix: %s is a row, %s[1] its number; %s:sum() is the sum of all", target, row, row,
    name)
end

-- Should the value nil of the last input not be printed, because the remark says all? So for exit and quit.
function hints.says_all(session)
  local text = session.inputs.text(session.inputs.last)
  local name = text and #text < 1000 and match(text, "^%s*(%a+)%s*$")
  return name and undefined_names.is_leave(name) or false
end

-- Returns the remarks about input n, which ended with this status, one a line; nil if there are none. is_edited: are
-- lines edited with Readline?
function hints.on(session, n, status, is_edited)
  local text = session.inputs.text(n)
  local unused = text and gone_locals.note(text, n) -- also if the input failed
  if status ~= "ok" or not text then return nil end
  local list = {}
  for _, remark in ipairs { of_names, of_rows, of_rows_of_one, of_globals, of_hidden, of_typos, of_locals, of_walk } do
    list[#list + 1] = remark(session, text, unused, is_edited) or nil
  end
  return #list > 0 and table.concat(list, "\n") or nil
end

return hints
