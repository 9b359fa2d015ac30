#!/usr/bin/python3
"""What is printed without a newline at its end: the prompt, values and messages begin on a line of their own."""

import os

from harness import Prompt, check, equal, main, test, write

NEEDS_TERMINAL = True

SIZES = ((24, 80), (10, 40), (12, 36))


def answer(p, code):
    """The lines that code prints, up to the prompt, whose line has nothing else and the cursor behind it."""
    lines = p.do(code)
    check(p.is_ready(), p.line())
    return lines


@test
def partial_lines(home):
    """io.write, file:write, print and stderr without a newline: a mark, and the prompt below it"""
    for rows, cols in SIZES:
        p = Prompt(home, "-q", rows=rows, cols=cols)
        equal(answer(p, "io.write 'abc'"), ["abc%"])
        p.until(lambda: p.is_ready())
        equal(answer(p, "io.write 'abc';"), ["abc%"])
        equal(answer(p, "io.stderr:write 'abc';"), ["abc%"])
        equal(answer(p, "io.stdout:write(1):write(2)"), ["12%"])
        equal(answer(p, "w = io.write w 'x'"), ["x%"])
        equal(answer(p, "io.write 'a\\n'"), ["a"])
        equal(answer(p, "print 'abc'"), ["abc"])
        equal(answer(p, "io.write ''"), [])
        equal(p.end(), 0)


@test
def full_lines(home):
    """a text that ends anywhere in a line or in the last column is neither overwritten nor followed by an empty line"""
    for cols in (40, 79, 80):
        p = Prompt(home, "-q", rows=24, cols=cols)
        for n in (1, 2, cols - 2, cols - 1, cols, cols + 1, 2 * cols - 1, 2 * cols):
            text = "x" * n
            lines = answer(p, "io.write(('x'):rep(%d))" % n)
            equal("".join(lines).rstrip("%"), text, n)
            if n % cols:  # a line that is full has no room for the mark
                equal(len(lines), -(-n // cols), n)
                check(lines[-1].endswith("%") or (n + 1) % cols == 0, n, *lines)
        equal(p.end(), 0)


@test
def programs(home):
    """what other programs write, and a question whose answer ended with Enter"""
    p = Prompt(home, "-q", rows=24, cols=80)
    equal(answer(p, "os.execute 'printf abc';"), ["abc%"])
    equal(answer(p, "os.execute 'printf abc >&2';"), ["abc%"])
    equal(answer(p, "f = io.popen('cat', 'w') f:write 'abc' f:close()"), ["abc%"])
    equal(answer(p, "os.execute 'printf abc' error 'not so'"), ["abc%", "[4]:1: not so"])
    p.keys("io.write 'name? ' n = io.read()\r")
    p.until(lambda: p.line() == "name?")
    p.keys("me\r")
    p.until(p.is_ready)
    equal(p.lines()[-2:], ["name? me", "∇>"])
    equal(answer(p, "n"), ["me"])
    equal(p.end(), 0)


@test
def what_follows(home):
    """values, errors, remarks, and reports begin on a line of their own, too"""
    p = Prompt(home, "-q", rows=24, cols=80)
    equal(answer(p, "(function() io.write 'abc' return 7 end)()"), ["abc%", "7"])
    equal(answer(p, "io.write 'abc' error 'not so'"), ["abc%", "[2]:1: not so"])
    equal(answer(p, "io.stderr:write 'abc' local unused = 1")[0], "abc%")
    equal(answer(p, "io.write 'abc' print 'def'"), ["abcdef"])
    equal(answer(p, "io.write 'a' io.stderr:write 'b\\n' io.write 'c' error 'd'")[:2], ["ab", "c%"])
    p.do("seed(0) X, y = data.xor() LAYERS = {2, 2, 1}")
    lines = answer(p, "train{epochs = 5, stop_when = function() io.write '.' end}")
    equal(lines[0], ".....%")
    check(lines[1].startswith("epoch 5   cost"), *lines)
    equal(p.end(), 0)


@test
def pasted(home):
    """each prompt of a paste of several inputs begins on a line of its own"""
    p = Prompt(home, "-q", rows=24, cols=80)
    p.paste("io.write 'abc'\n1 + 1\nio.write 'def'\n")
    p.until(lambda: p.is_ready() and "def%" in p.lines())
    equal(p.lines(), ["∇> io.write 'abc'", "abc%", "∇> 1 + 1", "2", "∇> io.write 'def'", "def%", "∇>"])
    equal(p.end(), 0)


@test
def typed_ahead(home):
    """what is typed while something runs is not in front of the prompt"""
    p = Prompt(home, "-q", rows=24, cols=80)
    p.keys("print 'go' os.execute 'sleep 1'; \r")
    p.until(lambda: "go" in p.lines())
    p.keys("6 * 7")
    p.until(lambda: p.line() == "∇> 6 * 7")
    equal(p.lines()[-3:], ["go", "6 * 7%", "∇> 6 * 7"])
    p.keys("\r")
    p.until(lambda: "42" in p.lines() and p.is_ready())
    equal(p.end(), 0)


@test
def init_file(home):
    """what init.lua writes is above the first prompt; a prompt after a clean line has nothing around it"""
    write(os.path.join(home, ".config/moongrad/init.lua"), "io.write 'hello'")
    p = Prompt(home, "-q", rows=24, cols=80)
    equal(p.lines(), ["hello%", "∇>"])
    p.do("x = 1")
    p.interrupt()
    check(not any("%" in line for line in p.lines()), *p.lines())
    equal(p.end(), 0)


@test
def files(home):
    """a file is printed when it is asked for, not when it was written to; _ is that file all the same"""
    p = Prompt(home, "-q", rows=24, cols=80)
    check(answer(p, "io.stdout")[0].startswith("file (0x"))
    p.do("dots = function() return io.write '.' end")
    equal(answer(p, "dots()"), [".%"])
    check(answer(p, "_")[0].startswith("file (0x"))
    check(answer(p, "f = io.open('x.txt', 'w') return f")[0].startswith("file (0x"))
    equal(answer(p, "f:write('abc')"), [])
    check(answer(p, "f")[0].startswith("file (0x"))
    equal(answer(p, "f:close()"), ["true"])
    check(answer(p, "io.open 'x.txt'")[0].startswith("file (0x"))
    check(answer(p, "io.write '', 1")[0].startswith("file (0x"))
    equal(p.end(), 0)


@test
def plain(home):
    """without Readline, and under --no-session, nothing is added"""
    p = Prompt(home, "-q", TERM="dumb")
    p.keys("io.write 'abc'\r")
    p.until(lambda: p.line().endswith("abc∇>"))
    p = Prompt(home, "--no-session", ready=False)
    p.until(lambda: p.line() == ">")
    p.keys("io.write 'abc';\r")
    p.until(lambda: p.line() == "abc>")


main()
