-- edited.lua - which of the numbers that a walk made were overwritten by the user since. Walks (walk.lua) and
-- explanations (explain.lua) name them.

local core = require "moongrad.core"
local quantities = require "moongrad.quantities"
local format, upper = string.format, string.upper

local edited = {}

local most = 1e6     -- larger matrices are not compared
local most_named = 3 -- overwritten numbers that are named

local state = core.network_state

-- The walk with this number begins.
function edited.begin(net, number)
  local walked = { number = number }
  for _, what in ipairs(quantities.matrices) do walked[what] = {} end
  state(net).walked = walked
end
-- An operation of the walk has just made a matrix: keeps a copy of it.
function edited.made(net, name, layer)
  local m = core.view(net, name, quantities.place(name, layer))
  state(net).walked[name][quantities.place(name, layer)] = m.nrows * m.ncols <= most and m:copy() or nil
end

-- The matrix net[name][l] as it is, and as the current walk made it; nil when the two are equal, or no walk made it.
local function both(net, name, l)
  local walked = state(net).walked
  local made = walked and walked.number == core.walk_state(net) and (walked[name] or {})[l]
  local now = made and core.view(net, name, l)
  if now and now ~= made then return now, made end
end

local function differs(a, b) return a ~= b and (a == a or b == b) end

-- The number that the walk put into net[name][l][i][j], when another stands there now; else nil.
function edited.was(net, name, l, i, j)
  local now, made = both(net, name, l)
  return now and differs(now[i][j], made[i][j]) and made[i][j] or nil
end

-- ", but Z[1][2][1] and Z[1][3][1], written by hand": the overwritten numbers of the matrix that an operation made; ""
-- when there are none.
function edited.words(net, name, layer)
  local l, names, count = quantities.place(name, layer), {}, 0
  local now, made = both(net, name, l)
  if not now then return "" end
  local was = made:totable()
  for i, row in ipairs(now:totable()) do
    for j, v in ipairs(row) do
      if differs(v, was[i][j]) then
        count = count + 1
        if count <= most_named then names[count] = format("%s[%d][%d][%d]", upper(name), l, i, j) end
      end
    end
  end
  if count == 0 then return "" end
  if count > most_named then return format(", but %d numbers written by hand, %s first", count, names[1]) end
  local last = table.remove(names)
  return format(", but %s, written by hand", #names > 0 and table.concat(names, ", ") .. " and " .. last or last)
end

return edited
