-- Tests of errors in functions of mg.activation and mg.cost: they show the user's line, whenever they come; and a value
-- that is no number is named.

local helpers = require "helpers"
local mg = require "moongrad"

local X, y = mg.data.xor()

local function square(a, t) return (a - t) ^ 2 end
local function slope(a, t) return 2 * (a - t) end
local function tanh(z) return mg.tanh(z) end
local function tanh_slope(_, a) return 1 - a * a end

-- f, but from its call number n + 1 on something else.
local function failing(f, n, instead)
  local calls = 0
  return function(...)
    calls = calls + 1
    if calls > n then return instead(...) end
    return f(...)
  end
end

local here = debug.getinfo(1, "S").short_src:gsub("%p", "%%%0")

local function broken() error "words of my own" end
local function indexing() return ({}).nothing.field end

-- The error of f is the user's: at a line of this file, with these words, and no line of another.
local function as_it_is(f, words)
  local ok, message = pcall(f)
  assert.is_false(ok)
  assert.is_truthy(message:find("^" .. here .. ":%d+: " .. words), message)
  assert.is_nil(message:find("moongrad/", 1, true), message)
end

describe("an error inside a function of the user's", function()
  it("comes through when one is defined, whichever call it comes in", function()
    for n = 0, 40 do
      as_it_is(function() mg.cost { name = "late", f = failing(square, n, broken), delta = slope } end,
        "words of my own")
      as_it_is(function() mg.cost { name = "late", f = failing(square, n, indexing), delta = slope } end,
        "attempt to index a nil value")
      as_it_is(function() mg.activation { name = "late", f = failing(tanh, n, broken), df = tanh_slope } end,
        "words of my own")
    end
    as_it_is(function() mg.cost { name = "late", f = square, delta = broken } end, "words of my own")
    as_it_is(function() mg.activation { name = "late", f = tanh, df = broken } end, "words of my own")
    -- what failed has changed nothing for those that are defined next
    local following = mg.cost { name = "next", f = square, delta = slope }
    assert.is_truthy(tostring(following):find("f on whole matrices", 1, true))
  end)

  it("comes through where it is an object of the user's", function()
    local object = { code = 7 }
    local ok, e = pcall(mg.cost, { name = "object", f = function() error(object) end, delta = slope })
    assert.is_false(ok)
    assert.equal(object, e)
  end)

  it("comes through a pass, a check, a report, and all else that calls it", function()
    local is_late = false
    local late = mg.activation { name = "late at last", df = tanh_slope,
      f = function(z) return is_late and indexing() or tanh(z) end }
    local words = "attempt to index a nil value"
    as_it_is(function() is_late = true return late(1) end, words)
    as_it_is(function() return late { 1, 2 } end, words)
    for _, method in ipairs { "step", "forward", "check", "cost", "accuracy", "predict" } do
      is_late = false
      local net = mg.network { 2, 3, 1, activation = late, output = "sigmoid", X = X, y = y, seed = 1 }
      net:step(3)
      as_it_is(function() is_late = true return net[method](net) end, words)
    end
    local plain = helpers.xor()
    as_it_is(function() plain:train { epochs = 3, report = indexing } end, words)
    as_it_is(function() plain:train { epochs = 3, stop_when = indexing } end, words)
    as_it_is(function() X:map(indexing) end, words)
  end)

  it("is told by diagnose, and not taken for numbers that are not finite", function()
    local calls, most = 0, math.huge
    local late = mg.activation { name = "late on a copy", df = tanh_slope, check = false, f = function(z)
      calls = calls + 1
      return calls > most and indexing() or (1 - 2 / (math.exp(2 * z) + 1))
    end }
    local net = mg.network { 2, 3, 1, activation = late, output = "sigmoid", X = X, y = y, seed = 1 }
    net:diagnose()
    calls, most = 0, calls // 10 -- in the midst of the epochs of a copy
    local ok, d = pcall(net.diagnose, net)
    local text = ok and d.findings[1].text or d
    assert.is_truthy(text:find("custom_errors_spec.lua:%d+: attempt to index a nil value"), text)
  end)
end)

describe("what a function of the user's gave that is no number", function()
  it("is named with its arguments, whenever it came", function()
    for n = 1, 40 do
      helpers.raises(function() mg.cost { name = "late", f = failing(square, n, function() end), delta = slope } end,
        "cost late: ", "gave nil")
    end
    local c = mg.cost { name = "none", f = function() end, delta = slope, check = false }
    helpers.raises(function() c({ { 1 } }, { { 0 } }) end,
      "cost none: f gave nil for yhat = 1, y = 0, expected a number")
    local a = mg.activation { name = "words", f = function() return "x" end, df = tanh_slope, check = false }
    helpers.raises(function() a(1) end, 'activation words: f gave "x" for z = 1, expected a number')
    helpers.raises(function() a { 1, 2 } end, 'activation words: f gave "x" for z = 1, expected a number')
  end)

  it("is said of a cost to have been tried with 2 outputs", function()
    local tried = "tried with 8 rows of 2 outputs, predictions between 0 and 1 and targets 0 and 1"
    for _, spec in ipairs {
      { f = function(a, t) return ((a:cols(1, 1) - t:cols(1, 1)) ^ 2):sum() end, -- one output's
        delta = function(a, t) return 2 * (a:cols(1, 1) - t:cols(1, 1)) end },
      { f = square, delta = function(a, t) return mg.matrix(a):cols(1, 1) - mg.matrix(t):cols(1, 1) .. "" end },
      { f = square, delta = function(a, t) return 3 * (a - t) end },
      { f = function(a, t) return mg.abs(a - t):max() + #a ^ 2 end, delta = slope },
      { f = function(a, t) return (a - t) / 0 end, delta = slope },
    } do
      spec.name = "one"
      helpers.raises(function() mg.cost(spec) end, "cost one: ", tried)
    end
  end)
end)
