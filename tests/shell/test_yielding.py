#!/usr/bin/python3
"""Globals of the user's that have the name of a session function: they hide it, and NAME = nil brings it back."""

from harness import Prompt, check, equal, fails, lua, main, test, write
from recorded import interrupt, same, save

NEEDS_TERMINAL = True

# Makes yielding, the list of all names that yield, and kept, those that do not, of the declarations.
NAMES = """
local commands, yielding, kept = require "moongrad.commands", { "mg", "data", "V", "S" }, {}
for _, of in ipairs { "mg", "net", "session" } do
  for name, record in pairs(commands.of[of]) do
    local list = commands.kept[name] and of ~= "mg" and kept or not commands.kept[name] and yielding
    if list and not record.only_net then list[#list + 1] = name end
  end
end
"""

# A script of moongrad's that uses what the engine and the library call inside; what it prints must not depend on them.
WORK = """
local mg = require "moongrad"
mg.seed(3)
local X, y = mg.data.xor()
local net = mg.network{2, 3, 1, activation = "tanh", output = "sigmoid", seed = 1, X = X, y = y}
NET = net
step(3)
print(net:train{epochs = 3, batch = 2}.cost, check().verdict, accuracy(), predict()[1][1])
local w = walk()
print(w(), w:finish())
print(explain("grad", 1, 1, 2).value, #undo().undone, tostring(net))
print(mg.time(function() return net:step() end)[1].epoch, net:confusion(), net:diagnose().ok)
print(mg.rand(2, 2), mg.randint(0, 9, 2, 2), mg.choice(3, 2), mg.records{"a"}:add(1), X:take{2, 1})
"""


@test
def every_name(home):
    """every function of a session that is not a kept method may be a global of any kind, and comes back"""
    out = lua(NAMES + """
    for _, v in ipairs { 3, "x", {}, print } do
      for _, name in ipairs(yielding) do
        local own = _G[name]
        _G[name] = v
        assert(rawequal(_G[name], v) and rawequal(rawget(_G, name), v), name)
        _G[name] = nil
        assert(rawequal(_G[name], own), name)
      end
    end
    print(#yielding > 40)""")
    equal(out, "true")


@test
def kept_names(home):
    """the first methods take functions only"""
    equal(lua(NAMES + """
    print(#kept > 0)
    for _, name in ipairs(kept) do
      local own = _G[name]
      for _, v in ipairs { 3, "x", {} } do
        local ok, said = pcall(function() _G[name] = v end)
        assert(not ok and said:find(name .. " is a function", 1, true), said)
      end
      _G[name] = print
      assert(_G[name] == print)
      _G[name] = nil
      assert(rawequal(_G[name], own), name)
    end"""), "true")


@test
def nothing_depends_on_them(home):
    """the library, the engine and the kept methods work the same when every yielding name is hidden"""
    equal(lua(NAMES + "for _, name in ipairs(yielding) do _G[name] = 3 end" + WORK), lua(WORK))


@test
def scripts_of_others(home):
    """scripts that have functions and tables of these names run as in Lua"""
    equal(lua("function choice(t) return t[1] end function randint(a) return a end"
              " records = {} records[1] = choice{7} data = {records} plot = 'p' time = randint(3)"
              " for name in pairs{records = 1, choice = 1} do assert(rawget(_G, name)) end"
              " print(#records, data[1][1], plot, time)"), "1\t7\tp\t3")
    equal(lua("local t = {} for k in pairs(_G) do t[#t + 1] = k end local n = #t time = 3"
              " for k in pairs(_G) do n = n - 1 end print(n)"), "-1")


@test
def said_once(home):
    """the prompt says once that a name is hidden, what brings it back, and where the network's option is"""
    p = Prompt(home, cols=150)
    hidden = "%s is a global of your own now; %s = nil brings the session's back"
    equal(p.do("time = 3"), [hidden % ("time", "time")])
    equal(p.do("time + 1"), ["4"])
    equal(p.do("time = 4"), [])
    p.do("time = nil")
    equal(p.do("type(time)"), ["function"])
    equal(p.do("time = 5"), [])
    equal(p.do("function records() return 5 end"), [hidden % ("records", "records")])
    equal(p.do("activation = 'tanh'"), [hidden % ("activation", "activation") + "; the network's is NET.options.activation"])
    equal(p.do("function cost() return 1 end"), [hidden % ("cost", "cost") + "; the network's is NET.options.cost"])
    equal(p.do("cost = nil step = step choice = choice or {}"), [])
    equal(p.do("rawget(_G, 'choice')"), ["nil"])
    equal(p.do("local choice = 3"), ["the local choice ended with its input; without the word local it would have stayed"])
    equal(p.do("seed = nil"), [])
    equal(p.end(), 0)


@test
def prompt_agrees(home):
    """who(), help, Tab and reset() know which names are hidden"""
    p = Prompt(home, cols=150)
    p.do("records = {mine = 1}")
    check("  records  table of 1 item" in p.do("who()"), *p.lines())
    said = p.do('help "records"')
    check("records is a global of your own now: records = nil brings the session's back." in said, *said)
    check(said[0].startswith("mg.records") and "   or " not in said[0], *said)
    p.keys("records.m\t")
    p.until_typed("records.mine")
    p.interrupt()
    p.keys("rando\t")
    p.until_typed("rando")
    p.interrupt()
    check("removed: 1 name of yours (records)" in p.do("reset()")[0], *p.lines())
    check("   or records(" in p.do('help "records"')[0], *p.lines())
    equal(p.end(), 0)


@test
def saved(home):
    """a saved session hides the same names, also behind an input that was interrupted"""
    p = Prompt(home, "-q", cols=200)
    p.do("seed(1) X, y = data.xor() LAYERS = {2, 2, 1}")
    p.do("make = randn time = 3 function records() return time end data = {4}")
    interrupt(p, "n = 0 randn = make sets = mg.data while true do n = n + 1 end", "choice = 'c' list = mg.permutation ")
    p.do("u = records() + data[1] + 0 * #choice")
    p.do("randn = nil r = randn(2, 2) s = sets.xor() q = list(3)")
    save(p)
    same(p, home)
    equal(p.end(), 0)


main()
