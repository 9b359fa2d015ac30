-- explain.lua - explain: where one number of a network came from. It shows the formula, the terms of the sum in
-- numbers, and the engine's own result. terms.lua has the terms, symbols.lua the formulas.

local core = require "moongrad.core"
local edited = require "moongrad.explain.edited"
local lists = require "moongrad.network.lists"
local names = require "moongrad.names"
local options = require "moongrad.options"
local quantities = require "moongrad.quantities"
local raise = require "moongrad.raise"
local show = require "moongrad.show"
local symbols = require "moongrad.explain.symbols"
local terms = require "moongrad.explain.terms"
require "moongrad.explain.updates"
local format, lower, match, rep, upper = string.format, string.lower, string.match, string.rep, string.upper

local explain = {}

local most_terms = 12  -- up to so many terms are all shown
local most_shown = 10  -- of more terms the largest so many are shown
-- With the option depth: how many terms are shown of the number itself, or, of numbers in terms, of a sum of more than
-- `whole` terms; and how many numbers in one term are explained. The first of these whose text fits the terminal, and
-- takes at most most_lines, is taken.
local tries = { { own = most_terms, whole = most_terms, terms = 3, numbers = 5 },
  { own = most_terms, whole = most_terms, terms = 2, numbers = 3 },
  { own = most_terms, whole = most_terms, terms = 1, numbers = 2 },
  { own = 5, whole = 2, terms = 1, numbers = 2 }, { own = 3, whole = 2, terms = 1, numbers = 2 } }
local most_lines = 40
local most_nodes = 500 -- numbers that are explained in turn, with the option depth

local node = { __name = "explanation", __metatable = false } -- the metatable of explanations
local number = show.number

-- --- what is asked for ------------------------------------------------------------------

local known = options.kinds.quantity.choices
local is_known = {}
for _, name in ipairs(known) do is_known[name] = true end

local fields = { cost = "J", x = "grad_x" } -- what explain calls otherwise than networks do

local function quantity_of(what) return quantities.by_field[fields[what] or what] end

-- Raises when no pass, or walk, has made the quantity of this layer yet. label: its name in the message.
local function check_made(net, what, l, label)
  local made
  if fields[what] then made = net[fields[what]] else made = core.view(net, what, l) end
  if made then return end
  local quantity = quantity_of(what)
  if not quantity.maker then raise("explain: %s: %s", label, lists.no_state(net)) end
  local walking = core.walk_state(net) and quantity.op ~= "update"
  raise("explain: %s is not made yet: %s makes it", label,
    walking and "a later operation of the walk" or quantities.makers(quantity))
end

-- The index v as an integer; raises when it is no whole number from 1 to n. name and of are for the message.
local function index(name, v, n, of)
  local whole = math.type(v) and math.tointeger(v)
  if not whole or whole < 1 or whole > n then
    raise("explain: %s: expected 1 to %d%s, got %s", name, n, of, options.show(v))
  end
  return whole
end

-- Reads the arguments of explain in all their forms. Returns the quantity ("grad"), its layer, i, j and the options.
local function number_of(what, l, i, j, o)
  what = lists.what(what) or what
  local written, at, row, column = match(tostring(what), "^%s*([%a_]+)%[(%d+)%]%[(%d+)%]%[?(%d*)%]?%s*$")
  if written then -- explain "GRAD[1][2][3]", explain "GRAD_X[2][1]"
    if i ~= nil then raise "explain: expected the indices once: explain \"GRAD[1][2][3]\"" end
    what, l, i, j, o = written, tonumber(at), tonumber(row), tonumber(column), l
    if not j then j, o = o, nil end
  end
  local name = type(what) == "string" and lower(what)
  if name == "j" then name = "cost" elseif name == "grad_x" then name = "x" end
  if not name then
    raise("explain: expected one of %s, got %s%s", table.concat(known, ", "), options.show(what),
      type(what) == "number" and '; name the number to explain: explain("grad", 1, 2, 3), explain("J")'
      or '; say it in quotes, explain("grad", 1, 2, 3)')
  elseif not is_known[name] then
    raise("explain: no quantity %s%s", options.show(what), names.suggest(name, known))
  end
  if name == "x" then return name, nil, l, i, j end
  if name ~= "cost" then return name, l, i, j, o end
  if type(l) == "number" then raise 'explain: J is one number: explain("cost")' end
  return name, nil, nil, nil, l
end

local function depth_of(o)
  o = options.take("explain", o)
  return o.depth == nil and 1 or options.whole("explain: depth", o.depth, 1)
end

-- --- making the tree -----------------------------------------------------------------------

-- Which of the terms `from`, indices, are shown: up to `whole` all, else the `most` largest. Returns their indices and
-- the sum of the others.
local function largest(list, from, whole, most)
  if #from <= whole then return from, 0 end
  local shown, rest, is_shown = {}, 0, {}
  local function size(k) -- NaN counts as the largest
    local v = math.abs(list[k].value)
    return v == v and v or math.huge
  end
  for _, k in ipairs(from) do
    local at = math.min(#shown, most) + 1
    while at > 1 and size(k) > size(shown[at - 1]) do at = at - 1 end
    if at <= most then
      table.insert(shown, at, k)
      shown[most + 1] = nil
    end
  end
  for _, k in ipairs(shown) do is_shown[k] = true end
  for _, k in ipairs(from) do
    if not is_shown[k] then rest = rest + list[k].value end
  end
  return shown, rest
end

-- Which terms of the list are shown at most. Returns their indices, how many others there are, and the sum of those.
local function chosen(list)
  local all = {}
  for k = 1, #list do all[k] = k end
  local shown, rest = largest(list, all, most_terms, most_shown)
  return shown, #list - #shown, rest
end

-- The metatable of the terms of `made`, a node of terms.lua. A term's text and label are made when they are read.
local function term_class(made)
  local class = { __name = "term", __metatable = false }
  function class.__index(t, name)
    if name == "label" then return format("%s %d", made.unit, t.index) end
    return name == "text" and terms.text(made, t) or nil
  end
  function class.__tostring(t) return format("%s = %s", t.text, number(t.value)) end
  return class
end

local function label_of(what, l, i, j)
  if what == "x" then return format("GRAD_X[%d][%d]", i, j) end
  return what == "cost" and "J" or format("%s[%d][%d][%d]", upper(what), l, i, j)
end

-- The explanation of one number. The numbers in its terms are explained in turn, to depth - 1 levels. room.left: how
-- many more may be; room.short becomes true when there were more.
local function make(net, f, what, l, i, j, depth, room)
  local made = terms.of[what](net, f, l, i, j)
  local self = { what = what, layer = l, i = i, j = j, name = label_of(what, l, i, j), head = made.head,
    above = made.above, symbols = made.symbols,
    terms = made.list, engine = made.engine, notes = made.notes or {} }
  local class = term_class(made)
  for _, t in ipairs(made.list) do setmetatable(t, class) end
  self.value = terms.sum(made.list)
  self.difference = self.value - self.engine
  if self.value == self.engine then self.difference = 0 end -- also when both are Inf
  local was = edited.was(net, what, l, i, j)
  if was then
    table.insert(self.notes, 1, format("%s was written by hand: the walk had made it %s", self.name, number(was)))
  elseif not terms.agree(net, made.list, self.engine) then
    local quantity = quantity_of(what)
    table.insert(self.notes, 1,
      format("stale or wrong: %s is not what its terms now come to. If they have changed since it "
      .. "was made, %s makes it anew; else check() says more", self.name,
      quantity.maker and quantities.makers(quantity) or "update()"))
  end
  self.shown, self.left, self.rest = chosen(made.list)
  for _, k in ipairs(depth > 1 and made.open and self.shown or {}) do
    local t, opened = made.list[k], {}
    for n, q in ipairs(made.open(t)) do
      if room.left <= 0 then
        room.short = true
        break
      end
      room.left = room.left - 1
      opened[n] = make(net, f, q[1], q[2], q[3], q[4], depth - 1, room)
    end
    if #opened > 0 then t.terms = opened end
  end
  return setmetatable(self, node)
end

-- --- as text ---------------------------------------------------------------------------------

local function pad(s, width) return s .. rep(" ", width - #s) end

local add

-- Adds the lines of the numbers in term t of self, at most few.numbers: that of the same unit as self, and the largest.
local function add_opened(self, t, lines, indent, seen, few)
  local opened, is_left = t.terms or {}, {}
  local order = table.move(opened, 1, #opened, 1, {})
  local function size(e) return e.j == self.j and math.huge or math.abs(e.value) end
  if #opened > few.numbers then table.sort(order, function(a, b) return size(a) > size(b) end) end
  for n = few.numbers + 1, #order do is_left[order[n]] = true end
  for _, e in ipairs(opened) do
    if not is_left[e] then add(e, lines, indent .. "      ", seen, few) end
  end
  if #opened > few.numbers then
    lines[#lines + 1] = format("%s      %d more, all smaller, are not shown", indent, #opened - few.numbers)
  end
end

-- The terms of self that are shown at this indentation, how many others there are, and the sum of those.
local function terms_at(self, indent, few)
  local whole, most = few.whole, few.terms
  if indent == "" then
    whole, most = few.own, few.own
  elseif self.left > 0 then
    whole = most
  end
  local shown, rest = largest(self.terms, self.shown, whole, most)
  return shown, #self.terms - #shown, self.rest + rest
end

-- Adds the lines of the terms of self. Returns the width of the labels.
local function add_terms(self, lines, indent, seen, few)
  local labels, texts, wide, long = {}, {}, #"engine", 0
  local shown, left, rest = terms_at(self, indent, few)
  for n, k in ipairs(shown) do
    local t = self.terms[k]
    labels[n], texts[n] = t.label, t.text
    wide, long = math.max(wide, #labels[n]), math.max(long, #texts[n])
  end
  for n, k in ipairs(shown) do
    local t = self.terms[k]
    local value = number(t.value + 0) -- no -0
    lines[#lines + 1] = format("%s  %s  %s = %s", indent, pad(labels[n], wide), pad(texts[n], long), value)
    add_opened(self, t, lines, indent, seen, few)
  end
  if left > 0 then
    lines[#lines + 1] = format("%s  the other %d, all smaller: sum %s", indent, left, number(rest))
  end
  return wide
end

-- The same for a sum of one term: "= g(1.39465) = 0.801334".
local function add_one(self, lines, indent, seen, few)
  local t = self.terms[1]
  local value = number(t.value + 0)
  lines[#lines + 1] = format("%s  = %s%s", indent, t.text == value and "" or t.text .. " = ", value)
  add_opened(self, t, lines, indent, seen, few)
  return #"engine"
end

-- Adds the lines of explanation self. seen: the names of numbers that are explained above already; of these only the
-- value is shown.
function add(self, lines, indent, seen, few)
  if seen[self.name] then
    lines[#lines + 1] = format("%s%s = %s, see above", indent, self.name, number(self.value))
    return
  end
  seen[self.name] = true
  if self.above then lines[#lines + 1] = indent .. self.above end
  lines[#lines + 1] = format("%s%s = %s", indent, self.head or self.name, self.symbols)
  local wide = (#self.terms == 1 and add_one or add_terms)(self, lines, indent, seen, few)
  if #self.terms > 1 then lines[#lines + 1] = format("%s  %s  %s", indent, pad("sum", wide), number(self.value)) end
  if indent == "" then
    lines[#lines + 1] = format("  %s  %s   difference %.2g", pad("engine", wide), number(self.engine), self.difference)
  end
  for _, note in ipairs(self.notes) do -- a note is shown once
    if not seen[note] then lines[#lines + 1] = indent .. "  " .. note end
    seen[note] = true
  end
end

function node.__index(self, name)
  return name == "text" and tostring(self) or nil
end

local function text_of(self, few)
  local lines = {}
  add(self, lines, "", {}, few)
  if self.short then lines[#lines + 1] = format("  only the first %d numbers were explained", most_nodes) end
  return table.concat(lines, "\n")
end

function node.__tostring(self)
  for _, few in ipairs(tries) do
    local text = text_of(self, few)
    if show.fits(text) and show.lines(text) <= most_lines then return text end
  end
  return text_of(self, tries[1])
end

-- --- the functions ------------------------------------------------------------------------------

--- net:explain(what, l, i, j [, {depth = n}])
-- Explains where one number came from: explain("grad", 1, 2, 3) shows GRAD[1][2][3] as a sum, with its formula, the
-- numbers of each term, and the total beside the engine's own number. Of many terms the largest are shown, and the sum
-- of the others. what is "z", "a", "delta", "grad", "theta" (its next update), "dtheta" (its last one) or, without
-- indices, "cost". The numbers are those that A Z DELTA GRAD THETA hold now; when they no longer fit together it says
-- so. explain("x", 2, 1) explains GRAD_X[2][1].
-- {depth = 2} explains the numbers in the terms, too, and so on, back to the data. Returns a tree: value, engine,
-- difference, terms[k].value, .text and, with depth, .terms, which are explanations.
-- DELTA[1]:explain(2, 1) is explain("delta", 1, 2, 1); so are explain "DELTA[1][2][1]" and DELTA[1][2]:explain(1).
-- > forward() backward()
-- > explain("grad", 1, 2, 3)
-- > explain("delta", 1, 4, 1, {depth = 3})
-- > explain("cost").terms[1].value
function explain.of(net, what, l, i, j, o, ...)
  core.network_self(net, "explain")
  if core.is_matrix(what) and o == nil then return explain.of_matrix(what, l, i, j) end -- explain(DELTA[1], 2, 1)
  local name
  name, l, i, j, o = number_of(what, l, i, j, o)
  options.no_more('explain: expected what, layer, i, j and options: explain("grad", 1, 2, 3)', ...)
  local depth = depth_of(o)
  local f = symbols.facts(net)
  if not fields[name] then l = index("layer", l, quantities.place(name, f.L), "") end
  local label = fields[name] and quantity_of(name).name or format("%s[%d]", upper(name), l)
  check_made(net, name, l, label)
  if name == "theta" or name == "dtheta" then check_made(net, "grad", l, format("GRAD[%d]", l)) end
  if name ~= "cost" then
    local m = name == "x" and net.grad_x or net[name][l]
    local of = format(" of %s (%d x %d)", label, m.nrows, m.ncols)
    i, j = index("i", i, m.nrows, ", a row" .. of), index("j", j, m.ncols, ", a column" .. of)
  end
  local room = { left = most_nodes }
  local self = make(net, f, name, l, i, j, depth, room)
  self.short = room.short
  return self
end

--- m:explain(i, j [, {depth = n}])
-- Explains where element i, j of m came from, as explain does. m is a live matrix of a network; a row of one takes the
-- column alone, r:explain(j).
-- > forward() backward()
-- > DELTA[1]:explain(2, 1)
-- > DELTA[1][2]:explain(1)
function explain.of_matrix(m, i, j, ...)
  local origin, row = core.origin(m)
  if origin and origin.what == "grad_x" then
    if row then return explain.of(origin.net, "x", row, i, j, ...) end
    return explain.of(origin.net, "x", i, j, ...)
  end
  if not origin or not is_known[origin.what] then
    local shown = {}
    for k, what in ipairs(quantities.matrices) do shown[k] = quantities.by_field[what].name .. "[l]" end
    raise("explain: expected one of %s, or a row of it, got another matrix; X and y are data, which nothing "
      .. "made", table.concat(shown, " "))
  end
  if row then
    if (...) ~= nil then raise "explain: for a row expected a column and options: THETA[1][2]:explain(3)" end
    return explain.of(origin.net, origin.what, origin.layer, row, i, j)
  end
  return explain.of(origin.net, origin.what, origin.layer, i, j, ...)
end

return explain
