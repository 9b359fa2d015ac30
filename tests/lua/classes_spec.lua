-- Tests that users cannot reach the metatables of moongrad's objects, so that they cannot break a class.

local core = require "moongrad.core"
local helpers = require "helpers"
local mg = require "moongrad"

describe("the metatable of each object", function()
  it("is hidden, and cannot be replaced", function()
    local net = helpers.xor()
    local r = net:step(3)
    local activation = mg.activation { name = "class's", f = function(z) return z end, df = function() return 1 end }
    local cost = mg.cost { name = "class's", f = function(a, y) return (a - y) ^ 2 end,
      delta = function(a, y) return 2 * (a - y) end }
    local checked, walk = net:check(), net:walk()
    local op = walk()
    walk(false)
    local watch = net:watch "J"
    net:step()
    local objects = { net = net, report = r, history = net:train({ epochs = 2 }).history, activation = activation,
      cost = cost, matrix = net.X, row = net.X[1], shape = net.X.shape, generator = core.generator(1), check = checked,
      walk = walk, operation = op, explanation = net:explain("theta", 1, 1, 1), diagnosis = net:diagnose(),
      watch = watch, watched = net:watched(), theta = net.theta, layers = net.layers, frozen = net.frozen,
      options = net.options, image = core.image(net, "whole"), kept = core.walk_keep(net), bugs = net:bug(),
      undo = net:undo(), diff = mg.diff(net, net:copy()), time = mg.time(function() end),
      bench = mg.bench(function() end, 10) }
    for name, v in pairs(objects) do
      assert.is_not_nil(debug.getmetatable(v), name)
      assert.is_false(getmetatable(v), name)
      if type(v) == "table" then
        assert.has_error(function() setmetatable(v, {}) end, "cannot change a protected metatable")
      end
    end
  end)

  it("is so at the prompt, too", function()
    local status, out = helpers.run [[
      X, y = data.xor() LAYERS = {2, 2, 1} step()
      local objects = {who(), history(), help "step", apropos "cost", traceback(), check(), bug(), help, who, reset()}
      for i, v in ipairs(objects) do assert(getmetatable(v) == false, i) end
      print(#objects)]]
    assert.equal("10\n", out)
    assert.equal(0, status)
  end)

  -- Each class has its name beside it; so none is forgotten that has one.
  it("is said to be so wherever a class is named", function()
    for path in assert(io.popen "find lua -name '*.lua'"):lines() do
      local file = assert(io.open(path))
      local text = file:read "a"
      file:close()
      local _, named = text:gsub("[{ .]__name = ", "")
      local _, hidden = text:gsub("[{ .]__metatable = ", "")
      assert.is_true(hidden >= named, path .. " names a class without __metatable = false")
    end
  end)
end)
