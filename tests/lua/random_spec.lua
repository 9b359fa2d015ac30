-- Random numbers: NumPy's in every bit, from a shared generator per state and from private ones.

local mg = require "moongrad"
local moongrad = os.getenv "MOONGRAD" or "build/moongrad"

-- The golden file is JSON of objects, arrays and numbers: nearly Lua already.
local function golden()
  local file = assert(io.open "tests/golden/numpy_random.json")
  local text = file:read("a"):gsub("%[", "{"):gsub("%]", "}"):gsub('("[^"]*")%s*:', "[%1]=")
  file:close()
  return assert(load("return " .. text, "golden", "t", {}))()
end

local function assert_raises(f, ...)
  local ok, message = pcall(f)
  assert.is_false(ok)
  assert.is_nil(message:find "\n")
  for _, word in ipairs { ... } do
    assert.is_truthy(message:find(word, 1, true), ("%q lacks %q"):format(message, word))
  end
end

-- Every bit equal, which == of numbers other than 0 and NaN is.
local function assert_numpys(draw, run)
  assert.is_true(draw.rand(3, 4) == mg.matrix(run.rand_3x4))
  assert.is_true(draw.randn(3, 3) == mg.matrix(run.randn_3x3))
  assert.is_true(draw.randn(1, 2) == mg.matrix(run.randn_1x2))
  assert.is_true(draw.permutation(10) == mg.matrix(run.permutation_10) + 1)
  assert.equal(run.rand_1[1], draw.rand())
  assert.is_true(draw.permutation(1000):cols(1, 20) == mg.matrix(run.permutation_1000_first_20) + 1)
end

describe("random numbers", function()
  for seed, run in pairs(golden().runs) do
    it("are NumPy's after seed(" .. seed .. ")", function()
      mg.seed(math.tointeger(seed))
      assert_numpys(mg, run)
    end)

    it("are NumPy's from generator(" .. seed .. "), asked either way", function()
      local g = mg.generator(math.tointeger(seed))
      assert_numpys({
        rand = function(...) return g:rand(...) end,
        randn = function(...) return g:randn(...) end,
        permutation = function(...) return g:permutation(...) end,
      }, run)
      g:seed(math.tointeger(seed))
      local function with(f)
        return function(...)
          local arguments = { ... }
          arguments[#arguments + 1] = g
          return f(table.unpack(arguments))
        end
      end
      assert_numpys({ rand = with(mg.rand), randn = with(mg.randn), permutation = with(mg.permutation) }, run)
    end)
  end

  it("are single without sizes", function()
    mg.seed(0)
    assert.equal(0.5488135039273248, mg.rand())
    mg.seed(0)
    assert.equal(1.764052345967664, mg.randn())
    assert.equal(0.4001572083672233, mg.randn())
  end)

  it("start anew with seed, the cached normal forgotten", function()
    mg.seed(1)
    local first = mg.randn()
    mg.seed(1)
    assert.equal(first, mg.randn())
  end)

  it("of private generators leave the shared one alone", function()
    mg.seed(5)
    local want = mg.rand(1, 3)
    mg.seed(5)
    local g = mg.generator(5)
    g:rand(10, 10)
    mg.seed(9, g)
    mg.randn(2, 2, g)
    assert.is_true(mg.rand(1, 3) == want)
  end)

  it("permute 1 to n", function()
    local p = mg.permutation(100)
    assert.same({ 1, 100 }, p.shape)
    local sorted = p[1]:totable()
    table.sort(sorted)
    for i = 1, 100 do assert.equal(i, sorted[i]) end
    assert.is_true(mg.permutation(1) == mg.matrix { 1 })
  end)

  it("take seeds from 0 to 2^32 - 1", function()
    mg.seed(4294967295)
    mg.seed(0)
    mg.seed(7.0)
    assert_raises(function() mg.seed(-1) end, "seed: ", "0 to 4294967295", "got -1")
    assert_raises(function() mg.seed(4294967296) end, "got 4294967296")
    assert_raises(function() mg.seed(1.5) end, "whole number", "got 1.5")
    assert_raises(function() mg.seed(0 / 0) end, "whole number", "got NaN")
    assert_raises(function() mg.seed(1e300) end, "got 1e+300")
    assert_raises(function() mg.seed(math.mininteger) end, "got -9223372036854775808")
    assert_raises(mg.seed, "seed: ")
    assert_raises(mg.generator(1).seed, "seed: ")
    assert_raises(function() mg.seed("0") end, "a string")
    assert_raises(function() mg.seed() end, "got nothing")
    assert_raises(function() mg.seed(1, 2) end, "at most 1 argument")
    assert_raises(function() mg.generator() end, "generator: ")
    assert_raises(function() mg.generator(1, 2) end, "at most 1 argument")
  end)

  it("take sizes that can be", function()
    assert_raises(function() mg.rand(0, 1) end, "rand: ", "nrows", "got 0")
    assert_raises(function() mg.rand(3) end, "rand: ", "ncols", "nothing", "write rand(1, 3) for a row")
    assert_raises(function() mg.generator(1):randn(3) end, "randn: ", "nothing", "write randn(1, 3) for a row")
    assert_raises(function() mg.rand("3") end, "nrows", "a string")
    assert_raises(function() mg.randn(1, 2, 3) end, "at most 2 arguments")
    assert_raises(function() mg.randn(1, "2") end, "a string")
    assert_raises(function() mg.rand(1e9, 1e9) end, "this machine has")
    assert_raises(function() mg.permutation(0) end, "permutation: ", "got 0")
    assert_raises(function() mg.permutation(2 ^ 33) end, "permutation: ", "4294967295")
    assert_raises(function() mg.permutation() end, "nothing")
    assert_raises(function() mg.permutation(3, 4) end, "at most 1 argument")
  end)

  it("come from generators that have no other fields", function()
    local g = mg.generator(1)
    assert_raises(function() return g.sed end, "a generator has no 'sed'", "seed")
    assert_raises(function() return g[1] end, "a number")
    assert.is_false(getmetatable(g))
    assert.is_truthy(tostring(g):find "^generator")
    pcall(g.rand, {}, 1)
  end)

  it("survive the collection of a generator in use", function()
    for i = 1, 50 do
      local m = mg.generator(i):rand(100, 100)
      collectgarbage()
      assert.is_true(m:max() < 1)
    end
  end)
end)

describe("a fresh state", function()
  it("begins as after seed(0)", function()
    local path = os.tmpname()
    local file = assert(io.open(path, "w"))
    file:write [[print(string.format("%.17g", require "moongrad".rand()))]]
    file:close()
    local pipe = assert(io.popen(moongrad .. " --no-session " .. path))
    local drawn = pipe:read "l"
    pipe:close()
    os.remove(path)
    assert.equal(0.5488135039273248, tonumber(drawn))
  end)
end)
