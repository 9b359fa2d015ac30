-- who.lua - who(): the names that the user made, and what they are.

local describe = require "moongrad.describe"
local options = require "moongrad.options"
local page = require "moongrad.help.page"
local find = string.find

local who = {}

local session -- value(name), base and replaced() of the session

function who.begin(s) session = s end

-- Is this global the session's to make: _ and _1, the last results?
local function is_result(name) return find(name, "^_%d*$") ~= nil end

local list = { __name = "who", __metatable = false }

function list.__tostring(self)
  local rows = {}
  local function add(name, text) rows[#rows + 1] = { name, text } end
  add("NET", self.network and tostring(self.network) or "no network yet: LAYERS = {2, 2, 1} makes one")
  for _, name in ipairs { "X", "y" } do
    if self[name] then add(name, "matrix " .. describe.shape(self[name])) end
  end
  for _, item in ipairs(self) do add(item.name, item.text) end
  return page.table(rows) .. (#self == 0 and "\n  no names of your own yet" or "")
end

--- who()
-- The current network, its data, and the names that you made, with types and shapes: for each a table of name,
-- type, shape (of a matrix) and text, in order; network, X and y are fields.
-- > w = rand(2, 3)
-- > who()
-- > who()[1].name
function who.who(...)
  options.none("who", ...)
  local self = setmetatable({ network = session.value "NET", X = session.value "X", y = session.value "y" }, list)
  local function add(name, v)
    self[#self + 1] = { name = name, type = describe.kind(v), shape = describe.shape(v), text = describe.words(v) }
  end
  for name, v in next, _G do
    if type(name) == "string" and not rawequal(session.base[name], v) and not is_result(name) then add(name, v) end
  end
  for name, f in next, session.replaced() do add(name, f) end
  table.sort(self, function(p, q) return p.name < q.name end)
  return self
end

return who
