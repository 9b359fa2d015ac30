-- verdict.lua - the report of a gradient check: the verdict that its pairs give together, and how it prints. A pair is
-- one gradient by backpropagation and by differences; the engine judges each (src/engine/verdict.c).

local core = require "moongrad.core"
local page = require "moongrad.help.page"
local show = require "moongrad.show"
local format, gsub, upper = string.format, string.gsub, string.upper

local verdict = {}

-- The verdicts of pairs, numbers in the matrices layers[l].state: mg_verdict of the engine's check.h.
local agrees, finer, both_zero, undecided, wrong, kinked = 1, 2, 3, 4, 5, 6
verdict.words = { [agrees] = "agrees", [finer] = "agrees", [both_zero] = "0 = 0", [undecided] = "undecided",
  [wrong] = "wrong" }
verdict.wrong = wrong

-- Is a pair of this state decided: does it say whether GRAD is right?
function verdict.is_decided(state) return state == agrees or state == finer or state == wrong end

-- Calls f(l, i, j, state, backprop, numeric, relative, noise) for every pair that was compared.
function verdict.each(self, f)
  for l, layer in pairs(self.layers) do
    local backprop, numeric, relative, noise = layer.backprop:totable(), layer.numeric:totable(),
      layer.relative:totable(), layer.noise:totable()
    for i, row in ipairs(layer.state:totable()) do
      for j, state in ipairs(row) do
        if verdict.words[state] then
          f(l, i, j, state, backprop[i][j], numeric[i][j], relative[i][j], noise[i][j])
        end
      end
    end
  end
end

-- --- the table ------------------------------------------------------------------------------

local pairs_table = { __name = "check table", __metatable = false }

-- Numbers as the table shows them.
local function cell(x) return x - x == 0 and format("%.9g", x) or show.number(x) end

local function short(x) return x == x and format("%.3g", x) or "NaN" end

function pairs_table.__tostring(self)
  local lines = { format("%-16s | %16s | %16s | %s", "", "backprop", "numeric", "relative") }
  local most = show.room(3)
  for k, p in ipairs(self) do
    if k > most then break end
    local said = p.verdict ~= "agrees" and "  " .. p.verdict or ""
    lines[#lines + 1] = format("%-16s | %16s | %16s | %s", format("GRAD[%d][%d][%d]", p.layer, p.i, p.j),
      cell(p.backprop), cell(p.numeric), short(p.relative)) .. said
  end
  if #self > most then lines[#lines + 1] = format("%d more, with smaller errors", #self - most) end
  lines[#lines + 1] = format("||b - n|| / (||b|| + ||n||) = %s", short(self.norm_ratio))
  return table.concat(lines, "\n")
end

-- All pairs that were compared, the worst first: {layer, i, j, backprop, numeric, relative, verdict}; and norm_ratio.
local function table_of(self)
  local list = setmetatable({ norm_ratio = self.norm_ratio }, pairs_table)
  verdict.each(self, function(l, i, j, state, backprop, numeric, relative)
    list[#list + 1] = { layer = l, i = i, j = j, backprop = backprop, numeric = numeric, relative = relative,
      verdict = verdict.words[state] }
  end)
  local function size(p) return p.relative == p.relative and p.relative or math.huge end
  table.sort(list, function(p, q)
    if size(p) ~= size(q) then return size(p) > size(q) end
    if p.layer ~= q.layer then return p.layer < q.layer end
    if p.i ~= q.i then return p.i < q.i end
    return p.j < q.j
  end)
  return list
end

-- --- the report -------------------------------------------------------------------------------

local check = { __name = "check", __metatable = false }

-- The table is made when it is first read, since it is long for many parameters.
function check.__index(self, key)
  if key ~= "table" then return nil end
  self.table = table_of(self)
  return self.table
end

function check.__tostring(self)
  local lines = {
    format("check %s   %s differences of %s, epsilon %g, tolerance %g", self.verdict == "ok" and "ok"
      or upper(self.verdict), self.method, self.of, self.epsilon, self.tolerance),
    format("  largest relative error %s over %d gradients, floor %.3g", short(self.relative), self.compared,
      self.floor),
    "  " .. gsub(self.reason, "; ", "\n  "),
  }
  if self.warning then lines[#lines + 1] = "  " .. self.warning end
  local kinks = #self.kinks
  if kinks > 0 then
    local k = self.kinks[1]
    lines[#lines + 1] = format("  %d left out: the difference crosses a kink (first GRAD[%d][%d][%d])", kinks,
      k.layer, k.i, k.j)
  end
  return page.layout(table.concat(lines, "\n"))
end

-- A new report with these fields; verdict.settle fills in the others.
function verdict.new(fields)
  fields.layers, fields.mistakes = {}, {}
  return setmetatable(fields, check)
end

-- --- what the pairs say together -----------------------------------------------------------------

-- Adds to the report the pairs of layer l whose difference crosses a kink.
local function add_kinks(self, l)
  for i, row in ipairs(self.layers[l].state:totable()) do
    for j, state in ipairs(row) do
      if state == kinked then self.kinks[#self.kinks + 1] = { layer = l, i = i, j = j } end
    end
  end
end

-- Takes the worst pair of layer l into the report, when its verdict weighs more than that of the worst pair so far, or
-- weighs as much and its error is larger. t: the layer's tally; rank: the weight so far (wrong 2, agrees 1, undecided
-- 0). Returns the new rank.
local function take_worst(self, l, t, rank)
  local is_worse = t.worst ~= t.worst or not (t.worst <= self.relative)
  if t.pairs == 0 or t.rank < rank or t.rank == rank and not (is_worse and self.relative == self.relative) then
    return rank
  end
  local layer = self.layers[l]
  self.relative = t.worst
  self.worst = { layer = l, i = t.i, j = t.j, backprop = layer.backprop[t.i][t.j], numeric = layer.numeric[t.i][t.j],
    relative = t.worst }
  return t.rank
end

-- counts of the report -> those of core.tally
local counts = { compared = "pairs", undecided = "undecided", retaken = "finer", below = "below", zeros = "zeros" }

-- sqrt(a^2 + b^2), also where the squares would overflow
local function hypot(a, b)
  local most = math.max(a, b)
  return (most == 0 or most == math.huge) and most or most * ((a / most) ^ 2 + (b / most) ^ 2) ^ .5
end

-- Adds up these layers in the report. Returns how many pairs are wrong, how many agree, and a list of the wrong pairs
-- that are furthest apart.
local function add_up(self, layers)
  local bad, good, rank, far, norm = 0, 0, -1, {}, { apart = 0, backprop = 0, numeric = 0 }
  self.kinks, self.relative, self.worst = {}, 0, nil
  for name in pairs(counts) do self[name] = 0 end
  for _, l in ipairs(layers) do
    local layer = self.layers[l]
    local relative, t = core.tally(layer.backprop, layer.numeric, layer.state, self.floor)
    layer.relative, layer.kinked = relative, core.eq(layer.state, kinked)
    for name, of in pairs(counts) do self[name] = self[name] + t[of] end
    bad, good, rank = bad + t.wrong, good + t.agreed, take_worst(self, l, t, rank)
    for name, of_others in pairs(norm) do norm[name] = hypot(of_others, t[name]) end
    if t.kinks > 0 then add_kinks(self, l) end
    for _, p in ipairs(t.furthest) do far[#far + 1] = { l = l, i = p.i, j = p.j, apart = p.apart } end
  end
  local sum = norm.backprop + norm.numeric
  self.norm_ratio = sum == 0 and 0 or norm.apart / sum
  return bad, good, far
end

-- Is one of the four wrong pairs that are furthest apart wrong by tiny steps, too? If not, no pair counts as wrong.
local function confirmed(far, confirm)
  table.sort(far, function(p, q) return p.apart > q.apart or p.apart ~= p.apart and q.apart == q.apart end)
  for k = 1, math.min(4, #far) do
    if confirm(far[k].l, far[k].i, far[k].j) then return true end
  end
  return false
end

-- Makes all wrong pairs undecided.
local function take_back(self, layers)
  for _, l in ipairs(layers) do
    local state = self.layers[l].state
    for i, row in ipairs(state:totable()) do
      for j, v in ipairs(row) do
        if v == wrong then state[i][j] = undecided end
      end
    end
  end
end

-- Fills in verdict, ok, compared, undecided, relative, worst, kinks and norm_ratio from the pairs of these layers.
-- confirm(l, i, j): is that pair wrong by tiny steps, too?
function verdict.settle(self, layers, confirm)
  local bad, good, far = add_up(self, layers)
  if bad > 0 and not confirmed(far, confirm) then
    take_back(self, layers)
    bad, good = add_up(self, layers)
  end
  if bad + good == 0 then self.undecided = self.compared end -- pairs of exact zeros decide nothing
  self.ok = bad == 0
  self.verdict = bad > 0 and "failed" or good > 0 and "ok" or "undecided"
  self.unresolved = self.undecided
end

return verdict
