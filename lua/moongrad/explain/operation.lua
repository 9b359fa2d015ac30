-- operation.lua - the operations of a walk as values: what each made, its formula, and their text.

local core = require "moongrad.core"
local edited = require "moongrad.explain.edited"
local numbers = require "moongrad.explain.numbers"
local quantities = require "moongrad.quantities"
local repeats = require "moongrad.repeats"
local show = require "moongrad.show"
local symbols = require "moongrad.explain.symbols"
local format, gsub, match = string.format, string.gsub, string.match

local operation = {}

local op = { __name = "operation", __metatable = false } -- the metatable of the operations that a walk returns

operation.is_matrix = {} -- the operations that make a matrix, which has the operation's name: z, a, delta, grad
for _, what in ipairs(quantities.matrices) do
  if quantities.by_field[what].op == what then operation.is_matrix[what] = true end
end

-- The name of operation k: "z 1", "update"
function operation.title(net, k)
  local name, layer = core.walk_op(net, k)
  return layer and name .. " " .. layer or name
end

-- The live matrix or number that an operation made; for the update the list THETA.
local function value(net, name, layer)
  if name == "cost" then return net.J end
  if name == "update" then return net.theta end
  if name == "dropout" then return net.a[layer + 1] end
  return net[name][quantities.place(name, layer)]
end

-- "op 5 of 14   z 3; next a 3"
local function place(self)
  local text = format("op %d of %d   %s", self.k, self.count, operation.title(self.net, self.k))
  if self.row then text = text .. format(", of row %d alone (N = 1)", self.row) end
  if self.k == self.count then return text .. format("; this was the last, epoch %d", self.epoch) end
  return text .. "; next " .. operation.title(self.net, self.k + 1)
end

-- Adds from what a matrix was made to the first line of its text.
local function made_from(text, from) return (gsub(text, "\n", "   from " .. from .. "\n", 1)) end

-- The result of the operation as text. from: the names of what it is computed from; around: how many lines the rest of
-- the operation's text takes.
local function result(self, from, around)
  if self.name == "cost" then return format("J = %s   from %s", show.number(self.value), from) end
  if self.name == "dropout" then
    local texts = show.matrices({ self.value, self.mask }, false, around)
    return made_from(texts[1], from) .. "\nmask  " .. texts[2]
  end
  if self.name ~= "update" then
    from = from .. edited.words(self.net, self.name, self.layer)
    return made_from(show.matrices({ self.value }, false, around)[1], from)
  end
  local list, sources = {}, {}
  for l, m in ipairs(self.value) do
    list[#list + 1], sources[#list + 1] = m, gsub(from, "%u+", format("%%0[%d]", l)) -- "THETA[1] and GRAD[1]"
    for _, states in pairs(self.net.state) do list[#list + 1] = states[l] end
  end
  local texts = show.matrices(list, false, around)
  for k, source in pairs(sources) do texts[k] = made_from(texts[k], source) end
  return table.concat(texts, "\n")
end

-- Does the matrix that the operation made still exist? w:back() takes it away.
local function is_there(self)
  if not operation.is_matrix[self.name] then return true end
  return core.view(self.net, self.name, quantities.place(self.name, self.layer)) ~= nil
end

function op.__tostring(self)
  local _, shapes, from = symbols.op(self.net, self.name, self.layer)
  local there = is_there(self)
  local lines = there and numbers(self.net, self.name, self.layer) or {}
  local above, below = table.concat({ self.formula, shapes, table.unpack(lines) }, "\n"), place(self)
  local made = there and result(self, from, show.lines(above) + show.lines(below)) or "taken back"
  return format("%s\n%s\n%s", above, made, below)
end

function op.__index(self, name) return name == "text" and tostring(self) or nil end

-- At the prompt an empty line after w:to(...) does w(). text: the line that was typed. For a walk of NET the prompt
-- does not ask: an empty line does the next operation whatever was typed before.
repeats[op] = function(text, self)
  if self.k == self.count then return false end
  local w = match(text, "^%s*([%a_][%w_]*)%s*:%s*[%a_]+%f[^%w_]")
  return w and w .. "()" or true
end

-- Operation k of the walk self, just done, as a value.
function operation.of(self, k)
  local name, layer = core.walk_op(self.net, k)
  return setmetatable({ name = name, layer = layer, formula = symbols.op(self.net, name, layer),
    value = value(self.net, name, layer), mask = name == "dropout" and core.mask(self.net, layer) or nil, k = k,
    count = self.count, net = self.net, row = self.row or nil,
    epoch = self.net.epoch }, op)
end

return operation
