-- who(): the user's names with what they are.

local helpers = require "helpers"

describe("who", function()
  local function session(code) return select(2, helpers.run(code)) end

  it("lists the user's names with types and shapes, and the network", function()
    assert.equal(table.concat({
      "  NET   network 2-2-1   sigmoid, cost sse, eta 2   9 parameters   epoch 3",
      "  X     matrix 4 x 2   64 bytes",
      "  y     matrix 4 x 1   32 bytes",
      "  f     function(a, b, ...)",
      "  m     matrix 2 x 3   48 bytes",
      "  mine  network 1-1   sigmoid, cost sse, eta 0.1   2 parameters   epoch 0",
      "  n     number 3",
      '  s     string "a\\nb\\0011"   5 bytes',
      "  step  function(k)",
      "  t     table of 2 items   20 bytes",
      "  z1    number 0.5", "" }, "\n"), session [[
      X, y = data.xor() LAYERS = {2, 2, 1} ETA = 2 step(3)
      m = rand(2, 3) n = 3 z1 = .5 s = "a\nb\0011" t = {rand(1, 2), x = "four"} function f(a, b, ...) end
      mine = network{1, 1} step = function(k) end _ = 5 _1 = 6
      print(who())]])
  end)

  it("has fields for scripts", function()
    assert.equal("1\tm\tmatrix\t2 x 3\t48\tmatrix 2 x 3\ttrue\tnil\n", session [[
      m = rand(2, 3)
      LAYERS = {2, 1}
      local w = who()
      print(#w, w[1].name, w[1].type, w[1].shape, w[1].bytes, w[1].text, w.network == NET, w.X)]])
  end)

  it("says when there is nothing, and runs no code of the user's", function()
    assert.equal("  NET  no network yet: LAYERS = {2, 2, 1} makes one\n  no names of your own yet\n",
      session "print(who())")
    assert.equal("0\n", session [[
      ran = 0
      function hit() ran = ran + 1 return "x" end
      o = setmetatable({}, {__index = hit, __len = hit, __pairs = hit, __tostring = hit, __name = {}})
      p = setmetatable({}, {__index = hit, __tostring = hit, __name = "network"})
      _G[1] = 1  _G["odd name"] = 1
      tostring(who())
      print(ran)]])
    assert.is_truthy(session "print(pcall(who, 1))":find "takes no arguments")
  end)
end)
