-- What the journal of a session is made with: values as Lua, and what is certain to only look.

local core = require "moongrad.core"
local helpers = require "helpers"
local mg = require "moongrad"
local purity = require "moongrad.session.journal.purity"
local serialise = require "moongrad.session.journal.serialise"
local state = require "moongrad.network.state"
local tokens = require "moongrad.syntax.tokens"

-- A copier that knows print.
local function copier(texts, room, items)
  return serialise.copier({ [print] = "print" }, texts or function() end, room or 1 << 30, items or 1e6)
end

-- What changes leave in these globals: the value of `v` after them.
local function run(changes, env)
  env = setmetatable(env or {}, { __index = _G })
  assert(load(serialise.text(changes), "=changes", "t", env))()
  return rawget(env, "v")
end

-- A value copied, written and read again; what is lost; what is too large.
local function again(v, texts, room, items)
  local c = copier(texts, room, items)
  return run { { "v", c:value(v, "v") } }, c.lost, c.full
end

describe("values as Lua", function()
  it("keep every bit of numbers, strings and matrices", function()
    for _, v in ipairs { 0.1, -0.0, 1 / 0, -1 / 0, math.mininteger, 2 ^ 53, 5e-324, "a\0\r\n\\\"\200", true } do
      assert.equal(("%q"):format(v), ("%q"):format(again(v)))
    end
    local nan = again(0 / 0)
    assert.is_true(nan ~= nan)
    local m = mg.generator(1):randn(3, 2)
    assert.equal(helpers.bits(m), helpers.bits(again(m)))
    assert.same(m[2]:totable(), again(m[2]):totable())
  end)

  it("keep rows of any length, and tables of any plain contents", function()
    for _, n in ipairs { 1, 250 } do
      local m = mg.generator(n):randn(3, n)
      assert.equal(helpers.bits(m), helpers.bits(again(m)))
    end
    for _, t in ipairs { {}, { 1, 2.5, "x", true }, { [2] = 1, ["end"] = 2 },
      { 1, nil, 3, [-1] = 0.1, a = 1, ["b c"] = false, [true] = "\0" },
    } do
      assert.same(t, again(t))
    end
  end)

  it("are as they were when they were copied, whatever becomes of them before they are text", function()
    local m, t, net = mg.matrix { { 1, 2 } }, { 1, 2, { 3 } }, helpers.xor { 2, 2, 1 }
    local theta = helpers.theta(net)
    local changes = { { "v", copier():value({ m = m, row = m[1], t = t, net = net }, "v") } }
    m:fill(5)
    t[1], t[4], t[3][1] = 7, 8, 9
    net:step(3)
    local was = run(changes)
    assert.same({ { 1, 2 } }, was.m:totable())
    assert.same({ 1, 2 }, was.row:totable())
    assert.same({ 1, 2, { 3 } }, was.t)
    assert.equal(theta, helpers.theta(was.net))
  end)

  it("say what there is no room for, and keep the rest", function()
    local big, small = mg.zeros(10, 10), mg.matrix { { 1, 2 } }
    local was, lost, full = again({ a = big, b = small, d = { small } }, nil, 100)
    assert.same({ { "v.a" }, {} }, { full, lost })
    assert.is_nil(was.a)
    assert.same({ { 1, 2 } }, was.b:totable())
    assert.equal(was.b, was.d[1])
    local net = helpers.xor { 2, 2, 1 }
    was, lost, full = again({ net, net, net.theta[1], net.theta, 5 }, nil, 0)
    assert.same({ 5 }, { was[5] })
    assert.same({ {}, { "v[1]", "v[2]" } }, { lost, { full[1], full[2] } })
  end)

  it("are whole or not there at all when they hold too many items", function()
    local shared, c = { 1 }, copier(nil, nil, 3)
    local changes = {}
    local function add(v, name) changes[#changes + 1] = { "v", c:value(v, name) } end
    assert.is_true(c:whole("a", add, { shared }, "a"))
    assert.is_false(c:whole("b", add, { { 5 }, { 6 }, shared }, "b"))
    assert.same({ "b" }, c.full)
    assert.is_true(c:whole("c", add, { shared }, "c"))
    assert.same({ { 1 } }, run(changes))
    local long, deep = {}, {}
    for i = 1, 300000 do long[i] = i end
    for _ = 1, 100000 do deep = { deep } end
    c = copier(nil, nil, 1000)
    for name, v in pairs { long = long, deep = deep } do assert.is_false(c:whole(name, c.value, c, v, name)) end
    c = copier()
    assert.is_false(c:whole("deep", c.value, c, deep, "deep")) -- more than the stack takes, when it is written
    assert.is_true(c:whole("long", c.value, c, long, "long"))
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
      local net = helpers.xor(spec)
      net.frozen[1] = "bias"
      net:step(7)
      local before = core.rng_state()
      local t = again { net = net, first = net.theta[1], row = net.theta[1][2], all = net.theta, data = net.X }
      assert.equal(before, core.rng_state())
      assert.equal(helpers.theta(net), helpers.theta(t.net))
      assert.equal(helpers.bits(net.grad), helpers.bits(t.net.grad))
      assert.equal(tostring(net.options), tostring(t.net.options))
      assert.equal("bias", t.net.frozen[1])
      assert.is_true(rawequal(t.data, t.net.X))
      assert.equal(t.net.theta, t.all)
      t.first[1][2], t.row[1] = 9, 8
      assert.same({ 9, 8 }, { t.net.theta[1][1][2], t.net.theta[1][2][1] })
      t.net.theta = net.theta
      t.net:step(2)
      t.net:undo()
      assert.equal(helpers.theta(net), helpers.theta(t.net))
      net:train { epochs = 2, batch = 3 }
      t.net:train { epochs = 2, batch = 3 }
      assert.equal(helpers.theta(net), helpers.theta(t.net))
    end
    local g = mg.generator(5)
    g:randn()
    local h = again(g)
    assert.equal(helpers.bits(g:randn(3, 3)), helpers.bits(h:randn(3, 3)))
    helpers.raises(function() core.rng_state(g, "short") end, "2512 bytes")
  end)

  it("keep reports, histories and times", function()
    local net = helpers.xor()
    local r = net:train { epochs = 3 }
    local t = mg.time(net.step, net)
    local new = again { r = r, time = t }
    assert.equal(tostring(r), tostring(new.r))
    assert.equal(tostring(r.history), tostring(new.r.history))
    assert.same({ t.seconds, tostring(t[1]) }, { new.time.seconds, tostring(new.time[1]) })
    assert.equal(getmetatable(t), getmetatable(new.time))
  end)

  it("become contents of what is there", function()
    local net, m, t, g, n = helpers.xor(), mg.zeros(2, 2), { 1, old = 2 }, mg.generator(1), 0
    local env = { net = net, m = m, t = t, g = g, f = function() n = n + 1 return n end }
    local twin = net:copy()
    twin:step(3)
    local c, other = copier(), mg.generator(2)
    local changes = { { "net", c:state(twin, "net"), "__.put" }, { "m", c:numbers(mg.ones(2, 2), "m"), "__.set" },
      { "t", c:contents({ 5, new = 6 }, "t"), "__.fill" }, { "g", state.digits(other), "__.random" },
      { "f, 1", c:value(7, "f's n"), "__.variable" }, { "nosuch, 1", 7, "__.variable" } }
    run(changes, env)
    assert.equal(helpers.theta(twin), helpers.theta(net))
    assert.same({ { 1, 1 }, { 1, 1 } }, m:totable())
    assert.same({ 5, new = 6 }, t)
    assert.equal(other:rand(), g:rand())
    assert.equal(8, env.f())
  end)

  it("keep functions whose source is certain, and name what is lost", function()
    local text = "t = {}\nfunction t:add(x) return x + (self.n or y) end f = function() end "
      .. "h = function(a) if a then return 1 end end\nfunction two() end two = {two, function() end, function(a) end}\n"
      .. "function long(x)\n  -- end\n  if x then return 'end' end\n  return function() return x end\nend"
    local env = {}
    assert(load(text, "=[1]", "t", env))()
    local function texts(name) return name == "=[1]" and text or nil end
    assert.equal(7, again(env.t.add, texts)({ n = 3 }, 4))
    assert.equal(1, again(env.h, texts)(true))
    assert.equal("end", again(env.long, texts)(true))
    assert.is_nil(again(env.two[1], texts)()) -- it looks like another one: their texts are the same
    local n = 0
    local _, lost = again({ count = function() n = n + 1 end, thread = coroutine.create(print), ok = 1,
      inner = env.long(false), meta = setmetatable({}, {}) }, texts)
    table.sort(lost)
    assert.same({ "v.count", "v.inner", "v.meta", "v.thread" }, lost)
    text = "function f(a) return a end f = {f, function(a) return 2 * a end}"
    assert(load(text, "=[1]", "t", env))()
    _, lost = again({ env.f[1], env.f[2] }, texts)
    assert.same({ "v[1]", "v[2]" }, lost) -- which of the two is not certain
  end)
end)

describe("an input", function()
  local own = { THETA = true, predict = true, help = true, step = true, data = true, print = false, check = true,
    NET = true, matrix = true, train = true }
  local session = {
    is_own = function(name) return own[name] == true end,
    is_known = function(name) return own[name] == true end,
    base = { print = print, tostring = tostring, math = math },
  }
  local function only(text) return purity.only_looks(tokens.of(text), session) end

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
