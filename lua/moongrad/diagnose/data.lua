-- data.lua - findings about X and y: shapes that do not fit the network, targets out of the output's reach, equal rows
-- of X with different y, numbers of an unusual size.

local core = require "moongrad.core"
local finding = require "moongrad.diagnose.finding"
local goal = require "moongrad.diagnose.goal"
local find, format, gsub, match = string.find, string.format, string.gsub, string.match

local data = {}

-- --- what does not fit the network ------------------------------------------------------------

-- When y is a column of class numbers for softmax: a line that makes a column of 0 and 1 for each class, and how many
-- classes there are. Else nil.
local function one_hot(net, y)
  if y.ncols ~= 1 or core.cost_outputs[net.options.cost] ~= "softmax" then return nil end
  local low, high = y:min(), y:max()
  if low ~= 0 and low ~= 1 or high - low > 1000 or (y - y:map(math.floor)):max() ~= 0 then return nil end
  local outputs = net.layers[#net.layers]
  local classes = {}
  for k = low // 1 | 0, math.max(high // 1, low + outputs - 1) | 0 do classes[#classes + 1] = k end
  local line = format("y = eq(y, {{%s}}); ", table.concat(classes, ", "))
  return line, #classes
end

-- A line that sets LAYERS with an input for each column of X and n outputs.
local function fitting(net, X, n)
  local sizes = {}
  for l = 1, #net.layers do sizes[l] = net.layers[l] end
  sizes[1], sizes[#sizes] = X.ncols, n
  return format("LAYERS = {%s}; ", table.concat(sizes, ", "))
end

-- For X and y that do not fit the network: a list of lines that may mend it, or nil, and words for the message.
local function misfit(net, X, y)
  local inputs, outputs = net.layers[1], net.layers[#net.layers]
  if #X ~= #y then
    if X.ncols == #y and #X == inputs then return { "X = X.T:copy(); " }, ": X has a column for each row of y" end
    if y.ncols == #X and #y == outputs then return { "y = y.T:copy(); " }, ": y has a column for each row of X" end
    return nil, ""
  end
  local hot, classes = one_hot(net, y)
  if hot and outputs > 1 then
    local line = (classes ~= outputs or X.ncols ~= inputs) and fitting(net, X, classes) or ""
    return { hot .. line }, ": y holds class numbers, and softmax takes a column of 0 and 1 for each class"
  end
  if X.ncols ~= inputs or y.ncols ~= outputs then return { fitting(net, X, y.ncols) }, "" end
  return nil, ""
end

-- --- targets ----------------------------------------------------------------------------------

-- The least and the largest output of an activation.
local reach = { sigmoid = { 0, 1 }, tanh = { -1, 1 }, softmax = { 0, 1 }, relu = { 0, math.huge },
  softplus = { 0, math.huge }, elu = { -1, math.huge }, gelu = { -.17, math.huge } } -- gelu's lowest, at z = -.75

-- v as text with so many digits, rounded up or down.
local function rounded(v, digits, is_up)
  local number = "%." .. digits .. "g"
  local near = tonumber(format(number, v))
  if near == v or near > v == is_up then return format(number, v) end
  local unit = 10 ^ (math.floor(math.log(math.abs(v), 10)) + 1 - digits)
  return format(number, near + (is_up and unit or -unit))
end

-- A line that scales y, whose numbers are from low to high, to numbers from 0 to 1; rounding leaves none outside.
local function to_unit(low, high)
  if low >= 0 then return format("y = y / %s; ", rounded(high, 6, true)) end
  local digits = math.min(16, 6 + math.max(0, math.ceil(math.log(-low / (high - low), 10)))) // 1 | 0
  local from = rounded(low, digits, false)
  return format("y = (y - %s) / %s; ", from, rounded(high - tonumber(from), 6, true))
end

-- The lines that scale the targets, or change the output, so that the output can reach the targets low to high.
local function reaching(net, low, high)
  local goes_with = core.cost_outputs[net.options.cost]
  local is_large = math.max(high, -low) > 100
  local scaled = to_unit(low, high)
  if goes_with then return { scaled } end
  if low >= -1 and high <= 1 then return { 'NET.options.output = "tanh"; ', scaled } end
  local linear = 'NET.options.output = "linear"; '
  return is_large and { scaled, linear .. format("y = y / %.6g; ", math.max(high, -low)) } or { linear, scaled }
end

local single_most = 3.4e38 -- the largest number in single precision

-- A line that sets the numbers of X or y that are not finite to 0, or scales numbers too large for single precision.
-- name: "X" or "y"; m: that matrix; element: the first such number, "X[1][2]".
local function filled(name, m, element)
  local bad, most = 0, 0
  for _, row in ipairs(m:totable()) do
    for _, v in ipairs(row) do
      bad, most = bad + (v - v ~= 0 and 1 or 0), v - v == 0 and math.max(most, math.abs(v)) or most
    end
  end
  if bad == 0 and most > single_most then return format("%s = %s / %.3g", name, name, most) end
  if bad == 1 then return element .. " = 0" end
  local line = "for i = 1, #X do for j = 1, X.ncols do if X[i][j] - X[i][j] ~= 0 then X[i][j] = 0 end end end"
  return (gsub(line, "X", name))
end

-- Checks that X and y fit the network and are finite. Adds a finding and returns true when not.
function data.fit(self, net, X, y)
  local ok, message = pcall(core.check_data, net, "diagnose", X, y)
  if ok then return false end
  message = gsub(gsub(tostring(message), "^[^:]*:%d+: ", ""), "^diagnose: ", "")
  local element, name = match(message, "^(([Xy])%[%d+%]%[%d+%])")
  local f = { name = "data", text = message }
  if find(message, "expects targets", 1, true) then
    f.name, f.fixes = "targets", reaching(net, y:min(), y:max())
  elseif element then
    f.try = filled(name, name == "X" and X or y, element)
  else
    local more
    f.fixes, more = misfit(net, X, y)
    f.text = f.text .. more
  end
  finding.add(self, f)
  return true
end

-- Adds a finding when the targets are out of reach, or their size is unusual.
function data.targets(self, net, y)
  local output = net.options.output
  local range, low, high = reach[output], y:min(), y:max()
  local text = format("targets from %.4g to %.4g", low, high)
  if range and (low < range[1] or high > range[2]) then
    finding.add(self, { name = "targets", layer = #net.theta, value = { low, high }, fixes = reaching(net, low, high),
      minor = self.learnt,
      text = text .. format(", out of the reach of a %s output: it gives %.4g to %.4g", output, range[1], range[2]) })
    return
  end
  local size = math.max(high, -low)
  local is_small = size < .01 and size > 0 and core.cost_outputs[net.options.cost] == nil
  if not self.learnt and (size > 100 or is_small) then
    finding.add(self, { name = "targets", layer = #net.theta, value = { low, high },
      fixes = { format("y = y / %.3g; ", size) },
      text = text .. ": steps and weights work best with numbers near 1" })
  end
end

-- --- rows and columns of X ----------------------------------------------------------------------

local standardised = "X = (X - X:mean(1)) / sqrt(((X - X:mean(1)) ^ 2):mean(1) + 1e-12); "

-- Adds findings about constant columns of X, and columns whose mean or size is unusual.
function data.inputs(self, X)
  local size = core.sqrt((X * X):mean(1))
  local mean = X:mean(1)
  local apart = core.sqrt(((X - mean) ^ 2):mean(1))
  local constant, largest, narrowest, most = {}, 1, 1, 0
  for k = 1, X.ncols do
    if apart[1][k] <= 1e-12 * size[1][k] then constant[#constant + 1] = k end
    if size[1][k] > size[1][largest] then largest = k end
    if size[1][k] / apart[1][k] > size[1][narrowest] / apart[1][narrowest] and apart[1][k] > 0 then narrowest = k end
    most = math.max(most, apart[1][k])
  end
  if #constant > 0 and #X > 1 then
    local all = #constant == X.ncols
    finding.add(self, { name = "constant", value = #constant, columns = constant, minor = not all,
      text = format("column%s %s of X %s constant: %s", #constant == 1 and "" or "s", finding.list(constant, 6),
        #constant == 1 and "is" or "are",
        all and "all rows are equal" or "that is like a second bias and does no harm") })
    if all then return end
  end
  local v, column = size[1][largest], largest
  local is_stuck = self.trend ~= "falls" and not self.learnt
  local is_narrow = is_stuck and (most < .05 or size[1][narrowest] > 20 * apart[1][narrowest])
  if is_narrow and v <= 10 then column = most < .05 and largest or narrowest end
  if v > 100 or v > 10 and self.trend ~= "falls" or is_narrow and #X > 1 then
    finding.add(self, { name = "unscaled", value = size[1][column], column = column, fixes = { standardised },
      text = format("column %d of X has mean %.4g and standard deviation %.3g: weights work best with numbers near 1",
        column, mean[1][column], apart[1][column]) })
  end
end

-- Adds a finding when equal rows of X have different targets, and sets floor, the share of the variance of y that no
-- function of X can explain. X and y: the rows that are looked at.
function data.contradictions(self, X, y)
  local groups, least = goal.contradictions(X, y)
  local variance = goal.variance(y)
  self.floor = variance > 0 and least / variance or 0
  if #groups == 0 then return end
  local more = #groups > 1 and format(", and %d more such groups", #groups - 1) or ""
  finding.add(self, { name = "contradiction", value = least, rows = groups[1], minor = self.floor < .1,
    text = format(
      "rows %s of X are equal and have different y%s: the best answer is the mean of their y, and mse cannot be "
      .. "below %.6g", finding.list(groups[1], 6), more, least) })
end

return data
