-- machine.lua - what the bench runs on: the processor, what one core of it can do, the best kernels of OpenBLAS.

local contestants = require "contestants"
local process = require "process"

local machine = {}

local here = os.getenv "BENCH"

local function first_of(path, pattern)
  local file = io.open(path)
  if not file then return end
  local found = file:read "a":match(pattern)
  file:close()
  return found
end

-- "Intel(R) Xeon(R) Processor, family 6 model 167": names of processors in clouds say little.
local function processor()
  local function of(word) return first_of("/proc/cpuinfo", "\n?" .. word .. "%s*:%s*([^\n]*)") end
  local family, model = of "cpu family", of "model"
  local name = of "model name" or "a processor without a name"
  return family and ("%s, family %s model %s"):format(name, family, model) or name
end

local function caches()
  local found = {}
  for i = 0, 4 do
    local at = ("/sys/devices/system/cpu/cpu0/cache/index%d/"):format(i)
    local level, size = first_of(at .. "level", "%d+"), first_of(at .. "size", "%w+")
    local code = first_of(at .. "type", "%w+") == "Instruction"
    if level and not code then found[#found + 1] = ("L%s %s"):format(level, size) end
  end
  return table.concat(found, ", ")
end

-- kernels: the name of our own set; double, single: operations a second; gather: bytes a second.
local function measure()
  local program = assert(io.popen(here .. "/machine"))
  local limits = {}
  for name, value in program:read "a":gmatch "(%w+) (%S+)" do limits[name] = tonumber(value) or value end
  program:close()
  return limits
end

-- OpenBLAS takes an old processor's kernels for one that it does not know. "" leaves the choice to it.
local cores = { "", "Haswell", "Zen", "SkylakeX", "Cooperlake", "SapphireRapids", "NEOVERSEN1", "NEOVERSEV1" }

-- Seconds that products of 256 x 1024 x 1024 take with a core type, and what OpenBLAS calls what it took.
local function try(core)
  contestants.core_type = core
  local c = contestants.start("products", "1024,1024,10 256 256 sigmoid 0.5", "double", 1)
  if not c then return end
  local least = math.huge
  for _ = 1, 5 do least = math.min(least, c:go(1)) end
  c:close()
  return least, c.version:match "OpenBLAS (.*)" or "no OpenBLAS"
end

-- Gives all peers the fastest; returns what there is to say of it.
local function choose_core()
  local tried, best = {}, nil
  for _, core in ipairs(cores) do
    local seconds, name = try(core)
    if not seconds then break end
    if core == "" or not tried[name] then
      tried[#tried + 1] = { core = core, name = name, seconds = seconds }
      tried[name] = true
    end
  end
  for _, t in ipairs(tried) do
    if not best or t.seconds < best.seconds * .98 then best = t end
  end
  contestants.core_type = best and best.core or ""
  if not best then return "no NumPy" end
  local said = {}
  for _, t in ipairs(tried) do
    said[#said + 1] = ("%s%s %.3g ms"):format(t.name, t.core == "" and " (its own choice)" or "", t.seconds * 1e3)
  end
  return ("%s of %s"):format(best.name, table.concat(said, ", "))
end

local function versions()
  local said = { _VERSION }
  for _, name in ipairs { "tight", "eager", "sklearn" } do
    local c = contestants.start(name, "4,4,2 8 4 sigmoid 0.5", "double", 1)
    if c then
      said[#said + 1] = c.label:match "^[^,]*" .. " " .. c.version
      c:close()
    end
  end
  return table.concat(said, ", ")
end

-- Measures the machine and chooses the peers' kernels. Returns what was measured, with .words: lines for the head.
function machine.look()
  local m = measure()
  local core = choose_core()
  m.words = {
    ("%s; %s; %d cores; kernels %s"):format(processor(), caches(), process.cores(), m.kernels),
    ("one core at most: %.3g GFLOP/s double, %.3g single; rows gathered at %.3g GB/s"):format(
      m.double / 1e9, m.single / 1e9, m.gather / 1e9),
    "OpenBLAS: " .. core,
    versions(),
  }
  return m
end

-- Seconds that an epoch's products and the copying of its rows take at least on one core: two values; nil for a task
-- that is not one of training.
function machine.least(m, task, precision)
  local layers, rows, batch = task:match "(%S+) (%d+) (%d+)"
  local sizes = {}
  for n in layers:gmatch "%d+" do sizes[#sizes + 1] = tonumber(n) end
  local products = 0
  for l = 1, #sizes - 1 do products = products + sizes[l] * sizes[l + 1] * (l == 1 and 2 or 3) end
  local bytes = rows == batch and 0 or rows * sizes[1] * (precision == "double" and 8 or 4)
  return 2 * rows * products / m[precision], bytes / m.gather
end

return machine
