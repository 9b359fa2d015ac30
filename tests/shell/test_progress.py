"""The line that shows how far a long call is."""

import os
import re
import time

from harness import MOONGRAD, Prompt, check, equal, main, run, test

NEEDS_TERMINAL = True
XOR = "X, y = data.xor() LAYERS = {2, 2, 1}"
LINE = re.compile(r"epoch \d+ of 1000000000   cost [\d.e-]+   \d+ (s|min \d+ s|h \d+ min|d \d+ h) left$")
ENOUGH = "train{epochs = 1e9, stop_when = function(r) return r.seconds > 1 end}"  # longer than what is shown


def is_shown(p):
    return LINE.match(p.line().split("^C")[0])


def start(p, code):
    """Runs code and waits for the line."""
    p.keys(code + "\r")
    p.until(lambda: is_shown(p))


def no_line(p):
    check(not any(" left" in line or "cost " in line and " of 1000000000   " in line for line in p.lines()), *p.lines())


@test
def step_and_stop(home):
    """a long step shows epochs, cost and time left; Ctrl-C takes the line away before its message"""
    p = Prompt(home)
    p.do(XOR)
    for code in ("step(1e9)", "coroutine.wrap(step)(1e9)", "train{epochs = 1e9}", "pcall(train, {epochs = 1e9})"):
        p.do("LAYERS = {2, 2, 1}")
        start(p, code)
        p.interrupt()
        no_line(p)
        check(any(line.startswith("interrupted at epoch ") for line in p.lines()), *p.lines())
        check("^C" in p.lines(), *p.lines())
    equal(p.end(), 0)


@test
def gone(home):
    """it is gone when the call is done, and after an error, before its message"""
    p = Prompt(home)
    p.do(XOR)
    p.do("function ended() local f = io.open 'end' if f then f:close() return true end end")
    p.do("function failed() return ended() and error 'as told' end")
    for code, said in (("train{epochs = 1e9, stop_when = ended}", "epoch "),
                       ("train{epochs = 1e9, report = failed}", "told")):
        p.do("LAYERS = {2, 2, 1}")
        start(p, code)
        with open(os.path.join(home, "end"), "w"):
            pass
        p.until(p.is_ready)
        no_line(p)
        check(any(said in line for line in p.lines()), *p.lines())
        os.remove(os.path.join(home, "end"))
    equal(p.end(), 0)


@test
def printing(home):
    """what the user's code prints meanwhile stands in lines of its own"""
    p = Prompt(home, rows=30, cols=200)
    p.do(XOR)
    for code in ("print('line', r.epoch)", "io.write('line\\t', r.epoch, '\\n')", "io.stderr:write('line\\t', r.epoch, '\\n')",
                 "os.execute('echo \"line\\t\"' .. r.epoch)"):
        p.do("LAYERS = {2, 2, 1}")
        p.do("last = 0")
        p.do("function told(r) if r.seconds - last > .2 then last = r.seconds " + code + " end end")
        start(p, "train{epochs = 1e9, report = told}")
        p.until(lambda: is_shown(p) and sum(line.startswith("line ") for line in p.lines()) >= 3)
        p.interrupt()
        no_line(p)
        lines = [line for line in p.lines() if line.startswith("line")]
        check(all(re.fullmatch(r"line +\d+", line) for line in lines), *p.lines())
    equal(p.end(), 0)


@test
def begun_line(home):
    """the beginning of a line that the user's code has printed is left alone: nothing is shown behind it"""
    p = Prompt(home)
    p.do(XOR)
    p.keys("io.write 'training ... ' " + ENOUGH + " print 'done'\r")
    p.until(lambda: "training ... done" in p.lines())
    p.until(p.is_ready)
    check(b" left" not in p.raw)
    equal(p.end(), 0)


@test
def seldom(home):
    """it is written ten times a second at most"""
    p = Prompt(home)
    p.do(XOR)
    began, from_here = time.monotonic(), len(p.raw)
    start(p, "train{epochs = 1e9}")
    p.until(lambda: p.raw[from_here:].count(b" left") >= 8)
    check(p.raw[from_here:].count(b" left") <= 10 * (time.monotonic() - began) + 1)
    p.interrupt()
    equal(p.end(), 0)


@test
def check_shown(home):
    """a long check says how many gradients are done"""
    p = Prompt(home)
    p.do("X, y = rand(2000, 100), rand(2000, 1) LAYERS = {100, 200, 200, 1}")
    p.keys("check()\r")
    p.until(lambda: re.match(r"gradient \d+ of 60601(   .* left)?$", p.line()))
    p.interrupt()
    check(not any(line.startswith("gradient") for line in p.lines()), *p.lines())
    equal(p.end(), 0)


@test
def narrow(home):
    """in a narrow window the line is shorter, and leaves nothing behind"""
    for cols in (50, 30):
        p = Prompt(home)
        p.do(XOR)
        p.do("function f() step(1e9) end")
        p.p.setwinsize(50, cols)
        p.screen.resize(50, cols)
        p.keys("f()\r")
        p.until(lambda: re.match(r"(epoch )?\d+", p.line()))
        check(len(p.line()) <= cols - 3, p.line())
        p.interrupt()
        no_line(p)
        equal(p.end(), 0)
    p = Prompt(home, cols=40)
    p.do(XOR)
    p.keys("slow = function() local t = os.clock() while os.clock() - t < .02 do end end\r")
    p.until(p.is_ready)
    p.keys("train{epochs = 900, stop_when = slow}\r")
    p.until(lambda: re.match(r"\d+/900   cost \d\.\d+   \d+ s left$", p.line()))
    p.interrupt()
    equal(p.end(), 0)


@test
def resized(home):
    """in a window that becomes narrower while it runs the line fits anew, and what was broken of it is gone"""
    p = Prompt(home, cols=120)
    p.do(XOR)
    start(p, "step(1e9)")
    p.resize(50, 40)
    p.until(lambda: b"\r\x1b[J" in p.raw and re.match(r"(epoch )?\d+", p.line()))
    check(len(p.line()) <= 37, p.line())
    p.interrupt()
    no_line(p)
    equal(p.end(), 0)


@test
def suspended(home):
    """Ctrl-Z takes the line away; after fg it goes on"""
    p = Prompt.of("/bin/bash", "--norc", "--noediting", "-i", home=home, PS1="SHELL$ ")
    p.until_line("SHELL$")
    p.keys(MOONGRAD + " -q\r")
    p.until(p.is_ready)
    p.do(XOR)
    start(p, "step(1e9)")
    p.keys("\x1a")
    p.until(lambda: p.line().startswith("SHELL$"))
    check(not any(re.search(r"(^|\d) left|of 1000000000", line) for line in p.lines()), *p.lines())
    p.keys("fg\r")
    p.until(lambda: is_shown(p))
    p.interrupt()
    no_line(p)
    p.keys("\x04")
    p.until_line("SHELL$")
    p.keys("exit\r")
    p.wait()


@test
def nowhere_else(home):
    """never in a pipe, never with TERM=dumb; a script on a terminal shows it"""
    out, err, rc = run("-e", XOR + " " + ENOUGH, home=home)
    equal((out, err, rc), ("", "", 0))
    p = Prompt(home, "-e", XOR + " " + ENOUGH + " print 'done'", ready=False, TERM="dumb")
    p.until_text("done")
    p.wait()
    check(b" left" not in p.raw, p.raw)
    p = Prompt(home, "-e", XOR + " " + ENOUGH + " print 'done'", ready=False)
    p.until(lambda: is_shown(p))
    p.until_text("done")
    equal(p.wait(), 0)
    equal(p.lines(), ["done"])
    check(b"\x1b" not in p.raw, p.raw)


main()
