-- ours.lua - moongrad as a contestant: the same protocol as the peers', through the Lua API.
--
-- ours.lua LAYERS ROWS BATCH HIDDEN ETA PRECISION HOW; peers/task.py explains these arguments and the protocol.

package.cpath = os.getenv "BENCH" .. "/?.so;" .. package.cpath
local mg = require "moongrad"
local process = require "process"

local layers, rows, batch, hidden, eta, precision, how = ...
rows, batch, eta = math.tointeger(rows), math.tointeger(batch), tonumber(eta)

local spec = { activation = hidden, output = "sigmoid", eta = eta, seed = 2, precision = precision }
for n in layers:gmatch "%d+" do spec[#spec + 1] = math.tointeger(n) end
local n_in, n_out = spec[1], spec[#spec]
if how == "adam" then
  spec.output, spec.cost, spec.optimizer, spec.init = "softmax", "softmax", "adam", { "epsilon", epsilon = .12 }
elseif rows > 4 then
  spec.cost, spec.init = "quadratic", { "epsilon", epsilon = .12 }
end

local function data()
  if rows == 4 then return mg.data.xor() end
  mg.seed(1)
  if n_in == 2 then
    local points = mg.randn(rows, 2)
    return points, mg.lt((points * points):sum(2), 1.386)
  end
  local inputs, classes = mg.rand(rows, n_in), mg.zeros(rows, n_out)
  for i = 1, rows do classes[i][(i - 1) % n_out + 1] = 1 end
  return inputs, classes
end

local made, net = pcall(mg.network, spec)
if not made then
  print("no " .. tostring(net):gsub("\n.*", ""))
  os.exit(0)
end
net.X, net.y = data()

local verdict

local ways = {
  -- All epochs in one call.
  train = function(n)
    if batch == rows then net:step(n) else net:train { epochs = n, batch = batch } end
  end,
  -- A call for each epoch.
  loop = function(n)
    for _ = 1, n do net:step(1) end
  end,
  check = function(n)
    for _ = 1, n do verdict = net:check().ok and "ok" or "not ok" end
  end,
}
ways.adam = ways.train
local go = ways[how]

local function mse() return ((net:predict(net.X) - net.y) ^ 2):mean() end

io.stdout:setvbuf "line"
print "ready"
for line in io.lines() do
  local n = line:match "^go (%d+)"
  if n then
    local epochs, start = math.tointeger(n), process.now()
    go(epochs)
    print(("%.9f"):format(process.now() - start))
  else
    print(verdict or ("%.17g"):format(mse()))
  end
end
