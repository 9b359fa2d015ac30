-- What a large block is judged by: what the machine, and the control group that the program is in, can still give.

local core = require "moongrad.core"
local helpers = require "helpers"
local mg = require "moongrad"

local MiB = 2 ^ 20
local root = os.tmpname()
os.remove(root)

-- The files of a system under root, and what the core makes of it.
local function look(files)
  os.execute(("rm -rf '%s'"):format(root))
  for path, text in pairs(files) do
    path = root .. path
    os.execute(("mkdir -p '%s'"):format(path:match "^(.*)/"))
    local f <close> = assert(io.open(path, "w"))
    f:write(text)
  end
  local available, whole, of = core.memory(root)
  os.execute(("rm -rf '%s'"):format(root))
  return available / MiB, whole / MiB, of
end

local meminfo = "MemTotal:  8192000 kB\nMemFree:  100 kB\nMemAvailable:    4096000 kB\nSwapFree: 1024 kB\n"

-- A system with that machine, the group's path, and further files.
local function system(group, files)
  files["/proc/meminfo"], files["/proc/self/cgroup"] = meminfo, group
  return files
end

describe("what is available", function()
  it("is what the machine says, its swap included", function()
    assert.same({ 4001, 8000, "this machine" }, { look(system("", {})) })
    assert.same({ 4000, 8000, "this machine" }, { look { ["/proc/meminfo"] = meminfo:gsub("Swap.*", "") } })
  end)

  it("is all there is where the machine does not say", function()
    local available, whole, of = look {}
    assert.equal(available, whole)
    assert.is_true(whole > 0 and whole < math.huge)
    assert.equal("this machine", of)
  end)

  it("is less in a control group with a limit: version 2", function()
    local g = "/sys/fs/cgroup/a/b"
    local files = { [g .. "/memory.max"] = 500 * MiB .. "\n", [g .. "/memory.current"] = 300 * MiB .. "\n",
      [g .. "/memory.stat"] = ("anon 5\ninactive_file %d\nactive_file 9\n"):format(100 * MiB) }
    local was = "this program's control group"
    assert.same({ 300, 500, was }, { look(system("3:cpu:/x\n0::/a/b\n", files)) })
    files["/sys/fs/cgroup/a/memory.max"] = 800 * MiB .. "\n"
    files["/sys/fs/cgroup/a/memory.current"] = 700 * MiB .. "\n" -- the group around it is nearer to its limit
    assert.same({ 100, 800, was }, { look(system("0::/a/b\n", files)) })
    files["/sys/fs/cgroup/a/memory.current"] = 900 * MiB .. "\n"
    assert.same({ 0, 800, was }, { look(system("0::/a/b\n", files)) })
  end)

  it("is not less in one without", function()
    local files = { ["/sys/fs/cgroup/a/memory.max"] = "max\n", ["/sys/fs/cgroup/a/memory.current"] = "5\n" }
    assert.same({ 4001, 8000, "this machine" }, { look(system("0::/a\n", files)) })
    files = { ["/sys/fs/cgroup/memory/memory.limit_in_bytes"] = "9223372036854771712\n",
      ["/sys/fs/cgroup/memory/memory.usage_in_bytes"] = "5\n" }
    assert.same({ 4001, 8000, "this machine" }, { look(system("4:memory:/\n", files)) })
  end)

  it("is less in one of version 1, also where the group's own folder is not to be seen", function()
    local files = { ["/sys/fs/cgroup/memory/memory.limit_in_bytes"] = 500 * MiB .. "\n",
      ["/sys/fs/cgroup/memory/memory.usage_in_bytes"] = 300 * MiB .. "\n",
      ["/sys/fs/cgroup/memory/memory.stat"] = ("cache 7\ntotal_inactive_file %d\n"):format(50 * MiB) }
    assert.same({ 250, 500, "this program's control group" },
      { look(system("5:cpu:/y\n4:memory:/docker/8f\n0::/\n", files)) })
  end)

  it("is read without harm whatever the files hold", function()
    local texts = { "", "\0\0\0", "MemAvailable:\n", "0::\n", ("x"):rep(1e5), "0::" .. ("/a"):rep(5e3), ":::::" }
    for _, text in ipairs(texts) do
      local available, whole = look { ["/proc/meminfo"] = text, ["/proc/self/cgroup"] = text }
      assert.is_true(available > 0 and whole >= available)
    end
  end)
end)

describe("what would take more than is available", function()
  local available = core.memory()

  it("raises, and says how much there is", function()
    local n = math.ceil(available * 1.1 / 8)
    helpers.raises(function() mg.zeros(1, n) end, ("a 1 x %d matrix would take"):format(n), "this ")
    helpers.raises(function() mg.network { 1000, n // 4000, 1 } end, "network: layer 2", "this ")
  end)

  it("is judged whole: a permutation and the order it is made from", function()
    local n = math.floor(available / 10) -- its numbers alone would fit
    if n >= 2 ^ 32 then return end
    helpers.raises(function() mg.permutation(n) end, "a permutation would take", "this ")
  end)

  it("leaves what there was", function()
    local net = mg.network { 2, 2, 1, seed = 1 }
    net.X, net.y = mg.data.xor()
    net:step(3)
    local before = helpers.all(net)
    helpers.raises(function() net:predict(mg.zeros(1, math.ceil(available / 8))) end, "would take")
    assert.equal(before, helpers.all(net))
  end)
end)
