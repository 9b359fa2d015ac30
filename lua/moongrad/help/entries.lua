-- entries.lua - collects the entries of the help: the doc comments of the sources, the options, their choices, the
-- topics, and Lua's own functions. help.lua finds and shows them.

local core = require "moongrad.core"
local formulas = require "moongrad.help.formulas"
local lualib = require "moongrad.help.lualib"
local options = require "moongrad.options"
local quantities = require "moongrad.quantities"
local topics = require "moongrad.help.topics"
local find, format, gsub, match = string.find, string.format, string.gsub, string.match
-- These modules declare options when they are loaded:
for _, module in ipairs { "moongrad", "moongrad.check.check", "moongrad.custom.trial", "moongrad.network.train" } do
  require(module)
end

local entries = {}

-- Makes an entry. Its fields: kind; path, its name in help ("net:step", "network.cost", "costs"); owner and name, the
-- parts of the path ("net", "step"); title, a line; text.
local function new(kind, path, title, text)
  local owner, name = match(path, "^(.*)[.:]([%w_]+)$")
  return { kind = kind, path = path, owner = owner, name = name or path, title = title, text = text }
end

-- A value as a Lua literal.
local function literal(v)
  if type(v) == "string" then return format("%q", v) end
  if type(v) == "number" then return (gsub(gsub(format("%g", v), "e([-+])0+", "e%1"), "e%+", "e")) end
  return tostring(v)
end

-- An option with its default: 'cost = "sse"', 'layer (all)'.
function entries.setting(option)
  if option.default ~= nil then return option.name .. " = " .. literal(option.default) end
  return format("%s (%s)", option.name, option.without)
end

function entries.is_option(who, name)
  for _, option in ipairs(options.of[who] or {}) do
    if option.name == name then return true end
  end
  return false
end

-- The formula of a choice of an option; "" if there is none.
local function formula(option, choice) return (formulas[option.name] or {})[choice] or "" end

-- The choices of an option as rows {name, formula}.
local function choice_rows(option)
  local rows = {}
  for i, name in ipairs(option.choices) do rows[i] = { name, formula(option, name) } end
  return rows
end

-- --- the kinds of entries ---------------------------------------------------------------

local function add_documented(list)
  for _, texts in pairs(core.docs()) do
    for _, text in ipairs(texts) do
      local title, words = match(text, "^([^\n]*)\n?(.*)$")
      local path = match(title, "^[%w_.:]+")
      local quantity = quantities.by_name[path]
      if quantity then title = title .. "  " .. quantity.shape end
      list[#list + 1] = new("documented", path, title, words)
    end
  end
end

-- An example of an option, "> check{layer = 1}".
local function example(who, option)
  local call = options.call(who, option)
  return "> " .. gsub(gsub(call, "^network{", "NET = network{2, 2, 1, "), "^data%.", "X, y = data.")
end

-- The text with a capital at its beginning, unless it begins with a formula such as "a = f(z)".
local function as_sentence(about)
  return find(about, "^%l+[,;]? %a") and gsub(about, "^%l", string.upper) or about
end

local function add_options(list)
  for who, taken in pairs(options.of) do
    for _, option in ipairs(taken) do
      local entry = new("option", who .. "." .. option.name, who .. "{" .. entries.setting(option) .. "}",
        as_sentence(option.about) .. ".\n" .. example(who, option))
      entry.rows = option.choices and choice_rows(option)
      list[#list + 1] = entry
    end
  end
end

-- Adds an entry for each choice of an option, such as "relu"; one entry covers all options that have the choice.
local function add_choices(list)
  local of = {} -- name -> entry
  for _, who in ipairs { "network", "check" } do
    for _, option in ipairs(options.of[who]) do
      for _, choice in ipairs(option.choices or {}) do
        local path = who .. "." .. option.name
        local entry = of[choice] or new("choice", choice, format("%q", choice), "")
        entry.owner, entry.name, entry.see = nil, choice, entry.see or path
        entry.text = entry.text .. path .. "   " .. formula(option, choice) .. "\n"
        of[choice] = entry
      end
    end
  end
  for _, entry in pairs(of) do list[#list + 1] = entry end
end

-- Adds the mistakes that bug() plants, such as "stale-weights", as choices.
local function add_mistakes(list)
  for _, mistake in ipairs(require "moongrad.check.planted".list) do
    local name = mistake.name
    local before = mistake.before and "> " .. mistake.before .. "\n" or ""
    local text = format('Computes %s.\nhelp "mistakes" has the others.\n%s> bug(%q)\n> check()\n> bug(false)',
      mistake.formula, before, name)
    list[#list + 1] = new("choice", name, format("%q, a mistake of backward passes", name), text)
  end
end

local function add_topics(list)
  for _, topic in ipairs(topics.list) do
    local title, text = match(topic[3], "^([^\n]*)\n(.*)$")
    local entry = new("topic", topic[1], title, text)
    entry.also = topic[2]
    list[#list + 1] = entry
  end
end

local function add_lua(list)
  for _, item in ipairs(lualib.entries()) do list[#list + 1] = new("lua", item.path, item.title, item.text) end
end

local all

-- The list of all entries, always in the same order.
function entries.all()
  if all then return all end
  local made = {}
  for _, add in ipairs { add_documented, add_options, add_choices, add_mistakes, add_topics, add_lua } do
    local list = {}
    add(list)
    if add ~= add_topics then table.sort(list, function(p, q)
      return p.path < q.path or p.path == q.path and p.title < q.title
    end) end
    table.move(list, 1, #list, #made + 1, made)
  end
  all = made
  return all
end

-- "(" or "{" if the title is a call, else nil.
function entries.bracket(entry) return match(entry.title, "^[%w_.:]+([({])") end

-- The first sentence of an entry; of a topic the words of its title.
function entries.sentence(entry)
  if entry.kind == "topic" then return (gsub(entry.title, "^[^:]*: ", "")) end
  local words = gsub(gsub(entry.text, "\n[\n> {].*", ""), "\n", " ")
  return match(words, "^(.-%.)%f[%s]") or words
end

-- --- tables in texts ----------------------------------------------------------------------

local function option_rows(who, name)
  for _, option in ipairs(options.of[who]) do
    if option.name == name then return choice_rows(option) end
  end
end

-- Rows {title(entry), first sentence} of the documented entries for which passes(entry) is true.
local function documented_rows(passes, title)
  local rows = {}
  for _, entry in ipairs(entries.all()) do
    if entry.kind == "documented" and passes(entry) then rows[#rows + 1] = { title(entry), entries.sentence(entry) } end
  end
  return rows
end

-- The signature of an entry; a long one is shortened to "net:check{...}".
local function call(entry)
  local bracket = entries.bracket(entry)
  if #entry.title <= 26 or not bracket then return entry.title end
  return entry.path .. (bracket == "(" and "(...)" or "{...}")
end

local function documented(path)
  for _, entry in ipairs(entries.all()) do
    if entry.kind == "documented" and entry.path == path then return entry end
  end
end

-- A line {name} in a text stands for a table: name -> function that returns its rows.
entries.tables = {
  costs = function() return option_rows("network", "cost") end,
  activations = function() return option_rows("network", "activation") end,
  optimisers = function() return option_rows("network", "optimizer") end,
  inits = function() return option_rows("network", "init") end,
  precisions = function() return option_rows("network", "precision") end,
  differences = function() return option_rows("check", "method") end,
  mistakes = function()
    local rows = {}
    for i, mistake in ipairs(require "moongrad.check.planted".list) do rows[i] = { mistake.name, mistake.formula } end
    return rows
  end,
  data = function() return documented_rows(function(e) return e.owner == "data" end, call) end,
  functions = function() return documented_rows(function(e) return e.owner == "mg" end, call) end,
  network = function() return documented_rows(function(e) return e.owner == "net" end, call) end,
  matrix = function() return documented_rows(function(e) return e.owner == "m" end, call) end,
  session = function()
    return documented_rows(function(e) return not e.owner and entries.bracket(e) end, call)
  end,
  names = function()
    local rows = {}
    for i, quantity in ipairs(quantities) do
      local entry = documented(quantity.name)
      rows[i] = { match(entry.title, "^%S+"), quantity.shape .. ": " .. entries.sentence(entry) }
    end
    local net = documented "NET"
    rows[#rows + 1] = { net.title, entries.sentence(net) }
    return rows
  end,
}

-- The options of the function that an entry is about, as rows; nil if it takes none.
function entries.option_rows(entry)
  local taken = options.of[entry.path] or (entry.owner == "net" or entry.owner == "mg") and options.of[entry.name]
  if not taken then return nil end
  local rows, shown = {}, {}
  for i, option in ipairs(taken) do
    local about, choices = option.about, option.choices
    if choices and not shown[choices] then
      about = about .. ": " .. table.concat(choices, " ")
      shown[choices] = true
    end
    rows[i] = { entries.setting(option), about }
  end
  return rows
end

return entries
