#!/usr/bin/python3
"""How the prompt prints values: types keys and looks at the screen."""

import re

from harness import Prompt, check, equal, main, run, test

NEEDS_TERMINAL = True

XOR = "seed(0) X, y = data.xor() LAYERS = {2, 2, 1} ETA = 2"
BAD, LARGE, TINY = b"\x1b[1;31m", b"\x1b[33m", b"\x1b[36m"


def answer(p, text):
    """What the program writes for an input, escapes and all."""
    p.do("0")
    start = len(p.raw)
    p.do(text)
    return p.raw[start:]


@test
def every_value(home):
    """every value of an expression is printed, a semicolon at the end hides them"""
    p = Prompt(home)
    equal(p.do("1 + 1"), ["2"])
    equal(p.do("1, nil, 'a', true"), ["1       nil     a       true"])
    equal(p.do("eye(1), 7"), ["1 x 1", "1", "7"])
    equal(p.do("(function() end)()"), [])
    equal(p.do("-0.0, {-0.0}, 0/0, -(0/0), {1/0}"), ["0.0     {0.0}   NaN     NaN     {Inf}"])
    equal(p.do("matrix{-0.0}"), ["1 x 1", "0"])
    equal(p.do("{key49 = 1, key5 = 2, key10 = 3, key = 4, x01 = 5, x1 = 6, [10] = 7, [2] = 8}"),
          ["{[2] = 8, [10] = 7, key = 4, key5 = 2, key10 = 3, key49 = 1, x01 = 5, x1 = 6}"])
    for hidden in ("6 * 7;", "6 * 7 ; ", "6 * 7; -- said", "x = 5", "x = 5;", "1, 2;"):
        equal(p.do(hidden), [], hidden)
    equal(p.do("6 * 7 -- ;"), ["42"])
    equal(p.do("';'"), [";"])
    p.do(XOR)
    equal(p.do("step(3);"), [])
    equal(p.do("NET.epoch"), ["3"])
    equal(p.end(), 0)


@test
def functions(home):
    """a function of moongrad's or Lua's is printed as what it does and how it is called, mg and data as their help"""
    p = Prompt(home)
    for code, call, words in (("step", "net:step([n])   or step([n])", "Runs n epochs"), ("NET.check", "net:check{", "Compares GRAD"),
                              ("seed", "mg.seed(k)   or seed(k)", "Restarts the random numbers"), ("X.sum", "m:sum([axis])", "Returns the sum"),
                              ("data.xor", "data.xor()", "The data of the article"), ("math.sin", "math.sin(x)", "the sine"),
                              ("shell", "shell(command)", "Runs a command")):
        p.do("X, y = data.xor() LAYERS = {2, 2, 1}")
        lines = p.do(code)
        check(lines[0].startswith(call) and lines[1].startswith(words) and re.fullmatch(r'help "\S+" says more', lines[-1]), code, *lines)
    for name in ("mg", "data"):
        equal(p.do(name)[-5:], p.do("help(%s)" % name)[-5:])
    p.do("f = function() end")
    check(p.do("f")[0].startswith("function: 0x"), *p.lines())
    check(p.do("{step}")[0].startswith("{function: 0x"), *p.lines())
    equal(p.end(), 0)


@test
def last_values(home):
    """_ is the last input's first value, _1 to _9 are the last values; there are no more"""
    p = Prompt(home)
    equal(p.do("_, _1"), ["nil     nil"])
    p.do("6 * 7;")
    equal(p.do("_ + 1"), ["43"])
    equal(p.do("_, _1, _2"), ["43      43      42"])
    p.do("'a', nil, 'c'")
    p.do("x = 5")
    p.do("x ~ = 5")  # an error
    equal(p.do("{_, _1, _2, _3, _4}"), ['{"a", "a", [4] = "c", [5] = 43}'])
    for i in range(10):
        p.do("%d" % i)
    equal(p.do("_9, _10, rawget(_G, '_')"), ["1       nil     nil"])
    p.do("_ = 'mine'")
    p.do("5")
    equal(p.do("_, _1"), ["mine    5"])
    p.do("_ = nil")
    p.do("7")
    equal(p.do("_"), ["7"])
    equal(p.end(), 0)


@test
def last_values_in_memory(home):
    """what the last values hold is bounded"""
    p = Prompt(home)
    for _ in range(6):
        p.do("zeros(2000, 1000)")  # 16 MB
    p.do("collectgarbage()")
    check(float(p.do("collectgarbage 'count' / 1024")[0]) < 90, p.lines())
    equal(p.do("_1 ~= nil, _3 ~= nil, _9"), ["true    true    nil"])
    p.do("{{('x'):rep(1 << 27)}}")
    p.do("1")
    equal(p.do("_2"), ["nil"])
    equal(p.end(), 0)


@test
def tables(home):
    """tables: the array first, then sorted keys; strings quoted, cycles and shared tables named by the way to them"""
    p = Prompt(home, cols=140)
    equal(p.do("{}"), ["{}"])
    equal(p.do("{b = 2, 'x', a = 1, 'y', [1.5] = 0, [-1] = 9, [true] = 3, [false] = 4, ['a b'] = 5, ['end'] = 6}"),
          ['{"x", "y", [-1] = 9, [1.5] = 0, a = 1, ["a b"] = 5, b = 2, ["end"] = 6, [false] = 4, [true] = 3}'])
    equal(p.do("{1, nil, 3}"), ["{1, [3] = 3}"])
    equal(p.do(r"{'a\nb\t\27[31m\0\200\"\\', 'é世'}"), [r'{"a\nb\t\027[31m\000\200\"\\", "é世"}'])
    p.do("t = {1, a = {5}} t.b, t.me, t['c d'] = t.a, t, {t.a}")
    equal(p.do("t"), ['{1, a = {5}, b = <_.a>, ["c d"] = {<_.a>}, me = <_>}'])
    equal(p.do("_.b[1]"), ["5"])
    equal(p.do("0, {t.a, t.a}"), ["0       {{5}, <_2[1]>}"])
    equal(p.do("_2[1][1]"), ["5"])
    equal(p.do("{{{{{1}}}}}"), ["{{{{{...}}}}}"])
    equal(p.do("{{{{{}}}}}"), ["{{{{{}}}}}"])
    equal(p.do("{eye(2), {data = eye(3)}}"), ["{matrix 2 x 2, {data = matrix 3 x 3}}"])
    equal(p.end(), 0)


@test
def long_tables(home):
    """at most 50 items of a table, in the terminal's width, however wide its characters"""
    p = Prompt(home, cols=40)
    p.do("t = {}")
    p.do("for i = 1, 60 do t[i] = i end")
    lines = p.do("t")
    equal(lines[1], "  1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12,")
    equal(lines[-2:], ["  49, 50, ... 10 more", "}"])
    p.do("t = {}")
    p.do("for i = 1, 60 do t['k' .. i] = i end")
    lines = p.do("t")
    equal((lines[1][:8], lines[-2]), ("  k1 = 1", "  k49 = 49, k50 = 50, ... 10 more"))
    w = "世" * 7
    p.do("w = ('世'):rep(7)")
    equal(p.do("{w, w, w}"), ["{", '  "%s", "%s",' % (w, w), '  "%s"' % w, "}"])
    p.do("w = '世é'")
    lines = p.do("{w, w, w, w, w, w, w, w}")
    equal(lines[1], "  " + ", ".join(['"世é"'] * 5) + ",")
    p.do("t = {name = ('x'):rep(100)}")
    p.do("t[1] = ('é\\27'):rep(100)")
    p.do("t[2] = {{('y'):rep(100)}}")
    lines = p.do("t")
    check(all(len(line) <= 40 for line in lines), *lines)
    check('  name = "xxx' in "\n".join(lines) and re.search(r'é"\.\.\. \d+ bytes more', "\n".join(lines)), *lines)
    p.screen.resize(50, 90)
    p.p.setwinsize(50, 90)
    equal(p.do("{('x'):rep(70)}"), ['{"%s"}' % ("x" * 70)])
    equal(p.end(), 0)


@test
def narrow(home):
    """what moongrad's own values say is broken between words on a narrow terminal, and nothing else is"""
    for cols in (40, 60):
        p = Prompt(home, rows=150, cols=cols)
        p.screen.resize(150, 250)  # where a line that is too long shows
        for code in ("seed(0)", "X, y = data.xor()", "LAYERS = {2, 2, 1}", "ETA = 2"):
            p.do(code)
        for code in ("NET", "w = walk()", "w()", "w:to('delta', 1)", "w", "w:finish()", "explain('grad', 1, 2, 3)",
                     "explain('z', 1, 2, 2)", "check()", "check{sweep = true}", "bug()", "diagnose()", "undo()",
                     "NET.options", "train().history", "who()", "history()", "time(step)"):
            lines = p.do(code)
            check(all(len(line) <= cols for line in lines), code, *lines)
            if code in ("NET", "w:to('delta', 1)", "w"):
                equal(" ".join(lines).split(), " ".join(p.do("print(%s)" % code)).split())
        p.do("r = step(3)")
        lines = p.do("r")
        shown = r"epoch \d+   cost \S+(\n    |   )mse \S+   \S+ .s"
        check(re.fullmatch(shown, "\n".join(lines)) and len(lines) == (2 if cols == 40 else 1), *lines)
        p.do("f = function() return ('x '):rep(50) end")
        equal(len(p.do("setmetatable({}, {__tostring = f})")[0]), 99)
        equal(p.end(), 0)


@test
def large_tables(home):
    """a table of tables of tables, or of a million keys, is printed soon"""
    p = Prompt(home, rows=3000)
    p.do("t = {} for i = 1, 1e6 do t[i .. ''] = i end")
    check(p.do("t")[-2].endswith(" ... 999950 more"), *p.lines())
    p.do("t = {} for i = 1, 60 do t[i] = {} for j = 1, 60 do t[i][j] = {{}, {j}} end end")
    lines = p.do("t")
    check(len(lines) < 3000 and any("{...}" in line for line in lines), len(lines))
    equal(p.end(), 0)


@test
def what_users_make(home):
    """of what the user made only __tostring is run; one that fails hides nothing else"""
    p = Prompt(home)
    p.do("hit = function() error 'hit' end")
    p.do("t = setmetatable({1}, {__index = hit, __pairs = hit, __len = hit, __eq = hit, __lt = hit})")
    equal(p.do("t"), ["{1}"])
    p.do("bad = setmetatable({}, {__tostring = hit})")
    equal(p.do("{1, bad, 3}"), ["{1, <table: [1]:1: hit>, 3}"])
    equal(p.do("bad")[0], "[1]:1: hit")
    equal(p.do("setmetatable({}, {__tostring = function() return 'a\\27b\\nc' end})"), [r"a\027b", "c"])
    equal(p.do("{[bad] = 1, [hit] = 2} ~= nil"), ["true"])
    equal(p.end(), 0)


@test
def control_bytes(home):
    """control bytes in a printed string are escaped, UTF-8 is whole"""
    p = Prompt(home)
    equal(p.do(r"'a\27[31mb\7\r\0é世\200'"), [r"a\027[31mb\007\013\000é世\200"])
    equal(p.do(r"'two\nlines\t.'"), ["two", "lines   ."])
    check(b"\x1b[31m" not in p.raw and b"\x07" not in p.raw, p.raw)
    equal(p.do(r"print('\27[31mred\27[0m')"), ["red"])  # print is Lua's own
    check(b"\x1b[31mred" in p.raw, p.raw)
    equal(p.end(), 0)


@test
def colors(home):
    """numbers that are not finite, or 1000 times the usual one and more, or less, are coloured; words say the first"""
    p = Prompt(home)
    raw = answer(p, "matrix{{1, 0/0, 5000}, {-1/0, 1e-4, -3}}")
    for cell in (BAD + b"NaN\x1b[0m", BAD + b"-Inf\x1b[0m", TINY + b"0.0001\x1b[0m", LARGE + b"5000\x1b[0m"):
        check(cell in raw, cell, raw)
    equal(p.lines()[1:-1], ["2 x 3", "   1  NaN       5000", "-Inf    0.0001    -3", "1 NaN, 1 Inf, first at [1][2]"])
    check(b"\x1b[3" not in answer(p, "matrix{{1e9, 2e9}, {0, 3e9}}"))
    check(BAD + b"-Inf\x1b[0m" in answer(p, "{-1/0, 2}"))
    check(BAD + b"Inf\x1b[0m" in answer(p, "1/0"))
    p.do("LAYERS = {2, 1} THETA[1][1][1] = 1e9")
    check(LARGE + b"1e+09" in answer(p, "THETA") and LARGE + b"1e+09" in answer(p, "THETA[1]"))
    p.do("print(THETA, 1/0)")
    equal(p.do("tostring(THETA):find '\\27'"), ["nil"])
    equal(p.end(), 0)


@test
def no_colors(home):
    """NO_COLOR, TERM=dumb and --color=never leave colour out; --color=always has it all the same"""
    def colored(*args, **env):
        p = Prompt(home, *args, **env)
        p.keys("matrix{1, 0/0}\r'do' .. 'ne'\r")
        p.until(lambda: any(line.endswith("done") for line in p.lines()) and p.is_ready())
        check("1 NaN, first at [1][2]" in p.lines(), *p.lines())
        equal(p.end(), 0)
        return BAD in p.raw
    check(colored())
    check(colored(NO_COLOR=""))
    check(not colored(NO_COLOR="1"))
    check(not colored(TERM="dumb"))
    check(not colored("--color=never"))
    check(colored("--color=always", NO_COLOR="1"))
    check(colored("--color=always", TERM="dumb"))


@test
def no_escapes_elsewhere(home):
    """no escape goes to what is not a terminal, unless --color=always asks for it"""
    text = "matrix{1, 0/0}\n{'\\27[31m'}\n'\\27[31m'\nerror '\\27'\nTHETAA\n"
    out, err, code = run("-i", "-q", stdin=text)
    check("NaN" in out and "\\027[31m" in out and "did you mean" in err, out, err)
    check("\x1b" not in out + err, out, err)
    out, err, code = run("-i", "-q", "--color=always", stdin=text)
    check(BAD.decode() + "NaN" in out and "\x1b" not in err, out, err)


main()
