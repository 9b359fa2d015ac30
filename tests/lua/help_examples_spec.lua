-- Help: its examples run at a prompt and print what it says they do.

local entries = require "moongrad.help.entries"
local lfs = require "lfs"
local page = require "moongrad.help.page"

local moongrad = assert(os.getenv "MOONGRAD")

-- Without times, which differ from run to run.
local function timeless(text) return (text:gsub("[%d.]+ [mu]?s%f[%A]", "(time)")) end

-- Types the examples at a prompt, after those of help() in short, in a directory that has a mine.lua.
local function examples_run(name, text)
  local examples = page.examples(text)
  local typed = {
    'PROMPT = function() return "@@" .. "@ " end', "X, y = data.xor()  LAYERS = {2, 2, 1}  ETA = 2", "step(50);" }
  local before = #typed
  for _, example in ipairs(examples) do typed[#typed + 1] = example.input end
  local directory = os.tmpname()
  os.remove(directory)
  assert(lfs.mkdir(directory))
  for file, content in pairs { ["mine.lua"] = "step(10)\n", typed = table.concat(typed, "\n") .. "\n" } do
    local f = assert(io.open(directory .. "/" .. file, "w"))
    f:write(content)
    f:close()
  end
  local program = moongrad:find "^/" and moongrad or lfs.currentdir() .. "/" .. moongrad
  local command = "cd %s && HOME=. VISUAL=true EDITOR=true %s -q --no-rc -i <typed 2>errors"
  local pipe = assert(io.popen(command:format(directory, program)))
  local out = pipe:read "a":gsub("@@@ ", "\1")
  pipe:close()
  local file = assert(io.open(directory .. "/errors"))
  assert.equal("", file:read "a", name)
  file:close()
  os.execute("rm -r " .. directory)
  local outputs = {}
  for output in out:gmatch "\1[^\n]*\n([^\1]*)" do outputs[#outputs + 1] = output end
  assert.equal(#typed, #outputs, out) -- the first prompt is not ours, and one comes after the last
  for i, example in ipairs(examples) do
    if example.output then
      local output = outputs[before - 1 + i]:gsub("\n$", "")
      assert.equal(timeless(example.output), timeless(output), name .. ": " .. example.input)
    end
  end
  return #examples
end

describe("examples", function()
  for _, entry in ipairs(entries.all()) do
    if entry.kind == "topic" or entry.text:find "> " then
      it("of " .. entry.title .. " run, and print what is said", function()
        assert.is_true(examples_run(entry.path, entry.title .. "\n" .. entry.text) > 0)
      end)
    end
  end

  it("are there for every function and every option", function()
    for _, entry in ipairs(entries.all()) do
      if entry.kind == "documented" or entry.kind == "option" then
        assert.is_true(#page.examples(entry.title .. "\n" .. entry.text) > 0, entry.title)
      end
    end
  end)
end)
