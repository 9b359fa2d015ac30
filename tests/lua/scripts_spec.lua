-- What people are told to run runs: every script, and every piece of Lua in the README.

local moongrad = assert(os.getenv "MOONGRAD")
local lfs = require "lfs"
local root = lfs.currentdir()

-- Runs moongrad in directory dir; returns its exit status, standard output and standard error.
local function run(dir, arguments)
  local errors = os.tmpname()
  local pipe = assert(io.popen(("cd %s && %s %s 2>%s </dev/null"):format(dir, moongrad, arguments, errors)))
  local out = pipe:read "a"
  local _, _, status = pipe:close()
  local file = assert(io.open(errors))
  local err = file:read "a"
  file:close()
  os.remove(errors)
  return status, out, err
end

describe("scripts", function()
  for name in lfs.dir "scripts" do
    if name:match "%.lua$" then
      it("runs " .. name .. " from anywhere, the same every time", function()
        local status, out, err = run("/", root .. "/scripts/" .. name)
        assert.equal("", err)
        assert.equal(0, status)
        assert.is_true(#out > 0)
        local _, again = run(root, "scripts/" .. name)
        local timeless = function(s) return (s:gsub("[%d.]+ m?s%f[%A]", "")) end
        assert.equal(timeless(out), timeless(again))
      end)
    end
  end
end)

describe("README.md", function()
  local file = assert(io.open "README.md")
  local readme = file:read "a"
  file:close()
  local n = 0
  for code in readme:gmatch "\n```lua\n(.-)\n```" do
    n = n + 1
    it("runs its Lua example " .. n, function()
      local path = os.tmpname()
      local example = assert(io.open(path, "w"))
      example:write(code)
      example:close()
      local status, _, err = run(root, path)
      os.remove(path)
      assert.equal("", err)
      assert.equal(0, status)
    end)
  end
end)
