#!/usr/bin/python3
"""Errors, remarks and hints are broken between words at the window's width, on a terminal only."""

import os

from harness import MOONGRAD, Prompt, check, equal, main, read, test

NEEDS_TERMINAL = True

CODES = ("cost = 'mse'", "THETAA[1][2] = 1", "X, y = data.xor()", "LAYERS = {2, 2, 1}", "J", "walk()", "A[9]",
         "LAYRES = 1", "error(('word '):rep(30))", "error(('long'):rep(50))", "network{2, 1, csot = 'sse'}",
         "for i = 1, 3 do error 'it' end)", "local unused_name = 12", "x = 1", "data.cvs", "step('many')")


@test
def narrow(home):
    """no line is wider than the window but one word that is; the words are those of a wide window"""
    said = {}
    for cols in (40, 300):
        p = Prompt(home, "-q", rows=60, cols=300)
        p.p.setwinsize(60, cols)  # the screen keeps 300 columns: a line that is too long shows
        said[cols] = [p.do(code) for code in CODES]
        equal(p.end(), 0)
    for code, narrow_lines, lines in zip(CODES, said[40], said[300]):
        check(all(len(line) <= 40 or "longlong" in line for line in narrow_lines), code, *narrow_lines)
        if not any(line.endswith("^") for line in lines):  # a source line is cut
            equal(" ".join(narrow_lines).split(), " ".join(lines).split(), code)
    equal(said[40][0][0], "[1]:1: cost is a function: to choose one")


@test
def elsewhere(home):
    """a message that goes to a file is one line"""
    p = Prompt.of("/bin/sh", "-c", "cd '%s' && exec '%s' -q 2>errors" % (home, MOONGRAD), home=home, cols=40)
    p.until(p.is_ready)
    p.keys("x = 1\rcost = 'mse'\r")
    p.until(lambda: len([line for line in p.lines() if line.startswith("∇>")]) == 3)
    p.keys("\x04")
    p.wait()
    path = os.path.join(home, "errors")
    text = read(path)
    check('to choose one write NET.options.cost = "mse"; for a variable' in text, text)


main()
