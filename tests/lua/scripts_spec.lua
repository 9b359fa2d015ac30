-- What people are told to run runs: every script, and in the README every piece of Lua and every
-- session, which answers as it is printed there.

local moongrad = assert(os.getenv "MOONGRAD")
local lfs = require "lfs"
local paste = require "moongrad.prompt.paste"
local root = lfs.currentdir()

local function written(text)
  local path = os.tmpname()
  local file = assert(io.open(path, "w"))
  file:write(text)
  file:close()
  return path
end

-- Runs moongrad in directory dir; returns its exit status, standard output and standard error. With merged the
-- second holds both, in order.
local function run(dir, arguments, input, merged)
  local errors = merged and "&1" or os.tmpname()
  local command = "cd %s && %s %s 2>%s <%s"
  local pipe = assert(io.popen(command:format(dir, moongrad, arguments, errors, input or "/dev/null")))
  local out = pipe:read "a"
  local _, _, status = pipe:close()
  if merged then return status, out end
  local file = assert(io.open(errors))
  local err = file:read "a"
  file:close()
  os.remove(errors)
  return status, out, err
end

-- Without times, which differ from run to run, and the size of rounding errors, which differs with the
-- instructions that the processor has.
local function timeless(text)
  text = text:gsub("[%d.]+ [mu]?s%f[%A]", "(time)")
  return (text:gsub("relative error %S+", "relative error (rounding)"))
end

-- The paths of the scripts in a folder, sorted.
local function scripts_in(folder)
  local list = {}
  for name in lfs.dir(folder) do
    if name:match "%.lua$" then list[#list + 1] = folder .. "/" .. name end
  end
  table.sort(list)
  return list
end

-- Runs a script twice, from two places; returns what it prints.
local function prints(path)
  local status, out, err = run("/", root .. "/" .. path)
  assert.equal("", err)
  assert.equal(0, status)
  assert.is_true(#out > 0)
  local _, again = run(root, path)
  assert.equal(timeless(out), timeless(again))
  return out
end

describe("scripts", function()
  for _, path in ipairs(scripts_in "scripts") do
    it("run from anywhere, the same every time: " .. path, function() prints(path) end)
  end

  it("are listed with their first line, a sentence", function()
    for _, folder in ipairs { "scripts", "scripts/lessons" } do
      local status, out = run(root, folder)
      assert.equal(0, status)
      local listed = {}
      for name, line in out:gmatch "([^\n]-%.lua) +([^\n]+)\n" do listed[name] = line end
      for _, path in ipairs(scripts_in(folder)) do
        local name = path:match "[^/]+$"
        assert.truthy(listed[name] and listed[name]:find "[%.?]$", name)
      end
    end
  end)

  it("cannot be listed when their folder cannot be read", function()
    local folder = require "moongrad.prompt.folder"
    local ok, message = pcall(folder.list, "nowhere", function() return nil end)
    assert.is_false(ok)
    assert.truthy(message:find("cannot read the folder nowhere", 1, true))
  end)
end)

describe("the lesson", function()
  local lessons = scripts_in "scripts/lessons"
  for _, path in ipairs(lessons) do
    it(path .. " names its source and comes out as published", function()
      local out = prints(path)
      assert.truthy(out:find "^[^\n]+\nSource: [^\n]+\n")
      assert.truthy(out:find "\nquantity +published +here +difference\n")
    end)

    it(path .. " would fail if a number were another", function()
      local other = "function published(rows) rows[1][2] = '77.77' return mg.published(rows) end"
      local status, _, err = run(root, ('-e "%s" %s'):format(other, path))
      assert.equal(1, status)
      assert.truthy(err:find("published: ", 1, true) and err:find("published 77.77", 1, true), err)
    end)
  end
  it("is there for each of 14 sources", function() assert.equal(14, #lessons) end)
end)

describe("scripts/lesson.lua", function()
  it("says what the lesson says", function()
    local file = assert(io.open "tests/golden/lesson.txt")
    local expected = file:read "a"
    file:close()
    local _, out = run(root, "scripts/lesson.lua")
    assert.equal(timeless(expected), timeless(out))
  end)
end)

describe("require \"moongrad\"", function()
  it("says in another Lua which one it needs", function()
    local file = assert(io.open "lua/moongrad/init.lua")
    local init = assert(load(file:read "a", "init", "t", { _VERSION = "Lua 5.1", error = error, string = string }))
    file:close()
    local _, message = pcall(init)
    assert.equal("moongrad needs Lua 5.4, this is 5.1", message)
  end)
end)

describe("README.md", function()
  local file = assert(io.open "README.md")
  local readme = file:read "a"
  file:close()
  local n = 0
  for code in readme:gmatch "\n```lua\n(.-)\n```" do
    n = n + 1
    it("runs its Lua example " .. n, function()
      local path = written(code)
      local status, _, err = run(root, path)
      os.remove(path)
      assert.equal("", err)
      assert.equal(0, status)
    end)
  end

  local function judge(text)
    local f, message = load("return " .. text)
    if not f then f, message = load(text) end
    return f and "ok" or message:find "<eof>$" and "open" or "bad"
  end

  -- "∇...> " begins what is typed, which goes on until it is complete, as at a terminal; all else is what moongrad
  -- says. The pieces are one session. Without a terminal ">> " is in front of what goes on.
  it("has its session as it goes", function()
    local typed, shown = {}, {}
    for piece in readme:gmatch "\n```\n(∇.-)\n```" do
      shown[#shown + 1] = piece
      for _, input in ipairs(paste.inputs(piece, judge)) do typed[#typed + 1] = input end
    end
    local path = written(table.concat(typed, "\n") .. "\n")
    local status, out = run(root, "-q --no-rc -i", path, true)
    os.remove(path)
    assert.equal(0, status)
    out = out:gsub("\n∇[^>]*> \n$", ""):gsub("\n>> ", "\n")
    assert.equal(timeless(table.concat(shown, "\n")), timeless(out))
  end)
end)
