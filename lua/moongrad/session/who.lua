-- who.lua - who(): lists the current network, its data and the user's variables.

local describe = require "moongrad.describe"
local options = require "moongrad.options"
local names = require "moongrad.names"
local page = require "moongrad.help.page"
local results = require "moongrad.session.results"
local find, format = string.find, string.format

local who = {}

local session -- the session's interface for its modules: value(name), base and replaced() are used

function who.begin(s) session = s end

-- Is this the name of one of the last results, _ or _1 to _9?
local function is_result(name) return find(name, "^_%d*$") ~= nil end

-- The words about a value, with the bytes of the numbers and strings in it if there are any.
local function sized(words, bytes)
  return bytes == 0 and words or format("%s   %d byte%s", words, bytes, bytes == 1 and "" or "s")
end

local list = { __name = "who", __metatable = false }

function list.__tostring(self)
  local rows = {}
  local function add(name, text) rows[#rows + 1] = { name, text } end
  add("NET", self.network and tostring(self.network) or "no network yet: LAYERS = {2, 2, 1} makes one")
  for _, name in ipairs { "X", "y" } do
    local m = self[name]
    if m then add(name, sized(describe.words(m), results.bytes(m))) end
  end
  for _, item in ipairs(self) do add(item.name, sized(item.text, item.bytes)) end
  return page.table(rows) .. (#self == 0 and "\n  no names of your own yet" or "")
end

--- who()
-- Lists the current network, its data and your variables, with types, shapes and bytes. The result is a list with a
-- table {name=, type=, shape=, bytes=, text=} for each variable, sorted by name; only matrices have shape; bytes counts
-- the numbers of matrices and the strings, also those in tables. Its fields network, X and y are the network and its
-- data.
-- > w = rand(2, 3)
-- > who()
-- > who()[1].name
function who.who(...)
  options.none("who", ...)
  local self = setmetatable({ network = session.value "NET", X = session.value "X", y = session.value "y" }, list)
  local function add(name, v)
    self[#self + 1] = { name = name, type = describe.kind(v), shape = describe.shape(v), bytes = results.bytes(v),
      text = describe.words(v) }
  end
  for name, v in next, _G do
    if type(name) == "string" and not rawequal(session.base[name], v) and not is_result(name) then add(name, v) end
  end
  for name, f in next, session.replaced() do add(name, f) end
  table.sort(self, function(p, q) return names.before(p.name, q.name) end)
  return self
end

return who
