#!/usr/bin/python3
"""A saved session, run as a script, leaves the same values as the session did, to the last bit."""

import os
import random
import subprocess

from harness import MOONGRAD, WAIT, Prompt, check, environment, equal, main, test
from recorded import XOR, interrupt, read, replay, run, same, save, write

NEEDS_TERMINAL = True


@test
def saved(home):
    """a saved session has seed and version in its head, what changed something, not what only looked, and does it again"""
    p = Prompt(home, "-q", "--seed", "7", cols=200)
    for text in ("X, y = data.xor() LAYERS = {2, 2, 1} ETA = 2", "step(100)", "THETA[1]", "help()", "predict()",
                 "THETA[1][1][2] = 0.5", "A[2]", "t = {1, 2}", "#t + t[1]", "local q = 3 k = q", "1 + 1",
                 "= rand()", "NET.options.cost = 'mse'", "train{epochs = 3, batch = 2}", "-- nothing"):
        p.do(text)
    save(p)
    script = same(p, home)
    version = run(home, "-V").stdout.split()[1]
    check(script.startswith("-- A session of moongrad %s, saved " % version), script)
    check("\nseed(7)  math.randomseed(" in script, script)
    for text in ("step(100)", "THETA[1][1][2] = 0.5", "t = {1, 2}", "local q = 3 k = q", "rand()", "options.cost = 'mse'"):
        check(text in script, text, script)
    for text in ("help()", "predict()", "A[2]", "#t", "1 + 1", "save_session", "THETA[1]\n"):
        check(text not in script, text, script)
    equal(p.end(), 0)


@test
def interrupted_step(home):
    """an interrupted step(500) is saved as the numbers that it left, alone, behind other commands and in a loop"""
    for k, text in enumerate(("step(1000000000)", "x = 1 step(1000000000) x = 2", "while true do step(10) end")):
        p = Prompt(home, "-q", cols=200)
        p.do(XOR)
        p.do("step(10)")
        said = interrupt(p, text)
        done = int(p.do("NET.epoch")[0])
        p.do("update() step(3)")  # they go on with GRAD and THETA as they were left
        save(p, "s%d.lua" % k)
        script = same(p, home, "s%d.lua" % k)
        kept = script[script.rindex("-- [3]"):].split("\n", 1)[1]
        check("epoch = %d," % done in kept, said, script)
        check("1000000000" not in kept and "while" not in kept, said, script)
        check(("x = 1" in kept) == (k == 1) and "x = 2" not in kept, script)
        check(kept.splitlines()[-1] == "update() step(3)", script)
        equal(p.end(), 0)


@test
def timed(home):
    """what bench did as often as the clock let it is saved as what it left, and only that"""
    p = Prompt(home, "-q", cols=200)
    p.do(XOR)
    for text in ("bench(step)", "b = bench(step, 3);", "bench(function() THETA[1][1][1] = rand() step() end)", "step(4) bench(update)",
                 "bench(rand)", "m = _.median", "bench(predict)"):
        p.do(text)
    save(p)
    script = same(p, home)
    for text in ("bench(step)", "b = bench(step, 3);", "step(4) bench(update)", "bench(rand)"):
        check("the clock decides how often it repeats: " + text in script, script)
    check("\nbench(predict)" in script, script)
    equal(p.end(), 0)


@test
def interrupted(home):
    """what is interrupted otherwise is saved as what it left: networks, tables, functions, the generators"""
    p = Prompt(home, "-q", cols=200)
    interrupt(p, XOR + " t = {a = {1, 'x'}} t.t = t function f(a, b) return a + b end step(1000000000)")
    p.do("count = 0 costs = {}")
    p.do("other = network{3, {4, 'tanh', bias = false}, 2, seed = 5, l2 = 0.1} count = 0 g = generator(4)")
    interrupt(p, "o = other:copy() o.frozen[2] = 'bias' g = generator(3) while true do g:rand() rand() "
                 "count = count + 1 costs[count % 7] = step(2).cost end")
    interrupt(p, "function h(x) return x * 2 end while true do train{epochs = 2, batch = 3} end")
    p.do("sum = f(h(4), #costs)")
    p.do("local n = 0 function up() n = n + 1 return n end")
    interrupt(p, "while true do up() end")
    p.do("n = up()")
    p.do("r = g:rand(2, 2)")
    save(p)
    script = same(p, home)
    check("--" in script, script)
    equal(p.end(), 0)


def memory(p):
    """KiB in use"""
    p.do("collectgarbage() collectgarbage()")
    return float(p.do("collectgarbage 'count'")[0])


@test
def large(home):
    """a million numbers that an interrupted input left are copied, and become text when the session is saved"""
    p = Prompt(home, "-q", cols=200)
    p.do("B = randn(1000, 1000)")
    before = memory(p)
    interrupt(p, "while true do end", "B[1][1] = 0.1 ")
    after = memory(p)
    check(after - before < 15e3, before, after)  # 8 MB as numbers, over 20 as text
    save(p)
    p.do("B[1][2] = 0.2")
    save(p, "t.lua")
    script = same(p, home, "t.lua")
    check("__.set(B, {{0x1.999999999999ap-4, " in script, script[:500])
    equal(p.end(), 0)


@test
def too_large(home):
    """what is too large to be kept is named after its input, in the script and by save_session; the rest is kept"""
    p = Prompt(home, "-q", cols=200)
    p.do("B = zeros(100, 100) s = zeros(2, 2)")
    p.do("require('moongrad.session.journal.snapshot').room = 1000")
    said = interrupt(p, "while true do end", "B[1][1] = 0.1 s[1][2] = 3 t = {5} ")
    check("too large to be kept for save_session: B" in said, said)
    equal(p.do('save_session "s.lua"'), ["true    it lacks what was too large to be kept: B"])
    p.do("B = nil")
    save_again = p.do('save_session "s.lua"')
    equal(save_again, ["true    the saved session in s.lua is replaced; it lacks what was too large to be kept: B"])
    script = same(p, home)
    check("\n-- not kept, too large: B\n" in script, script)
    equal(p.end(), 0)


@test
def failed(home):
    """of a failed input what it had done is saved; what never compiled is not"""
    p = Prompt(home, "-q", cols=200)
    p.do(XOR)
    p.do("step(3) v = rand() stepp(4) v = 0")
    p.enter("step(5) step(")
    p.until_line("")
    p.interrupt()
    p.do("x = = 1")
    p.do("error({})")
    p.do("ETA = 1e308 step(10)")
    save(p)
    script = same(p, home)
    check("x = =" not in script, script)
    check("step(5)" not in script, script)
    equal(p.end(), 0)


@test
def forms(home):
    """inputs that would not mean the same in one script still do: locals, labels, return, varargs, _"""
    p = Prompt(home, "-q", cols=200)
    for text in ("local a <const> = 3 b = a", "goto x; ::x:: c = 1", "goto x; ::x:: c = c + 1", "return 5", "d = select('#', ...)",
                 "function e(...) return ... end", "f = e", "(e)(3)", "('x'):rep(3)", "41, 5 -- two", "g = _ + 1", "h = _2",
                 "for i = 1, 3 do if i == 2 then return i end end", "i = _", "= rand() j = 1"):
        p.do(text)
    for text, after in (("k = 5\nrand(1, 1)", "k = _"), ("l = {\n  4}\n#l + randn()", "m = _1")):
        p.paste(text)
        p.until_text(text.split("\n")[-1])
        p.keys("\r")
        p.until(p.is_ready)
        p.interrupt()
        p.do(after)
    save(p)
    script = same(p, home)
    check("rand() j = 1" not in script, script)
    equal(p.end(), 0)


@test
def undone(home):
    """an input's edits are a command to undo, also in the saved session"""
    p = Prompt(home, "-q", cols=200)
    for text in ("seed(0) X, y = data.xor() LAYERS = {2, 2, 2, 1} step(10);", "THETA[1][1][2] = 5",
                 "THETA[1][1][3] = 6", "undo();"):
        p.do(text)
    equal(p.do("THETA[1][1][2] == 5 and THETA[1][1][3] ~= 6"), ["true"])
    p.do("step(5) ETA = 3 seek(12) undo(2);")
    equal(p.do("NET.epoch == 15 and ETA == .1"), ["true"])
    save(p)
    same(p, home)
    equal(p.end(), 0)


def body(script):
    """What a saved session does, its head left out."""
    return script[script.index("math.randomseed("):].split("\n", 1)[1].rstrip("\n").split("\n")


@test
def readable(home):
    """the script is what was typed: _ is kept where it is read, edits are settled where there were some, what looked is left out"""
    typed_here = ["X, y = data.xor()", "LAYERS = {2, 2, 1}", "predict()", "step(100)", "explain('z', 1, 1, 1)", "diagnose()", "A[2]",
                  "_", "_ + 1", "stepp()", "step", "THETA[1][1][2] = 0.5", "THETA[1][1][3] = 0.5", "help 'undo'", "step(10)",
                  "for _, v in ipairs {1, 2} do k = v end", "predict()", "P = _", "t = 5", "t"]
    kept = ["X, y = data.xor()", "LAYERS = {2, 2, 1}", "step(100)", "THETA[1][1][2] = 0.5", "THETA[1][1][3] = 0.5", "step(10)",
            "for _, v in ipairs {1, 2} do k = v end", "_ = predict()", "P = _", "t = 5"]
    script = replay(home, typed_here)
    equal(body(script), ["local _ -- the last value, where it is used"] + kept)
    os.remove(home + "/s.lua")
    script = replay(home, typed_here + ["undo()"])
    kept.insert(4, "prompt.settle()")
    kept.insert(6, "prompt.settle()")
    lines = body(script)
    check(lines[0].startswith('local prompt = require "moongrad.session.session" -- settle()'), script)
    equal(lines[1:], ["local _ -- the last value, where it is used"] + kept + ["undo()"])
    os.remove(home + "/s.lua")
    lines = body(replay(home, ["prompt = 1", "41, 5 -- two", "h = _2", "function last() return _ end", "6", "i = last()"]))
    equal(lines, ['local prompt_ = require "moongrad.session.session"', "prompt = 1", "prompt_.keep(41, 5 -- two", ")", "h = _2",
                  "function last() return _ end", "prompt_.keep(6)", "i = last()"])


@test
def told(home):
    """a value whose printing steps is printed again, one that was not printed is not; edits are commands in files, too"""
    write(home + "/undoes.lua", "function back() THETA[1][1][1] = 1 undo(2) end")
    p = Prompt(home, "-q", cols=200)
    for text in (XOR, "t = setmetatable({}, {__tostring = function() step() return 'told' end})", "t", "t;", "{1, {t}}",
                 "run 'undoes.lua'", "step() THETA[1][1][2] = 3", "THETA[1][1][3] = 4", "back()", "function undo() v = 1 end", "w = 2"):
        p.do(text)
    save(p)
    script = same(p, home)
    equal(subprocess.run([MOONGRAD, "s.lua"], cwd=home, env=environment(home), capture_output=True, text=True).stdout.count("told"), 2)
    check("results(false" in script, script)
    equal(p.end(), 0)


@test
def before_the_prompt(home):
    """what ran before the prompt is in the saved session: a script with its arguments, -e, init.lua"""
    write(home + "/start.lua", "#!/usr/bin/env moongrad\nseed(tonumber((...)))\nX, y = data.xor()\nLAYERS = {2, 3, 1}\n"
          "step(20)\nname = arg[1] .. arg[0] -- the end")
    write(home + "/.config/moongrad/init.lua", "function twice(n) step(n) step(n) end\nmine = rand()")
    p = Prompt(home, "-q", "-e", "e = rand()", "-i", "start.lua", "5", cols=200)
    p.do("twice(4)")
    save(p)
    os.remove(home + "/start.lua")
    os.remove(home + "/.config/moongrad/init.lua")
    same(p, home)
    equal(p.end(), 0)


@test
def random_sessions(home):
    """random sessions, with what fails and what is interrupted, are left the same in every bit when done again"""
    inputs = ["step(%d)", "ETA = 0.%d", "THETA[1][1][%d] = rand()", "train{epochs = %d, batch = 3}", "init()", "v = rand(%d, 2)",
              "forward() backward() update() x = %d", "X[1][1] = 0.%d", "LAYERS = {2, %d, 1}", "THETA = {}", "seed(%d)",
              "w = {} for i = 1, %d do w[i] = randn() end", "NET.options.l2 = 0.0%d", "other = NET:copy() other:step(%d)",
              "NET, other = other or NET, NET", "NET.frozen[1] = true", "NET.frozen[1] = false", "predict()", "THETA", "A[%d]",
              "step(2) stepp(%d)", "NET.options.seed = %d", "function s(n) step(n) k = n end", "s(%d)", "u = math.random(%d)"]
    endless = ["step(1e9)", "while true do step(%d) end", "while true do k = (k or 0) + 1 end", "train{epochs = 1e9, batch = 2}",
               "while true do THETA[1][1][1] = rand() step(%d) end", "x = %d step(5) step(1e9) x = 0",
               "for i = 1, 1e9 do other = NET:copy() other:step(i) end", "LAYERS = {2, %d, 1} step(1e9)"]
    for k in range(3):
        rng = random.Random(k)
        p = Prompt(home, "-q", "--seed", str(k), cols=200)
        p.do("X, y = data.xor() LAYERS = {2, 2, 1}")
        for n in range(14):
            text = rng.choice(endless if n % 5 == 4 else inputs)
            if "%d" in text:
                text %= rng.randint(1, 3)
            if n % 5 == 4:
                interrupt(p, text)
            else:
                p.do(text)
        save(p, "random%d.lua" % k)
        same(p, home, "random%d.lua" % k)
        equal(p.end(), 0)


# What users type, and worse; {n} is a small number, {x} one below 1, the other names are choices below.
TYPED = """
NET = network{{2, {{{n}, '{g}'}}, 1, cost = '{cost}', output = 'sigmoid', init = '{init}', eta = {x}, X = X, y = y}}
local m = network{{2, {n}, {{1, 'elu'}}, activation = '{g}', seed = {n}, l1 = .001, precision = 'single', X = X, y = y}} NET = m
b = network{{2, {{3, '{g}', bias = false}}, 1, seed = {n}, X = X, y = y}}
LAYERS = {{2, {n}, 1}}
THETA = {{}}
step({n})
r = step({n});
train{{epochs = {n}, batch = {n}}}
train{{epochs = 30, batch = 2, report = function(r) if r.epoch % 3 == 0 then THETA[1][1][1] = r.cost end end, stop_when = function(r) return r.epoch > 9 end}}
train{{epochs = 9, report = function(r) k = r.cost if r.epoch > {n} then error 'enough' end end}}
THETA[1][1][{n}] = {x}
THETA[1] = THETA[1] * {x}
al, row = THETA[#THETA], THETA[1][1]
al:set(al * .9) row[2] = {x}
local t = THETA[1] t[1][1] = t[1][2] * {x}
X[{n}][1] = {x}
X = X * 1.01
xa = X y = y * .99
xa.T[1][2] = {x}
X, y = data.moons{{n = {n}, noise = .1, seed = {n}}}
ETA = {x}
NET.options.{option}
NET.frozen[1] = {frozen}
init('{init}')
forward() backward() GRAD[1][1][1] = {x} update()
backward() update()
undo({n})
seek({n})
bug('{bug}')
bug(false)
check{{samples = 2}}
w = walk()
w() w() Z[1][1][1] = {x}
w:to('delta') DELTA[#DELTA][1][1] = {x} w:finish()
w:back()
watch('rand()', 2)
ww = watched()
unwatch()
step(30, {{stop_when = function(r) k = r.mse return r.epoch % 7 == 0 end}})
sw = mg.activation{{name = 'mine', f = function(z) return z / (1 + exp(-{n} * z)) end, df = function(z, a) return 1 end, check = false}}
mg.cost{{name = 'fourth', f = function(a, y) return (a - y) ^ 4 end, delta = function(a, y) return 4 * (a - y) ^ 3 end}}
NET = network{{2, {{3, 'mine'}}, 1, cost = 'fourth', X = X, y = y}}
seed({n})
v = randn(2, {n}) u = math.random(100)
math.randomseed({n})
g = generator({n}) gv = g:rand(2, 2)
gv[1][1] = g:randn() and rand()
t = {{1, {{x = {x}}}}} t.self = t t.m = rand(2, 2)
t.m[1][1] = {x} t[#t + 1] = NET.epoch
for i = 1, {n} do step(i) k = i end
function f(n) for i = 1, n do step() THETA[1][1][1] = rand() end return k end
f({n})
local n = 0 function up() n = n + 1 return n end
q = up() + up()
co = coroutine.wrap(function() for i = 1, 99 do step(i % 3 + 1) coroutine.yield(i) end end)
k = co()
mt = setmetatable({{}}, {{__index = function(s, key) step() return key end, __newindex = function(s, key, v) ETA = v end, __tostring = function() step() return 'mt' end}})
mt.x
mt.y = {x}
mt
pcall(function() THETA[1][1][1] = rand() nosuch() end)
local i = 0 ::top:: i = i + 1 step(i) if i < 3 then goto top end
step(2) stepp({n})
k = rand() error {{code = 5}}
ETA = 1e308 step(10)
= rand() k = 5
NET, b = b or NET, NET
b = NET:copy() b:step({n})
b.theta = NET.theta
predict()
_
k = _
s = _1
function predict(x) step() return 5 end
predict = nil
function step(n) k = n return NET:step(n) end
step = nil
local c <close> = setmetatable({{}}, {{__close = function() step() end}}) THETA[1][1][1] = .3
z = load('step() return rand()')()
run 'file.lua'
run('file.lua', {x})
os.execute "echo 'k = 9 step(2)' > file.lua"
NET.X = X * 1.001
X = nil
al2 = {{THETA[1], X, NET, THETA}}
al2[4][1][1][2] = {x} al2[3]:step()
THETA[1]:map(function(v) step() return v end)
X, y = data.xor()
reset()
""".strip().split("\n")

CHOICES = {
    "g": ["linear", "sigmoid", "tanh", "relu", "leaky-relu", "elu", "gelu", "softplus"],
    "cost": ["sse", "mse", "quadratic", "cross-entropy"],
    "init": ["uniform", "epsilon", "normal", "xavier", "he", "constant"],
    "option": ["cost = 'mse'", "cost = 'fourth'", "activation = 'mine'", "activation = 'tanh'", "l2 = .01", "seed = 3", "seed = nil"],
    "frozen": ["true", "false", "'bias'", "'weights'"],
    "bug": ["stale-weights", "missing-factor", "shifted-bias", "dropped-row", "wrong-sign"],
}


def typed(rng):
    """An input at random."""
    words = {name: rng.choice(choices) for name, choices in CHOICES.items()}
    return rng.choice(TYPED).format(n=rng.randint(1, 5), x=round(rng.random(), 3), **words)


@test
def generated(home):
    """sessions of inputs made at random leave the same when they are done again, whatever they did and wherever they failed"""
    for k in range(8):
        rng = random.Random(k)
        write(home + "/file.lua", "k = (k or 0) + 1 ETA = ... or ETA step(k) return k\n")
        replay(home, [XOR] + [typed(rng) for _ in range(60)], "--seed", str(k))
        os.remove(home + "/s.lua")


main()
