#!/usr/bin/python3
"""Matrices, lists of them, tables, walks and explanations are as tall as the window at most, where they can be cut."""

from harness import Prompt, check, equal, lua, main, test

NEEDS_TERMINAL = True

DATA = "seed(0) X, y = data.digits()"
NET = "NET = network{64, 32, 10, cost = 'softmax', X = X, y = y}"
OUTPUT = "explain('a', 3, 1, 4, {depth = 2})"
CODES = ("X", "THETA", "A", "GRAD", "w = walk()", "w()", "w:to('a', 1)", "w:to('delta', 2)", "w:to('grad', 1)", "DELTA",
         "w:finish()", "X:totable()", "y", "t", "u", "_ENV", "explain('grad', 1, 1, 1)", "explain('z', 2, 4, 1)", OUTPUT)


def digits(home, rows, cols):
    """A prompt with a network of 64, 32 and 10 units after a pass, in a window of this size. The screen is larger."""
    p = Prompt(home, "-q", rows=400, cols=cols, PAGER="")
    p.p.setwinsize(rows, cols)
    for code in (DATA, NET, "step();", "t = {} for i = 1, 99 do t[i] = {i, ('x'):rep(30)} end",
                 "u = {} x = ('x'):rep(60)", "for i = 1, 99 do u['k' .. i] = x end"):
        p.do(code)
    return p


@test
def fitting(home):
    """what can be cut leaves the prompt's line free, in a usual window and in narrow and low ones"""
    for rows, cols in ((24, 80), (24, 66), (18, 100)):
        p = digits(home, rows, cols)
        for code in CODES:
            lines = p.do(code)
            check(0 < len(lines) < rows, "%d x %d: %s" % (rows, cols, code), len(lines), *lines)
        equal(p.end(), 0)


@test
def both_ends(home):
    """of each matrix of a list both ends are shown; a small one is shown whole and leaves its lines to the others"""
    p = digits(home, 24, 80)
    lines = p.do("THETA")
    equal([line.split("  ")[0] for line in lines if line.startswith("THETA")], ["THETA[1]", "THETA[2]"])
    equal(len(lines), 23)
    check(any(line.startswith("32 ") for line in lines) and any(line.startswith("10 ") for line in lines), *lines)
    p.do("NET = network{40, 30, 3, X = rand(2, 40), y = rand(2, 3)}")
    lines = p.do("THETA")
    equal(len(lines), 23)
    equal([line[:1] for line in lines[-3:]], ["1", "2", "3"])
    equal(p.end(), 0)


@test
def tables(home):
    """a table is cut only as far as it must be"""
    p = digits(home, 24, 80)
    check("... 79 more" in p.do("t")[-2], *p.lines())
    p.do("n = {} for i = 1, 50 do n[i] = i end")
    equal(len(p.do("n")), 5)
    equal(p.end(), 0)


@test
def explanations(home):
    """a softmax output at depth 2 takes less than 40 lines everywhere; it shows its own z, and what was left out"""
    for rows in (50, 200):
        p = digits(home, rows, 100)
        lines = p.do(OUTPUT)
        check(len(lines) < 40, len(lines), *lines)
        check(any(line.strip().startswith("Z[2][1][4] = ") for line in lines), *lines)
        equal(sum(line.strip().startswith("Z[2][1][") for line in lines), 5)
        check("      5 more, all smaller, are not shown" in lines, *lines)
        equal(p.do("#%s.terms[1].terms" % OUTPUT), ["10"])
        equal(p.end(), 0)
    text = lua("%s %s step() print(%s)" % (DATA, NET, OUTPUT))
    check(text.count("\n") < 39, text)


main()
