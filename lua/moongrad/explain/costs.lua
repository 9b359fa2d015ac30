-- costs.lua - the losses of a row, and their slopes at a kink, in numbers, for explanations.

local show = require "moongrad.show"
local format = string.format

local costs = {}

local number = show.number

-- The text of a loss of yhat p and target y, by cost, where that is short: "(0.2 - 1)^2", "-ln 0.2". c: yhat of the
-- class of the row.
local loss_of = {}

function loss_of.sse(p, y) return format("(%s - %s)^2", number(p), number(y)) end
loss_of.mse, loss_of.quadratic, loss_of.squares = loss_of.sse, loss_of.sse, loss_of.sse

loss_of["cross-entropy"] = function(p, y)
  if y == 1 then return "-ln " .. number(p) end
  return y == 0 and format("-ln(1 - %s)", number(p)) or nil
end

function loss_of.mae(p, y) return format("|%s - %s|", number(p), number(y)) end

function loss_of.huber(p, y)
  if math.abs(p - y) <= 1 then return loss_of.sse(p, y) .. "/2" end
  return format("(%s - 1/2)", loss_of.mae(p, y))
end

function loss_of.hinge(p, y) return format("max(0, 1 - %s * %s)", number(y), number(p)) end

-- The class of a one-hot row: the index of its 1.
function costs.class(y)
  for k, v in ipairs(y) do
    if v == 1 then return k end
  end
end

-- The losses of one row in numbers; where that would be long, their sum.
function costs.loss(f, loss, yhat, y)
  local parts, all = {}, #yhat
  if f.cost == "softmax" then
    local c = costs.class(y)
    parts[1], all = c and "-ln " .. number(yhat[c]), 1
  elseif f.cost == "svm" then
    local c = costs.class(y)
    for k, p in ipairs(yhat) do
      if k ~= c then parts[#parts + 1] = format("max(0, %s - %s + 1)", number(p), number(yhat[c])) end
    end
    all = #yhat - 1
  else
    for k, p in ipairs(yhat) do parts[k] = loss_of[f.cost] and loss_of[f.cost](p, y[k]) end
  end
  if #parts ~= all or all == 0 or all > 3 then return number(loss) end
  local text = table.concat(parts, " + ")
  return all > 1 and "(" .. text .. ")" or text
end

-- dJ/dyhat[j] of a cost with kinks in numbers, by cost: the text, and of hinge and svm the number that decides, in
-- words. factor: the cost's; p, t: yhat[j] and y[j]; yhat, y: their rows.
local pull_of = {}
costs.pulls = pull_of

function pull_of.mae(factor, p, t) return format("%s * sign(%s - %s)", number(factor), number(p), number(t)) end

function pull_of.huber(factor, p, t)
  if math.abs(p - t) > 1 then return pull_of.mae(factor, p, t) end
  return format("%s * (%s - %s)", number(factor), number(p), number(t))
end

local function above_0(text, v) return format("%s = %s is %sabove 0", text, number(v), v > 0 and "" or "not ") end

function pull_of.hinge(factor, p, t)
  local margin = 1 - t * p
  return margin > 0 and format("%s * %s", number(-factor), number(t)) or "0",
    above_0(format("1 - %s * %s", number(t), number(p)), margin)
end

function pull_of.svm(factor, p, _, yhat, y, j)
  local c = costs.class(y)
  if j ~= c then
    local v = p - yhat[c] + 1
    return v > 0 and number(factor) or "0", above_0(format("%s - %s + 1", number(p), number(yhat[c])), v)
  end
  local count = 0
  for k, v in ipairs(yhat) do
    if k ~= c and v - yhat[c] + 1 > 0 then count = count + 1 end
  end
  return format("%s * %d", number(-factor), count), format("%d is the class; %d of the others cost something", c, count)
end

return costs
