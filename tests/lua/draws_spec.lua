-- Whole numbers at random, against NumPy's of 20 seeds (tests/golden/draws.lua).

local helpers = require "helpers"
local mg = require "moongrad"

local raises = helpers.raises
local golden = dofile "tests/golden/draws.lua"

describe("randint and choice", function()
  for _, run in ipairs(golden) do
    it("are NumPy's after seed(" .. run.seed .. "), and leave the generator where NumPy's is", function()
      for _, g in ipairs { false, mg.generator(run.seed) } do
        if not g then mg.seed(run.seed) end
        local of = g or setmetatable({}, { __index = function(_, name)
          return function(_, ...) return mg[name](...) end
        end })
        assert.is_true(of:randint(0, 10, 2, 3) == mg.matrix(run.randint))
        assert.is_true(of:randint(-5, 6, 1, 4) == mg.matrix(run.signed))
        assert.is_true(of:randint(3, 4, 1, 2) == mg.matrix(run.one))
        assert.is_true(of:randint(0, 2 ^ 32, 1, 2) == mg.matrix(run.wide))
        assert.is_true(of:randint(-2 ^ 52, 2 ^ 52, 1, 2) == mg.matrix(run.wider))
        assert.is_true(of:choice(7, 5) == mg.matrix(run.choice))
        assert.is_true(of:permutation(9) == mg.matrix(run.permutation))
        assert.is_true(of:randn(1, 2) == mg.matrix(run.normal))
      end
    end)
  end

  it("give one number without sizes, from a private generator too", function()
    mg.seed(golden[1].seed)
    assert.equal(golden[1].randint[1][1], mg.randint(0, 10))
    assert.equal(golden[1].randint[1][1], mg.randint(0, 10, mg.generator(golden[1].seed)))
  end)

  it("say what they do not take", function()
    raises(function() mg.randint(3, 3) end, "randint: hi: expected more than lo, 3, got 3")
    raises(function() mg.randint(0, 2 ^ 54) end, "randint: ", "hi", "9007199254740992")
    raises(function() mg.randint(.5, 3) end, "randint: ", "lo", "whole number", "0.5")
    raises(function() mg.randint(1) end, "randint: ", "hi", "nothing")
    raises(function() mg.randint(0, 2, 3) end, "randint: ", "ncols", "nothing")
    raises(function() mg.randint(0, 2, 0, 1) end, "randint: ", "nrows", "got 0")
    raises(function() mg.choice(0, 1) end, "choice: ", "n", "got 0")
    raises(function() mg.choice(3) end, "choice: ", "k", "nothing")
    raises(function() mg.choice(3, 1, 2) end, "at most 2 arguments")
  end)
end)
