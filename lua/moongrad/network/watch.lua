-- watch.lua - watched expressions, and steps with the option stop_when: runs of epochs that Lua looks at in between.

local core = require "moongrad.core"
local lists = require "moongrad.network.lists"
local options = require "moongrad.options"
local past = require "moongrad.past.past"
local quantities = require "moongrad.quantities"
local raise = require "moongrad.raise"
local show = require "moongrad.show"
local format, gsub = string.format, string.gsub

local watch = {}

local state = core.network_state
local step = core.network_class.methods.step -- the engine's step, without options and watches
local most_rows = 10000                      -- recorded by a watch, unless `every` is given

-- --- watches -----------------------------------------------------------------------------

-- The environment of a watched expression: the quantities and methods of net, else globals. found.lacks is set to the
-- first quantity that it reads and that is not there.
local function scope(net, found)
  return setmetatable({}, {
    __index = function(_, name)
      local quantity = quantities.by_name[name]
      if quantity then
        local v = net[quantity.field]
        if quantity.kind == "matrices" and v and #v == 0 then v = nil end -- no pass has made it yet
        if v == nil then found.lacks = found.lacks or quantity end
        return v
      end
      local method = core.network_class.methods[name]
      if method then return function(...) return method(net, ...) end end
      return _G[name]
    end,
    __newindex = function(_, name) raise("watch: %s = ...: an expression changes nothing", name) end,
  })
end

-- The numbers of a value, row by row; or nil and why it has none.
local function numbers(v)
  if type(v) == "number" then return { v } end
  if type(v) == "boolean" then return { v and 1 or 0 } end
  if not core.is_matrix(v) then return nil, "expected a number or a matrix, got " .. options.show(v) end
  local row = {}
  if pcall(function() return v[1][1] end) then
    for _, numbers_of in ipairs(v:totable()) do table.move(numbers_of, 1, #numbers_of, #row + 1, row) end
  else
    row = v:totable()
  end
  return row
end

-- Why a quantity of net is nil.
local function why_nil(net, quantity)
  if not quantity.maker then return lists.no_state(net) end
  return format("%s is not made yet: %s makes it", quantity.name, quantities.makers(quantity))
end

-- Records the value of watch w at this epoch. When that fails w is stopped: returns a message for the user, and why.
local function look(net, w)
  w.found.lacks = nil
  local ok, v = core.look(net, w.f) -- the expression may change nothing: a change would be looked at again
  local row, why
  if ok then
    row, why = numbers(v)
    if row and w.width and #row ~= w.width then
      row, why = nil, format("the value has %d numbers now, it had %d", #row, w.width)
    end
  else
    why = gsub(gsub(tostring(v), "^watch:%d+: ", ""), "^[^\n]-%.lua:%d+: ", "")
  end
  if not row and w.found.lacks then why = why_nil(net, w.found.lacks) end
  if not row then
    w.error = format('watch %q: %s', w.expression, why)
    return w.error .. "; it is no longer watched", why
  end
  w.width = #row
  table.insert(row, 1, net.epoch)
  w.rows[#w.rows + 1] = row
  if not w.asked and #w.rows > most_rows then
    local kept = {}
    for i = 1, #w.rows, 2 do kept[#kept + 1] = w.rows[i] end
    w.rows, w.every = kept, 2 * w.every
  end
end

local function watches(net) return state(net).watches or {} end

-- Records the watches that are due at this epoch. Returns the messages of those that failed; nil when none did.
function watch.look(net)
  past.check_idle(net)
  local messages
  local epoch = net.epoch
  for _, w in ipairs(watches(net)) do
    if not w.error and epoch % w.every == 0 then
      local message = look(net, w)
      if message then messages = messages and messages .. "\n" .. message or message end
    end
  end
  return messages
end

-- How many epochs from here the next watch is due; at most `most`.
local function until_look(net, most)
  local epoch = net.epoch
  for _, w in ipairs(watches(net)) do
    if not w.error then most = math.min(most, w.every - epoch % w.every) end
  end
  return most
end

local watching = { __name = "watch", __metatable = false } -- the metatable of what watch returns

function watching.__tostring(w)
  return format("watching %s every %s: watched() shows what was recorded%s", w.expression,
    w.every == 1 and "epoch" or w.every .. " epochs", w.as_yet and "; no value yet: " .. w.as_yet or "")
end

--- net:watch(expression, [every])
-- Records the value of an expression, a number or a matrix, after each `every` epochs of step and train. Without every
-- it records each epoch, and drops every second value above 10000. The expression sees this network's THETA, A, GRAD,
-- J, cost(), ... and your globals. It must change nothing: step, train, undo and the like raise in it. watched()
-- returns what was recorded; unwatch() ends the watch. When the expression fails, the report says so once, and the
-- watch ends. Values after undo, seek or init stand below the earlier ones, and watched() names the row.
-- > watch("THETA[1][2][3]", 10)
-- > step(100)
-- > watched(1)
function watch.watch(net, expression, every, ...)
  core.network_self(net, "watch")
  if select("#", ...) > 0 or type(expression) ~= "string" then
    raise('watch: expected an expression in quotes, watch("THETA[1][2][3]"), got %s', options.show(expression))
  end
  if every ~= nil then every = options.whole("watch: every", every, 1) end
  local found = {}
  local f, message = load("return " .. expression, "=watch", "t", scope(net, found))
  if not f then
    raise("watch: %s is not an expression: %s", options.show(expression), (gsub(message, "^watch:%d+: ", "")))
  end
  watch.unwatch(net, expression, true)
  local w = setmetatable({ expression = expression, every = every or 1, asked = every, f = f, found = found,
    rows = {} }, watching)
  local s = state(net)
  s.watches = s.watches or {}
  table.insert(s.watches, w)
  core.set_watched(net, true)
  local _, why = look(net, w)
  w.as_yet, w.error = why, nil -- before the first pass there may be no value yet
  return w
end

--- net:unwatch([expression])
-- Ends the watch of an expression, or all watches. What they recorded is gone.
-- > unwatch()
function watch.unwatch(net, expression, quiet)
  core.network_self(net, "unwatch")
  local s = state(net)
  local left, found = {}, expression == nil
  for _, w in ipairs(watches(net)) do
    if expression and w.expression ~= expression then left[#left + 1] = w else found = true end
  end
  if not found and not quiet then raise("unwatch: %s is not watched", options.show(expression)) end
  s.watches = #left > 0 and left or nil
  core.set_watched(net, #left > 0)
end

local seen = { __name = "watched", __metatable = false } -- the metatable of what watched returns

local most_backs = 3 -- as many are named

-- ", back at 501 in row 4003": the rows at which the epoch in column 1 does not grow, as after seek.
local function backs(m)
  local parts, count = {}, 0
  for i = 2, m and #m or 0 do
    local epoch = m[i][1]
    if epoch <= m[i - 1][1] then
      count = count + 1
      if count <= most_backs then parts[count] = format(", back at %d in row %d", epoch, i) end
    end
  end
  if count > most_backs then parts[#parts + 1] = format(" and %d more times", count - most_backs) end
  return table.concat(parts)
end

function seen.__tostring(list)
  if #list == 0 then return "nothing is watched: watch(\"THETA[1][2][3]\")" end
  local lines = {}
  for i, m in ipairs(list) do
    lines[#lines + 1] = format("%d  %s   column 1: epoch%s", i, list.expressions[i], backs(m))
    lines[#lines + 1] = list.errors[i] and "stopped: " .. list.errors[i] or nil
    lines[#lines + 1] = m and show.matrix(m) or "nothing recorded yet"
  end
  return table.concat(lines, "\n")
end

local function matrix_of(w) return #w.rows > 0 and core.matrix(w.rows) or false end

--- net:watched([expression])
-- Returns what was recorded. With an expression, or its number, it is a matrix: a row for each record, column 1 the
-- epoch, then the value (the elements of a matrix, row by row); nil when nothing was recorded. Without one it is a list
-- of such matrices, which has them by expression, too.
-- > watch("J")
-- > step(3)
-- > watched "J"
function watch.watched(net, expression, ...)
  core.network_self(net, "watched")
  options.no_more("watched: expected one expression, or none", ...)
  local list = setmetatable({ expressions = {}, errors = {} }, seen)
  for i, w in ipairs(watches(net)) do
    if expression == w.expression or expression == i then return matrix_of(w) or nil end
    list[i], list.expressions[i], list.errors[i] = matrix_of(w), w.expression, w.error
    list[w.expression] = list[i]
  end
  if expression ~= nil then raise("watched: %s is not watched", options.show(expression)) end
  return list
end

-- --- steps --------------------------------------------------------------------------------

local defaults = options.declare("step", {
  { name = "stop_when", without = "none", about = "the steps end when stop_when(r) is true",
    example = "function(r) return r.mse < 0.01 end" },
  { name = "every", default = 1, about = "epochs between two questions to stop_when", example = "10" },
}, "step(100, {every = 10})")

local function asked(o, ...)
  o = options.take("step", o, ...)
  local f = o.stop_when
  if f ~= nil and not options.is_callable(f) then
    raise("step: stop_when: expected a function, got %s", options.show(f))
  end
  return o
end

local function watch_again(net) core.set_watched(net, state(net).watches ~= nil) end

-- n epochs by the engine's step, without a look at watches.
local function plain(net, n)
  local guard <close> = core.guard(watch_again, net) -- luacheck: ignore
  core.set_watched(net, false)
  return step(net, n)
end

-- net:step(n, options), and net:step(n) when the network has watches.
function watch.step(net, n, o, ...)
  past.check_idle(net)
  o = asked(o, ...)
  n = n == nil and 1 or options.whole("step", n, 0)
  local every = options.whole("step: every", o.every or defaults.every, 1)
  if n == 0 then return plain(net, 0) end
  local start, from, done = core.clock(), net.epoch, 0
  local command <close> = past.together(net, n == 1 and "step()" or format("step(%d)", n)) -- luacheck: ignore
  local messages, r
  while done < n do
    local part = until_look(net, n - done)
    if o.stop_when then part = math.min(part, every - done % every) end
    r = plain(net, part)
    if r.interrupted then
      r.done, r.wanted = net.epoch - from, n
      break
    end
    done = done + part
    local message = watch.look(net)
    messages = messages and message and messages .. "\n" .. message or messages or message
    if o.stop_when and (done % every == 0 or done == n) then
      r.stopped = o.stop_when(r) and true or false
      if r.stopped then break end
    end
  end
  r.seconds, r.watch = core.clock() - start, messages
  return r
end

return watch
