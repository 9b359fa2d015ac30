#!/usr/bin/python3
"""The prompt on a terminal: types keys and looks at the screen."""

import os
import re

from harness import Prompt, check, equal, main, test, write

NEEDS_TERMINAL = True

XOR = "seed(0) X, y = data.xor() LAYERS = {2, 2, 1} ETA = 2"
HISTORY = ".local/state/moongrad/history"


@test
def banner(home):
    """three lines of banner lead to a trained XOR; -q leaves them out; Ctrl-D leaves"""
    p = Prompt(home)
    lines = p.lines()
    equal(len(lines), 4, lines)
    check(lines[0].startswith("moongrad "), lines)
    p.do(lines[1].strip())
    report = p.do("step(5000)")
    check(report[0].startswith("epoch 5000   cost "), report)
    check(float(report[0].split()[3]) < 0.05, "the banner's example does not solve XOR:", report)
    equal(p.end(), 0)
    p = Prompt(home, "-q")
    equal(p.lines(), ["∇>"])
    equal(p.end(), 0)


@test
def values(home):
    """all values of an expression are printed; what returns nothing prints nothing"""
    p = Prompt(home)
    equal(p.do("1 + 1"), ["2"])
    equal(p.do("1, nil, 'a'"), ["1       nil     a"])
    equal(p.do("nil"), ["nil"])
    equal(p.do("= 3"), ["3"])
    equal(p.do("x = 5"), [])
    equal(p.do("print(x)"), ["5"])
    equal(p.do("(function() end)()"), [])
    equal(p.do("{1, 2, {a = 'x\\n', [true] = 0}}"), ['{1, 2, {a = "x\\n", [true] = 0}}'])
    equal(p.do("{}"), ["{}"])
    p.do("t = {1} t.t = t")
    equal(p.do("t"), ["{1, t = <_>}"])
    equal(p.do("eye(2)"), ["2 x 2", "1  0", "0  1"])
    equal(p.do("{eye(2)}"), ["{matrix 2 x 2}"])
    equal(p.do("eye(1), 7"), ["1 x 1", "1", "7"])
    equal(p.end(), 0)


@test
def long_tables(home):
    """long and deep tables are cut, and fit the width"""
    p = Prompt(home, cols=40)
    p.do("t = {} for i = 1, 60 do t[i] = i end")
    lines = p.do("t")
    equal(lines[0], "{")
    equal(lines[1], "  1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12,")
    equal(lines[-2:], ["  49, 50, ... 10 more", "}"])
    p.do("x = ('x'):rep(20)")
    p.do("t = {name = x, other = x}")
    equal(p.do("t"), ["{", '  name = "%s",' % ("x" * 20), '  other = "%s"' % ("x" * 20), "}"])
    equal(p.do("{{{{{}}}}}"), ["{{{{{}}}}}"])
    equal(p.do("{{{{{1}}}}}"), ["{{{{{...}}}}}"])
    p.do("LAYERS = {12, 2}")
    check(all(len(line) <= 40 for line in p.do("THETA[1]")), p.lines())
    equal(p.end(), 0)


@test
def cost_in_prompt(home):
    """the prompt shows the epoch once there is a network, and the cost that was told last: by step(0), cost(), undo() too"""
    p = Prompt(home)

    def prompt_after(code):
        p.do(code)
        return p.line()
    equal(prompt_after("seed(0) X, y = data.xor()"), "∇>")
    equal(prompt_after("LAYERS = {2, 2, 1}"), "∇ 0>")
    first = "∇ 0 %.5g>" % float(p.do("('%.17g'):format(cost())")[0])
    equal(p.line(), first)
    equal(prompt_after("LAYERS = {2, 2, 1}"), "∇ 0>")
    check(re.fullmatch(r"∇ 0 0\.\d+>", prompt_after("step(0)")), p.line())
    equal(prompt_after("THETA = {}"), "∇ 0>")
    start = prompt_after("step(0)")
    check(prompt_after("step(10)").startswith("∇ 10 "), p.line())
    equal(prompt_after("undo()"), start)
    equal(prompt_after("NET = NET:copy()"), "∇ 0>")
    equal(prompt_after("NET = network{2, 2, 1} cost(X, y)"), "∇ 0>")
    equal(p.end(), 0)


@test
def cost_or_j_in_prompt(home):
    """the cost in the prompt is that of THETA as it is, by forward() and check(), too; or J, of the pass before, and says so"""
    p = Prompt(home)

    def same(code, j=""):
        p.do(code)
        shown = p.line()
        equal(shown, "∇ %s %s%.5g>" % (p.do("NET.epoch")[0], j, float(p.do("('%.17g'):format(" + ("J" if j else "NET:copy():cost()") + ")")[0])))
    p.do("seed(1) X, y = data.xor() LAYERS = {2, 2, 1} ETA = 2")
    same("step(10)")
    same("update()", "J=")
    p.do("undo()")
    check("J" not in p.line())
    same(";")
    same("THETA[1][1][1] = 3 forward()")
    same("THETA[1][1][1] = 4 check()")
    same("seek(1)")
    same("w = walk() w:finish();", "J=")
    same("cost();")
    p.do("LAYERS = {2, 2, 1} w = walk(); w:to 'cost'")
    same("w:reset():finish();", "J=")
    equal(p.end(), 0)


@test
def interrupt_step(home):
    """Ctrl-C stops a step at a whole epoch, says so and keeps the network"""
    p = Prompt(home)
    p.do(XOR)
    p.enter("print 'go' step(1e12)")
    p.until(lambda: "go" in p.lines())
    p.interrupt()
    said = [line for line in p.lines() if line.startswith("interrupted at epoch ")]
    equal(len(said), 1, p.lines())
    check(" of 1000000000000, cost " in said[0] and said[0].endswith("(THETA kept)"), said)
    epoch = int(said[0].split()[3])
    equal(p.do("NET.epoch"), [str(epoch)])
    check(p.do("step()")[0].startswith("epoch %d " % (epoch + 1)))
    equal(p.do("debug.gethook()"), ["nil"])
    equal(p.end(), 0)


@test
def interrupt_train(home):
    """Ctrl-C in a train says the epoch, of how many, and the cost, also when it did epochs before"""
    p = Prompt(home)
    p.do(XOR + " step(10)")
    p.do("function told() if not said then said = true print 'go' end end")
    for code in ("r = train{epochs = 1e9, stop_when = told}", "r = train{epochs = 1e9, batch = 1, stop_when = told}",
                 "while true do NET:train{epochs = 1e9, every = 1e9, stop_when = told} end",
                 "X, y = rand(20000, 2), rand(20000, 1) print 'go' train{epochs = 1e9, batch = 9}"):
        p.do("said = nil")
        before = int(p.do("NET.epoch")[0])
        p.enter(code)
        p.until(lambda: "go" in p.lines())
        p.interrupt()
        said = [line for line in p.lines() if line.startswith("interrupted")]
        equal(len(said), 1, p.lines())
        words = said[0].replace(",", "").split()
        equal(words[:3] + words[4:6] + words[-2:],
              ["interrupted", "at", "epoch", "of", str(before + 10**9), "(THETA", "kept)"])
        equal(p.do("NET.epoch"), [words[3]])
        if "told" in code:  # at least one epoch has passed
            check(words[6] == "cost" and float(words[7]) > 0, said)
        check(re.fullmatch(r"∇ \d+ [\d.e-]+>", p.line()), p.line())  # of the last whole epoch, and no batch's J
    p.do("pcall(train, {report = error})")
    p.enter("print 'go' while true do end")
    p.until(lambda: "go" in p.lines())
    p.interrupt()
    check("interrupted" in p.lines(), p.lines())
    equal(p.end(), 0)


@test
def interrupt_lua(home):
    """Ctrl-C stops Lua, also code that catches errors, and says interrupted"""
    p = Prompt(home, cols=200)
    p.do(XOR)
    for code in ("while true do end", "while true do pcall(error) end",
                 "while true do pcall(function() while true do end end) end",
                 "while true do xpcall(function() while true do end end, function(m) return m end) end",
                 "while true do pcall(step, 1e12) end",
                 "NET:train{epochs = 1e9, every = 1, report = function() end}"):
        p.do("0")
        p.enter("print 'go' " + code)
        p.until(lambda: "go" in p.lines())
        p.interrupt()
        check(any(line.startswith("interrupted") for line in p.lines()), p.lines())
        equal(p.do("debug.gethook()"), ["nil"])
        equal(p.do("1 + 1"), ["2"])
    equal(p.end(), 0)


@test
def errors(home):
    """an error is one line; the session and THETA survive it"""
    p = Prompt(home, cols=250)
    p.do(XOR)
    theta = p.do("THETA")
    equal(p.do("error('boom', 0)"), ["boom"])
    equal(p.do("error({})"), ["(error object is a table value)"])
    equal(p.do("error(setmetatable({}, {__tostring = function() return 'obj' end}))"), ["obj"])
    for bad in ("x = step(-1)", "A = 5", "cost = 'mse'", "ETA = 'x'", "LAYERS[1] = 3", "x = THETA[9]", "x = network{2, 1, etaa = 1}",
                "LAYERS = {2, 1e10, 1}"):
        lines = p.do(bad)
        equal(len(lines), 1, lines)
        check(re.match(r"\[\d+\]:1: ", lines[0]), lines)
    p.do("function g() return g() + 1 end")
    check("stack overflow" in p.do("x = g()")[0], p.lines())
    check("not enough memory" in p.do("x = ('x'):rep(1 << 60)")[0] or "too large" in p.lines()[1], p.lines())
    equal(p.do("THETA"), theta)
    equal(p.do("setmetatable({}, {__tostring = function() error 'no' end})")[0][-2:], "no")
    equal(p.end(), 0)


@test
def names_taken(home):
    """who takes the names of Lua's own functions breaks no more than what is theirs"""
    p = Prompt(home, "-q", rows=100)
    for name in ("type", "next", "debug", "table.sort", "table", "utf8", "string", "ipairs", "pairs", "select", "load", "pcall",
                 "rawequal", "rawget", "math", "setmetatable", "getmetatable", "tostring", "require", "package", "os", "io", "_G"):
        check(not any("moongrad/" in line for line in p.do(name + " = nil")), name, *p.lines())
    for text, answer in (("LAYERS = {2, 2, 1} X, y = data.xor()", None), ("step(2)", "epoch 2"), ("{1, 'a'}", '{1, "a"}'),
                         ("check()", "check ok"), ("walk()", "walk of"), ("who()", "  NET"), ("help 'step'", "net:step([n])"),
                         ("setp()", "no 'setp'; did you mean step?"), ("undo()", "epoch 0"),
                         ("save_session 's.lua'", "true")):
        lines = p.do(text)
        check(answer in lines[0] if answer else lines == [], text, *lines)
    p.keys("ste\t")
    p.until_typed("step(")
    p.interrupt()
    equal(p.end(), 0)


@test
def plain_lua(home):
    """--no-session has lua5.4's prompt: its banner, its tracebacks, no history file"""
    p = Prompt(home, "--no-session")
    check("Lua 5.4" in p.lines()[0] and "Lua.org" in p.lines()[0], p.lines())
    equal(p.do("step, LAYERS"), ["nil     nil"])
    equal(p.do("error('a')"), ["stdin:1: a", "stack traceback:", "        [C]: in function 'error'",
                               "        stdin:1: in main chunk", "        [C]: in ?"])
    p.do("_PROMPT = '> '")
    p.enter("print 'go' while true do end")
    p.until(lambda: "go" in p.lines())
    p.interrupt()
    equal(p.end(), 0)
    check(not os.path.exists(os.path.join(home, HISTORY)))


@test
def after_script(home):
    """-i runs the script first, then opens the prompt with what it made"""
    write(home + "/s.lua", "LAYERS = {2, 2, 1} print('made', ...)")
    p = Prompt(home, "-i", "s.lua", "arg")
    check("made    arg" in p.lines(), p.lines())
    equal(p.do("LAYERS[2]"), ["2"])
    equal(p.end(), 0)
    p = Prompt(home, "-i", "-e", "error 'x'", ready=False)
    equal(p.wait(), 1)
    p = Prompt(home)
    p.enter("os.exit(5)")
    p.drain()
    check(p.is_sane())
    equal(p.wait(), 5)


main()
