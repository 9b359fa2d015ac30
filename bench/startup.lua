-- startup.lua - the time from start to exit, and the memory while a prompt waits.

local process = require "process"

local startup = {}

local python = os.getenv "PYTHON" or "/usr/bin/python3"
local here = os.getenv "BENCH"
local shell = here .. "/../moongrad"
local empty = here .. "/empty.lua"

local train = "seed(0) X, y = data.xor() LAYERS = {2, 2, 2, 1} step(1000) "
local said = 'print("here " .. 1)'

-- run: the command of a script that does nothing. wait: the command of a prompt that waits for a line; say: the line
-- that makes it answer "here 1".
local list = {
  { "moongrad", kind = "ours", run = { shell, empty }, wait = { shell, "-i" }, say = train .. said },
  { "lua5.4", package = "lua5.4", run = { os.getenv "LUA" or "lua5.4", empty },
    wait = { os.getenv "LUA" or "lua5.4", "-i" }, say = said, kind = "limit" },
  { "python3 with NumPy", package = "python3-numpy", module = "numpy" },
  { "python3 with PyTorch", package = "python3-torch", module = "torch" },
}
for _, who in ipairs(list) do
  if who.module then
    local import = "import " .. who.module
    who.run = { python, "-c", import }
    who.wait = { python, "-u", "-c", import .. ", sys; input(); print('here 1'); sys.stdin.read()" }
    who.say = ""
  end
end

-- Returns contestants for contest.run, whose epoch is one start and exit; and the reasons why others are missing.
function startup.contestants()
  assert(io.open(empty, "w")):close()
  local all, absent = {}, {}
  for _, who in ipairs(list) do
    if process.run(who.run) == 0 then
      all[#all + 1] = {
        name = who[1], label = who[1], kind = who.kind or "peer", threads = 1,
        go = function(_, n)
          local start = process.now()
          for _ = 1, n do process.run(who.run) end
          return process.now() - start
        end,
        close = function() end,
      }
    else
      absent[#absent + 1] = who.package .. " is not installed"
    end
  end
  return all, absent
end

-- The megabytes of resident memory now, and the most so far; nil where there is no /proc.
local function resident(pid)
  local file = io.open(("/proc/%d/status"):format(pid))
  if not file then return end
  local status = file:read "a"
  file:close()
  local function megabytes(word) return tonumber(status:match(word .. ":%s*(%d+)")) * 1024 / 1e6 end
  return megabytes "VmRSS", megabytes "VmHWM"
end

-- Returns a row for each, as contest.run does, but in megabytes: memory now (median, least) and the most so far.
function startup.memory()
  local rows = {}
  for _, who in ipairs(list) do
    local pid, writer, reader = process.start(who.wait)
    if pid then
      writer:write(who.say, "\n")
      writer:flush()
      local there
      for line in reader:lines() do
        there = line:find "here 1$"
        if there then break end
      end
      local now, most = resident(pid)
      if there and now then
        rows[#rows + 1] = { name = who[1], label = who[1], kind = who.kind or "peer", threads = 1,
          median = now, least = now, most = most }
      end
      writer:close()
      reader:close()
      process.wait(pid)
    end
  end
  return rows
end

return startup
