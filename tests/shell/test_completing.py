#!/usr/bin/python3
"""Tab on a terminal: types keys and looks at the screen. tests/lua/complete_spec.lua tests what is offered where."""

import os

from harness import Prompt, check, equal, main, test

NEEDS_TERMINAL = True

XOR = "seed(0) X, y = data.xor() LAYERS = {2, 2, 1} ETA = 2"


def clear(p):
    """An empty screen but for the prompt."""
    p.keys("\x0c")
    p.until(lambda: p.screen.cursor.y == 0 and p.is_ready())


def completes(p, text, expected):
    """Types text and a Tab, and waits for what becomes of it; clears the line."""
    clear(p)
    p.type(text)
    p.keys("\t")
    p.until_typed(expected)
    p.interrupt()


def lists(p, text, *expected):
    """Types text and a Tab, and waits for all of expected below it, and text again; the lines of the list."""
    clear(p)
    p.type(text)
    p.keys("\t")
    for word in expected:
        p.until(lambda word=word: any(word in line.split("  ") or word in line.split() for line in p.lines()[1:]))
    p.until(lambda: p.screen.cursor.y > 0 and p.typed() == text.rstrip())
    lines = p.lines()[1:-1]
    p.interrupt()
    return lines


def offers_nothing(p, text):
    """Types text and two Tabs; a key after them comes right behind it, and nothing has been printed."""
    clear(p)
    p.type(text)
    p.keys("\t\t!")
    p.until_typed(text + "!")
    equal(len(p.lines()), 1, *p.lines())
    p.interrupt()


def write(path, text=""):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as f:
        f.write(text)


@test
def names(home):
    """Tab completes names, fields and methods, and puts behind them what fits"""
    p = Prompt(home)
    p.do(XOR)
    p.do("step(3) r = step() xyzzy = {plugh = {grue = 1}, 'a', {deep = 2}} s = 'text'")
    for text, expected in (
            ("xyz", "xyzzy."), ("THE", "THETA["), ("theta", "THETA["), ("forw", "forward("), ("string.for", "string.format("),
            ("netw", "network{"), ("whi", "while"), ("print(#xyz", "print(#xyzzy."), ("xyzzy.plugh.g", "xyzzy.plugh.grue"),
            ("xyzzy[2].d", "xyzzy[2].deep"), ("s:upp", "s:upper("), ('("x"):upp', '("x"):upper('), ("NET:ba", "NET:backward("),
            ("NET.options.act", "NET.options.activation"), ("NET.theta[1]:resh", "NET.theta[1]:reshape("),
            ("data.x", "data.xor("), ("network{2, 1}:tra", "network{2, 1}:train{"), ("local abc = 1 print(ab", "local abc = 1 print(ab")):
        completes(p, text, expected)
    completes(p, "local abcd = 1 print(abc", "local abcd = 1 print(abcd")
    lists(p, "NET.", "theta", "options", "layers", "epoch", "train")
    lists(p, "r.", "cost", "mse", "epoch")
    lists(p, "THETA[1].n", "nrows", "ncols", "norm")
    for text in ("nosuch.", "nosuch:", "1.", "1..xyz", "f().", "-- xyz", "--[[ xyz", "[[ xyz", "xyzzy[3]."):
        offers_nothing(p, text)
    equal(p.do("6 * 7"), ["42"])
    equal(p.end(), 0)


@test
def options(home):
    """Tab completes the options that are not given yet, and what they may be in quotes"""
    p = Prompt(home)
    p.do(XOR)
    completes(p, "network{2, 2, act", "network{2, 2, activation =")
    completes(p, "NET:train{ep", "NET:train{epochs =")
    completes(p, "check{sam", "check{samples =")
    completes(p, 'network{2, activation = "ta', 'network{2, activation = "tanh"')
    completes(p, 'network{2, optimizer = "s', 'network{2, optimizer = "sgd"')
    completes(p, 'network{2, init = "lec', 'network{2, init = "lecun"')
    completes(p, "network{2, output = 'lin", "network{2, output = 'linear'")
    completes(p, 'network{2, cost = "cr', 'network{2, cost = "cross-entropy"')
    completes(p, 'NET.options.cost = "cr', 'NET.options.cost = "cross-entropy"')
    completes(p, 'network{2, 1, init = {"epsilon", e', 'network{2, 1, init = {"epsilon", epsilon =')
    completes(p, 'data["x', 'data["xor"]')
    completes(p, 'help "pred', 'help "predict"')
    completes(p, "?ste", "?step")
    completes(p, "help(ste", "help(step")
    lists(p, 'network{2, 2, cost = "s', "sse", "squares", "softmax")
    shown = lists(p, "network{2, 2, cost = 'mse', ", "activation", "eta", "optimizer", "init")
    check(not any("cost" in line.split() for line in shown), *shown)
    equal(p.end(), 0)


@test
def names_as_strings(home):
    """in the quotes of what takes a name: operations, quantities, mistakes, pages of help, Lua; never files"""
    write(home + "/zfile")
    p = Prompt(home)
    p.do(XOR)
    p.do("w = walk() w()")
    lists(p, 'w:to("', "z", "a", "cost", "delta", "grad", "update")
    completes(p, 'w:to("up', 'w:to("update"')
    completes(p, 'walk():to("del', 'walk():to("delta"')
    completes(p, "NET:walk():to('gr", "NET:walk():to('grad'")
    completes(p, 'explain("del', 'explain("delta"')
    completes(p, 'bug("wr', 'bug("wrong-sign"')
    completes(p, 'watch("THE', 'watch("THETA[')
    completes(p, 'watch("NET.opt', 'watch("NET.options.')
    completes(p, 'unwatch("THETA[1]:nor', 'unwatch("THETA[1]:norm(')
    completes(p, 'apropos("broadc', 'apropos("broadcasting"')
    completes(p, 'help("network.c', 'help("network.cost"')
    completes(p, "?net:st", "?net:step")
    completes(p, "?NET:st", "?net:step")
    completes(p, 'NET.frozen[1] = "b', 'NET.frozen[1] = "bias"')
    completes(p, 'collectgarbage("cou', 'collectgarbage("count"')
    completes(p, "step(1, {ev", "step(1, {every =")
    completes(p, 'explain("z", 1, 1, 1, {', 'explain("z", 1, 1, 1, {depth =')
    for text in ('seek("', 'undo("', 'diff("', 'diff(NET, "', 'step("', 'history("', 'watch("zf', 'w:to("zf', 'help("zf'):
        offers_nothing(p, text)
    equal(p.end(), 0)


@test
def file_names(home):
    """Tab completes file names in other quotes: blanks, quotes, ~, directories"""
    for name in ("some data.csv", "it's", 'q"q', "folder/inner-1", "folder/inner-2", "back\\slash", "ünï"):
        write(home + "/" + name)
    p = Prompt(home)
    for text, expected in (
            ('io.open("some', 'io.open("some data.csv"'), ("f('it", "f('it\\'s'"), ('f("it', 'f("it\'s"'), ('f("q', 'f("q\\"q"'),
            ('f("q\\"', 'f("q\\"q"'), ("f('back", "f('back\\\\slash'"), ('f("fol', 'f("folder/'), ('f("folder/', 'f("folder/inner-'),
            ('f("folder/inner-1', 'f("folder/inner-1"'), ("f([[some", "f([[some data.csv]]"), ('f("ün', 'f("ünï"'),
            ('f("SOME', 'f("some data.csv"'), ('f("~/some', 'f("%s/some data.csv"' % home)):
        completes(p, text, expected)
    equal(lists(p, 'f("folder/inner-', "inner-1", "inner-2"), ["inner-1  inner-2"])
    lists(p, 'f("', "folder/", "some data.csv", "it's")
    offers_nothing(p, 'f("nosuch/')
    equal(p.end(), 0)


@test
def signatures(home):
    """a Tab behind name( or name{ shows how it is called; the line stays"""
    p = Prompt(home)
    p.do(XOR + " function mine(alpha, ...) end w = walk()")
    for text, tabs, typed, signature in (
            ("ste", "\t\t", "step(", "step([n] [, {stop_when=, every=}])"),
            ("step(", "\t\t", "step(", "step([n] [, {stop_when=, every=}])"), ("X:matmul(", "\t", "X:matmul(", "X:matmul(b)"),
            ("THETA[", "\t", "THETA[", "THETA[l]   l is 1 to 2"), ('explain("grad", ', "\t", 'explain("grad",', "explain(what, l, i, j [, {depth = n}])"),
            ("mine(", "\t", "mine(", "mine(alpha, ...)"), ("w:to(", "\t", 'w:to("', "w:to(name [, layer])"), ("data.par", "\t\t", "data.parity{bits =", "data.parity{bits=2}"),
            ("train{", "\t\t", "train{", "train{epochs=, batch=, shuffle=, X=, y=, test=, eta=, every=, report=, stop_when=, ...}")):
        clear(p)
        p.type(text)
        p.keys(tabs)
        p.until(lambda: signature in p.lines() and p.typed() == typed)
        p.interrupt()
    clear(p)
    p.type("print(step()")
    p.keys("\x1b[D\t5")  # between the parentheses
    p.until_typed("print(step(5)")
    check("step([n] [, {stop_when=, every=}])" in p.lines(), *p.lines())
    p.keys("\x05)\r")
    p.until(lambda: any("epoch 5" in line for line in p.lines()) and p.is_ready())
    equal(p.end(), 0)


@test
def narrow(home):
    """on a narrow terminal lists have fewer columns, and a signature is broken between words"""
    p = Prompt(home, cols=40)
    p.screen.resize(50, 200)  # where a line that is too long shows
    shown = lists(p, 'bug("', "wrong-sign", "no-output-derivative")
    check(len(shown) >= 9 and all(len(line) <= 40 for line in shown), *shown)
    clear(p)
    p.keys("train{\t")
    p.until(lambda: p.screen.cursor.y > 1 and p.typed() == "train{")
    equal(p.lines()[1:-1], ["train{epochs=, batch=, shuffle=, X=, y=,", "    test=, eta=, every=, report=,", "    stop_when=, ...}"])
    p.interrupt()
    equal(p.end(), 0)


@test
def lines(home):
    """what stands on earlier lines of an input counts"""
    p = Prompt(home)
    p.keys("function f(alpha)\x16\nreturn alp\t")  # C-v: the newline as it is
    p.until(lambda: p.line().endswith("return alpha"))
    p.keys("\x16\n\tprin\t")
    p.until(lambda: p.line().endswith("  print("))
    p.interrupt()
    equal(p.end(), 0)


@test
def long_lists(home):
    """a list leaves the input on the screen, however long, and has columns"""
    p = Prompt(home, cols=250)
    p.do("for i = 1, 500 do _G['many' .. i] = i end")
    p.keys("many\t\t")
    p.until_text("... and 380 more")
    p.until_typed("many")
    p.interrupt()
    equal(p.end(), 0)
    p = Prompt(home, rows=10, cols=40)
    p.do("n = 500")
    p.do("for i=1,n do _G['many'..i]=i end")
    clear(p)
    p.keys("many\t")
    p.until_text("more")
    p.until(lambda: p.screen.cursor.y > 0 and p.typed() == "many")
    shown = p.lines()
    equal(p.typed(), "many")
    check(len(shown) == 10 or shown[0].endswith("many"), *shown)
    check(len(shown[1].split()) == 4, *shown)
    p.interrupt()
    equal(p.end(), 0)


@test
def first_tab(home):
    """the first Tab lists what there is, unless the inputrc says otherwise"""
    p = Prompt(home)
    lists(p, "math.c", "ceil", "cos")
    equal(p.end(), 0)
    write(home + "/.inputrc", "set show-all-if-ambiguous off\n")
    p = Prompt(home)
    clear(p)
    p.type("math.c")
    p.keys("\t\x1b[D")  # Left: the second Tab of a pair would list
    p.until(lambda: p.screen.cursor.x == len("∇> math."))
    equal(len(p.lines()), 1, *p.lines())
    p.keys("\x05\t\t")
    p.until(lambda: any("ceil" in line for line in p.lines()) and p.typed() == "math.c")
    p.interrupt()
    equal(p.end(), 0)


@test
def runs_nothing(home):
    """Tab runs none of the user's code: no metamethods, no functions in place of Lua's"""
    p = Prompt(home, cols=250)
    p.do("ran = 0 function hit() ran = ran + 1 end")
    p.do("t = setmetatable({}, {__index = hit, __newindex = hit, __pairs = hit, __len = hit, __name = 'network'})")
    p.do("u = {t = t} w = setmetatable({}, {__index = t, __name = 'report', __tostring = hit})")
    for text in ("t.", "t.theta.", "u.t.x", "w.a.b.", "w:c", "t[1]."):
        offers_nothing(p, text)
    completes(p, "u.", "u.t")
    equal(p.do("ran"), ["0"])
    p.do("for k in pairs(string) do string[k] = nil end getmetatable('').__index = hit")
    p.keys("prin\t")
    p.until(lambda: p.line().endswith("print("))
    p.p.close(force=True)


@test
def interrupted(home):
    """Ctrl-C after a Tab clears the line; a Tab in a line that is no Lua does no harm"""
    p = Prompt(home, cols=250)
    for text, typed in (("ste", "step("), ("x = {{{((('[[\\", "x = {{{((('[[\\"), ("network{" * 20, "network{" * 20)):
        p.type(text)
        p.keys("\t\t!")  # Ctrl-C throws away what has not been read yet: it comes when the Tabs have been
        p.until_typed(typed + "!")
        p.interrupt()
        equal(p.do("6 * 7"), ["42"])
    equal(p.end(), 0)


@test
def plain_lua(home):
    """Tab in a plain Lua knows Lua's names and makes no global"""
    p = Prompt(home, "--no-session")
    p.do("before = 0; for _ in pairs(_G) do before = before + 1 end")
    completes(p, "string.for", "string.format(")
    completes(p, "bef", "before")
    offers_nothing(p, "netw")
    p.do("for _ in pairs(_G) do before = before - 1 end")
    equal(p.do("before"), ["0"])
    equal(p.end(), 0)


main()
