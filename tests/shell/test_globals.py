"""The user's Lua changes Lua's own globals before the first input: moongrad still behaves in the same way."""

import os
import re

from harness import Prompt, check, equal, main, read, run, test, write

NEEDS_TERMINAL = True

# What is typed; none of it uses a function of Lua's own.
INPUTS = r"""
seed(0) X, y = data.xor() LAYERS = {2, 2, 1}
step(3)
check()
THETA
{1, 2, {a = "x"}}
stpe()
help "step"
help "nothing such"
apropos "update"
history()
step(2) step()
undo()
walk()

walk(false)
explain("theta", 1, 1, 1)
diagnose()
a, b = 1, "text"
train{epochs = 2, batch = 2}
watch("J") step(2)
watched()
unwatch()
NET.options
NET.options.cost = "mse"
NET.options.csot = 1
network{2, 2, 1, activtion = "tanh"}
activation{name = "mine", f = function(z) return z end, df = function(z) return 1 end}
matrix{{1, 2}, {3, 4}} * matrix{{1}, {2}, {3}}
m = matrix(3, 3)
m[5]
1 +
2
x = = 2
a.field.field
undefined_name
bug("wrong-sign")
check()
bug(false)
diff(NET, NET:copy())
NET.frozen
seek(0)
save_session "saved.lua"
"""

NEXT = "local next, rawset, type, error, set, meta = next, rawset, type, error, setmetatable, debug.setmetatable\n"
NIL = "local bad = nil\n"
RAISING = "local function bad() error 'mine' end\n"
LIBRARIES = "string", "table", "math", "io", "os", "debug", "coroutine", "utf8", "package"
OF_LIBRARY = "for name, f in next, %s do if type(f) == 'function' then %s[name] = bad end end\n"
OF_ALL = "for name, f in next, _G do if %s then rawset(_G, name, bad) end end\n"

# Lua 5.1's, in short.
STRICT = """
local meta = getmetatable(_G)
if meta == nil then
  meta = {}
  setmetatable(_G, meta)
end
meta.declared = {}
local function what()
  local d = debug.getinfo(3, "S")
  return d and d.what or "C"
end
function meta.__newindex(t, n, v)
  if not meta.declared[n] then
    local w = what()
    if w ~= "main" and w ~= "C" then error("assign to undeclared variable '" .. n .. "'", 2) end
    meta.declared[n] = true
  end
  rawset(t, n, v)
end
function meta.__index(t, n)
  if not meta.declared[n] and what() ~= "C" then error("variable '" .. n .. "' is not declared", 2) end
  return rawget(t, n)
end
"""


def transcript(home, init, inputs=INPUTS):
    """What the prompt says to the inputs after init.lua, without what differs from run to run."""
    write(home + "/.config/moongrad/init.lua", init)
    if os.path.exists(home + "/saved.lua"):
        os.remove(home + "/saved.lua")
    out, err, rc = run("-i", "-q", stdin=inputs, cwd=home, home=home)
    equal(rc, 0, init, out, err)
    return re.sub(r"[\d.]+ (us|ms|s)\b", "0 s", out + err)


def same(home, init, inputs=INPUTS):
    """The same as without: of what differs the first lines are shown."""
    plain = transcript(home, "", inputs).split("\n")
    changed = transcript(home, init, inputs).split("\n")
    for a, b in zip(plain, changed):
        equal(b, a, init)
    equal(len(changed), len(plain), init)


@test
def libraries(home):
    """the functions of each library gone, or raising"""
    for bad in NIL, RAISING:
        for name in LIBRARIES:
            same(home, NEXT + bad + OF_LIBRARY % (name, name))


@test
def all_at_once(home):
    """all globals gone, and all functions among them raising"""
    same(home, NEXT + NIL + OF_ALL % "name ~= '_G'")
    same(home, NEXT + RAISING + OF_ALL % "type(f) == 'function'")
    same(home, "next = 5 pairs = 'x' string = 1 debug = false _G = nil table.concat = nil io.write = print")


@test
def one_by_one(home):
    """each function alone, gone or raising (MOONGRAD_LONG=1: of every library)"""
    names = "type next pairs ipairs error pcall tostring tonumber rawget rawset require setmetatable getmetatable"
    if os.environ.get("MOONGRAD_LONG"):
        names = run("-e", """for name, f in pairs(_G) do
          if type(f) == "function" then print(name) end
          if type(f) == "table" and name ~= "_G" then
            for field, g in pairs(f) do if type(g) == "function" then print(name .. "." .. field) end end
          end
        end""")[0]
        for name in names.split():
            for bad in NIL, RAISING:
                same(home, bad + name + " = bad")
    else:
        for n, name in enumerate(names.split()):
            same(home, (NIL, RAISING)[n % 2] + name + " = bad", "step(1)\n".join(INPUTS.partition("step(3)\n")[::2]))


@test
def string_metatable(home):
    """the metatable of strings gone, or raising"""
    same(home, 'debug.setmetatable("", nil)')
    same(home, 'getmetatable("").__index = function() error "mine" end')


@test
def loaded(home):
    """package.loaded emptied, or full of other things: what is loaded once stays"""
    same(home, "for name in pairs(package.loaded) do package.loaded[name] = nil end")
    same(home, "for name in pairs(package.loaded) do package.loaded[name] = {} end package.preload = nil")
    out = transcript(home, "", "package.loaded.moongrad = nil\nmg = require 'moongrad'\nmg.matrix == matrix\n"
                     "mg == require 'moongrad'\n")
    equal(re.findall("^(?:true|false)$", out, re.M), ["true", "true"], out)


@test
def globals_metatable(home):
    """a metatable of _G of the user's own: it is asked for what is not the session's, and no more"""
    declared = INPUTS.replace("stpe()\n", "").replace("undefined_name\n", "")
    same(home, STRICT, declared)
    same(home, 'setmetatable(_G, {__index = function(_, k) error("no " .. k) end})', declared)
    out = transcript(home, STRICT, "LAYERS = {2, 2, 1}\nthere = 1\nthere\nnot_there\n(function() other = 1 end)()\n"
                     "getmetatable(_G) == nil\nsetmetatable(_G, {__index = {gift = 7}})\ngift\nLAYERS\n"
                     "setmetatable(_G, nil)\ngift\ngetmetatable(_G)\n")
    for said in ("variable 'not_there' is not declared", "assign to undeclared variable 'other'", "\nfalse", "\n7\n",
                 "{2, 2, 1}"):
        check(said in out, said, out)
    out = transcript(home, "", "t = {} local g = setmetatable(_G, {__newindex = t}) z = 5\nLAYERS = {2, 1}\nt.z\n"
                     "local g = setmetatable(_G, {__metatable = 'mine'})\ngetmetatable(_G)\nsetmetatable(_G, {})\nLAYERS\n")
    check("\n5\n" in out and "\nmine\n" in out and "cannot change a protected metatable" in out, out)
    check("\n{2, 1}\n" in out, out)


@test
def saved(home):
    """a session saved there runs"""
    transcript(home, "next = 5 math = nil\n" + NEXT + NIL + OF_LIBRARY % ("string", "string"))
    write(home + "/.config/moongrad/init.lua", "")
    out, err, rc = run("saved.lua", cwd=home, home=home)
    equal(rc, 0, out, err)


@test
def looked(home):
    """an input that calls a function which replaced one of Lua's own is no mere look"""
    transcript(home, "local show = print function print(x) made = x show(x) end", "print(7)\nsave_session 'saved.lua'\n")
    check("\nprint(7)\n" in read(home + "/saved.lua"), read(home + "/saved.lua"))


@test
def keys(home):
    """Tab and the progress of a long call"""
    write(home + "/.config/moongrad/init.lua", NEXT + RAISING + "meta('', nil)\n" +
          "".join(OF_LIBRARY % (name, name) for name in LIBRARIES) + OF_ALL % "type(f) == 'function'")
    p = Prompt(home, "-q")
    p.enter("seed(0) X, y = data.xor() LAYERS = {2, 2, 1}")
    p.until(lambda: p.screen.cursor.y > 0 and p.is_ready())
    p.keys("THE\t")
    p.until_typed("THETA[")
    p.keys("\x15step(2000000000)\r")
    p.until_text("epoch ")
    p.interrupt()
    p.until_text("interrupted at epoch")
    equal(p.end(), 0)


main()
