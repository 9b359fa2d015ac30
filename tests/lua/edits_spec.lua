-- Tests of writes into a walk: the quantities that an operation names as its sources are those that it uses.

local core = require "moongrad.core"
local helpers = require "helpers"

describe("a walk that is written into", function()
  -- Writes into Z or A of layer l before op delta l; returns that op, and DELTA[l] as it is without the writing.
  local function written(net, what, l)
    local w = net:walk()
    w:to("delta", l)
    local before = helpers.bits(net.delta[l])
    w:back()
    local m = what == "z" and net.z[l] or net.a[l + 1]
    m:set(what == "z" and -m - .1 or .3 - 2 * m) -- is below 0 where it was above, and of another slope
    return w:to("delta", l), before
  end

  it("makes of its formula and of what it came from what the slope is taken of", function()
    helpers.own_functions()
    local names = { "tests' swish" }
    for _, name in ipairs(core.activations) do names[#names + 1] = name ~= "softmax" and name or nil end
    for _, name in ipairs(names) do
      for _, what in ipairs { "z", "a" } do
        for l = 1, 2 do
          local net = helpers.xor { 2, { 3, name }, { 1, l == 2 and name or "linear" }, seed = 5 }
          net.theta[1][1] = { -3, .1, .1 } -- below 0, as the others are above
          net.theta[2][1][1] = -9
          local op, before = written(net, what, l)
          local from = op.text:match "DELTA%[%d%]  %d x %d   from ([^\n]*)"
          local source = what == "z" and ("%%f[%%u]Z%%[%d%%]"):format(l) or ("%%f[%%u]A%%[%d%%]"):format(l + 1)
          local is_from = from:find(source) ~= nil
          assert.equal(helpers.bits(net.delta[l]) ~= before, is_from, name .. ": " .. op.text)
          local says_z = op.formula:find(("g'(Z[%d])"):format(l), 1, true) ~= nil
          assert.equal(from:find("Z[", 1, true) ~= nil, says_z, op.formula)
          local e = net:explain("delta", l, 2, 1)
          assert.equal(0, e.difference)
          assert.equal(says_z, e.symbols:find(("g'(Z[%d][2][1])"):format(l), 1, true) ~= nil, e.symbols)
        end
      end
    end
  end)

  it("names each source once, in words", function()
    local function froms(spec)
      local net, list = helpers.xor(spec), {}
      for op in net:walk() do
        if op.name == "delta" then list[#list + 1] = op.formula .. "  " .. op.text:match "from ([^\n]*)" end
      end
      return list
    end
    assert.same({ "DELTA[2] = (A[3] - y) * g', g' = a (1 - a), a = A[3]  A[3] and y",
      "DELTA[1] = (DELTA[2] THETA[2], without the bias's column) * g', g' = a (1 - a), a = A[2] without ones  "
        .. "DELTA[2], THETA[2] and A[2]" }, froms { 2, 3, 1 })
    assert.same({ "DELTA[2] = (A[3] - y) * g', g' = 1  A[3] and y",
      "DELTA[1] = (DELTA[2] THETA[2], without the bias's column) * g'(Z[1]), g' = 1 above 0, else 0.01  "
        .. "DELTA[2], THETA[2] and Z[1]" }, froms { 2, { 3, "leaky-relu" }, { 1, "linear" } })
    local net = helpers.xor { 2, 3, 1 }
    net:step()
    assert.equal("(A[3][2][1] - y[2][1]) g', g' = a (1 - a), a = A[3][2][1]", net:explain("delta", 2, 2, 1).symbols)
    assert.equal("sum over k of DELTA[2][2][k] THETA[2][k][4] g', g' = a (1 - a), a = A[2][2][4]",
      net:explain("delta", 1, 2, 3).symbols)
  end)

  it("says what was written by hand", function()
    local net = helpers.xor { 2, 2, 1 }
    local w = net:walk()
    local op = w()
    local made = net.z[1][2][1]
    assert.matches("   from A%[1%] and THETA%[1%]\n", op.text)
    net.z[1][2][1] = 0
    local by_hand = "   from A%[1%] and THETA%[1%], but Z%[1%]%[2%]%[1%], written by hand\n"
    assert.matches(by_hand, w:to("z", 1).text)
    assert.matches(by_hand, op.text)
    local e = net:explain("z", 1, 2, 1)
    local words = ("\n  Z[1][2][1] was written by hand: the walk had made it %.6g"):format(made)
    assert.is_truthy(e.text:find(words, 1, true))
    assert.is_nil(e.text:find "stale")
    assert.is_nil(net:explain("z", 1, 1, 1).text:find "by hand")
    assert.is_nil(w().text:find "by hand") -- A[2] is what its terms come to
    assert.equal(.5, net.a[2][2][2])
    net.z[1][1] = { 7, 8 }
    assert.matches("Z%[1%]%[1%]%[1%], Z%[1%]%[1%]%[2%] and Z%[1%]%[2%]%[1%], written", w:to("z", 1).text)
    net.z[1][3][1] = 0 / 0
    assert.matches("but 4 numbers written by hand, Z%[1%]%[1%]%[1%] first", w:to("z", 1).text)
    w:back()
    assert.is_nil(w().text:find "by hand") -- made anew
    w:to("grad", 1)
    net.grad[1][2][3] = 5
    assert.matches("GRAD%[1%]%[2%]%[3%] was written by hand", net:explain("grad", 1, 2, 3).text)
    w:finish()
    assert.matches("GRAD%[1%]%[2%]%[3%] was written by hand", net:explain("grad", 1, 2, 3).text)
    net:step()
    assert.is_nil(net:explain("grad", 1, 2, 3).text:find "by hand")
    assert.is_nil(net:walk():to("grad", 1).text:find "by hand")
    net.a[2][1][2] = 5
    assert.matches("A%[2%]%[1%]%[2%] was written by hand", net:explain("a", 2, 1, 2).text)
  end)
end)
