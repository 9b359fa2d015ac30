-- An error in a function that the user called as `return f(...)` names the user's line.

local commands = require "moongrad.commands"
local core = require "moongrad.core"
local helpers = require "helpers"
local mg = require "moongrad"

-- Calls f(...) in a tail call, which is line 3 of a chunk, and returns the message of its error.
local function message_of(f, ...)
  local caller = load("local f = ...\nreturn function(...)\n  return f(...)\nend", "=tail")(f)
  local ok, message = pcall(function(...)
    local v = caller(...)
    return v
  end, ...)
  return not ok and message or "no error"
end

local net = helpers.xor()
local owners = { mg = mg, data = mg.data, net = core.network_class.methods, m = debug.getmetatable(mg.eye(1)).methods,
  w = require("moongrad.explain.walk").methods }

describe("a tail call", function()
  for owner, functions in pairs(owners) do
    it("of each function of " .. owner .. " blames its own line", function()
      local count = 0
      for name in pairs(commands.of[owner]) do
        local t = {}
        local message = message_of(functions[name], t, t, t, t, t, t, t, t, t, t)
        assert.equal("tail:3:", message:match "^[^ ]*", name .. ": " .. message)
        count = count + 1
      end
      assert.is_true(count > 0)
    end)
  end

  it("of an object blames its own line", function()
    local r = mg.records { "a" }
    for name, f in pairs { add = r.add, where = r.where, group = r.group, walk = net:walk(),
      own = mg.activation { name = "tail's", f = function(z) return z end, df = function() return 1 end } } do
      local message = message_of(f, 1, 2, 3, 4)
      assert.equal("tail:3:", message:match "^[^ ]*", name .. ": " .. message)
    end
  end)

  it("passes results, errors and yields through", function()
    local f = core.entry(function(...)
      local got = coroutine.yield(...)
      return got, ...
    end)
    local co = coroutine.wrap(function(...) return f(...) end)
    assert.same({ 1, 2 }, { co(1, 2) })
    assert.same({ 3, 1, 2 }, { co(3) })
    assert.equal(print, core.entry(print))
    local e = {}
    assert.equal(e, select(2, pcall(core.entry(error), e)))
  end)

  it("of a session's functions blames its own line", function()
    for _, call in ipairs { "train{epoch = 10}", "step(-1)", "walk(5)", "undo 'x'", "help(1, 2)", "run()" } do
      local code = "X, y = data.xor() LAYERS = {2, 1}\nlocal function f()\n  return " .. call .. "\nend\nf()"
      local _, out = helpers.run(code)
      assert.matches(":3: " .. call:match "^[%w_]+" .. ":", out)
    end
  end)
end)
