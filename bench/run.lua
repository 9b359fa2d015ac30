-- run.lua - what training costs, timed beside NumPy in the same run where NumPy is installed.
--
-- The article's loop: 10,000 epochs of XOR on {2, 2, 2, 1}. Both are run in turn, so that a machine whose speed
-- drifts slows both; medians are quoted, with the least and the most.

local REPEATS, EPOCHS = 9, 10000

local function median(t)
  table.sort(t)
  return t[(#t + 1) // 2]
end

local function ours()
  seed(0)
  local net = network {2, 2, 2, 1}
  net.X, net.y = data.xor()
  return net:step(EPOCHS).seconds
end

-- The article's program as it is, but for its printing; prints the seconds of its loop.
local program = ([==[
import time, numpy as np
X = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
y = np.atleast_2d([0, 1, 1, 0]).T
LAYERS, ETA = [2, 2, 2, 1], .1
np.random.seed(0)
THETA = [np.random.rand(LAYERS[i], LAYERS[i - 1] + 1) for i in range(1, len(LAYERS))]
sigmoid = lambda x: 1 / (1 + np.exp(-x))
prime = lambda x: sigmoid(x) * (1 - sigmoid(x))
ones = lambda m: np.hstack((np.ones((m.shape[0], 1)), m))
def epoch():
    A, Z = [ones(X)], []
    for theta in THETA:
        Z.append(np.matmul(A[-1], theta.T))
        A.append(ones(sigmoid(Z[-1])))
    A[-1] = A[-1][:, 1:]
    delta = [(A[-1] - y) * prime(Z[-1])]
    for l in reversed(range(1, len(THETA))):
        delta.insert(0, np.matmul(delta[0], THETA[l])[:, 1:] * prime(Z[l - 1]))
    for l in range(len(THETA)):
        THETA[l] = THETA[l] - ETA * np.matmul(delta[l].T, A[l])
start = time.perf_counter()
for i in range(%d): epoch()
print(time.perf_counter() - start)
]==]):format(EPOCHS)

local function numpy()
  local path = os.tmpname()
  local file = assert(io.open(path, "w"))
  file:write(program)
  file:close()
  local pipe = io.popen("/usr/bin/python3 " .. path .. " 2>/dev/null")
  local seconds = tonumber(pipe:read "a")
  pipe:close()
  os.remove(path)
  return seconds
end

local mine, theirs = {}, {}
for i = 1, REPEATS do
  mine[i] = ours()
  theirs[#theirs + 1] = numpy()
end

local function row(name, t)
  local m = median(t)
  print(("%-10s %10.2f ms   (%.2f to %.2f)   %8.3f us an epoch"):format(name, m * 1e3, t[1] * 1e3, t[#t] * 1e3,
    m / EPOCHS * 1e6))
  return m
end

print(("XOR {2, 2, 2, 1}, %d epochs, medians of %d"):format(EPOCHS, REPEATS))
local a = row("moongrad", mine)
if #theirs == REPEATS then
  print(("ratio      %10.0f"):format(row("numpy", theirs) / a))
else
  print "numpy is not installed (python3-numpy): nothing to compare with"
end
