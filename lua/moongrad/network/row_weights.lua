-- row_weights.lua - how much the loss of each row counts in a call of train.

local core = require "moongrad.core"
local options = require "moongrad.options"
local raise = require "moongrad.raise"
local show = options.show

local row_weights = {}

-- The n numbers from 0, not all 0, that an option gives, as a list. of: what there is one for, "row".
local function numbers(who, v, n, of)
  if core.is_matrix(v) then
    if v.nrows ~= 1 and v.ncols ~= 1 then
      raise("train: %s: expected a number for each %s, got a %d x %d matrix", who, of, v.nrows, v.ncols)
    end
    v = (v.nrows == 1 and v or v.T):totable()[1]
  elseif type(v) ~= "table" then
    raise("train: %s: expected a list of numbers, one for each %s, got %s", who, of, show(v))
  end
  if #v ~= n then raise("train: %s: expected %d, one for each %s, got %d", who, n, of, #v) end
  local sum = 0
  for i, w in ipairs(v) do
    if not options.finite(w) or w < 0 then
      raise("train: %s: expected numbers from 0, got %s as number %d", who, show(w), i)
    end
    sum = sum + w
  end
  if sum == 0 then raise("train: %s: expected some above 0, got all 0", who) end
  return v
end

-- The class of row i of y, from 1.
local function class_of(y, i)
  if y.ncols > 1 then return math.tointeger(y:rows(i, i):argmax(2)[1][1]) end
  return y[i][1] > 0 and 2 or 1
end

-- The weights of the rows, N x 1, of both options together; nil without any. targets: what kind of numbers y are.
function row_weights.of(y, targets, rows, classes)
  if rows == nil and classes == nil then return nil end
  local all = {}
  for i, w in ipairs(rows and numbers("row_weights", rows, #y, "row") or {}) do all[i] = { w } end
  if classes ~= nil then
    if targets == 0 then
      raise "train: class_weights: y are no classes; row_weights = {...} has a number for each row"
    end
    local list = numbers("class_weights", classes, math.max(2, y.ncols), "class")
    for i = 1, #y do all[i] = { (all[i] and all[i][1] or 1) * list[class_of(y, i)] } end
  end
  return core.matrix(all)
end

return row_weights
