-- timing_spec.lua - time and bench.

local mg = require "moongrad"

-- Makes the clock go on by what tick says each time that it is looked at, while f(pass) runs, and by pass(seconds).
local function with_clock(tick, f)
  local core = require "moongrad.core"
  local clock, now = core.clock, 0
  core.clock = function()
    now = now + tick()
    return now
  end
  local ok, message = pcall(f, function(seconds) now = now + seconds end)
  core.clock = clock
  assert(ok, message)
end

describe("time", function()
  it("calls a function once and keeps what it returned", function()
    local calls = 0
    local t = mg.time(function(...)
      calls = calls + 1
      return select("#", ...), nil, ...
    end, "a", nil)
    assert.equal(1, calls)
    assert.equal(4, t.n)
    assert.same({ 2, nil, "a", nil }, { t[1], t[2], t[3], t[4] })
    assert.is_true(t.seconds >= 0)
  end)

  it("says how long it took, in a unit that suits", function()
    for seconds, text in pairs { [4e-8] = "40 ns", [1.234e-5] = "12.3 us", [.0123] = "12.3 ms", [.9999] = "1 s",
      [12.34] = "12.3 s", [90] = "90 s", [3600] = "60 min" } do
      with_clock(function() return seconds end, function()
        local t = mg.time(function() end)
        assert.is_true(math.abs(t.seconds - seconds) < 1e-12)
        assert.equal(text, tostring(t))
      end)
    end
  end)

  it("takes what can be called, and names the next step for the rest", function()
    assert.equal(7, mg.time(setmetatable({}, { __call = function(_, x) return x end }), 7)[1])
    assert.has_error(function() mg.time(3) end)
    local _, message = pcall(mg.time, 3)
    assert.truthy(message:find("time: expected a function and its arguments, time(step, 100), got 3", 1, true))
    assert.has_error(function() mg.time(error, "mine", 0) end, "mine")
  end)
end)

describe("bench", function()
  it("says how long one call takes: median, quartiles, runs", function()
    local calls = 0
    local b = mg.bench(function(x) calls = calls + x end, 1)
    assert.equal(calls, b.runs)
    assert.is_true(b.runs >= 5)
    assert.is_true(0 <= b.min and b.min <= b.low and b.low <= b.median and b.median <= b.high and b.high <= b.max)
    assert.truthy(tostring(b):find "^median [%d.]+ ns   half of them [%d.]+ ns to [%d.]+ ns   %d+ runs$")
  end)

  it("calls what is slow five times and once to begin with, and takes the middle", function()
    local durations, calls = { 9, 5, 1, 4, 2, 3 }, 0
    local b
    with_clock(function() return 0 end, function(pass)
      b = mg.bench(function()
        calls = calls + 1
        pass(durations[calls])
      end)
    end)
    assert.same({ 3, 2, 4, 1, 5, 6 }, { b.median, b.low, b.high, b.min, b.max, b.runs })
    assert.equal("median 3 s   half of them 2 s to 4 s   6 runs", tostring(b))
  end)

  it("passes errors on, and refuses what cannot be called", function()
    assert.has_error(function() mg.bench(error, "mine", 0) end, "mine")
    local _, message = pcall(mg.bench, "step")
    assert.truthy(message:find('bench: expected a function', 1, true))
  end)
end)
