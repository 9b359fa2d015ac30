-- Optimisers: each is declared whole, chosen by name, refused by name and number.

local core = require "moongrad.core"
local helpers = require "helpers"
local mg = require "moongrad"
local optimisers = require "moongrad.optimisers"

local raises = helpers.raises

describe("optimisers", function()
  it("are each declared whole", function()
    for _, name in ipairs(core.optimizers) do
      local o, net = optimisers[name], helpers.xor { optimizer = name }
      assert.is_table(o, name)
      for _, field in ipairs { "formula", "update", "from", "shapes", "element" } do
        assert.is_string(o[field], name .. ": " .. field)
      end
      assert.is_function(o.terms, name)
      net:step(2)
      local states = select(5, core.updated(net, 1, 1, 1, false))
      assert.equal(#states, #(o.states or {}), name)
      for _, number in ipairs(core.optimizer_numbers[name]) do
        assert.is_true(number.default >= number.least and number.default < number.below, name .. ": " .. number.name)
      end
    end
    for name in pairs(optimisers) do assert.is_table(core.optimizer_numbers[name], name) end
  end)

  it("are options, as names and as tables", function()
    for _, name in ipairs(core.optimizers) do
      local net = mg.network { 2, 1, optimizer = name }
      assert.equal(name, net.options.optimizer)
      net.options.optimizer = { name }
      assert.equal(name, net.options.optimizer[1])
      for _, number in ipairs(core.optimizer_numbers[name]) do
        net.options.optimizer = { name, [number.name] = number.default }
        assert.equal(number.default, net.options.optimizer[number.name])
        raises(function() net.options.optimizer = { name, [number.name] = 0 / 0 } end, number.name, "NaN")
      end
      assert.equal(name, net:copy().options.optimizer[1])
      raises(function() net.options.optimizer = { name, nosuch = 1 } end, name, "has no option", "nosuch")
    end
    local net = mg.network { 2, 1 }
    raises(function() net.options.optimizer = "sdg" end, "did you mean sgd")
    raises(function() net.options.optimizer = { "sdg" } end, "did you mean sgd")
    raises(function() net.options.optimizer = {} end, "expected one of")
    raises(function() net.options.optimizer = 5 end, "expected one of")
    assert.equal("sgd", net.options.optimizer)
  end)

  it("stay when another option is set, and their states with them", function()
    for _, name in ipairs(core.optimizers) do
      local net = helpers.xor { optimizer = name, seed = 1 }
      net:step(3)
      local before = { core.updated(net, 1, 1, 1, true) }
      net.options.l2 = 0
      assert.same(before, { core.updated(net, 1, 1, 1, true) }, name)
      assert.equal(3, before[3])
    end
  end)

  it("come back with undo and seek, to the bit", function()
    for _, name in ipairs(core.optimizers) do
      local net = helpers.xor { optimizer = name, seed = 2 }
      net:step(5)
      local at_5 = { core.updated(net, 1, 1, 1, false) }
      net:step(3)
      local at_8 = { core.updated(net, 1, 1, 1, false) }
      net:undo()
      assert.same(at_5, { core.updated(net, 1, 1, 1, false) }, name)
      net:step(3)
      assert.same(at_8, { core.updated(net, 1, 1, 1, false) }, name)
      net:seek(5)
      assert.same(at_5[4], (select(4, core.updated(net, 1, 1, 1, false))), name)
      local w = net:walk()
      w:finish()
      net:step(2)
      assert.same(at_8[4], (select(4, core.updated(net, 1, 1, 1, false))), name)
    end
  end)
end)
