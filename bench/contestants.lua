-- contestants.lua - what is timed: moongrad, its peers and the limits, each in a child process.
--
-- A child runs during the whole contest, so that its start is not timed and turns cost little. It prints
-- "ready VERSION", or "no" and the reason. It answers "go N" with the seconds that N epochs took by its own clock,
-- and "result" with the result of the training so far.

local process = require "process"

local contestants = {}

local python = os.getenv "PYTHON" or "/usr/bin/python3"
local here = os.getenv "BENCH"
local shell = here .. "/../moongrad"

-- kind: ours, set (moongrad with an older processor's kernels), peer, or limit. same: the relative tolerance by which
-- its result must equal ours, in double and in single; absent for a contestant that computes something else. FANN's
-- results differ in the last digits, as it
-- bounds derivatives from below.
local exact = { double = 1e-9, single = 1e-4 }
local list = {
  moongrad = { "moongrad", { shell, "bench/ours.lua" }, "train", kind = "ours" },
  base = { "moongrad, base kernels", { shell, "bench/ours.lua" }, "train", kind = "set", set = "base",
    same = exact, threads = 1 },
  avx2 = { "moongrad, avx2 kernels", { shell, "bench/ours.lua" }, "train", kind = "set", set = "avx2",
    same = exact, threads = 1 },
  avx512 = { "moongrad, avx512 kernels", { shell, "bench/ours.lua" }, "train", kind = "set", set = "avx512",
    same = exact, threads = 1 },
  ours_products = { "moongrad's products alone", { here .. "/products" }, "products", kind = "ours" },
  looping = { "moongrad, step(1) in a loop", { shell, "bench/ours.lua" }, "loop", kind = "ours" },
  descending = { "moongrad", { shell, "bench/ours.lua" }, "adam", kind = "ours" },
  checking = { "moongrad", { shell, "bench/ours.lua" }, "check", kind = "ours" },
  article = { "NumPy, the article's", { python, "bench/peers/numpy_peer.py" }, "article", same = exact },
  tight = { "NumPy, tight", { python, "bench/peers/numpy_peer.py" }, "tight", same = exact },
  differences = { "NumPy, naive", { python, "bench/peers/numpy_peer.py" }, "check", same = exact },
  eager = { "PyTorch, eager", { python, "bench/peers/torch_peer.py" }, "eager", same = exact },
  fused = { "PyTorch, fused", { python, "bench/peers/torch_peer.py" }, "fused", same = exact },
  gradcheck = { "PyTorch, gradcheck", { python, "bench/peers/torch_peer.py" }, "gradcheck", same = exact },
  sklearn = { "scikit-learn", { python, "bench/peers/sklearn_peer.py" }, "partial_fit" },
  adam = { "PyTorch, eager adam", { python, "bench/peers/torch_peer.py" }, "adam", same = exact },
  foreach = { "PyTorch, adam foreach", { python, "bench/peers/torch_peer.py" }, "adam-foreach", same = exact },
  sklearn_adam = { "scikit-learn, adam", { python, "bench/peers/sklearn_peer.py" }, "adam" },
  fann = { "FANN", { here .. "/fann-%s" }, "exact", same = { double = 1e-6, single = 1e-4 }, threads = 1,
    package = "libfann-dev" },
  stepwise = { "FANN, stepwise sigmoid", { here .. "/fann-%s" }, "stepwise", threads = 1, package = "libfann-dev" },
  products = { "the BLAS products alone", { python, "bench/peers/numpy_peer.py" }, "products", kind = "limit" },
  xor = { "straight-line C, libm", { here .. "/xor" }, "", kind = "limit", same = exact },
}

-- The number of threads is set by environment variables of the child, one for each library. OpenMP, which PyTorch uses
-- for all but its products, has one thread: its threads and OpenBLAS's spin and disturb each other; with two of each,
-- training took 1.5 to 20 times as long.
local thread_words = { "OPENBLAS_NUM_THREADS", "MOONGRAD_THREADS" }

-- The core type whose kernels OpenBLAS is told to take; "": its own choice.
contestants.core_type = ""

local contestant = {}
contestant.__index = contestant

-- Sends a line to the child and returns its answer; nil when the child has ended.
function contestant:ask(question)
  self.writer:write(question, "\n")
  self.writer:flush()
  return self.reader:read "l"
end

-- Trains n epochs; returns the seconds that they took.
function contestant:go(epochs)
  local answer = self:ask("go " .. epochs)
  return tonumber(answer) or error(("%s stopped; it last said %s"):format(self.label, answer or "nothing"), 0)
end

function contestant:result() return self:ask "result" end

function contestant:close()
  self.writer:close()
  self.reader:close()
  process.wait(self.pid)
end

-- Returns why the child is not ready.
local function reason(who, said)
  local why = said and said:match "^no (.*)" or who.package or "python3"
  if why:find "^[%w-]+$" then why = why .. " is not installed" end
  return why
end

local function readable(path)
  local file = io.open(path)
  return file and file:close()
end

-- Starts a contestant by its name and returns it; or nil and the reason why it cannot start; or false when it cannot
-- run with that number of threads.
function contestants.start(name, task, precision, threads)
  local who = list[name]
  if threads > (who.threads or threads) then return false end
  local program = who[2][1]:format(precision)
  if program:find "/" and not readable(program) then return nil, reason(who) end
  local words = { "env", "OMP_NUM_THREADS=1", "OPENBLAS_CORETYPE=" .. contestants.core_type }
  if who.set then words[#words + 1] = "MOONGRAD_KERNELS=" .. who.set end
  for _, word in ipairs(thread_words) do words[#words + 1] = word .. "=" .. threads end
  for _, word in ipairs(who[2]) do words[#words + 1] = word:format(precision) end
  for word in task:gmatch "%S+" do words[#words + 1] = word end
  words[#words + 1] = precision
  words[#words + 1] = who[3]
  local self = setmetatable({ name = name, label = who[1], kind = who.kind or "peer", threads = threads,
    same = who.same and who.same[precision] }, contestant)
  self.pid, self.writer, self.reader = process.start(words)
  if not self.pid then return nil, reason(who) end
  local said = self.reader:read "l"
  if not said or not said:find "^ready" then
    self:close()
    return nil, reason(who, said)
  end
  self.version = said:match "^ready ?(.*)"
  return self
end

-- A child that keeps a core busy until it is ended.
function contestants.busy() return (process.start { "sh", "-c", "while :; do :; done" }) end

return contestants
