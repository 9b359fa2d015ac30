-- help.lua - help() and apropos(): find entries of entries.lua by name, by value or by words, and show them as pages.

local core = require "moongrad.core"
local describe = require "moongrad.describe"
local entries = require "moongrad.help.entries"
local lists = require "moongrad.network.lists"
local mg = require "moongrad"
local names = require "moongrad.names"
local options = require "moongrad.options"
local page = require "moongrad.help.page"
local quantities = require "moongrad.quantities"
local raise = require "moongrad.raise"
local find, format, gmatch, gsub, lower, match, sub =
  string.find, string.format, string.gmatch, string.gsub, string.lower, string.match, string.sub

local help = {
  session = nil, -- the session's interface for its modules; with it, titles also show a call as a session has it
}

function help.begin(session) help.session = session end

local overview = [[
A network learns XOR:
  X, y = data.xor()     the data: X is 4 x 2, y is 4 x 1
  LAYERS = {2, 2, 1}    a network, NET, its THETA drawn at random
  ETA = 2               its learning rate
  step(5000)            5000 epochs of forward, backward, update
  A[3]                  its predictions

  Look     THETA[1]  A[2]  Z[2]  DELTA[2]  GRAD[1]  DTHETA[1]  J  who()
  Set      THETA[1][1][2] = 0.5
  Do       forward() backward() update() step(n) train{} predict(X) cost() accuracy() init()
  Inside   walk() goes through a step operation by operation; explain("grad", 1, 2, 3) derives one number
  Check    check() compares every gradient with differences of J; bug("any") plants a mistake for it to find
  Why      diagnose() says why a network does not learn, and what to try
  Back     undo() takes a command back, seek(100) goes to epoch 100; watch "J" records J during training
  Measure  time(f) runs f once, bench(f) many times
  Make     matrix{{1, 2}, {3, 4}}  rand(2, 3)  randn(2, 3)  seed(0)  network{2, 8, 1, activation = "tanh"}
  Help     help "step" or ?step, help(step), help "topics", apropos "grad"
  Scripts  the prompt shows the values of an input, a script has to print them: print(help())  print(step(1000))]]

-- The overview, and below it a row with the functions of the session that it does not name.
local function whole_overview()
  local list = {}
  for _, entry in ipairs(entries.all()) do
    local is_function = entry.kind == "documented" and not entry.owner and entries.bracket(entry)
    if is_function and not find(overview, "%f[%w_]" .. entry.name .. "%f[^%w_]") then list[#list + 1] = entry.title end
  end
  return #list == 0 and overview or overview .. "\n" .. page.table { { "Session", table.concat(list, "  ") } }
end

-- --- pages ----------------------------------------------------------------------------------

-- The title of an entry: "net:step([n])", in a session "net:step([n])   or step([n])".
local function title_of(entry)
  local session = help.session
  local called = entry.kind == "documented" and (entry.owner == "net" or entry.owner == "mg") and session
    and sub(entry.title, #entry.owner + 2)
  if not called or not entries.bracket(entry) or not session.is_own(entry.name) then return entry.title end
  if entry.owner == "mg" and session.own(entry.name) then return entry.title end -- mg.cost: cost() is the network's
  return format("%s   or %s", entry.title, #called <= 26 and called or gsub(called, "([({]).*([)}])$", "%1...%2"))
end

-- The text of one entry: title, words, options, examples.
local function page_of(entry)
  local words, examples = entry.text, ""
  local at = find("\n" .. words, "\n>")
  if at and entry.kind ~= "topic" then words, examples = sub(words, 1, math.max(0, at - 2)), sub(words, at) end
  words = gsub("\n" .. words, "\n{(%l+)}", function(name)
    local rows = entries.tables[name]
    return rows and "\n" .. page.table(rows())
  end)
  local rows = entry.rows or entries.option_rows(entry)
  local body = title_of(entry) .. words
  if rows then body = body .. "\n\n" .. page.table(rows) .. (examples ~= "" and "\n" or "") end
  return examples == "" and body or body .. "\n" .. examples
end

local function see_also(list)
  local parts = {}
  for i, entry in ipairs(list) do parts[i] = format("help %q", entry.see or entry.path) end
  return "See also " .. table.concat(parts, ", ")
end

-- The pages of a result of help, as a list. They are made only when the result is printed, for the width of the
-- terminal at that time.
local function pages_of(t)
  local list = {}
  for i, entry in ipairs(t) do list[i] = page_of(entry) end
  list[#list + 1] = t.message
  if #(t.also or {}) > 0 then list[#list + 1] = see_also(t.also) end
  return list
end

-- The metatable of what help returns: a list of entries, or {message =}.
local text = { __name = "help", __metatable = false }

function text.__index(t, key)
  if key == "text" then return table.concat(pages_of(t), "\n\n") end
end

function text.__tostring(t)
  local list = pages_of(t)
  for i, p in ipairs(list) do list[i] = page.layout(p) end
  return table.concat(list, "\n\n")
end

local function said(message, ...)
  return setmetatable({ message = select("#", ...) > 0 and format(message, ...) or message }, text)
end

-- --- finding by name --------------------------------------------------------------------------

-- The name before a dot or colon -> the owner in entries. For a variable of the user's it is found by the class.
local owners = { NET = "net", matrix = "m", row = "m", generator = "mg", g = "mg", history = "report",
  options = "network" }
for name, quantity in pairs(quantities.by_name) do
  if quantity.kind == "matrices" or quantity.kind == "matrix" then owners[name] = "m" end
end

local function class(v)
  local meta = debug.getmetatable(v)
  local name = type(meta) == "table" and rawget(meta, "__name")
  return type(v) == "string" and "string" or type(name) == "string" and name or nil
end

local function owner_of(written)
  local found = owners[written]
  if found then return found end
  local kind = class(rawget(_G, written))
  return kind and (owners[kind] or kind == "FILE*" and "file" or kind) or written
end

-- Splits the name that the user typed into owner and name: "NET:step(1000)" -> "net", "step"; "THETA[1].T" -> "m", "T".
local function parts_of(what)
  local path = gsub(gsub(gsub(gsub(what, "^%s*[?\"']*", ""), "%b[]", ""), "[({\"'].*$", ""), "%s+$", "")
  path = gsub(path, "^mg%.(.*%.)", "%1")
  local owner, name = match(path, "^(.+)[.:]([%w_]+)$")
  if not owner then return nil, path end
  if owner == "NET.options" or owner == "net.options" then return "network", name end
  local last = match(owner, "([%w_]+)$")
  if last ~= owner and find(owner, "^NET%.") or find(owner, "^net%.") then return "m", name end -- NET.theta[1].T
  return owner_of(owner), name
end

local live = {} -- field of a network -> live name
for field, quantity in pairs(quantities.by_field) do live[field] = quantity.name end

-- The kinds of entries, the most wanted first. help shows the entries of the first kind that a name has, and the topic.
local kinds = { "documented", "topic", "option", "choice", "alias", "lua" }

-- How an entry fits a name: returns its kind, "alias" if the name is another name of a topic, or nil.
local function fit(entry, owner, name)
  if entry.name == name then
    local of_mg = owner == "mg" and not entry.owner and entry.kind == "documented"
    if owner == nil or entry.owner == owner or of_mg then return entry.kind end
  end
  for _, other in ipairs(not owner and entry.also or {}) do
    if other == lower(name) then return "alias" end
  end
end

-- Orders entries of the same name: the method cost() before mg.cost, which makes a cost, because it is meant more
-- often.
local function is_before(p, q)
  local p_makes, q_makes = p.owner == "mg", q.owner == "mg"
  if p_makes ~= q_makes then return q_makes end
  return p.path < q.path
end

-- Returns the list of the entries for the name what, nil if there is none; then a list of others with the same name.
function help.find(what)
  local owner, name = parts_of(what)
  if owner == "network" and not entries.is_option(owner, name) then owner = "net" end
  name = gsub(name, "^_%d$", "_")
  if owner == "net" and live[name] then owner, name = nil, live[name] end
  local found, shown, also = {}, {}, {}
  for _, kind in ipairs(kinds) do found[kind] = {} end
  for _, entry in ipairs(entries.all()) do
    local kind = entry.path == what and entry.kind or fit(entry, owner, name)
    if not owner and not kind and live[name] == entry.name then kind = "documented" end -- ?delta is about DELTA
    if kind then table.insert(found[kind], entry) end
  end
  table.sort(found.documented, is_before)
  for _, kind in ipairs(kinds) do
    local list = (#shown == 0 or kind == "topic") and shown or also
    table.move(found[kind], 1, #found[kind], #list + 1, list)
  end
  return #shown > 0 and shown or nil, also
end

-- --- finding by value ---------------------------------------------------------------------------

-- The tables in which functions are looked up: a list of {prefix of the name, table}, the methods of classes first.
local function places()
  local list = {
    { "net:", core.network_class.methods },
    { "m:", debug.getmetatable(core.matrix(1, 1)).methods },
    { "", mg }, { "data.", mg.data },
  }
  local globals = help.session and help.session.base or _G
  for name, library in pairs(package.loaded) do
    if globals[name] == library and name ~= "_G" then list[#list + 1] = { name .. ".", library } end
  end
  list[#list + 1] = { "", globals }
  return list
end

-- The name of a function; nil for one of the user's own.
local function name_of_function(f)
  if help.session then
    for _, name in ipairs(help.session.names()) do
      local ok, v = pcall(help.session.value, name)
      if ok and rawequal(v, f) then return name end
    end
  end
  for _, place in ipairs(places()) do
    for name, v in next, place[2] do
      if rawequal(v, f) and type(name) == "string" then return place[1] .. name end
    end
  end
end

-- Classes whose name several entries have -> the entry about such a value.
local own = { check = "net:check", activation = "mg.activation", cost = "mg.cost", diagnosis = "net:diagnose" }

-- The name of the entry about a value, or nil.
local function name_of(v)
  if type(v) == "function" then return name_of_function(v) end
  if v == mg then return "mg" end
  if v == mg.data then return "data" end
  local what = lists.what(v) or core.is_matrix(v) and (core.origin(v) or {}).what
  if what then return live[what] or what end
  local kind = class(v)
  if own[kind] then return own[kind] end
  return kind == "row" and "matrix" or kind == "network" and "NET" or kind == "layers" and "LAYERS"
    or kind == "options" and "net.options" or kind == "history" and "report" or kind == "FILE*" and "file" or kind
end

-- The help about a value of the user's own; name is the variable, or nil.
local function of_unknown(name, v)
  local info = type(v) == "function" and debug.getinfo(v, "S")
  local described = describe.words(v)
  if info and info.what ~= "C" then
    if name then described = gsub(described, "^function", name) end
    return said("%s\nA function of yours, from %s, line %d.", described, info.short_src, info.linedefined)
  end
  return said("no help about %s%s\nThere is some for functions, live names, options and topics: help \"topics\".",
    name and name .. ", a " or "a ", described)
end

-- --- help and apropos -----------------------------------------------------------------------------

-- The list of all names that have help, to suggest one for a typo.
function help.names()
  local list, seen = {}, {}
  local function add(name)
    if not seen[name] then list[#list + 1], seen[name] = name, true end
  end
  for _, entry in ipairs(entries.all()) do
    if entry.kind ~= "lua" or not entry.owner then add(entry.name) else add(entry.path) end
    for _, other in ipairs(entry.also or {}) do add(other) end
  end
  return list
end

local function contents()
  local rows = {}
  for _, entry in ipairs(entries.all()) do
    if entry.kind == "topic" then rows[#rows + 1] = { entry.name, entries.sentence(entry) } end
  end
  return said('topics: a page each; help "costs" shows one\n' .. page.table(rows))
end

local minor = { option = true, choice = true, alias = true } -- kinds that give way to a variable of the user's

local help_by_name

-- The help about a value; written is its variable in the user's code, or nil.
local function help_by_value(v, written)
  local name = name_of(v)
  return name and help.find(name) and help_by_name(name) or of_unknown(written, v)
end

function help_by_name(what)
  if find(what, "^%s*$") then return said(whole_overview()) end
  if lower(what) == "topics" then return contents() end
  local shown, also = help.find(what)
  if not shown and what ~= lower(what) then shown, also = help.find(lower(what)) end
  local v = rawget(_G, what)
  local is_users = v ~= nil and shown and (minor[shown[1].kind] or live[what] == shown[1].name and live[what] ~= what)
  if shown and not is_users then
    local hidden = v ~= nil and help.session and help.session.is_known(what)
      and format("%s is a global of your own now: %s = nil brings the session's back.", what, what)
    return table.move(shown, 1, #shown, 1, setmetatable({ also = also, message = hidden or nil }, text))
  end
  if v ~= nil then return help_by_value(v, what) end
  local name = select(2, parts_of(what))
  local word = #names.near(what, help.names()) > 0 and what or name
  local near = names.suggest(word, help.names())
  return said("no help about %q%s\napropos %q searches all that is written", what, near, name)
end

--- help([what])
-- Without an argument, an overview. help "step" is the help about one name: a function, a live name, an option
-- ("network.cost") or a topic. help(step) is the help about a value. At the prompt ?step is short for help "step".
-- Returns the text, which the prompt shows; a script prints it with print(help()).
-- > help "step"
-- > help "network.activation"
-- > help "topics"
function help.help(...)
  local what = ...
  options.no_more("help: expected one name or value", select(2, ...))
  if select("#", ...) == 0 then return said(whole_overview()) end
  if type(what) == "string" then return help_by_name(what) end
  if what == nil then
    return said 'that is nil\nA name goes in quotes: help "THETA", at the prompt also ?THETA.'
  end
  return help_by_value(what)
end

--- Returns the page about a library of moongrad's, as text; for a function of moongrad's or Lua's how it is called and
-- the first sentence; nil for any other value.
function help.about(v)
  local name = name_of(v)
  local found = name and help.find(name)
  if not found then return nil end
  if type(v) ~= "function" then return tostring(help_by_name(name)) end
  return format('%s\n%s\nhelp "%s" says more', title_of(found[1]), entries.sentence(found[1]), found[1].path)
end

local hits = { __name = "apropos", __metatable = false } -- the metatable of what apropos returns

function hits.__tostring(t)
  if #t == 0 then return page.layout(format("nothing about %q%s", t.words, names.suggest(t.words, help.names()))) end
  local rows = {}
  for i, hit in ipairs(t) do rows[i] = { hit.name, hit.text } end
  return page.table(rows)
end

-- The text in small letters, and without - and _: one-hot, one_hot and onehot are the same word.
local function folded(s) return (gsub(lower(s), "[-_]", "")) end

-- Returns how well an entry fits the words: 1 if all are in its name, 2 if some are only in its title, 3 if some are
-- only in its text or its other names; 3 more for Lua's own functions; nil if some word is in none of them.
local function rank(entry, words)
  local text_of = entry.text .. "\n" .. table.concat(entry.also or {}, "\n")
  local worst, words_in = 1, gsub("\n" .. folded(text_of), "\n>[^\n]*", "")
  for _, word in ipairs(words) do
    local fits = find(folded(entry.path), word, 1, true) and 1 or find(folded(entry.title), word, 1, true) and 2
      or find(words_in, word, 1, true) and 3
    if not fits then return nil end
    worst = math.max(worst, fits)
  end
  return entry.kind == "lua" and worst + 3 or worst
end

--- apropos(words)
-- Searches the names and texts of all help for words, and lists the entries that contain all of them, names first.
-- Returns a list of {name =, text =}.
-- > apropos "grad"
-- > apropos "learning rate"
function help.apropos(words, ...)
  if type(words) ~= "string" or select("#", ...) > 0 then
    raise('apropos: expected words in quotes, apropos "grad", got %s', core.kind(words))
  end
  local list, found, all = {}, {}, entries.all()
  for word in gmatch(folded(words), "%S+") do list[#list + 1] = word end
  for _, is_choice in ipairs { false, true } do -- the choices of options only if nothing else has the words
    for i, entry in ipairs(#found == 0 and all or {}) do
      local r = #list > 0 and (entry.kind == "choice") == is_choice and rank(entry, list)
      if r then found[#found + 1] = { r = r, i = i } end
    end
  end
  table.sort(found, function(p, q) return p.r < q.r or p.r == q.r and p.i < q.i end)
  local result = setmetatable({ words = words }, hits)
  for i, f in ipairs(found) do result[i] = { name = all[f.i].path, text = entries.sentence(all[f.i]) } end
  return result
end

return help
