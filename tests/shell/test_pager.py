#!/usr/bin/python3
"""What is taller than the window is shown by the user's pager, and by nothing else is what is not."""

import os
import time

from harness import MOONGRAD, Prompt, check, equal, main, read, run, test, write

NEEDS_TERMINAL = True


def small(home, *args, pager=None, rows=24, cols=80, **env):
    return Prompt(home, "-q", *args, rows=rows, cols=cols, PAGER=pager, **env)


def command(home, name, text):
    """Writes a shell script; returns its path."""
    path = os.path.join(home, name)
    write(path, "#!/bin/sh\n" + text)
    os.chmod(path, 0o755)
    return path


def in_less(p):
    """Is the cursor behind the prompt of less?"""
    return p.line() == ":" or p.line() == "(END)"


@test
def less(home):
    """help() at 80 x 24 is read from its title to its example; q goes back to the prompt below it"""
    p = small(home, LESS=None)
    for interrupts in (False, True):
        p.keys("help()\r")
        p.until(lambda: in_less(p))
        check("∇> help()" not in p.lines(), *p.lines())
        title = p.lines()[0]
        seen = p.lines()
        while p.line() != "(END)":
            p.keys(" ")
            shown = len(p.raw)
            p.until(lambda: len(p.raw) > shown and in_less(p))
            seen += p.lines()
        check(any("data.xor()" in line for line in seen), *seen)
        check(title != "", title)
        if interrupts:  # Ctrl-C is for the pager, which stays
            shown = len(p.raw)
            p.keys("\x03")
            p.until(lambda: len(p.raw) > shown and in_less(p))
        p.keys("q")
        p.until(p.is_ready)
    equal(p.do("6 * 7"), ["42"])
    equal(p.end_sane(), 0)


@test
def what_fits(home):
    """a text that leaves the prompt's line free is printed; one with a line more is not; long lines count as several"""
    pager = command(home, "pager", "wc -l >>%s/paged\n" % home)
    p = small(home, pager=pager)
    paged = os.path.join(home, "paged")
    p.keys("('x\\n'):rep(22) .. 'end'\r")
    p.until(lambda: p.line() == "∇>" and "end" in p.lines())
    check(not os.path.exists(paged))
    equal(p.do("('x\\n'):rep(23) .. 'end'"), [])
    equal(read(paged).split(), ["24"])
    equal(p.do("('x'):rep(80 * 23 + 1)"), [])
    equal(read(paged).split(), ["24", "1"])
    equal(p.do("('x\\n'):rep(30), 2"), [])
    equal(read(paged).split(), ["24", "1", "32"])
    p.do("print(('x\\n'):rep(30))")  # what the user's code prints is never paged
    equal(read(paged).split(), ["24", "1", "32"])
    p.resize(60, 80)
    check("end" in p.do("('x\\n'):rep(40) .. 'end'"))
    equal(read(paged).split(), ["24", "1", "32"])
    equal(p.end(), 0)


@test
def no_pager(home):
    """without less, with an empty PAGER, and with one that does not exist or cannot run the text is printed"""
    bare = os.path.join(home, "bin")
    os.mkdir(bare)
    missing = os.path.join(home, "missing")
    for more in ({"PATH": bare}, {"pager": ""}, {"pager": missing}, {"pager": home}):
        p = small(home, **more)
        p.keys("('x\\n'):rep(30) .. 'end'\r")
        p.until(lambda: "end" in p.lines() and p.is_ready())
        check(p.lines()[-3] == "x", *p.lines())
        equal(p.do("6 * 7"), ["42"])
        equal(p.end(), 0)


@test
def arguments(home):
    """PAGER may have arguments; LESS is set for it unless the user has set it"""
    pager = command(home, "pager", "echo \"$1,$2,$LESS\" >>%s/said\n" % home)
    for less, said in ((None, "a b,c,FRX"), ("", "a b,c,"), ("S", "a b,c,S")):
        p = small(home, pager=pager + " 'a b' c", LESS=less)
        equal(p.do("('x\\n'):rep(30)"), [])
        equal(read(os.path.join(home, "said")), said + "\n")
        os.remove(os.path.join(home, "said"))
        equal(p.end(), 0)


@test
def ends(home):
    """a pager that reads nothing, is killed, or changes the terminal does not hurt the prompt"""
    for text in ("exit 1", "kill -9 $$", "stty raw -echo", "head -n 1", "printf abc"):
        p = small(home, pager=command(home, "pager", text + "\n"))
        p.do("seed(0) t = ('x\\n'):rep(1000000)")
        p.keys("t\r")
        p.until(lambda: "∇> t" in p.lines() and p.is_ready())
        equal(p.do("6 * 7"), ["42"], text)
        equal(p.end_sane(), 0)


@test
def interrupted(home):
    """Ctrl-C while the pager runs is the pager's, and stops nothing of moongrad's"""
    p = small(home, pager=command(home, "pager", "trap 'echo caught; exit' INT\necho waits\nwhile :; do sleep 0.1; done\n"))
    p.keys("('x\\n'):rep(30)\r")
    p.until(lambda: "waits" in p.lines())
    p.keys("\x03")
    p.until(p.is_ready)
    check(any("caught" in line for line in p.lines()), *p.lines())
    check(not any("interrupted" in line for line in p.lines()), *p.lines())
    equal(p.do("6 * 7"), ["42"])
    p.keys("while true do end\r")
    p.until(lambda: "while" in "".join(p.lines()) and not p.is_ready())
    time.sleep(0.2)
    p.interrupt()
    check("interrupted" in p.lines(), *p.lines())
    equal(p.end(), 0)


@test
def ended(home):
    """a signal that ends moongrad while the pager runs ends the pager, too, and keeps the session"""
    p = small(home, pager=command(home, "pager", "echo waits\nexec sleep 1000\n"))
    p.do("x = 1")
    p.keys("('x\\n'):rep(30)\r")
    p.until(lambda: "waits" in p.lines())
    os.kill(p.p.pid, 15)
    equal(p.wait(), -15)
    check(any("the session is kept" in line for line in p.lines()), *p.lines())


@test
def typed_ahead(home):
    """keys that were typed ahead go to the prompt, not to the pager"""
    p = small(home, LESS=None)
    p.keys("os.execute 'sleep 0.5' return ('x\\n'):rep(30)\r")
    p.keys("6 * 7\r")
    p.until(lambda: "42" in p.lines() and p.is_ready())
    p.paste("('x\\n'):rep(30)\n6 * 8\n")
    p.until(lambda: in_less(p) or "48" in p.lines())
    if in_less(p):
        p.keys("q")
    p.until(lambda: "48" in p.lines() and p.is_ready())
    equal(p.end(), 0)


@test
def elsewhere(home):
    """nothing is paged when standard output or input is no terminal, on a dumb one, in scripts and with -e"""
    pager = command(home, "pager", "echo paged >>%s/paged\n" % home)
    out, _, code = run("-i", "-q", stdin="('x\\n'):rep(100)\n", home=home, PAGER=pager)
    check(code == 0 and out.count("x\n") == 100, out)
    p = small(home, pager=pager, TERM="dumb")
    p.keys("('x\\n'):rep(30) .. 'end'\r")
    p.until(lambda: "end" in p.lines() and p.is_ready())
    p = Prompt.of("/bin/sh", "-c", MOONGRAD + " -q | cat", home=home, PAGER=pager)
    p.keys("('x\\n'):rep(100) .. 'end'\r\x04")
    p.wait()
    p = Prompt.of(MOONGRAD, "-e", "print(help())", home=home, rows=10, PAGER=pager)
    equal(p.wait(), 0)
    check(not os.path.exists(os.path.join(home, "paged")))


main()
