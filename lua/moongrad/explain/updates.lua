-- updates.lua - what an update of one parameter is the sum of: its next, its last, and the optimiser's states.

local core = require "moongrad.core"
local show = require "moongrad.show"
local terms = require "moongrad.explain.terms"
local format, gsub, upper = string.format, string.gsub, string.upper

local number = show.number
local of = terms.of -- here those of THETA, DTHETA, V and S are added

local function is_frozen(f, l, j)
  return not f.bias[l] and j == 1 or f.frozen[l] & (j == 1 and 1 or 2) ~= 0
end

-- The update that GRAD makes of one element: x, what it goes out from; terms, of DTHETA; theta and dtheta that come of
-- it. again: the update before it, of what the element was.
local function update_of(net, f, l, i, j, again)
  local theta, dtheta, t, was, states = core.updated(net, l, i, j, again)
  local x = { dtheta = dtheta, grad = net.grad[l][i][j], t = t, theta = was, is_bias = j == 1 }
  for name, v in pairs(f.numbers) do x[name] = v end
  x.eta = f.eta * f.eta_scale[l]
  for k, name in ipairs(select(2, core.optimizer(net))) do x[name] = states[k] end
  return { x = x, terms = f.optimiser.terms(x), theta = theta, dtheta = dtheta }
end

-- The product of a term's factors, their first without its sign.
local function factors(term, first)
  local list = { number(first) }
  for k = 2, #term do list[k] = number(term[k]) end
  return format(term.form or "%s * %s", table.unpack(list))
end

-- " - 2 * 0.0062"
local function added(term) return (term[1] < 0 and " - " or " + ") .. factors(term, math.abs(term[1])) end

-- "0.9 * 0.02 - 0.1 * 0.3"
local function sum_text(list)
  local text = factors(list[1], list[1][1])
  for k = 2, #list do text = text .. added(list[k]) end
  return text
end

-- "V[1][2][3]", "STEPS[1][2][3]"
local function state_name(name, l, i, j) return format("%s[%d][%d][%d]", upper(name), l, i, j) end

-- What an update makes of the states of an element, a line for each.
local function state_notes(net, f, l, i, j, update)
  local lines = {}
  for k, name in ipairs(select(2, core.optimizer(net))) do
    local state = f.optimiser.states[name]
    if not state then return {} end -- the user's own
    local list = state.terms(update.x)
    lines[k] = format("%s becomes %s = %s", state_name(name, l, i, j), sum_text(list), number((terms.sum(list))))
  end
  return lines
end

-- The numbers that the terms of an update came from.
local function open_terms(l, i, j)
  return function(t) return t.opens and { { t.opens, l, i, j } } or {} end
end

-- "THETA[1][2][3] = 0.0923 - 2 * 0.0062 = 0.08 was the last update", when that was by this GRAD; else nil.
local function last_update(net, f, l, i, j)
  local earlier, last = core.theta_before(net, l), core.view(net, "dtheta", l)
  local w = net.theta[l][i][j]
  if not (earlier and last) or net.grad[l][i][j] == 0 then return nil end
  local update, sum = update_of(net, f, l, i, j, true), ""
  if update.dtheta ~= last[i][j] or update.theta ~= w then return nil end
  for name, list in pairs(next(f.optimiser.states or {}) and net.state or {}) do
    if not terms.agree(net, f.optimiser.states[name].terms(update.x), list[l][i][j]) then return nil end
  end
  for _, term in ipairs(update.terms) do sum = sum .. added(term) end
  return format("THETA[%d][%d][%d] = %s%s = %s was the last update", l, i, j, number(earlier[i][j]), sum, number(w))
end

-- A formula for one element; that of DTHETA.
local function indexed(formula, l, i, j) return (gsub(formula, "@", format("[%d][%d][%d]", l, i, j))) end
local function element(f, l, i, j) return indexed(f.optimiser.element, l, i, j) end

function of.theta(net, f, l, i, j)
  local w = net.theta[l][i][j]
  local W = format("THETA[%d][%d][%d]", l, i, j)
  local list = { { value = w, label = "as it is", w, form = "%s" } }
  if is_frozen(f, l, j) then
    local why = f.bias[l] and "which is frozen" or format("layer %d has no bias", l)
    return { head = "next " .. W, symbols = W .. ", " .. why, engine = w, list = list, form = "%s" }
  end
  local update = update_of(net, f, l, i, j, false)
  table.move(update.terms, 1, #update.terms, 2, list)
  local notes = state_notes(net, f, l, i, j, update)
  if j == 1 then notes[#notes + 1] = "column 1 is the bias, the weight of a constant 1" end
  local above = last_update(net, f, l, i, j)
  if above then
    notes[#notes + 1] = "this GRAD is that of the last update; forward() backward() make that of THETA as it now is"
  end
  local plus = gsub("+ " .. element(f, l, i, j), "^%+ %-", "- ")
  return { above = above, head = "next " .. W, symbols = W .. " " .. plus, list = list,
    engine = update.theta, form = "%s * %s", notes = notes, open = open_terms(l, i, j) }
end

function of.dtheta(net, f, l, i, j)
  local node = { symbols = element(f, l, i, j), engine = net.dtheta[l][i][j], form = "%s * %s",
    open = open_terms(l, i, j) }
  if is_frozen(f, l, j) then
    node.symbols, node.list, node.open = "0, it is frozen or there is no bias", {}, nil
  else
    local update = update_of(net, f, l, i, j, true)
    node.list, node.notes = update.terms, state_notes(net, f, l, i, j, update)
  end
  return node
end

-- A state as the last update made it; as it is, where GRAD is no longer that of that update.
local function of_state(name)
  return function(net, f, l, i, j)
    local engine = net[name][l][i][j]
    local node = { symbols = "as it is", engine = engine, form = "%s",
      list = { { value = engine, label = "as it is", engine } } }
    if is_frozen(f, l, j) then
      node.symbols, node.list = "0, it is frozen or there is no bias", {}
    elseif not core.view(net, "dtheta", l) then
      node.symbols, node.list = "0, there has been no update", {}
    elseif core.view(net, "grad", l) and f.optimiser.states[name] then
      local record = f.optimiser.states[name]
      local list = record.terms(update_of(net, f, l, i, j, true).x)
      if not terms.agree(net, list, engine) then
        node.notes = { "GRAD is no longer that of the update which made it, or it was written to" }
        return node
      end
      node.symbols, node.list, node.form = indexed(record.element, l, i, j), list, "%s * %s"
      node.open = open_terms(l, i, j)
    end
    return node
  end
end

of.v, of.s = of_state "v", of_state "s"

return of
