-- Tests of walk: it makes the bits of a step, goes back and forth, uses what is written between operations; and of what
-- ends it.

local helpers = require "helpers"
local mg = require "moongrad"

local raises = helpers.raises

-- All that can be seen of net during a walk, with what has not been made.
local function seen(net)
  local parts = { helpers.theta(net), helpers.bits(net.J) }
  for _, what in ipairs { "a", "z", "delta", "grad", "dtheta" } do
    for l = 1, #net[what] do
      local ok, m = pcall(function() return net[what][l] end)
      parts[#parts + 1] = what .. l .. (ok and helpers.bits(m) or "not made")
    end
  end
  return table.concat(parts, "\n")
end

local function plan(net)
  local list, w = {}, net:walk()
  for op in w do list[#list + 1] = op.name .. (op.layer or "") end
  return table.concat(list, " ")
end

describe("walk", function()
  it("goes through the operations of a step in their order", function()
    assert.equal("z1 a1 z2 a2 z3 a3 cost delta3 delta2 delta1 grad3 grad2 grad1 update", plan(helpers.xor()))
    assert.equal("z1 a1 cost delta1 grad1 update", plan(helpers.xor { 2, 1 }))
  end)

  it("ends with the bits that a step leaves, for networks at random", function()
    for k = 1, 100 do
      local walked, stepped = helpers.random(k), helpers.random(k)
      for _ = 1, 2 do
        local n = 0
        for op in walked:walk() do
          n = n + 1
          assert.equal(n, op.k)
        end
        stepped:step(1)
        assert.equal(4 * #walked.theta + 2, n)
        assert.equal(helpers.live(stepped), helpers.live(walked), tostring(walked))
      end
      walked:walk():finish()
      stepped:step(1)
      assert.equal(helpers.live(stepped), helpers.live(walked))
      walked:step(3) -- and goes on as after a step
      stepped:step(3)
      assert.equal(helpers.live(stepped), helpers.live(walked))
    end
  end)

  it("does so in single precision, and in many blocks of rows", function()
    for k = 1, 100 do
      local walked, stepped = helpers.random(k, { precision = "single" }), helpers.random(k, { precision = "single" })
      walked:walk():finish()
      stepped:step(1)
      assert.equal(helpers.live(stepped), helpers.live(walked))
    end
    local X, y = helpers.data(7, 3000, 200, 3)
    local spec = { 200, { 300, "relu" }, 3, init = "he", cost = "softmax", seed = 1, X = X, y = y }
    local walked, stepped = mg.network(spec), mg.network(spec)
    walked:walk():finish()
    stepped:step(1)
    assert.equal(helpers.theta(stepped), helpers.theta(walked))
  end)

  it("does so with functions of the user's own", function()
    local own_cost = helpers.own_functions()
    for k = 1, 100 do
      local more = { cost = k % 2 == 0 and own_cost or nil, precision = k % 3 == 0 and "single" or nil }
      local walked, stepped = helpers.random(k, more), helpers.random(k, more)
      walked:walk():finish()
      stepped:step(1)
      assert.equal(helpers.live(stepped), helpers.live(walked))
    end
  end)

  it("does so with a mistake planted in the backward pass", function()
    for _, name in ipairs { "stale-weights", "dropped-row", "shifted-bias" } do
      local walked, stepped, right = helpers.xor(), helpers.xor(), helpers.xor()
      walked:bug(name)
      stepped:bug(name)
      walked:walk():finish()
      stepped:step(1)
      right:step(1)
      assert.equal(helpers.live(stepped), helpers.live(walked))
      assert.not_equal(helpers.theta(right), helpers.theta(walked))
    end
  end)

  it("goes back operation by operation to every bit", function()
    for k = 1, 20 do
      local net = helpers.random(k)
      net:step(2)
      local w = net:walk()
      local states = { [0] = seen(net) }
      local values = {}
      for op in w do
        states[op.k], values[op.k] = seen(net), helpers.bits(op.value)
      end
      for n = #states - 1, 0, -1 do
        assert.equal(w, w:back())
        assert.equal(states[n], seen(net), tostring(net))
      end
      raises(function() w:back() end, "back: the walk is at its beginning")
      for n = 1, #states do
        assert.equal(values[n], helpers.bits(w().value))
        assert.equal(states[n], seen(net))
      end
      assert.is_nil(w())
      w:reset()
      assert.equal(states[0], seen(net))
    end
  end)

  it("goes to an operation by name and layer, on or back", function()
    local net = helpers.xor()
    local w = net:walk()
    local function to(k, ...)
      local op = w:to(...)
      assert.equal(k, op.k)
      assert.matches(("op %d of 14"):format(k), tostring(op))
    end
    to(10, "delta", 1)
    assert.equal(helpers.bits(net.delta[1]), helpers.bits(w:to("delta", 1).value))
    to(5, "z", 3)
    to(6, "a") -- the next
    to(7, "cost")
    to(8, "delta")
    to(9, "delta")
    to(14, "update")
    assert.equal(1, net.epoch)
    to(13, 13)
    to(8, "DELTA", 3) -- as they are printed
    to(10, net.delta, 1)
    to(9, "delta 2")
    to(10, "DELTA[1]")
    to(7, "J")
    to(13, 13)
    assert.equal(0, net.epoch)
    raises(function() w:to "dleta" end, 'to: no operation "dleta"', "did you mean delta?")
    raises(function() w:to("delta", 4) end, "to: delta: expected a layer from 1 to 3, got 4")
    raises(function() w:to("cost", 1) end, 'cost has no layer: w:to("cost")')
    raises(function() w:to(15) end, "expected an operation from 1 to 14, got 15")
    raises(function() w:to() end, "expected an operation", "got nil")
    raises(function() w:too "z" end, 'a walk has no "too"; did you mean to?')
    raises(function() w.back() end, "back: expected a walk first: w:back(...)")
    raises(function() w:finish(1) end, "finish: takes no arguments")
  end)

  it("shows what is made, and says what is not", function()
    local net = helpers.xor()
    net:step()
    local w = net:walk()
    assert.is_nil(net.J)
    assert.equal(helpers.bits(net.X), helpers.bits(net.a[1]:cols(2, 3)))
    raises(function() return net.z[1] end, "z[1]: not made yet: operation 1 of the walk makes it, 0 are done")
    raises(function() return net.a[2] end, "a[2]: not made yet: operation 2 of the walk")
    raises(function() net.delta[1]:fill(0) end, "delta[1]: not made yet")
    w:to("delta", 2)
    assert.equal(3, #net.delta)
    assert.equal(helpers.bits(net.J), helpers.bits(w:to("cost").value))
    w:to("delta", 2)
    raises(function() return net.delta[1] end, "delta[1]: not made yet: operation 10 of the walk makes it, 9 are done")
    assert.matches("DELTA%[1%]  not made yet: operation 10.*DELTA%[2%]  4 x 2\n", tostring(net.delta))
    assert.matches("GRAD%[1%]  not made yet: operation 13", tostring(net.grad))
    local op = w:to("delta", 1)
    w:back()
    assert.matches("\ntaken back\n", tostring(op))
  end)

  it("carries edits of every quantity into the later operations", function()
    local function walked(...)
      local net = helpers.xor()
      local w = net:walk()
      for _, edit in ipairs { ... } do
        w:to(edit[1], edit[2])
        edit[3](net)
      end
      w:finish()
      return net
    end
    -- Z[1] of one row: as if the sigmoid had been given that.
    local net = walked { "z", 1, function(n) n.z[1][2][1] = 3 end }
    assert.near(1 / (1 + math.exp(-3)), net.a[2][2][2], 1e-15)
    helpers.near(net.a[2]:matmul(helpers.xor().theta[2].T), net.z[2], 1e-14)
    -- A[1]: for this walk alone.
    net = walked { "z", 3, function(n) n.a[1][1] = { 1, 5, 6 } end }
    local plain = walked()
    helpers.near(net.grad[1] - plain.grad[1], net.delta[1]:rows(1, 1).T:matmul { { 0, 5, 6 } }, 1e-14)
    assert.equal(helpers.bits(plain.grad[2]), helpers.bits(net.grad[2]))
    net:walk()
    assert.equal(helpers.bits(net.X), helpers.bits(net.a[1]:cols(2, 3)))
    -- DELTA, GRAD, THETA.
    net = walked { "delta", 3, function(n) n.delta[3]:fill(0) end }
    for l = 1, 3 do assert.equal(0, net.grad[l]:norm()) end
    net = walked { "grad", 1, function(n) n.grad[2][1][2] = 7 end }
    assert.equal(-.1 * 7, net.dtheta[2][1][2])
    net = walked { "delta", 2, function(n) n.theta[2] = mg.zeros(2, 3) end }
    assert.equal(0, net.delta[1]:norm())
    -- An edit before the update is there after going back over it.
    net = helpers.xor()
    local w = net:walk()
    w:to("grad", 1)
    net.theta[1][1][1] = 9
    w:finish()
    w:back()
    assert.equal(9, net.theta[1][1][1])
    assert.equal(0, net.epoch)
  end)

  it("takes an edit of the ones back when it begins again", function()
    local net, twin = helpers.xor(), helpers.xor()
    local w = net:walk()
    w:to("a", 1)
    net.a[2][1][1] = 5
    net.a[1][3][1] = 5
    w:reset()
    w:finish()
    twin:step()
    assert.equal(helpers.live(twin), helpers.live(net))
    net.a[1]:fill(7) -- reset takes the update back and begins with X
    w:reset():finish()
    assert.equal(helpers.live(twin), helpers.live(net))
  end)

  it("is no longer valid when something else has made a pass, and says so", function()
    for _, other in ipairs { "step", "forward", "check", "walk", "train", "undo" } do
      local net = helpers.xor()
      net:step()
      local w = net:walk()
      w:to("delta", 3)
      net[other](net)
      for _, call in ipairs { function() w() end, function() w:back() end, function() w:finish() end,
        function() w:to "cost" end } do
        raises(call, "walk: no longer valid: a step(), forward()", "w:reset() begins again")
      end
      assert.matches("no longer valid", tostring(w))
      local twin = net:copy()
      twin:step()
      w:reset():finish()
      assert.equal(helpers.theta(twin), helpers.theta(net))
    end
    local net = helpers.xor()
    local w = net:walk()
    w()
    net:predict()
    net:cost()
    net:copy()
    net.eta = .5 -- these leave it alone
    w:to "cost"
    net:backward() -- A is whole
    raises(w, "no longer valid")
    net:update()
    local after = helpers.live(net)
    local twin = helpers.xor()
    twin.eta = .5
    twin:step()
    assert.equal(helpers.live(twin), after)
  end)

  it("is over when init() draws THETA anew, and nothing is left of what it made", function()
    for _, ops in ipairs { 3, 14 } do
      local net = helpers.xor()
      local w = net:walk()
      w:to(ops)
      net:init()
      for _, what in ipairs { "a", "z", "delta", "grad", "dtheta" } do assert.equal(0, #net[what]) end
      assert.is_nil(net.J)
      if ops == 3 then raises(w, "walk: no longer valid", "init()") end
      net:undo()
      assert.equal(ops == 3 and 0 or 4, #net.a) -- of a walk that was over
      assert.equal("z", w:reset()().name)
    end
  end)

  it("is no longer valid when X or y has changed", function()
    for _, change in ipairs { function(n) n.X = n.X:copy() end, function(n) n.y = n.y:copy() end,
      function(n) n.X[1][1] = 1 end, function(n) n.y[1][1] = 1 end } do
      local net = helpers.xor()
      local w = net:walk()
      w()
      change(net)
      raises(w, "walk: no longer valid:", "has changed since it began; w:reset() begins again with it")
      w:reset():finish()
      local twin = helpers.xor { X = net.X, y = net.y }
      twin:step()
      assert.equal(helpers.theta(twin), helpers.theta(net))
    end
  end)

  it("of a finished one stays nil whatever comes, and goes back only at once", function()
    local net = helpers.xor()
    local w = net:walk()
    w:finish()
    assert.is_nil(w())
    net:step()
    assert.is_nil(w())
    assert.matches("finished", tostring(w))
    raises(function() w:back() end, "no longer valid")
  end)

  it("follows one row alone, and other data", function()
    local net, twin = helpers.xor { cost = "mse" }, helpers.xor { cost = "mse" }
    local w = net:walk { rows = 3 }
    assert.matches("row 3 alone", tostring(w))
    local op = w()
    assert.equal(1, #op.value)
    assert.matches("row 3 alone %(N = 1%)", tostring(op))
    w:finish()
    twin:train { X = twin.X:rows(3, 3), y = twin.y:rows(3, 3) }
    assert.equal(helpers.theta(twin), helpers.theta(net))
    net:walk({ { 1, 1 }, { 0, 2 } }, { 1, 0 }):finish()
    twin:train { X = { { 1, 1 }, { 0, 2 } }, y = { 1, 0 }, shuffle = false }
    assert.equal(helpers.theta(twin), helpers.theta(net))
    net:step()
    twin:step() -- on all of X again
    assert.equal(helpers.theta(twin), helpers.theta(net))
    raises(function() net:walk { rows = 5 } end, "walk: rows: expected one row from 1 to 4, got 5")
    raises(function() net:walk { rows = { 1, 2 } } end, "walk: rows: expected one row", "got a table")
    raises(function() net:walk { row = 1 } end, 'walk: no option "row"; did you mean rows?')
    raises(function() net:walk(net.X) end, "walk: expected X and y, or neither", "walk{rows = 3}")
    raises(function() net:walk({ { 1, 2, 3 } }, { 1 }) end, "walk: X has 3 columns, expected 2")
    raises(function() mg.network { 2, 1 }:walk() end, "walk: no data yet")
    raises(function() mg.network { 2, 1 }:walk { rows = 1 } end, "walk: no data yet")
    raises(function() net.walk() end, "walk: expected a network first")
  end)

  it("is moved and ended through the network, without a variable", function()
    local net, twin = helpers.xor(), helpers.xor()
    raises(function() net:walk "next" end, "walk: no walk is open; walk() begins one")
    raises(function() net:walk "back" end, "walk: no walk is open")
    net:walk(false)
    net:walk()
    collectgarbage()
    raises(function() net:walk "back" end, "back: the walk is at its beginning")
    raises(function() net:walk "nxt" end, 'walk: no move "nxt"; did you mean next?')
    raises(function() net:walk("next", 1) end, "walk: expected one move")
    assert.equal("z", net:walk("next").name)
    local w = net:walk "back"
    assert.equal("z", w().name)
    for k = 2, 14 do assert.equal(k, net:walk("next").k) end
    assert.is_nil(net:walk "next")
    twin:step()
    assert.equal(helpers.live(twin), helpers.live(net))
    net:walk "back"
    assert.equal(0, net.epoch)
    net:walk "next"
    assert.equal(helpers.live(twin), helpers.live(net))

    w = net:walk()
    w:to "delta"
    assert.equal(0, select("#", net:walk(false)))
    assert.is_nil(net:walk(false))
    raises(w, "walk: no longer valid")
    raises(function() net:walk "next" end, "walk: no walk is open")
    for _, what in ipairs { "delta", "grad" } do assert.equal(0, #net[what]) end
    net:step()
    twin:step()
    assert.equal(helpers.live(twin), helpers.live(net))
    net:walk()
    net.a[1]:fill(7) -- for the walk that is ended, not for what follows
    net:walk(false)
    net:step()
    twin:step()
    assert.equal(helpers.live(twin), helpers.live(net))
    net:walk()
    net.X = net.X:copy()
    raises(function() net:walk "next" end, "walk: no longer valid: X has changed")
  end)

  it("of one that something else ended keeps no copy of THETA", function()
    local net = mg.network { 300, 300, X = mg.rand(2, 300), y = mg.rand(2, 300), undo = 0 }
    net:walk():finish()
    net:step()
    collectgarbage()
    collectgarbage()
    local before = collectgarbage "count"
    pcall(net.walk, net, "next")
    collectgarbage()
    collectgarbage()
    assert.is_true(before - collectgarbage "count" > 8 * 300 * 300 / 1024 / 2)
  end)

  it("names a number that is not finite as step does, and keeps THETA", function()
    local function spec() return helpers.xor { 2, { 3, "relu" }, { 1, "linear" }, eta = 1e308 } end
    local net, twin = spec(), spec()
    local w = net:walk()
    w:to("grad", 1)
    local before = helpers.theta(net)
    local message = raises(w, "walk: THETA would not be finite at epoch 1", "first DTHETA", "THETA of epoch 0 is kept")
    local _, of_step = pcall(twin.step, twin)
    assert.equal(message:match "first .*", of_step:match "first .*")
    assert.equal(before, helpers.theta(net))
    net.eta = .1 -- and it goes on
    assert.equal("update", w().name)
    net = spec()
    net.eta = .1
    w = net:walk()
    w:to("z", 1)
    net.z[1][2][3] = 0 / 0
    raises(function() w:to "cost" end, "walk: J is not finite", "first Z[1][2][3] is NaN")
    assert.is_nil(net.J)
    net.z[1][2][3] = 0
    w:to("a", 1)
    w:to("z", 1)
    net.z[1][2][3] = 0
    w:finish()
    assert.equal(1, net.epoch)
  end)

  it("prints a formula, its shapes, the result and where it is", function()
    local net = helpers.xor()
    local w = net:walk()
    w()
    local op = w()
    assert.equal("A[2] = [1 g(Z[1])], g sigmoid: a = 1 / (1 + e^-z)", op.formula)
    assert.equal("a", op.name)
    assert.equal(1, op.layer)
    assert.equal(tostring(op), op.text)
    local lines = {}
    for line in op.text:gmatch "[^\n]+" do lines[#lines + 1] = line end
    assert.equal("(4 x 3) = [(4 x 1) g(4 x 2)]", lines[2])
    assert.equal("A[2]  4 x 3   from Z[1]", lines[3])
    assert.equal("op 2 of 14   a 1; next z 2", lines[#lines])
    assert.equal("GRAD[2] = DELTA[2]^T A[2]", w:to("grad", 2).formula)
    assert.equal("DELTA[3] = (A[4] - y) * g', g' = a (1 - a), a = A[4]", w:to("delta", 3).formula)
    assert.equal("number", type(w:to("cost").value))
    assert.matches("op 14 of 14   update; this was the last, epoch 1$", tostring(w:finish()))
    for k = 1, 30 do -- of any network there is something to print
      for each in helpers.random(k):walk() do assert.matches("\nop %d+ of %d+   %l+", tostring(each)) end
    end
  end)
end)
