-- Tests of explain: the sums are the engine's numbers, the terms are those of the formulas, stale numbers are named.

local helpers = require "helpers"
local mg = require "moongrad"

local raises = helpers.raises

-- The number that e is about, as net has it.
local function number(net, what, l, i, j)
  if what == "cost" then return net.J end
  return net[what][l][i][j]
end

-- e's terms sum to e.value, and that is the number, to 1e-12 of the sum of their sizes: their absolute values, or those
-- of what a term is the difference of.
local function holds(e, value, precision)
  local sum, size = 0, 0
  for _, t in ipairs(e.terms) do
    sum, size = sum + t.value, size + (t.size or math.abs(t.value))
    assert.is_string(t.text)
  end
  assert.equal(sum, e.value)
  assert.is_true(math.abs(sum - value) <= (precision or 1e-12) * size, e.text)
  for _, t in ipairs(e.terms) do
    for _, opened in ipairs(t.terms or {}) do holds(opened, opened.engine, precision) end
  end
end

-- Twenty entries of each kind of net that is there, taken by g.
local function entries(net, g)
  local list = {}
  local function upto(n) return math.tointeger(g:permutation(n)[1][1]) end
  for _, what in ipairs { "z", "a", "delta", "grad", "theta", "dtheta" } do
    for _ = 1, #net[what] > 0 and 20 or 0 do
      local l = upto(#net[what])
      local m = net[what][l]
      list[#list + 1] = { what, l, upto(m.nrows), upto(m.ncols) }
    end
  end
  list[#list + 1] = { "cost" }
  return list
end

describe("explain", function()
  -- Of the k-th network at random, after a pass and after a step, twenty entries of each kind.
  local function agrees(k, more, precision)
    local net, g = helpers.random(k, more), mg.generator(k)
    net:forward()
    net:backward()
    for round = 1, 2 do
      local next_theta = net:copy()
      next_theta:update()
      for _, at in ipairs(entries(net, g)) do
        local e = net:explain(table.unpack(at))
        holds(e, at[1] == "theta" and number(next_theta, table.unpack(at)) or number(net, table.unpack(at)), precision)
        assert.is_nil(e.text:find "stale", e.text)
      end
      if round == 1 then net:step(3) end
    end
  end

  it("agrees with the engine for networks at random, after a pass and after a step", function()
    for k = 1, 100 do agrees(k) end
  end)

  it("agrees in single precision to its rounding", function() -- of up to 20 terms: 20 * 2^-24, and that of each
    for k = 1, helpers.many(100, 12) do agrees(k, { precision = "single" }, 1e-5) end
  end)

  it("has the terms of the formulas", function()
    local net = helpers.xor { 2, 3, 1, l1 = .01, l2 = .1 }
    net:forward()
    net:backward()
    local e = net:explain("grad", 1, 2, 3)
    assert.equal(4 + 1, #e.terms)
    for n = 1, 4 do assert.equal(net.delta[1][n][2] * net.a[1][n][3], e.terms[n].value) end
    assert.equal(.01 + .1 * net.theta[1][2][3], e.terms[5].value)
    assert.equal(4, #net:explain("grad", 1, 2, 1).terms) -- biases have no l1 and l2
    e = net:explain("z", 2, 3, 1)
    for k = 1, 4 do assert.equal(net.a[2][3][k] * net.theta[2][1][k], e.terms[k].value) end
    e = net:explain("delta", 1, 4, 2)
    local a = net.a[2][4][3]
    assert.equal(1, #e.terms)
    assert.near(net.delta[2][4][1] * net.theta[2][1][3] * a * (1 - a), e.value, 1e-16)
    e = net:explain("theta", 1, 1, 2)
    assert.equal(net.theta[1][1][2], e.terms[1].value)
    assert.equal(-net.eta * net.grad[1][1][2], e.terms[2].value)
    e = net:explain "cost"
    assert.equal(4 + 1, #e.terms)
    for n = 1, 4 do assert.near((net.a[3][n][1] - net.y[n][1]) ^ 2 / 2, e.terms[n].value, 1e-16) end
    assert.equal(e.value, net:explain("J").value)
    assert.equal(1, net:explain("a", 2, 1, 1).value)
    assert.equal(net.X[3][1], net:explain("A", 1, 3, 2).value)
  end)

  it("says the deltas of the logarithmic costs by their own formulas", function()
    local net = mg.network { 2, 2, cost = "softmax", seed = 1, X = { { 1, 2 }, { 0, 1 } }, y = { { 1, 0 }, { 0, 1 } } }
    net:forward()
    net:backward()
    local e = net:explain("delta", 1, 2, 2)
    assert.near((net.a[2][2][2] - 1) / 2, e.value, 1e-16)
    assert.matches("g' has cancelled", e.text)
    assert.matches("%-ln ", net:explain("cost").text)
    net = mg.network { 2, 1, cost = "cross-entropy", seed = 1, X = { { 1, 2 }, { 0, 1 } }, y = { 1, 0 } }
    net:forward()
    net:backward()
    e = net:explain("delta", 1, 1, 1)
    assert.near((net.a[2][1][1] - 1) / 2, e.value, 1e-16)
    assert.matches("%-ln%(1 %- ", net:explain("cost").text)
    net = mg.network { 2, 3, cost = "softmax", X = { { 1, 2 } } }
    net:forward()
    assert.matches("e^%S+ / %(e^%S+ %+ e^%S+ %+ e^%S+%)", net:explain("a", 2, 1, 2).text)
  end)

  it("agrees with functions of the user's own", function()
    local cube = mg.activation { name = "explained cube", f = function(z) return z ^ 3 end,
      df = function(z) return 3 * z * z end }
    local quartic = mg.cost { name = "explained quartic", f = function(a, y) return (a - y) ^ 4 end,
      delta = function(a, y) return 4 * (a - y) ^ 3 end }
    for _, output in ipairs { "tanh", "softmax", cube } do
      local net, g = mg.network { 2, { 3, cube }, { 2, output }, cost = quartic, seed = 1 }, mg.generator(3)
      net.X, net.y = helpers.data(4, 5, 2, 2)
      net:forward()
      net:backward()
      for _, at in ipairs(entries(net, g)) do
        local e = net:explain(table.unpack(at))
        if at[1] ~= "theta" then holds(e, number(net, table.unpack(at))) end
        assert.is_nil(e.text:find "stale", e.text)
      end
      assert.matches("^J = explained quartic%(yhat, y%), yhat = A%[3%]\n", net:explain("cost").text)
    end
    local fails = mg.activation { name = "explained failure", check = false, f = function() error "not today" end,
      df = function() return 1 end }
    local net = mg.network { 1, { 1, fails }, X = { { 1 } }, y = { 1 } }
    local w = net:walk()
    w()
    local before = helpers.theta(net)
    for _ = 1, 2 do
      local ok, message = pcall(w)
      assert.is_false(ok)
      assert.matches("not today", message)
    end
    assert.equal(before, helpers.theta(net))
    assert.matches("after op 1 of 6", tostring(w))
  end)

  it("opens its terms, back to the data", function()
    local net = helpers.xor()
    net:forward()
    net:backward()
    local e = net:explain("z", 2, 4, 1, { depth = 4 })
    assert.is_nil(e.terms[1].terms) -- the bias
    local a = e.terms[2].terms[1]
    assert.equal("A[2][4][2]", a.name)
    local z = a.terms[1].terms[1]
    assert.equal("Z[1][4][1]", z.name)
    assert.equal("A[1][4][2]", z.terms[2].terms[1].name)
    assert.equal(net.X[4][1], z.terms[2].terms[1].value)
    assert.is_nil(net:explain("z", 2, 4, 1).terms[2].terms)
    e = net:explain("theta", 1, 2, 3, { depth = 20 })
    holds(e, e.engine)
    for _, name in ipairs { "GRAD[1][2][3]", "DELTA[1][4][2]", "DELTA[3][4][1]", "A[4][4][1]", "X[4][2]",
      "see above" } do
      assert.is_truthy(e.text:find(name, 1, true), name)
    end
    local wide = mg.network { 30, 30, 30, 30, 1, seed = 1 }
    wide.X, wide.y = helpers.data(1, 30, 30, 1)
    wide:forward()
    e = wide:explain("a", 5, 1, 1, { depth = 100 }) -- there is an end
    assert.matches("only the first 500 numbers were explained", e.text)
  end)

  it("shows the largest of many rows first, and sums the rest", function()
    local net = helpers.xor { 3, 2, 1, X = mg.generator(1):randn(100, 3), y = mg.generator(2):rand(100, 1) }
    net:step()
    local e = net:explain("grad", 1, 2, 3)
    assert.equal(100, #e.terms)
    local largest = 0
    for _, t in ipairs(e.terms) do largest = math.max(largest, math.abs(t.value)) end
    local first = tonumber(e.text:match "\n  row [^\n]* = (%S+)\n")
    assert.near(largest, math.abs(first), 1e-5 * largest)
    local _, rows = e.text:gsub("\n  row ", "")
    assert.equal(10, rows)
    assert.matches("the other 90, all smaller: sum ", e.text)
    net.a[1][77][3] = 0 / 0 -- what is not finite comes first of all
    assert.matches("\n  row 77 ", net:explain("grad", 1, 2, 3).text:match "\n[^\n]*\n")
  end)

  it("says of a number that no longer fits that it is stale", function()
    local net = helpers.xor()
    net:forward()
    net:backward()
    assert.is_nil(net:explain("delta", 1, 1, 1).text:find "stale")
    net.theta[2][1][2] = 9
    assert.matches("stale or wrong: DELTA%[1%]%[1%]%[1%] is not what its terms now come to.*makes it anew",
      net:explain("delta", 1, 1, 1).text)
    net:step()
    local e = net:explain("delta", 1, 1, 1)
    assert.is_nil(e.text:find "stale")
    assert.matches("THETA in these terms is that of the pass", e.text)
    assert.matches("this GRAD is that of the last update", net:explain("theta", 1, 1, 2).text)
    net.z[1][1][1] = 3
    e = net:explain("a", 2, 1, 2)
    assert.near(1 / (1 + math.exp(-3)), e.value, 1e-15)
    assert.equal(net.a[2][1][2], e.engine)
    assert.equal(e.value - e.engine, e.difference)
    assert.matches("stale", e.text)
  end)

  it("says of THETA how it came about, and then which it will be next", function()
    for _, precision in ipairs { "double", "single" } do
      local net = helpers.xor { 2, 2, 1, eta = 2, precision = precision }
      local was = net.theta[1][2][3]
      net:forward()
      net:backward()
      assert.matches("^next THETA%[1%]%[2%]%[3%] = THETA%[1%]%[2%]%[3%] %- ETA GRAD%[1%]%[2%]%[3%]\n",
        net:explain("theta", 1, 2, 3).text)
      net:update()
      local w, g = net.theta[1][2][3], net.grad[1][2][3]
      local e = net:explain("theta", 1, 2, 3, { depth = 2 })
      local a, b, c = e.text:match "^THETA%[1%]%[2%]%[3%] = (%S+) %- 2 %* (%S+) = (%S+) was the last update\nnext THETA"
      helpers.near({ was, g, w }, { tonumber(a), tonumber(b), tonumber(c) }, 1e-5) -- of six digits
      assert.near(w - 2 * g, e.value, 1e-15) -- what it says stays the next update
      net:forward()
      net:backward()
      assert.matches("^next THETA", net:explain("theta", 1, 2, 3).text) -- this GRAD was not taken yet
      net.frozen[1] = true
      assert.matches("^next THETA%[1%]%[2%]%[3%] = THETA%[1%]%[2%]%[3%], which is frozen",
        net:explain("theta", 1, 2, 3).text)
    end
  end)

  it("says of a copy what it says of the network", function()
    local net = helpers.random(3)
    net:step(2)
    local twin = net:copy()
    for _, at in ipairs(entries(net, mg.generator(3))) do
      assert.equal(net:explain(table.unpack(at)).text, twin:explain(table.unpack(at)).text)
    end
  end)

  it("does not agree with a pass that has a mistake in it, in numbers, and does not name it", function()
    local net = helpers.xor()
    net:bug "wrong-sign"
    net:forward()
    net:backward()
    local e = net:explain("delta", 3, 1, 1)
    assert.near(-e.engine, e.value, 1e-15)
    assert.equal(e.value - e.engine, e.difference)
    assert.is_truthy(e.text:find(("difference %.2g\n"):format(e.difference), 1, true))
    assert.matches("stale or wrong: DELTA%[3%]%[1%]%[1%] is not .* else check%(%) says more", e.text)
    for _, words in ipairs { "mistake", "planted", "bug", "sign" } do assert.is_nil(e.text:find(words, 1, true)) end
    assert.is_nil(net:explain("grad", 3, 1, 1).text:find "stale") -- of that delta
  end)

  it("explains what a walk has made so far", function()
    local net = helpers.xor()
    local w = net:walk { rows = 2 }
    w:to("delta", 2)
    assert.equal(net.delta[2][1][1], net:explain("delta", 2, 1, 1).value)
    raises(function() net:explain("delta", 1, 1, 1) end, "DELTA[1] is not made yet: a later operation of the walk")
    raises(function() net:explain("theta", 1, 1, 1) end, "GRAD[1] is not made yet")
    net.a[3][1][2] = 5
    assert.matches("written by hand: the walk had made it", net:explain("a", 3, 1, 2).text)
    w:to("grad", 2)
    assert.equal(1, #net:explain("grad", 2, 1, 1).terms)
  end)

  it("explains the bias, what is frozen and what is not there", function()
    local net = mg.network { 2, { 2, "tanh", bias = false }, 1, seed = 1, X = { { 1, 2 } }, y = { 1 } }
    net.frozen[2] = "weights"
    net:step()
    assert.matches("column 1 is the bias, the weight of a constant", net:explain("grad", 2, 1, 1).text)
    local e = net:explain("grad", 1, 1, 1)
    assert.equal(0, e.value)
    assert.same({}, e.terms)
    assert.matches("has no bias", e.text)
    assert.matches("frozen", net:explain("theta", 2, 1, 2).text)
    assert.equal(net.theta[2][1][2], net:explain("theta", 2, 1, 2).value)
    assert.equal(0, net:explain("dtheta", 2, 1, 2).value)
    assert.equal(net.dtheta[2][1][1], net:explain("dtheta", 2, 1, 1).value)
  end)

  it("is a method of the live matrices", function()
    local net = helpers.xor()
    net:step()
    for _, what in ipairs { "a", "z", "delta", "grad", "theta", "dtheta" } do
      assert.equal(net:explain(what, 1, 2, 1).text, net[what][1]:explain(2, 1).text)
      assert.equal(net:explain(what, 1, 2, 1).text, net:explain(net[what], 1, 2, 1).text)
      assert.equal(net:explain(what, 1, 2, 1).text, net:explain(net[what][1], 2, 1).text)
    end
    assert.is_truthy(net.delta[1]:explain(2, 1, { depth = 2 }).terms[1].terms)
    raises(function() net.X:explain(1, 1) end, "explain: expected one of THETA[l]", "got another matrix")
    for _, what in ipairs { "a", "z", "delta", "grad", "theta", "dtheta" } do
      assert.equal(net:explain(what, 1, 2, 1).text, net[what][1][2]:explain(1).text)
      assert.equal(net:explain(what, 1, 2, 1).text, net:explain(what:upper() .. "[1][2][1]").text)
      assert.equal(net:explain(what, 1, 2, 1).text, net:explain(net[what][1][2], 1).text)
    end
    assert.is_truthy(net.delta[1][2]:explain(1, { depth = 2 }).terms[1].terms)
    assert.is_truthy(net:explain("DELTA[1][2][1]", { depth = 2 }).terms[1].terms)
    raises(function() net:explain("DELTA[1][2][1]", 2) end, "explain: expected a table of options", "got 2")
    raises(function() net:explain("DELTA[1][2][1]", 1, 2, 3) end, "explain: expected the indices once")
    raises(function() net.delta[1][2]:explain(1, 1) end, "explain: expected a table of options", "got 1")
    raises(function() net.delta[1][2]:explain(3) end, "explain: j: expected 1 to 2, a column of DELTA[1]", "got 3")
    raises(function() net.delta[1].T[1]:explain(1) end, "explain: expected one of THETA[l]") -- the transpose is another
    raises(function() net.delta[1]:copy()[1]:explain(1) end, "explain: expected one of THETA[l]")
  end)

  it("refuses what is not there, with the range", function()
    local net = helpers.xor()
    raises(function() net:explain("grad", 1, 1, 1) end, "GRAD[1] is not made yet: backward() or step() makes it")
    raises(function() net:explain "cost" end, "explain: J is not made yet: forward() or step() makes it")
    net:step()
    raises(function() net:explain("grad", 4, 1, 1) end, "explain: layer: expected 1 to 3, got 4")
    raises(function() net:explain("a", 5, 1, 1) end, "explain: layer: expected 1 to 4, got 5")
    raises(function() net:explain("grad", 1, 3, 1) end, "explain: i: expected 1 to 2, a row of GRAD[1] (2 x 3), got 3")
    raises(function() net:explain("grad", 1, 2, 0) end, "j: expected 1 to 3, a column of GRAD[1] (2 x 3), got 0")
    raises(function() net:explain("grad", 1, 2) end, "explain: j: expected 1 to 3", "got nil")
    raises(function() net:explain("grad", 1, 1.5, 1) end, "explain: i:", "got 1.5")
    raises(function() net:explain("gard", 1, 2, 1) end, 'explain: no quantity "gard"; did you mean grad?')
    raises(function() net:explain() end, "explain: expected one of theta, a, z,", "J, got nil; say it in quotes")
    raises(function() net:explain(net.J) end, "explain: expected one of", "name the number to explain: explain(")
    raises(function() net:explain(net.a[3]) end, "explain: i: expected 1 to 4, a row of A[3] (4 x 3), got nil")
    raises(function() net:explain(net.a) end, "explain: layer: expected 1 to 4, got nil")
    raises(function() net:explain("grad", 1, 2, 1, { deep = 1 }) end, 'explain: no option "deep"', "depth")
    raises(function() net:explain("grad", 1, 2, 1, { depth = 0 }) end, "explain: depth: expected a whole number from 1")
    raises(function() net:explain("grad", 1, 2, 1, 2) end, "explain: expected a table of options", "got 2")
    raises(function() net:explain("cost", 1) end, 'J is one number: explain("cost")')
    raises(function() net.explain("grad") end, "explain: expected a network first")
  end)

  it("takes at most 40 lines at depth 2, also of 784 inputs and 100 rows; what is left out has its total", function()
    local g = mg.generator(1)
    local net = mg.network { 784, { 30, "tanh" }, { 10, "softmax" }, cost = "softmax", seed = 1, init = "xavier",
      X = g:rand(100, 784), y = mg.one_hot(g:randint(1, 11, 100, 1), 10) }
    net:step()
    for _, at in ipairs { { "z", 1, 1, 1 }, { "a", 2, 1, 2 }, { "a", 3, 1, 1 }, { "delta", 1, 1, 1 },
      { "delta", 2, 1, 1 }, { "grad", 1, 2, 3 }, { "grad", 2, 1, 1 }, { "theta", 1, 1, 2 }, { "dtheta", 2, 1, 2 },
      { "x", 1, 1 }, { "cost" } } do
      at[#at + 1] = { depth = 2 }
      local e = net:explain(table.unpack(at))
      local text = tostring(e)
      local _, newlines = text:gsub("\n", "")
      assert.is_true(newlines < 40, text)
      local sum = 0
      local count, rest = text:match "\n  the other (%d+), all smaller: sum (%S+)"
      for value in text:gmatch "\n  [^ \n][^\n]- = (%S+)%f[\n]" do sum = sum + tonumber(value) end
      if count then assert.near(e.value, sum + tonumber(rest), 2e-5 * math.max(1, math.abs(e.value)), text) end
    end
  end)

  it("shows of the numbers in a term those that are largest, whatever their sign", function()
    local net = mg.network { 1, { 7, "softmax" }, cost = "softmax", X = { { 1 } }, y = { { 1, 0, 0, 0, 0, 0, 0 } },
      init = { { { 0, 1 }, { 0, -90 }, { 0, -80 }, { 0, 2 }, { 0, 3 }, { 0, -70 }, { 0, 4 } } } }
    net:forward()
    local text = net:explain("a", 2, 1, 1, { depth = 2 }).text
    for _, k in ipairs { 1, 2, 3, 6, 7 } do helpers.contains(text, ("Z[1][1][%d] = "):format(k)) end
    helpers.contains(text, "2 more, all smaller, are not shown")
  end)
end)
