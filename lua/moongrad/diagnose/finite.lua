-- finite.lua - numbers that are not finite, and a pass that fails.

local finding = require "moongrad.diagnose.finding"
local options = require "moongrad.options"
local format = string.format

local finite = {}

-- The first element of m that is not finite: i, j, and it in words.
local function bad(m)
  if (m * 0):sum() == 0 then return nil end -- else one is NaN or Inf; many numbers are slow to look at by Lua
  for i, row in ipairs(m:totable()) do
    for j, v in ipairs(row) do
      if v ~= v or v == math.huge or v == -math.huge then return i, j, options.show(v) end
    end
  end
end

-- The first number of THETA that is not finite; true when there is one.
function finite.theta(self, net)
  for l, m in ipairs(net.theta) do
    local i, j, v = bad(m)
    if i then
      finding.add(self, { name = "NaN", layer = l, fixes = { "init(); ", "" },
        text = format("THETA[%d][%d][%d] is %s, and from there every prediction: it was set so, by hand or by a file",
          l, i, j, v) })
      return true
    end
  end
end

-- Every number that a pass makes, in its order: what, layer of weights, index shown, matrix.
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

-- Makes the pass of the copy, all of whose numbers are to be finite; true when it fails, or one is not.
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
