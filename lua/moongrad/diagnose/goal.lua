-- goal.lua - measures what a network has left to learn: 1 where it predicts the mean of y, 0 at the least mse that the
-- data allow.

local core = require "moongrad.core"

local goal = {}

goal.enough = .02 -- at most so much left: learnt well
local some = .1   -- at most so much left: learnt

-- The groups of equal rows of X with different y, {{i, j, ...}, ...}, and the least mse that a function of X can have:
-- the one that predicts the mean of each group's y.
function goal.contradictions(X, y)
  local key = X:matmul(core.generator(1):randn(X.ncols, 1)) -- equal rows get equal keys, bit for bit
  local order = {}
  for i = 1, #X do order[i] = i end
  local keys = key.T:totable()[1]
  table.sort(order, function(i, j) return keys[i] < keys[j] or keys[i] == keys[j] and i < j end)
  local groups, least, from = {}, 0, 1
  for k = 2, #order + 1 do
    if k > #order or keys[order[k]] ~= keys[order[from]] or X[order[k]] ~= X[order[from]] then
      if k - from > 1 then
        local group = table.move(order, from, k - 1, 1, {})
        local rows = core.matrix(#group, y.ncols)
        for r, i in ipairs(group) do rows[r] = y[i] end
        local apart = ((rows - rows:mean(1)) ^ 2):sum()
        if apart > 1e-20 * (rows * rows):sum() then
          groups[#groups + 1], least = group, least + apart
        end
      end
      from = k
    end
  end
  table.sort(groups, function(a, b) return a[1] < b[1] end)
  return groups, least / (#y * y.ncols)
end

function goal.variance(y) return ((y - y:mean(1)) ^ 2):mean() end

-- The standard deviation of the targets; when all are equal, their size.
function goal.spread(y)
  local variance, size = goal.variance(y), math.max((y * y):mean(), .25)
  return math.sqrt(variance > 1e-12 * size and variance or size)
end

-- What a network with this mse leaves of the variance of y that X can explain; for a constant y, a share of its size.
-- floor: the share of the variance that X cannot explain.
function goal.left(mse, y, floor)
  local variance = goal.spread(y) ^ 2
  if floor > 1 - 1e-9 then return math.max(mse / variance - 1, 0) end
  return math.max(mse / variance - floor, 0) / (1 - floor)
end

-- Has a network learnt that leaves so much, and predicts the right class for this share of the rows?
function goal.is_learnt(left, accuracy, y)
  if left <= some then return true end
  return (accuracy or 0) >= .95 and left <= .5 and goal.variance(y) > 0
end

return goal
