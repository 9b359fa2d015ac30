-- finite.lua - findings about numbers that are not finite, and about a pass that raises an error.

local finding = require "moongrad.diagnose.finding"
local options = require "moongrad.options"
local format = string.format

local finite = {}

-- The first element of m that is not finite: i, j, and its value as text. nil when all are finite.
local function bad(m)
  if (m * 0):sum() == 0 then return nil end -- a fast test, since Lua is slow on many numbers
  for i, row in ipairs(m:totable()) do
    for j, v in ipairs(row) do
      if v ~= v or v == math.huge or v == -math.huge then return i, j, options.show(v) end
    end
  end
end

-- Adds a finding for the first number of THETA that is not finite. Returns true when there is one.
function finite.theta(self, net)
  for l, m in ipairs(net.theta) do
    local i, j, v = bad(m)
    if i then
      finding.add(self, { name = "NaN", layer = l, fixes = { "init(); ", "" },
        text = format("THETA[%d][%d][%d] is %s, and so are the predictions: it was set by hand or read from a file",
          l, i, j, v) })
      return true
    end
  end
end

-- Iterates over the matrices of a pass in the order in which they are made: name, layer of weights, index as shown,
-- matrix.
local function made(twin)
  return coroutine.wrap(function()
    for l = 1, #twin.z do
      coroutine.yield("Z", l, l, twin.z[l])
      coroutine.yield("A", l, l + 1, twin.a[l + 1])
    end
    for l = #twin.z, 1, -1 do coroutine.yield("DELTA", l, l, twin.delta[l]) end
    for l = #twin.z, 1, -1 do coroutine.yield("GRAD", l, l, twin.grad[l]) end
  end)
end

-- Makes a forward and a backward pass on the copy twin. Adds a finding and returns true when the pass raises an error,
-- or one of its numbers is not finite.
function finite.pass(self, twin)
  local ok, message = pcall(function() twin:forward() twin:backward() end)
  if not ok then
    finding.pass_on(message)
    finding.add(self, { name = "error", text = "a pass fails: " .. tostring(message) })
    return true
  end
  local largest = math.max(twin.X:max(), -twin.X:min())
  local function found(l, text)
    finding.add(self, { name = "NaN", layer = l, text = text,
      fixes = { largest > 1e6 and format("X = X / %.3g; ", largest) or "" } })
    return true
  end
  for what, l, shown, m in made(twin) do
    if what == "DELTA" and twin.J and twin.J - twin.J ~= 0 then
      return found(#twin.z, format("the predictions are finite, but the cost %s is %s: they or y are too large",
        twin.options.cost, options.show(twin.J)))
    end
    local i, j, v = bad(m)
    if i then
      return found(l,
        format("%s[%d][%d][%d] is %s though every number before it is finite: the weights or X are too large",
        what, shown, i, j, v))
    end
  end
end

return finite
