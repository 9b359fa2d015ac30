#!/usr/bin/python3
"""The prompt's messages about errors, about names without a value, and about locals: types keys, looks at the screen."""

import re

from harness import Prompt, check, equal, main, run, test

NEEDS_TERMINAL = True

XOR = "seed(0) X, y = data.xor() LAYERS = {2, 2, 1} ETA = 2"


def write(path, text):
    with open(path, "w") as f:
        f.write(text)


@test
def first_line(home):
    """the first line says what is wrong, by the input's number; a misuse in a line just typed says no more"""
    p = Prompt(home, cols=150)
    p.do(XOR)
    for n, (code, said) in enumerate((("A = 5", "A is read-only"), ("step(-1)", "step: expected a whole number"),
                                      ("x = step(-1)", "step: expected a whole number"), ("error 'boom'", "boom")), 2):
        lines = p.do(code)
        equal(len(lines), 1, lines)
        check(lines[0].startswith("[%d]:1: %s" % (n, said)), lines)
    equal(p.do("error('boom', 0)"), ["boom"])
    equal(p.do("error({})"), ["(error object is a table value)"])
    equal(p.do("error(setmetatable({}, {__tostring = error}))"), ["(error object is a table value)"])
    equal(p.do("error{code = 5, words = 'a', {b = {}}}"), ["(error object is a table value) {{b = {}}, code = 5, words = \"a\"}"])
    equal(p.do("error(setmetatable({a = 1}, {__index = print, __pairs = print}))"), ["(error object is a table value) {a = 1}"])
    equal(p.do("error{('x'):rep(1000)}")[0][-12:], " bytes more}")
    equal(run("-e", "error{code = 5}")[1].split("\n")[0].split(": ", 1)[1], "(error object is a table value) {code = 5}")
    equal(run("--no-session", "-e", "error{code = 5}")[1].split("\n")[0].split(": ", 1)[1], "(error object is a table value)")
    equal(p.end(), 0)


@test
def frames(home):
    """then the user's own frames only, each with its input or file, line and source line"""
    write(home + "/mine.lua", "local function inner(f)\n  f()\nend\nfunction outer(f) inner(f) end\n")
    p = Prompt(home)
    p.do(XOR)
    p.do("dofile 'mine.lua'")
    p.do("function bad() error 'deep' end")
    equal(p.do("outer(bad)"), [
        "[3]:1: deep",
        "  [3]:1: in function 'f'", "    function bad() error 'deep' end",
        "  mine.lua:2: in function 'inner'", "    f()",
        "  mine.lua:4: in function 'outer'", "    function outer(f) inner(f) end",
        "  [4]:1: in main chunk", "    outer(bad)"])
    lines = p.do("train{epochs = 3, report = bad, every = 1}")
    check(not any("moongrad/" in line or "[C]" in line for line in lines), *lines)
    equal([line for line in lines if "main chunk" in line], ["  [5]:1: in main chunk"])
    equal(p.do("bad()")[1:], ["  [3]:1: in function 'bad'", "    function bad() error 'deep' end",
                              "  [6]:1: in main chunk", "    bad()"])
    equal(p.end(), 0)


@test
def caret_of_syntax(home):
    """what does not compile has a caret at the token that the message is near to"""
    p = Prompt(home)
    for n, (code, near, at) in enumerate((("x = = 1", "'='", 4), ("x = {1, = 2} == 3", "'='", 8), ("f(1))", "')'", 4),
                                          ("x = '='  y = 'é=' = 2", "'='", 18), ("for i = 1 do end", "'do'", 10),
                                          ("x = 3z", "'3z'", 4), ("x = '\\q'", "''\\q'", 4),
                                          ("(1 + ) * 2", "')'", 5), ("1 * 2 3", "'3'", 6), ("x = 'a", "<eof>", 6)), 1):
        lines = p.do(code)
        equal(len(lines), 3, lines)
        check(lines[0].startswith("[%d]:1: " % n) and lines[0].endswith(" near " + near), lines)
        equal(lines[1:], ["  " + code, "  " + " " * at + "^"])
    equal(p.end(), 0)


@test
def caret_of_run(home):
    """what fails has a caret at the name or the operator, where there is but one that it can be"""
    p = Prompt(home)
    p.do("a, t, n = {}, {x = {}}, 5")
    for code, at in (("a.b.c = 1", "b"), ("print(a .. t.x)", "a .."), ("s = 'é' .. n .. nil", None), ("t.x()", "x"),
                     ("t:go()", "go"), ("#n", "n"), ("a < t", "<"), ("return 1 + nil", "+"), ("nil + 1 - 2", None),
                     ("string.rep()", "rep"), ("v = t ; t = t + 1", "t + 1"), ("t = t + t", None),
                     ("print('é', a.b.c)", "b"), ("v = t ; v = v.x.y.z", "y"), ("t = (1)()", "()"),
                     ("print(n.n, n.n.n)", None), ("v = nil & 1", "&"), ("eye(2) + print", "+"), ("v = a['b'].c", None)):
        lines = p.do(code)
        check(re.match(r"\[\d+\]:1: (attempt|bad argument|\+: expected)", lines[0]), lines)
        equal(lines[1:], ["  " + code, "  " + " " * code.index(at) + "^"] if at else [], lines[0])
    equal(p.end(), 0)


@test
def past_the_end(home):
    """an index one past the end, which gives nil, is named with the range when it is indexed in turn"""
    p = Prompt(home, cols=100)
    p.do(XOR)
    p.do("step(3) t, n = {{1}}, 3")
    row = "row index %d is out of range 1 to %d of %s"
    theta = row % (3, 2, "THETA[1] (2 x 3)")
    for code, said, at in (
            ("THETA[1][3][1]", theta, "3"), ("THETA[1][3][1] = 0", theta, "3"), ("v = THETA[1][n][1]", theta, "n"),
            ("THETA[3][1][1]", "theta[3]: expected a layer from 1 to 2", "3"),
            ("Z[1][5][1] = 0", row % (5, 4, "Z[1] (4 x 2)"), "5"), ("Z[1][5]:explain()", row % (5, 4, "Z[1] (4 x 2)"), "5"),
            ("for k = 2, 3 do v = THETA[1][k][1] end", theta, "k]"), ("local m = THETA[1]; m[3][1] = 1", theta, "3"),
            ("X[1][3][1] = 5", "column index 3 is out of range 1 to 2 of a 1 x 2 row", "3"),
            ("v = t[1][1] + t[2][1]", "t[2] is nil", "2"), ("t[1][1][1] = 2", "t[1][1] is a number, which has no index and no method", "[1] ="),
            ("THETA[1][2][n]:explain()", "THETA[1][2][n] is a number; to explain it write THETA[1]:explain(2, n)", ":"),
            ("a, b = THETA[1][3][1], THETA[2][2][1]", "attempt to index a nil value (field 'integer index')", None),
            ("v = t[n - 1][1]", "attempt to index a nil value (field '?')", None)):
        lines = p.do(code)
        equal(lines[0].split(": ", 1)[1], said, code)
        equal(lines[1:], ["  " + code, "  " + " " * code.index(at) + "^"] if at else [], lines[0])
    equal(p.do("traceback().frames[1].locals[1]"), ["nil"])
    equal(p.end(), 0)


@test
def missing_in_report(home):
    """a field that a report has not is named, with those that it has, where its nil is compared or computed with"""
    p = Prompt(home, cols=150)
    p.do(XOR + " r = step(3)")
    has = "the report has accuracy cost epoch interrupted mse seconds tss"
    no_foo = "no 'foo' in r; " + has
    for code, said, at in (("print(r.foo < 1e-5)", "attempt to compare nil with number; " + no_foo, "foo"),
                           ("v = r.mse * r.foo", "attempt to perform arithmetic on a nil value (field 'foo'); " + no_foo, "foo"),
                           ("v = r.costs + 1", "attempt to perform arithmetic on a nil value (field 'costs'); no 'costs' in r; "
                            "did you mean cost?", "costs")):
        lines = p.do(code)
        equal(lines, [lines[0], "  " + code, "  " + " " * code.index(at) + "^"])
        equal(lines[0].split(": ", 1)[1], said)
    lines = p.do("step(9, {stop_when = function(r) return r.foo < 1e-5 end})")
    check(lines[0].endswith("attempt to compare nil with number; " + no_foo), *lines)
    equal(p.do("r.foo"), ["nil", no_foo])
    equal(p.do("r.mse == nil"), ["false"])
    equal(p.end(), 0)


@test
def caret_in_many_lines(home):
    """in an input of several lines, or one too wide, the line and the caret are still right"""
    p = Prompt(home, cols=60)
    p.do("x, t = {}, {}")
    write(home + "/f.lua", "v = {\n  1,\n  -- x.y.z\n  [[\n  x.y.z]],\n  x.y.z or 2,\n}")
    equal(p.do("dofile 'f.lua'")[:4], ["f.lua:6: attempt to index a nil value (field 'y')", "  f.lua:6: in main chunk",
                                      "    x.y.z or 2,", "      ^"])
    long = "x = '" + "é" * 80 + "' .. nil .. '" + "z" * 80 + "'"
    write(home + "/long.lua", "\n\t" + long.replace(".. nil ..", "..  x.y.z .. nil .."))
    lines = p.do("dofile 'long.lua'")
    at = [n for n, line in enumerate(lines) if line.strip() == "^"]
    equal(len(at), 1, *lines)
    source = lines[at[0] - 1]
    check(all(len(line) < 60 for line in lines) and source.strip().startswith("..."), *lines)
    equal(source[lines[at[0]].index("^"):][:3], "y.z", *lines)
    equal(p.end(), 0)


@test
def undefined(home):
    """reading a name that stands for nothing gives nil and says which was meant; calling it says the same"""
    p = Prompt(home)
    p.do("myname = 5")
    equal(p.do("THETAA"), ["nil", "no 'THETAA'; did you mean THETA?"])
    equal(p.do("mynam"), ["nil", "no 'mynam'; did you mean myname?"])
    equal(p.do("data.xorr"), ["nil", "no 'xorr' in data; did you mean xor?"])
    equal(p.do("w = THETAA"), ["no 'THETAA'; did you mean THETA?"])
    equal(p.do("qqqqq"), ["nil", "no 'qqqqq'"])
    equal(p.do("THETA"), ["nil", "THETA is nil: there is no network yet: make one, LAYERS = {2, 2, 2, 1}"])
    equal(p.do("setp(5)"), ["[8]:1: no 'setp'; did you mean step?", "  setp(5)", "  ^"])
    equal(p.do("data.xorr()"), ["[9]:1: no 'xorr' in data; did you mean xor?", "  data.xorr()", "       ^"])
    equal(p.do("THETAA[1]")[0], "[10]:1: no 'THETAA'; did you mean THETA? (attempt to index a nil value)")
    equal(p.do("qqqqq()")[0], "[11]:1: no 'qqqqq' (attempt to call a nil value)")
    p.do("math2 = {sin = 1}")
    check("(field 'sine')" in p.do("local math2 = {} math2.sine()")[0], *p.lines())  # another math2
    equal(p.end(), 0)


@test
def undefined_calm(home):
    """a test for nil, an assignment of nil, and a script are not nagged"""
    p = Prompt(home)
    equal(p.do("THETAA == nil"), ["true"])
    equal(p.do("if THETAA then end"), [])
    equal(p.do("nil"), ["nil"])
    equal(p.do("print(THETAA)"), ["nil"])
    equal(p.do("(THETAA)"), ["nil"])
    equal(p.do("function f() return THETAA end f()"), [])
    equal(p.do("f()"), ["nil"])
    equal(p.do("THETAA;"), [])
    equal(p.do("_"), ["nil"])
    p.do("t = {name = 1}")
    equal(p.do("t.different"), ["nil"])
    equal(p.end(), 0)
    equal(run("-e", "x = THETAA local y = 5 eta = 3"), ("", "", 0))


@test
def small_letters(home):
    """a global that is almost a live name says so, once"""
    p = Prompt(home)
    equal(p.do("eta = 5"), ["eta is a global of your own now; the learning rate is ETA"])
    equal(p.do("eta = 6"), [])
    equal(p.do("x = 5"), [])
    equal(p.do("x, Y = data.xor()"), ["Y is a global of your own now; the targets are y",
                                      "x is a global of your own now; the data is X"])
    equal(p.do("local theta = 1 print(theta)"), ["1"])
    equal(p.end(), 0)


@test
def vanishing_local(home):
    """a top-level local that its input does not use is said to be gone, once, and every error that meets it says so"""
    p = Prompt(home, cols=150)
    equal(p.do("do local inside = 1 end"), [])
    equal(p.do("for i = 1, 2 do local inside = 1 end"), [])
    equal(p.do("f = function() local inside = 1 end"), [])
    equal(p.do("local used, v <const> = 1, 2 print(used + v)"), ["3"])
    equal(p.do("s = 'local x = 1'"), [])
    said = "the local lost ended with its input; without the word local it would have stayed"
    equal(p.do("local kept, lost = 1, 2 kept = kept + 1"), [said])
    equal(p.do("local sq = 5"), [said.replace("lost", "sq")])
    equal(p.do("local sq = 5"), [])
    gone = "the local sq of [8] has gone with that input"
    for _ in range(2):
        equal(p.do("sq"), ["nil", "no 'sq'; " + gone])
    for code, words in (("sq + 1", "no 'sq'; %s (attempt to perform arithmetic on a nil value)"), ("sq()", "no 'sq'; %s"),
                        ("math.sqrt(sq)", "bad argument #1 to 'sqrt' (number expected, got nil); %s"),
                        ("X, y = sq, sq print(y.T)", "y is nil: there is no data yet: X, y = data.xor() (attempt to index a nil value); %s"),
                        ("(function() return sq .. 'a' end)()", "no 'sq'; %s (attempt to concatenate a nil value)")):
        equal(p.do(code)[0].split(": ", 1)[1], words % gone)
    equal(p.do("t = {sq = 1} error('x' .. t.sq)")[0][-4:], ": x1")
    equal(p.do("(function(sq) error 'x' end)()")[0][-3:], ": x")
    p.do("local late, ending = 1, error 'x'")
    check(p.do("late + 1")[0].startswith("[19]:1: no 'late'; the local late of [18] has gone with that input"), *p.lines())
    p.do("local y = 5")
    check("y is nil: the local y of [20] has gone with that input; there is no data yet" in p.do("y.T")[0], *p.lines())
    p.do("sq = 3")
    equal(p.do("sq + 1"), ["4"])
    equal(p.end(), 0)
    p = Prompt(home)
    equal(p.do("local function again(n) return n and again(n - 1) end")[0][:21], "the local again ended")
    equal(p.end(), 0)


@test
def escapes(home):
    """control bytes in a message are escaped, UTF-8 is not, at the prompt and in a script"""
    p = Prompt(home)
    equal(p.do(r"error('a\27[31mb\a\0é\200\u{9b}', 0)"), [r"a\027[31mb\007\000é\200\194\155"])
    check(b"\x1b[31m" not in p.raw and b"\x07" not in p.raw, p.raw)
    equal(p.end(), 0)
    out, err, code = run("-e", r"error('a\27[31mb', 0)")
    equal((out, err.split("\n")[0].split(": ", 1)[1], code), ("", r"a\027[31mb", 1))


@test
def traceback(home):
    """traceback() shows the last error in full, with the locals as they were"""
    p = Prompt(home, rows=80)
    equal(p.do("traceback()"), ["no error so far"])
    p.do("function f(a, ...) local t = {1, {2, {3, {4}}}} local m = eye(2) t = {'é\\27'} error 'deep' end")
    p.do("f('x', 7, nil)")
    p.do("t = 5")
    lines = p.do("traceback()")
    equal(lines[0], "[2]:1: deep")
    for line in ("  [C]: in function 'error'", "  [2]:1: in function 'f'", '      a = "x"', '      t = {"é\\027"}',
                 "      m = matrix 2 x 2", "      ... = 7", "      ... = nil", "  [3]:1: in main chunk"):
        check(line in lines, line, *lines)
    equal(p.do("#traceback().frames, traceback().message"), ["3       [2]:1: deep"])
    p.do("x = = 1")
    equal(p.do("traceback()")[0], "[7]:1: unexpected symbol near '='")
    equal(p.end(), 0)


@test
def traceback_is_calm(home):
    """it calls nothing of the user's, and survives endless recursion, a want of memory and errors in the handler"""
    p = Prompt(home, rows=150, cols=120)
    p.do("ran = 0 bad = setmetatable({}, {__tostring = function() ran = ran + 1 error 'no' end, __name = 'bad one'})")
    p.do("mean = setmetatable({}, {__index = error, __pairs = error, __len = error})")
    p.do("function f(v, w) local deep = {v} error 'here' end")
    p.do("f(bad, mean)")
    lines = p.do("traceback()")
    for line in ("      v = bad one", "      w = {}", "      deep = {bad one}"):
        check(line in lines, line, *lines)
    equal(p.do("ran"), ["0"])
    p.do("long = ('x'):rep(10000) function g(n) local big = long return g(n + 1) + 1 end")
    lines = p.do("g(1)")
    check("stack overflow" in lines[0] and len(lines) < 20, *lines)
    check(re.search(r"in function 'g', \d+ times$", lines[1]), *lines)
    check(any(re.fullmatch(r"  \.\.\. \d+ levels", line) for line in lines), *lines)
    lines = p.do("traceback()")
    check(any(line.startswith('      big = "xxx') and line.endswith(" bytes more") for line in lines), *lines)
    check(all(len(line) <= 120 for line in lines), *lines)
    p.do("function h() return pcall(string.rep, h()) end")
    p.do("s = string.gsub s2 = function() return ('x'):gsub('x', s2) end")
    check("C stack overflow" in p.do("s2()")[0], p.lines())
    check(any("in function" in line for line in p.do("traceback()")), *p.lines())
    check("not enough memory" in p.do("('x'):rep(1 << 46)")[0] or "too large" in p.lines()[1], *p.lines())
    p.do("string.format, string.rep, table.concat, tostring, require, debug.getinfo = nil")
    check(p.do("f(1)")[0].startswith("[3]:1: here"), *p.lines())
    equal(p.end(), 0)


@test
def coroutines(home):
    """what a coroutine raised has the place where it happened"""
    p = Prompt(home)
    p.do("co = coroutine.wrap(function() local x = nil .. 'a' end)")
    equal(p.do("co()"), ["[1]:1: attempt to concatenate a nil value",
                         "  co = coroutine.wrap(function() local x = nil .. 'a' end)",
                         " " * (2 + len("co = coroutine.wrap(function() local x = nil ")) + "^",
                         "  [2]:1: in main chunk", "    co()"])
    equal(p.end(), 0)


@test
def a_file_that_does_not_compile(home):
    """a file that does not compile is shown at the place"""
    write(home + "/bad.lua", "x = 1\nx = = 2\n")
    p = Prompt(home)
    equal(p.do("dofile 'bad.lua'"), ["bad.lua:2: unexpected symbol near '='", "  x = = 2", "      ^",
                                     "  [1]:1: in main chunk", "    dofile 'bad.lua'"])
    equal(p.end(), 0)


main()
