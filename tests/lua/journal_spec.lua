-- What the journal of a session is made with: values written exactly, and what is certain to only look.

local core = require "moongrad.core"
local exact = require "moongrad.journal.exact"
local kit = require "kit"
local looks = require "moongrad.journal.looks"
local mg = require "moongrad"
local tokens = require "moongrad.syntax.tokens"

local function writer(texts, room)
  return exact.writer({ [print] = "print" }, texts or function() end, room or 1 << 30)
end

-- What the writer wrote at place, read again.
local function read(w, place)
  local code = "local __ = require('moongrad.journal.exact').reader()\n" .. exact.text(w.lines)
    .. "\nreturn " .. tostring(place)
  return assert(load(code))()
end

-- A value written and read again.
local function again(v, texts)
  local w = writer(texts)
  return read(w, w:value(v, "v")), w.lost, w.full
end

describe("exact values", function()
  it("keep every bit of numbers, strings and matrices", function()
    for _, v in ipairs { 0.1, -0.0, 1 / 0, -1 / 0, math.mininteger, 2 ^ 53, 5e-324, "a\0\r\n\\\"\200", true } do
      assert.equal(("%q"):format(v), ("%q"):format(again(v)))
    end
    local nan = again(0 / 0)
    assert.is_true(nan ~= nan)
    local m = mg.generator(1):randn(3, 2)
    assert.equal(kit.bits(m), kit.bits(again(m)))
    assert.same(m[2]:totable(), again(m[2]):totable())
  end)

  it("keep rows of any length, and tables of any plain contents", function()
    for _, n in ipairs { 1, 99, 100, 101, 200, 250 } do
      local m = mg.generator(n):randn(3, n)
      assert.equal(kit.bits(m), kit.bits(again(m)))
    end
    for _, t in ipairs { {}, { 1, 2.5, "x", true }, { 1, nil, 3, [-1] = 0.1, a = 1, ["b c"] = false, [true] = "\0" },
    } do
      assert.same(t, again(t))
    end
  end)

  it("are as they were when they were written, whatever becomes of them before they are text", function()
    local m, t, net = mg.matrix { { 1, 2 } }, { 1, 2 }, kit.xor { 2, 2, 1 }
    local w, theta = writer(), kit.theta(net)
    local place = w:value({ m = m, row = m[1], t = t, net = net }, "v")
    m:fill(5)
    t[1], t[3] = 7, 8
    net:step(3)
    local was = read(w, place)
    assert.same({ { 1, 2 } }, was.m:totable())
    assert.same({ 1, 2 }, was.row:totable())
    assert.same({ 1, 2 }, was.t)
    assert.equal(theta, kit.theta(was.net))
  end)

  it("say what there is no room for, and keep the rest", function()
    local big, small, list = mg.zeros(10, 10), mg.matrix { { 1, 2 } }, {}
    for i = 1, 100 do list[i] = i end
    local w = writer(nil, 100)
    local was = read(w, w:value({ a = big, b = small, c = list, d = { small } }, "v"))
    assert.same({ "v.a", "v.c" }, w.full)
    assert.is_nil(was.a)
    assert.same({ { 1, 2 } }, was.b:totable())
    assert.same({}, was.c)
    assert.equal(was.b, was.d[1])
    assert.equal(100 - 16, w.room)
    w = writer(nil, 100)
    w:set("m", big)
    assert.same({ "m" }, w.full)
    assert.same({}, w.lines)
    local net = kit.xor { 2, 2, 1 }
    net:step(7)
    w = writer(nil, 0)
    was = read(w, w:value(net, "net"))
    assert.same({ "X", "y", "net.theta[1]", "net.theta[2]", "net.grad[1]", "net.grad[2]" }, w.full)
    assert.equal(7, was.epoch)
  end)

  it("are whole or not there at all when they are too many", function()
    local shared = { 1 }
    local w = writer()
    w:whole("a", w.value, w, { shared }, "a")
    w.objects = 0
    w:whole("b", function() w:line("%s", w:value({ shared, {} }, "b")) end)
    w:whole("c", w.fill, w, "c", {}, "c")
    assert.same({ "b", "c" }, w.full)
    assert.same(4, #w.lines)
    w.objects = nil
    assert.same({ { 1 } }, read(w, w:value({ shared }, "d")))
    local long, deep = {}, {}
    for i = 1, 300000 do long[i] = i end
    for _ = 1, 100000 do deep = { deep } end
    w = writer()
    w:whole("long", w.value, w, long, "long")
    w:whole("deep", w.value, w, deep, "deep")
    assert.same({ "long", "deep" }, w.full)
    local rows = {}
    for i = 1, 100 do rows[i] = table.move(long, 1, 2000, 1, {}) end
    w = writer()
    w.objects = 1500 -- less than 100 rows of 2000 count as
    w:whole("rows", w.value, w, rows, "rows")
    assert.same({ "rows" }, w.full)
    local keys = {}
    for i = 1, 10000 do keys["k" .. i] = {} end
    w = writer()
    w.objects = math.huge
    w:whole("keys", w.value, w, keys, "keys")
    assert.same({ "keys" }, w.full)
  end)

  it("keep cycles, what is shared, and keys of any kind", function()
    local shared = { 1, nil, 3 }
    local t = { shared, shared, [-1] = "x", [2.5] = false, ["a b"] = print }
    t.self = t
    t[t] = "itself"
    local new = again(t)
    assert.equal(new, new.self)
    assert.equal("itself", new[new])
    assert.equal(new[1], new[2])
    assert.same({ 1, nil, 3 }, new[1])
    assert.equal(print, new["a b"])
    assert.equal(false, new[2.5])
  end)

  it("keep networks, live matrices and generators", function()
    for _, spec in ipairs { { 2, 2, 1 },
      { 2, { 3, "tanh", bias = false }, 1, l2 = .01, cost = "mse", eta = .3, precision = "single" } } do
      local net = kit.xor(spec)
      net.frozen[1] = "bias"
      net:step(7)
      local before = core.rng_state()
      local t = again { net = net, first = net.theta[1], all = net.theta }
      assert.equal(before, core.rng_state())
      assert.equal(kit.theta(net), kit.theta(t.net))
      assert.equal(kit.bits(net.grad), kit.bits(t.net.grad))
      assert.equal(tostring(net.options), tostring(t.net.options))
      assert.equal("bias", t.net.frozen[1])
      assert.equal(t.net.theta, t.all)
      t.first[1][2] = 9
      assert.equal(9, t.net.theta[1][1][2])
      t.net.theta[1][1][2] = net.theta[1][1][2]
      net:train { epochs = 2, batch = 3 }
      t.net:train { epochs = 2, batch = 3 }
      assert.equal(kit.theta(net), kit.theta(t.net))
    end
    local g = mg.generator(5)
    g:randn()
    local h = again(g)
    assert.equal(kit.bits(g:randn(3, 3)), kit.bits(h:randn(3, 3)))
    kit.raises(function() core.rng_state(g, "short") end, "2512 bytes")
  end)

  it("keep functions whose source is certain, and name what is lost", function()
    local text = "t = {}\nfunction t:add(x) return x + (self.n or y) end f = function() end "
      .. "h = function(a) if a then return 1 end end"
    local env = {}
    assert(load(text, "=[1]", "t", env))()
    local function texts(name) return name == "=[1]" and text or nil end
    assert.equal(7, again(env.t.add, texts)({ n = 3 }, 4))
    assert.equal(1, again(env.h, texts)(true))
    local n = 0
    local _, lost = again({ count = function() n = n + 1 end, thread = coroutine.create(print), ok = 1,
      meta = setmetatable({}, {}) }, texts)
    table.sort(lost)
    assert.same({ "v.count", "v.meta", "v.thread" }, lost)
  end)
end)

describe("an input", function()
  local own = { THETA = true, predict = true, help = true, step = true, data = true, print = false, check = true,
    NET = true, matrix = true, train = true }
  local session = {
    is_own = function(name) return own[name] == true end,
    is_known = function(name) return own[name] == true end,
  }
  local function only(text) return looks.only(tokens.of(text), session) end

  it("is known to only look when nothing in it can change anything", function()
    for _, text in ipairs { "THETA[1]", "help()", "predict()", 'help "step"', "THETA[1]:sum() + 1",
      "print(THETA[1][1][2])", "matrix{{1, 2}}:matmul(THETA[1])", "math.sqrt(2)", "{a = 1, THETA}",
      "NET.options.cost", "1 + 1 == 2", "stepp(1)",
      "tostring(unheard_of)" } do
      assert.is_true(only(text), text)
    end
  end)

  it("is kept when it may", function()
    rawset(_G, "wary", setmetatable({}, { __index = print }))
    rawset(_G, "named", { f = print, t = setmetatable({}, {}) })
    rawset(_G, "rand", print)
    for _, text in ipairs { "step()", "THETA[1]:fill(0)", "x = 1", "check()", "math.random()", "named.f()", "wary.x",
      "wary", "named.t", "named[i]", "(function() end)()", "THETA[1]:map(print)", "rand()", "NET:step(2)",
      "train{}", "io.read()",
      "predict(step())", "{step()}", "print(wary)", "#wary", "'x':rep(3)", "named.f{}" } do
      assert.is_falsy(only(text), text)
    end
    for _, name in ipairs { "wary", "named", "rand" } do rawset(_G, name, nil) end
  end)
end)
