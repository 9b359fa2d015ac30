-- who.lua - who(): the names that the user made, and what they are.

local core = require "moongrad.core"
local options = require "moongrad.options"
local page = require "moongrad.help.page"
local session = require "moongrad.prompt.session"
local show = require "moongrad.show"

local who = {}

local longest = 40 -- bytes of a string that are shown

-- "4 x 2", nil for what is no matrix.
local function shape(v)
  return core.is_matrix(v) and ("%d x %d"):format(v.nrows, v.ncols) or nil
end

-- A string as Lua source in one line, its end left out when it is long.
local function quote(s)
  local cut = s
  if #s > longest then cut = s:sub(1, utf8.len(s) and utf8.offset(s, 0, longest) - 1 or longest) end
  return (("%q"):format(cut):gsub("\\\n", "\\n")) .. (cut ~= s and (" ... %d bytes"):format(#s) or "")
end

-- "function(a, b)"
local function parameters(f)
  local info = debug.getinfo(f, "u")
  local list = {}
  for i = 1, info.nparams do list[i] = debug.getlocal(f, i) end
  if info.isvararg then list[#list + 1] = "..." end
  return "function(" .. table.concat(list, ", ") .. ")"
end

-- What kind of thing a value is: its class when it has one, else its type.
function who.kind(v)
  local meta = debug.getmetatable(v)
  local name = type(v) ~= "string" and type(meta) == "table" and rawget(meta, "__name")
  if name == "row" then return "matrix" end
  return type(name) == "string" and name or type(v)
end

-- A value in a few words. No code of the user's runs.
function who.describe(v)
  local kind = who.kind(v)
  if core.is_matrix(v) then return "matrix " .. shape(v) end
  if kind == "network" and type(v) == "userdata" then return tostring(v) end
  if kind == "number" and math.type(v) == "float" then return "number " .. show.number(v) end
  if kind == "number" or kind == "boolean" then return kind .. " " .. tostring(v) end
  if kind == "string" then return "string " .. quote(v) end
  if kind == "function" then return parameters(v) end
  if kind ~= "table" then return kind end
  local n = 0
  for _ in next, v do n = n + 1 end
  return ("table of %d item%s"):format(n, n == 1 and "" or "s")
end

-- Is this global the session's to make: _ and _1, the last results?
local function is_result(name) return name:find "^_%d*$" ~= nil end

local list = { __name = "who", __metatable = false }

function list.__tostring(self)
  local rows = {}
  local function add(name, text) rows[#rows + 1] = { name, text } end
  add("NET", self.network and tostring(self.network) or "no network yet: LAYERS = {2, 2, 1} makes one")
  for _, name in ipairs { "X", "y" } do
    if self[name] then add(name, "matrix " .. shape(self[name])) end
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
    self[#self + 1] = { name = name, type = who.kind(v), shape = shape(v), text = who.describe(v) }
  end
  for name, v in next, _G do
    if type(name) == "string" and not rawequal(session.at_start[name], v) and not is_result(name) then add(name, v) end
  end
  for name, f in session.replaced() do add(name, f) end
  table.sort(self, function(p, q) return p.name < q.name end)
  return self
end

return who
