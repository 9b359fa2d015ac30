-- numbers.lua - an operation of a walk of one row in numbers: "Z[1][1][1] = 1 * 0.417 + 0 * 0.72 = 0.417".

local core = require "moongrad.core"
local edited = require "moongrad.explain.edited"
local show = require "moongrad.show"
local symbols = require "moongrad.explain.symbols"
local terms = require "moongrad.explain.terms"
require "moongrad.explain.updates"
local format, upper = string.format, string.upper

local number = show.number

local most_lines = 4 -- of the elements of a matrix the first so many have a line
local most_terms = 4 -- of more terms the first two are shown, and the sum of the others

-- The terms of a sum as text: "1 * 0.417 + 0.2 * 0.72 + (782 others: 190.1)".
local function sum_text(made)
  local list, texts = made.list, {}
  local shown = #list <= most_terms and #list or 2
  for k = 1, shown do
    local t = list[k]
    texts[k] = t.label == "l1, l2" and format("(l1, l2: %s)", number(t.value)) or terms.text(made, t)
  end
  if shown == #list then return table.concat(texts, " + ") end
  local rest = 0
  for k = shown + 1, #list do rest = rest + list[k].value end
  return format("%s + (%d others: %s)", table.concat(texts, " + "), #list - shown, number(rest))
end

-- The line of THETA[l][i][j] after the update; nil where it is another by now.
local function update_line(net, f, l, i, j)
  local made, was, now = terms.of.dtheta(net, f, l, i, j), core.theta_before(net, l)[i][j], net.theta[l][i][j]
  if #made.list == 0 or not terms.agree(net, { { value = was }, table.unpack(made.list) }, now) then return nil end
  return format("THETA[%d][%d][%d] = %s + %s = %s", l, i, j, number(was), sum_text(made), number(now))
end

-- The line of one number; nil where its terms no longer come to it.
local function line(net, f, what, l, i, j)
  if what == "theta" then return update_line(net, f, l, i, j) end
  if edited.was(net, what, l, i, j) then return nil end
  local made = terms.of[what](net, f, l, i, j)
  if #made.list == 0 or not terms.agree(net, made.list, made.engine) then return nil end
  local name = what == "cost" and "J" or format("%s[%d][%d][%d]", upper(what), l, i, j)
  return format("%s = %s = %s", name, sum_text(made), number(made.engine + 0)) -- no -0
end

-- Calls add(what, l, i, j) for the elements that an operation makes, until it returns true.
local function each(net, f, name, layer, add)
  if name == "cost" then return add "cost" end
  if name == "update" then
    for l = 1, f.L do
      if add("theta", l, 1, f.bias[l] and 1 or 2) then return end
    end
    return
  end
  local what, l, first = name, layer, 1
  if name == "a" or name == "dropout" then
    what, l = "a", layer + 1
    if layer < f.L then first = 2 end -- behind the one
  end
  local m = core.view(net, what, l)
  for i = 1, #m do
    for j = first, m.ncols do
      if add(what, l, i, j) then return end
    end
  end
end

-- The lines of an operation, "z" for example, of a layer: {} where the walk is of several rows.
return function(net, name, layer)
  local lines = {}
  if core.batch(net) ~= 1 then return lines end
  local f, count = symbols.facts(net), 0
  each(net, f, name, layer, function(...)
    lines[#lines + 1] = line(net, f, ...)
    count = count + 1
    return count == most_lines
  end)
  return lines
end
