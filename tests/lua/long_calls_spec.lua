-- long_calls_spec.lua - every call that may take long asks whether to stop, and leaves nothing half made.
--
-- A stop is asked for as lua5.4's Ctrl-C does it: a hook for every event. It is set on the main thread while a
-- coroutine runs, so that the call finds it there at its first question.

local core = require "moongrad.core"
local helpers = require "helpers"
local mg = require "moongrad"

-- Runs f while a stop is asked for; it must raise that it was interrupted.
local function stopped(name, f)
  local main, is_main = coroutine.running()
  if not is_main then main = debug.getregistry()[1] end
  local ok, message
  local co = coroutine.create(function()
    debug.sethook(main, function() end, "crl", 1)
    ok, message = pcall(f)
    debug.sethook()
    debug.sethook(main)
  end)
  assert(coroutine.resume(co))
  assert.is_false(ok, name .. " did not ask")
  assert.is_truthy(tostring(message):find("interrupted", 1, true), name .. ": " .. tostring(message))
end

local function state() return core.rng_state() end

describe("a stop is asked for by", function()
  local m = mg.rand(1500, 1500)

  it("what makes matrices of matrices", function()
    local calls = {
      copy = function() return m:copy() end, ["T:copy"] = function() return m.T:copy() end,
      reshape = function() return m:reshape(500, 4500) end, hstack = function() return mg.hstack(m, m) end,
      vstack = function() return mg.vstack(m, m) end, matrix = function() return mg.matrix(m) end,
      add = function() return m + m end, subtract = function() return m - 1 end, negate = function() return -m end,
      power = function() return m ^ 1.5 end, lt = function() return mg.lt(m, .5) end,
      exp = function() return mg.exp(m) end, sigmoid = function() return mg.sigmoid(m) end,
      softmax = function() return mg.softmax(m) end, matmul = function() return m:matmul(m) end,
      wide = function() return m:rows(1):matmul(mg.ones(1500, 1500)) end,
    }
    for name, f in pairs(calls) do stopped(name, f) end
  end)

  it("what looks through them", function()
    local same = m:copy()
    for _, name in ipairs { "sum", "mean", "min", "max", "norm", "argmax", "std", "median",
      "sort" } do
      stopped(name, function() return m[name](m) end)
      for axis = 1, 2 do stopped(name .. axis, function() return m[name](m, axis) end) end
    end
    stopped("==", function() return m == same end)
    stopped("find", function() return m:find() end)
    stopped("take", function() return m:take(mg.matrix(1, 4000, 1)) end)
    stopped("nonfinite", function() return core.nonfinite(m) end)
    stopped("totable", function() return m:totable() end)
  end)

  it("what makes them of sizes, tables and the generator, which is then as it was", function()
    local table_of, flat = m:totable(), {}
    for i = 1, 400000 do flat[i] = i end
    local before = state()
    local calls = {
      table = function() return mg.matrix(table_of) end, flat = function() return mg.matrix(flat) end,
      column = function() return core.as_matrix(flat, "flat", true) end,
      zeros = function() return mg.zeros(4000, 1000) end,
      ones = function() return mg.ones(4000, 1000) end, eye = function() return mg.eye(2000) end,
      linspace = function() return mg.linspace(0, 1, 4000000) end, rand = function() return mg.rand(1000, 1000) end,
      randn = function() return mg.randn(1, 1000000) end,
      permutation = function() return mg.permutation(1000000) end,
      randint = function() return mg.randint(0, 9, 1000, 1000) end,
      choice = function() return mg.choice(9, 1000000) end,
    }
    for name, f in pairs(calls) do stopped(name, f) end
    assert.equal(before, state())
  end)

  it("a write, before it writes", function()
    local n = m:copy()
    stopped("set", function() n:set(n.T) end)
    assert.is_true(n == m)
  end)

  it("what makes networks, draws, copies and keeps them", function()
    local net = mg.network { 1100, 1000, 10, seed = 1 }
    net.X, net.y = mg.ones(4, 1100), mg.ones(4, 10)
    net:step()
    local before, generator = net.theta[1]:copy(), core.rng_state(core.own_rng(net))
    local walk, X, y = net:walk(), mg.ones(2000, 1100), mg.ones(2000, 10)
    local calls = {
      network = function() return mg.network { 1500, 1500, 10 } end, init = function() net:init() end,
      ["init he"] = function() net:init "he" end, copy = function() return net:copy() end,
      like = function() return net:like { 1100, 900, 10 } end, image = function() return core.image(net, "whole") end,
      theta = function() return core.image(net, "theta") end, keep = function() return core.walk_keep(net) end,
      predict = function() return net:predict(net.X) end,
      data = function() net:cost(X, y) end,
    }
    for name, f in pairs(calls) do
      stopped(name, f)
      assert.is_true(net.theta[1] == before, name)
      assert.equal(1, net.epoch, name)
      assert.equal(generator, core.rng_state(core.own_rng(net)), name)
    end
    assert.equal("walk", debug.getmetatable(walk).__name)
    assert.equal(2, net:step().epoch)
  end)

  it("an epoch whose order is drawn, THETA and the generator as they were", function()
    local net = mg.network { 1, 1, seed = 1 }
    net.X, net.y = mg.ones(100000, 1), mg.ones(100000, 1)
    local theta, generator = helpers.theta(net), core.rng_state(core.own_rng(net))
    stopped("train", function() net:train { epochs = 1, batch = 1000 } end)
    assert.equal(theta, helpers.theta(net))
    assert.equal(generator, core.rng_state(core.own_rng(net)))
    assert.equal(1, net:train({ epochs = 1, batch = 1000 }).epoch)
  end)
end)

describe("in blocks", function()
  it("a matrix comes out the same in every bit", function()
    local rows, cols = 1300, 1700 -- of several blocks, the last ones short
    local g = mg.generator(5)
    local a = g:randn(rows, cols)
    local function row_by_row(f)
      local list = {}
      for i = 1, rows do list[i] = f(a:rows(i)) end
      return mg.vstack(list)
    end
    assert.is_true(a:copy() == a)
    assert.is_true(a.T:copy().T == a)
    assert.is_true(mg.exp(a) == row_by_row(mg.exp))
    assert.is_true(mg.gelu(a.T).T == row_by_row(mg.gelu))
    assert.is_true(mg.softmax(a) == row_by_row(mg.softmax))
    assert.is_true(a + a:rows(1) == row_by_row(function(r) return r + a:rows(1) end))
    assert.is_true(a * a:cols(1) == row_by_row(function(r) return r * r[1][1] end))
    assert.is_true(a:sum(1) == a.T:copy():sum(2).T)
    assert.equal(a:max(), a:max(1):max())
    assert.equal(a:min(), a:min(2):min())
    local i, j = a:argmax()
    assert.equal(a:max(), a[i][j])
    local b = g:randn(cols, 30)
    assert.is_true(a:matmul(b) == row_by_row(function(r) return r:matmul(b) end))
    a[1200][1699] = 0 / 0
    i, j = a:argmax()
    assert.same({ 1200, 1699 }, { i, j })
    assert.is_true(a:min() ~= a:min() and a:max() ~= a:max() and a:sum() ~= a:sum())
  end)

  it("the same numbers are drawn as in one go", function()
    local one, other = mg.generator(3), mg.generator(3)
    local all = one:randn(900, 700)
    for i = 1, 900 do assert.is_true(all:rows(i) == other:randn(1, 700), i) end
    local net = mg.network { 400, 400, 2, seed = 3 }
    local g = mg.generator(3)
    for l = 1, 2 do
      local theta = net.theta[l]
      assert.is_true(theta:copy() == g:rand(#theta, theta.ncols), l)
    end
  end)
end)
