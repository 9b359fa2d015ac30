-- Tests of watched expressions, and of steps with stop_when.

local core = require "moongrad.core"
local helpers = require "helpers"
local mg = require "moongrad"

local raises = helpers.raises

describe("step with stop_when", function()
  it("ends after the first epoch of which it is true, with the bits of plain steps", function()
    local net, plain = helpers.xor { eta = 2 }, helpers.xor { eta = 2 }
    local asked = {}
    local r = net:step(100, { stop_when = function(r)
      asked[#asked + 1] = r.epoch
      return r.mse < .25
    end })
    local seen
    repeat seen = plain:step() until seen.mse < .25
    assert.same({ seen.epoch, seen.mse }, { r.epoch, r.mse })
    assert.equal(helpers.live(plain), helpers.live(net))
    assert.equal(seen.epoch, #asked)
    for i, e in ipairs(asked) do assert.equal(i, e) end
  end)

  it("asks every so many epochs, and at the end", function()
    local net, asked = helpers.xor(), {}
    local r = net:step(25, { every = 10, stop_when = function(r) asked[#asked + 1] = r.epoch end })
    assert.same({ 10, 20, 25 }, asked)
    assert.equal(25, r.epoch)
  end)

  it("says in the report whether it was that which ended it", function()
    local net = helpers.xor()
    local r = net:step(9, { stop_when = function(x) return x.epoch == 4 end })
    assert.is_true(r.stopped)
    assert.matches("^epoch 4   cost .*   stopped by stop_when   %S+ [mu]?s$", tostring(r))
    r = net:step(9, { every = 3, stop_when = function() return nil end })
    assert.is_false(r.stopped)
    assert.is_nil(tostring(r):find "stopped")
    r = net:step(3, { every = 2, stop_when = function(x) return x.epoch == 16 end })
    assert.same({ true, 16 }, { r.stopped, r.epoch }) -- at the end it is asked, too
    assert.is_nil(net:step(3).stopped)
  end)

  it("is one command to undo", function()
    local net = helpers.xor()
    local before = helpers.live(net)
    net:step(30, { stop_when = function(r) return r.epoch == 20 end })
    assert.equal(20, net.epoch)
    assert.same({ "step(30)" }, net:undo().undone)
    assert.equal(before, helpers.live(net))
  end)

  it("takes what can be called though its metatable is hidden", function()
    local at_3 = setmetatable({}, { __metatable = "hidden", __call = function(_, r) return r.epoch == 3 end })
    assert.equal(3, helpers.xor():step(10, { stop_when = at_3 }).epoch)
    assert.equal(3, helpers.xor():train { epochs = 10, stop_when = at_3 }.epoch)
  end)

  it("keeps the epochs before an error of the user's", function()
    local net = helpers.xor()
    assert.is_false(pcall(net.step, net, 10, { stop_when = function(r) return r.epoch == 5 and error "mine" end }))
    assert.equal(5, net.epoch)
    net:undo()
    assert.equal(0, net.epoch)
  end)

  it("raises for options that do not exist", function()
    local net = helpers.xor()
    raises(function() net:step(1, { stop = print }) end, "step: no option", "did you mean stop_when?")
    raises(function() net:step(1, { stop_when = 5 }) end, "step: stop_when: expected a function, got 5")
    local odd = setmetatable({}, { __metatable = 5 })
    raises(function() net:step(1, { stop_when = odd }) end, "step: stop_when: expected a function, got a table")
    raises(function() net:step(1, { every = 0 }) end, "step: every: expected a whole number from 1")
    raises(function() net:step(1, {}, 2) end, "step: expected one table of options, step(100, {every = 10})")
    assert.equal(0, net.epoch)
  end)
end)

describe("watch", function()
  it("records a number after every so many epochs of step and train", function()
    local net, plain = helpers.xor(), helpers.xor()
    net:watch("THETA[1][2][3]", 5)
    net:step(7)
    net:train { epochs = 8, shuffle = false }
    local expected = { { 0, plain.theta[1][2][3] } }
    for e = 1, 15 do
      plain:step()
      if e % 5 == 0 then expected[#expected + 1] = { e, plain.theta[1][2][3] } end
    end
    helpers.near(expected, net:watched(1), 0)
    assert.equal(helpers.theta(plain), helpers.theta(net))
    assert.is_true(net:watched "THETA[1][2][3]" == net:watched()[1])
  end)

  it("records matrices row by row, and what globals and commands give", function()
    local net = helpers.xor()
    net:watch "THETA[3]"
    net:watch "cost() + math.pi"
    net:step(2)
    local seen = net:watched()
    assert.same({ 3, 4 }, { seen[1].nrows, seen[1].ncols })
    helpers.near(net.theta[3], seen[1]:rows(3, 3):cols(2, 4), 0)
    assert.equal(net:cost() + math.pi, seen[2][3][2])
  end)

  it("thins what was asked for without saying how often", function()
    local net = helpers.xor()
    net:watch "J"
    net:step(30000)
    local m = net:watched(1)
    assert.is_true(m.nrows <= 10001 and m.nrows > 5000)
    assert.equal(0, m[m.nrows][1] % 4)
  end)

  it("tells once of an expression that fails, and steps on", function()
    local net = helpers.xor()
    net:watch "nothing.there"
    local r = net:step(10)
    assert.equal(10, r.epoch)
    assert.is_truthy(tostring(r):find('watch "nothing.there": attempt to index a nil value', 1, true))
    assert.is_nil(tostring(net:step(10)):find "nothing")
    assert.is_truthy(tostring(net:watch "THETA[9]"):find("; no value yet: theta[9]: expected a layer from 1", 1, true))
    assert.is_nil(tostring(net:watch "J"):find "no value yet")
    assert.is_truthy(tostring(net:watch "'J'"):find('; no value yet: expected a number or a matrix, got "J"', 1, true))
    local fresh = helpers.xor()
    for expression, name in pairs { ["A[2][1][1]"] = "A", ["J + 1"] = "J", ["2 * Z[1][1][1]"] = "Z" } do
      local said = "; no value yet: " .. name .. " is not made yet: forward() or step() makes it"
      assert.is_truthy(tostring(fresh:watch(expression)):find(said, 1, true), expression)
    end
    assert.is_truthy(tostring(fresh:watch "V[1]"):find('; no value yet: optimizer "sgd" has none', 1, true))
    fresh:step(3)
    assert.equal(3, #fresh:watched(1)) -- and then it is there
    fresh:undo()
    fresh:step(2)
    assert.same({ 1, 2, 3, 1, 2 }, fresh:watched(1):cols(1, 1).T:totable()[1])
    raises(function() net:watch "1 +" end, 'watch: "1 +" is not an expression')
    raises(function() net:watch(net.theta[1]) end, "watch: expected an expression in quotes")
    raises(function() net:watch("J", 0) end, "watch: every")
    raises(function() net:watched "K" end, 'watched: "K" is not watched')
  end)

  it("says where what was seen does not go on, after undo, seek or init", function()
    local net = helpers.xor()
    net:watch("J", 1)
    net:step(5)
    assert.matches("1  J   column 1: epoch\n", tostring(net:watched()))
    net:seek(2)
    net:step(3)
    assert.matches("1  J   column 1: epoch, back at 3 in row 6\n", tostring(net:watched()))
    net:undo()
    net:step()
    net:init()
    net:step(2)
    assert.matches("epoch, back at 3 in row 6, back at 3 in row 9, back at 1 in row 10\n", tostring(net:watched()))
    for _ = 1, 2 do
      net:undo()
      net:step(1)
    end
    assert.matches("row 10 and 2 more times\n", tostring(net:watched()))
  end)

  it("refuses an expression that changes the network, and steps on", function()
    for _, undo in ipairs { 0, 64 } do
      for _, change in ipairs { "step()", "undo()", "seek(1)", "train{}", "changed()", "step(2, {every = 1})", "init()",
        "update()" } do
        local net, plain = helpers.xor { undo = undo }, helpers.xor()
        rawset(_G, "changed", function() return net:step().cost end)
        net:step(3)
        plain:step(3)
        local w = net:watch(change)
        if undo > 0 or change ~= "init()" and change ~= "update()" then -- they leave no past to be told
          assert.is_truthy(w.as_yet, change)
          local r = net:step(3)
          plain:step(3)
          assert.equal(6, r.epoch)
          assert.equal(helpers.live(plain), helpers.live(net))
          assert.is_truthy(tostring(r):find("it is no longer watched", 1, true))
          if undo > 0 then
            assert.matches("a watched expression must not change the network", w.as_yet)
            assert.same({ "step(3)" }, net:undo().undone)
          end
        end
        net:train { epochs = 2 } -- and nothing is left of it
        net:init()
      end
    end
    rawset(_G, "changed", nil)
  end)

  it("ends with unwatch", function()
    local net = helpers.xor()
    net:watch "J"
    net:watch "ETA"
    net:step(2)
    net:unwatch "J"
    assert.same({ "ETA" }, net:watched().expressions)
    net:unwatch()
    assert.equal(0, #net:watched())
    raises(function() net:unwatch "J" end, "is not watched")
    assert.is_nil(net:step(3).watch)
  end)
end)

describe("diff", function()
  it("names the epoch and the quantity in which two networks part", function()
    local a = helpers.xor { eta = 2 }
    a:step(20)
    local b = a:copy()
    assert.is_true(mg.diff(a, b).equal)
    a:step(30)
    assert.same({ "epoch", 20 }, { mg.diff(a, b).quantity, mg.diff(a, b).epoch })
    b:step(7)
    b.eta = 1
    b:step(23)
    local states = helpers.live(a) .. helpers.live(b)
    local d = mg.diff(a, b)
    assert.same({ 28, "dtheta", 1 }, { d.epoch, d.quantity, d.layer })
    assert.is_truthy(d.text:find("eta 2.0 and 1.0", 1, true))
    assert.equal(d.values[1], 2 * d.values[2])
    assert.equal(states, helpers.live(a) .. helpers.live(b))
  end)

  it("names the first epoch, too, when they part, meet and part again", function()
    local a = helpers.xor { eta = 2 }
    a:step(10)
    local function pair(change) -- apart from epoch 10, together from 20 to 30, apart at 30
      local b = a:copy()
      local other = a:copy()
      other:step(10)
      change(b)
      b:step(10)
      b.eta = 2
      b.theta = other.theta
      b:step(10)
      b.theta[1][1][1] = 0
      b:step(10)
      other:step(20)
      return other, b
    end
    local d = mg.diff(pair(function(b) b.theta[2][1][3] = 5 end))
    assert.same({ 10, "theta", 2 }, { d.epoch, d.quantity, d.layer })
    d = mg.diff(pair(function(b) b.eta = 1 end))
    assert.same({ 11, "dtheta" }, { d.epoch, d.quantity })
    d = mg.diff(pair(function() end))
    assert.same({ 30, "theta", 1, 1, 1 }, { d.epoch, d.quantity, d.layer, d.i, d.j })
    d = mg.diff(pair(function(b) b.y[1][1] = 1 b:step() b.y[1][1] = 0 b:seek(10) end))
    assert.equal(30, d.epoch) -- what was left by seek is not on the way
  end)

  it("compares what keeps no past as it stands, and every option", function()
    local a, b = helpers.xor(), helpers.xor { undo = 0 }
    a:step(9)
    b:step(3)
    assert.matches("they differ, compared as they stand, at epochs 9 and 3: A%[2%]", mg.diff(a, b).text)
    local function options(one, other) return mg.diff(helpers.xor(one), helpers.xor(other)).options end
    assert.equal("activations {tanh, sigmoid} and {sigmoid, sigmoid}",
      options({ 2, { 3, "tanh" }, 1 }, { 2, { 3, "sigmoid" }, 1 }))
    assert.equal("cost squares * 0.5 and squares * 0.25",
      options({ 2, 1, cost = { "squares", scale = .5 } }, { 2, 1, cost = { "squares", scale = .25 } }))
    assert.equal("precision double and single", options({ 2, 1 }, { 2, 1, precision = "single" }))
    a = helpers.xor()
    b = a:copy()
    b:bug "wrong-sign"
    assert.equal("bug none and wrong-sign", mg.diff(a, b).options)
  end)

  it("is of the way since init(), and of shuffled epochs", function()
    local a, b = helpers.xor { seed = 4 }, helpers.xor { seed = 4 }
    for _, net in ipairs { a, b } do
      net:step(net == a and 30 or 20)
      net:init("constant", { value = .5 })
      net:train { epochs = 10, batch = 2 }
      net:step(5)
    end
    assert.is_true(mg.diff(a, b).equal)
    a:train { epochs = 3, batch = 2 }
    core.own_rng(b):rand()
    b:train { epochs = 3, batch = 2 }
    local d = mg.diff(a, b)
    assert.is_true(d.epoch > 15 and d.epoch <= 18)
    a:seek(d.epoch - 1)
    b:seek(d.epoch - 1)
    assert.equal(helpers.theta(a), helpers.theta(b))
  end)

  it("finds an edit, other data and another beginning", function()
    local a = helpers.xor { eta = 2 }
    a:step(50)
    local b, c = a:copy(), a:copy()
    b:seek(33)
    b.theta[2][1][3] = 5
    b:step(17)
    local d = mg.diff(a, b)
    assert.same({ 33, "theta", 2, 1, 3 }, { d.epoch, d.quantity, d.layer, d.i, d.j })
    c:seek(10)
    c.X[2][2] = 7
    c:step(40)
    d = mg.diff(a, c)
    assert.same({ 11, "a", 1, 2, 3 }, { d.epoch, d.quantity, d.layer, d.i, d.j })
    d = mg.diff(mg.network { 2, 1, seed = 1 }, mg.network { 2, 1, seed = 2 })
    assert.same({ 0, "theta" }, { d.epoch, d.quantity })
    raises(function() mg.diff(a, mg.network { 2, 1 }) end, "different layers")
    raises(function() mg.diff(a) end, "diff: expected two networks, diff(NET, other), got nil as the second")
    raises(function() mg.diff(nil, a) end, "diff: expected two networks, diff(NET, other), got nil as the first")
    raises(function() mg.diff(a, a, a) end, "diff: expected two networks")
  end)
end)
