#!/usr/bin/python3
"""The prompt and its terminal: Ctrl-C, Ctrl-D, Ctrl-Z, resizes, signals, prompts, init.lua, random keys."""

import os
import random
import re
import signal
import time

from harness import MOONGRAD, Prompt, check, equal, main, read, run, test, write

NEEDS_TERMINAL = True


@test
def control_c(home):
    """Ctrl-C drops the input and eats no key: in a line, in several, in C-r, in C-v, in a key, in a completion"""
    p = Prompt(home, "-q")
    p.do("one = 1")
    for keys, shown in (("os.exit(9)", "os.exit(9)"), ("x = {\r1,\r", ""), ("\x12one", "one"), ("a\x16", "a"), ("b\x18", "b"),
                        ("c\x1b", "c"), ("d\x1b5", "(arg:"), ("math.\t\t", "math."), ("f(\x1b[20", "f(")):
        p.keys(keys)
        p.until_text(shown)
        before = p.raw.count(b"^C")
        p.interrupt()
        check(p.raw.count(b"^C") > before, "no ^C after", repr(keys), p.raw[-200:])
        equal(p.do("40 + 2"), ["42"])
    equal(p.do("one"), ["1"])
    equal(p.end(), 0)


@test
def control_c_between(home):
    """Ctrl-C while the prompt keeps its books on an input breaks none of them, and is not lost"""
    write(home + "/.config/moongrad/init.lua", """debug.sethook(function()
      if not debug.getinfo(2, "S").source:find(os.getenv "AT", 1, true) then return end
      debug.sethook()
      io.popen("kill -INT $PPID"):close()
    end, "c")""")
    for module, ran in (("journal/recording", "false"), ("prompt/print", "true"), ("prompt/hints", "true")):
        p = Prompt(home, "-q", cols=200, AT=module + ".lua")
        p.enter("(function() ran = 1 return 'shown' end)()")
        p.until(lambda p=p: p.screen.cursor.y > 0 and p.is_ready() and (b"^C" in p.raw or b"interrupted" in p.raw))
        equal("shown" in p.lines(), module == "prompt/hints", module, *p.lines())
        equal(p.do("ran ~= nil"), [ran], module)
        equal(p.do("#history()"), ["3"], module)
        check(not any("attempt" in line for line in p.lines()), *p.lines())
        p.do("save_session 'saved.lua'")
        equal("-- [1] interrupted" in read(home + "/saved.lua"), ran == "false", module, read(home + "/saved.lua"))
        equal(p.end(), 0)
        os.remove(home + "/saved.lua")


@test
def control_c_in_printing(home):
    """Ctrl-C stops what runs of the user's while values are printed"""
    p = Prompt(home, "-q", cols=200)
    p.do("slow = setmetatable({}, {__tostring = function() print 'go' while true do pcall(error) end end})")
    for text in ("slow", "{slow}", "slow, slow"):
        p.enter(text)
        p.until(lambda: "go" in p.lines())
        p.interrupt()
        check("interrupted" in p.lines(), *p.lines())
        equal(p.do("6 * 7"), ["42"])
    equal(p.end(), 0)


@test
def search_bursts(home):
    """keys that come at once behind C-r and Escape are keys: they bring nothing down, and a paste there is one"""
    p = Prompt(home, "-q")
    p.do("kept = 5")
    for n, keys in enumerate(("\x12x\x1b[ZZZZZZZZ", "\x12x\x1b\u0237ZZZZZZ", "\x12kept\x1b[C\x1b[C\x1b[C"), 1):
        p.keys(keys * 40 + "\x03")
        p.until(lambda n=n: p.raw.count(b"^C") == n and p.is_ready())
    p.keys("\x12kept")
    p.until_text("kept = 5")
    p.paste(" + 1")
    p.until_text(" + 1")
    p.interrupt()
    equal(p.do("kept"), ["5"])
    p.p.kill(signal.SIGTERM)  # at an exit the search that Ctrl-C broke off would be Readline's leak
    equal(p.wait(), -signal.SIGTERM)


@test
def held_back(home):
    """what the terminal holds back when a signal comes is no failed write: Ctrl-C then, and Ctrl-Z, change no exit code"""
    for sig in (signal.SIGINT, signal.SIGTSTP):
        p = Prompt(home, "-q")
        p.enter("print 'go' for i = 1, 2000 do pcall(print, ('x'):rep(300)) end")
        p.until(lambda p=p: b"go\r\n" in p.raw)
        while " S " not in read("/proc/%d/stat" % p.p.pid):  # nobody reads on, so it waits to write
            pass
        p.p.kill(sig)
        p.until(p.is_ready)
        check(sig == signal.SIGINT or p.raw.count(b"x" * 300 + b"\r\n") == 2000, "lines were lost")
        equal(p.end(), 0, sig, *p.lines()[-2:])


@test
def hint(home):
    """Ctrl-C twice on an empty line says that Ctrl-D leaves; not after a line that was not empty"""
    for term in ("xterm-256color", "dumb"):
        p = Prompt(home, "-q", TERM=term)

        def press(n, p=p):
            p.keys("\x03")
            p.until(lambda: p.is_ready() and sum(line.endswith("^C") for line in p.lines()) == n)

        press(1)
        if term != "dumb":  # there nobody knows what was typed
            p.type("half")
            press(2)
            press(3)
        check("Ctrl-D leaves" not in p.lines(), *p.lines())
        p.keys("\x03")
        p.until(lambda p=p: "Ctrl-D leaves" in p.lines() and p.is_ready())
        equal(p.end(), 0)


@test
def control_d(home):
    """Ctrl-D leaves at an empty line, gives up an input of several lines at its end, deletes elsewhere"""
    p = Prompt(home, "-q")
    p.keys("x = {\r")
    p.until_line("")
    p.keys("\x04")
    p.until(p.is_ready)
    p.keys("711\x01\x04")
    p.until_typed("11")
    p.keys("\r")
    p.until(lambda: "11" in p.lines() and p.is_ready())
    p.keys("{\r22\x02\x02\x04}")  # C-b: in the middle it deletes
    p.until_line("  }2")
    p.interrupt()
    equal(p.do("33"), ["33"])
    equal(p.end(), 0)


def shell_with(home):
    """A shell in which moongrad runs."""
    p = Prompt.of("/bin/bash", "--norc", "--noediting", "-i", home=home, PS1="shell$ ")
    p.until_line("shell$")
    p.keys(MOONGRAD + " -q\r")
    p.until(p.is_ready)
    return p


@test
def job_control(home):
    """Ctrl-Z and fg bring the half-typed input back, of several lines as well, and the history is there"""
    p = shell_with(home)
    for keys, last, x in (("6 * ", "6 *", 7), ("x = {\r1,\r", "", 2), ("\x12", "(reverse-i-search)`':", 22)):
        p.keys(keys)
        p.until(lambda last=last, x=x: p.typed() == last and p.screen.cursor.x == x)
        p.keys("\x1a")
        p.until_line("shell$")
        p.keys("stty -a > %s/stty; fg\r" % home)
        p.until(lambda last=last, x=x: p.typed() == last and p.screen.cursor.x == x)
        check(" icanon" in read(home + "/stty") and " echo " in read(home + "/stty"), read(home + "/stty"))
        p.interrupt()
    equal(p.do("6 * 7"), ["42"])
    p.keys("\x04")
    p.until_line("shell$")
    check(p.is_sane())
    p.keys("exit\r")
    equal(p.wait(), 0)


@test
def dumb_job_control(home):
    """Ctrl-Z works without Readline as well"""
    p = Prompt.of("/bin/bash", "--norc", "--noediting", "-i", home=home, PS1="shell$ ", TERM="dumb")
    p.until_line("shell$")
    p.keys(MOONGRAD + " -q\r")
    p.until(p.is_ready)
    p.keys("\x1a")
    p.until_line("shell$")
    p.keys("fg\r")
    p.until_text("fg")
    p.keys("6 * 7\r")
    p.until_text("42")
    p.until(p.is_ready)
    p.keys("\x04")
    p.until_line("shell$")
    p.keys("exit\r")
    p.wait()


@test
def resize(home):
    """a resize from 120 to 40 columns draws the half-typed input anew, and what is printed next fits"""
    p = Prompt(home, "-q", rows=50, cols=120)
    p.do("LAYERS = {30, 2}")
    long = "t = '" + "0123456789" * 8 + "'"
    for keys, lines in ((long, ["∇ 0> " + long[:35], long[35:75], long[75:]]),
                        ("f(function()\rreturn 1", ["∇ 0> f(function()", "  return 1"])):
        p.resize(50, 120)
        p.until(p.is_ready)
        p.keys("\x0c" + keys)
        p.until(lambda keys=keys: p.screen.cursor.y == keys.count("\r") and p.line().endswith(keys.split("\r")[-1]))
        p.resize(50, 40)
        p.until(lambda lines=lines: p.lines()[-len(lines):] == lines)
        p.interrupt()
    p.keys("THETA[1]\r")
    p.until_text("bias")
    p.until(p.is_ready)
    table = [line for line in p.lines() if line[:1] in "12" or "bias" in line]
    check(table and all(len(line) <= 40 for line in table) and any("..." in line for line in table), p.lines())
    equal(p.end_sane(), 0)


@test
def tiny(home):
    """a terminal of any size has a prompt, from the start and when it becomes that small"""
    for rows, cols in ((1, 1), (1, 2), (2, 1), (1, 100), (100, 1), (2, 7)):
        for first in ((rows, cols), (50, 100)):
            p = Prompt(home, "-q", rows=first[0], cols=first[1], ready=False)
            p.until(lambda p=p: b">" in p.raw)
            p.keys("x = {")
            p.until(lambda p=p: b"{" in p.raw)
            p.resize(rows, cols)
            p.keys("\r6,\r7}" + "\x02\x06" * 20 + "\r")
            p.keys("print(('al') .. 'ive', #x)\r")
            p.until(lambda p=p: b">" in p.raw.partition(b"alive\t2\r\n")[2])
            p.keys("\x04")
            p.drain()
            check(p.is_sane(), rows, cols)
            equal(p.wait(), 0, rows, cols)


@test
def prompts(home):
    """PROMPT is a string or a function, _PROMPT is heeded; one that fails is told once, and the default comes"""
    p = Prompt(home, "-q")
    p.enter("PROMPT = 'lua$ '")
    p.until_line("lua$")
    p.enter("PROMPT = function() return 'n' .. #{1, 2} .. '> ' end", "lua$")
    p.until_line("n2>")
    p.enter("PROMPT = '\\27[1mbold> \\27[0m'", "n2>")
    p.until_line("bold>")
    p.keys("1" + "\x02" * 3)  # C-b: the escapes take no room
    p.until(lambda: p.line() == "bold> 1" and p.screen.cursor.x == 6)
    p.interrupt_at("bold>")
    p.enter("PROMPT = function() error 'mine' end", "bold>")
    p.until(p.is_ready)
    p.do("1")
    check(sum("PROMPT: " in line for line in p.lines()) == 0, *p.lines())
    p.enter("PROMPT = function() while true do end end")
    p.until_line("")
    p.keys("\x03")
    p.until(lambda: p.line() in (">", "∇>"))
    p.keys("PROMPT = nil _PROMPT = 'old> '\r")
    p.until_line("old>")
    p.enter("_PROMPT = setmetatable({}, {__tostring = error})", "old>")
    p.until(p.is_ready)
    p.enter("PROMPT = ('x'):rep(25000)")
    p.until(lambda: p.screen.cursor.y > 0 and p.is_ready())
    check("PROMPT: 25000 bytes; a string of at most 500, or a function that returns one, is expected" in p.lines(), *p.lines())
    for code, kind in (("{}", "a table"), ("true", "a boolean"), ("function() end", "nil")):
        p.keys("PROMPT = %s\r" % code)
        p.until(lambda kind=kind: any("PROMPT: %s; a string of" % kind in line for line in p.lines()) and p.is_ready())
        p.do("1")
        check(not any("PROMPT:" in line for line in p.lines()), *p.lines())
    p.keys("PROMPT = 'a\\tb> '\r")
    p.until_line("a    b>")
    p.keys("1" + "\x02" * 3)  # the cursor is where it seems
    p.until(lambda: p.line() == "a    b> 1" and p.screen.cursor.x == len("a    b> "))
    p.keys("\x05\x15PROMPT = 5\r")
    p.until_line("5")
    p.keys("PROMPT = nil _PROMPT = nil\r")
    p.until(p.is_ready)
    p.keys("PROMPT = function() return ('long '):rep(99) end\r")
    p.until(lambda: p.line().endswith("long long"))
    p.keys("PROMPT = nil _PROMPT = nil\r")
    p.until(p.is_ready)
    equal(p.end(), 0)
    p = Prompt(home, "--no-session")
    p.keys("_PROMPT = ('x'):rep(25000)\r6 * 7\r")
    p.until(lambda: "42" in p.lines() and p.is_ready())
    equal(p.end(), 0)


@test
def default_prompt(home):
    """the default prompt shows epoch and cost once there is a network, a nabla in UTF-8 only"""
    for locale, start in (("C.UTF-8", "∇"), ("C", "")):
        p = Prompt(home, "-q", LC_ALL=locale)
        equal(p.line(), start + ">")
        p.enter("seed(0) X, y = data.xor() LAYERS = {2, 2, 1} ETA = 2")
        p.until_line((start + " 0>").strip())
        p.enter("step(1000);")
        p.until(lambda p=p, start=start: re.fullmatch((start + r" 1000 0\.00\d+>").strip(), p.line()))
        equal(p.end(), 0)


@test
def start_file(home):
    """init.lua is run for the prompt only, unless --no-rc; its error is told and not fatal"""
    path = home + "/.config/moongrad/init.lua"
    write(path, "mine = 5 print('init ran') PROMPT = 'mine> '\n")
    p = Prompt(home, ready=False)
    p.until_line("mine>")
    check("init ran" in p.lines(), p.lines())
    p.enter("PROMPT = nil", "mine>")
    p.until(p.is_ready)
    equal(p.do("mine"), ["5"])
    equal(p.end(), 0)
    equal(run("-e", "print(mine)", home=home)[0], "nil\n")
    equal(run(stdin="print(mine)", home=home)[0], "nil\n")
    p = Prompt(home, "--no-rc")
    p.do("print(mine)")
    check("nil" in p.lines(), *p.lines())
    equal(p.end(), 0)
    for text, said in (("error 'in my file'", "init.lua:1: in my file"), ("x = = 1", "init.lua:1: unexpected symbol")):
        write(path, text)
        p = Prompt(home, cols=200)
        check(any(said in line for line in p.lines()), p.lines())
        equal(p.do("1 + 1"), ["2"])
        equal(p.end(), 0)
    p = Prompt(home, "--no-session")
    check(not any("unexpected" in line for line in p.lines()), p.lines())
    equal(p.end(), 0)
    write(home + "/x/moongrad/init.lua", "print 'elsewhere'")
    p = Prompt(home, XDG_CONFIG_HOME=home + "/x")
    check("elsewhere" in p.lines(), p.lines())
    equal(p.end(), 0)


@test
def dumb(home):
    """TERM=dumb gets plain lines without an escape, and Ctrl-C there drops the line"""
    for term in ("dumb", None):
        p = Prompt(home, TERM=term)
        p.keys("40 + 2\r")
        p.until(lambda p=p: "42" in p.lines() and p.is_ready())
        p.type("os.exit(9)")
        p.keys("\x03")
        p.until(p.is_ready)
        p.keys("'still here'\r")
        p.until(lambda p=p: any("still here" in line for line in p.lines()[-2:]) and p.is_ready())
        equal(p.end(), 0)
        check(b"\x1b" not in p.raw, p.raw)


@test
def reading(home):
    """a chunk can read a typed line itself"""
    p = Prompt(home)
    p.enter("print 'go' s = io.read()")
    p.until(lambda: "go" in p.lines())
    p.keys("typed text\r")
    p.until(p.is_ready)
    check("typed text" in p.do("s")[0])
    equal(p.end(), 0)


def stop(p):
    """Ctrl-C until a prompt stands there: one may have stopped what ran, or may have been quoted."""
    for _ in range(20):
        shown = len(p.raw)
        p.keys("\x03")
        try:  # cut output may have confused our screen; a message may be cut after a ">" of its own
            return p.until(lambda shown=shown: p.raw.endswith("∇> ".encode(), shown), wait=3)
        except AssertionError:
            pass
    raise AssertionError("no prompt: %r %s" % (p.raw[-300:], p.wait()))


@test
def random_keys(home):
    """random bytes do not bring it down, in emacs's mode or vi's, and leave the terminal as it was"""
    seconds = float(os.environ.get("SECONDS_OF_KEYS", "10"))
    rng = random.Random(int(os.environ.get("SEED_OF_KEYS", "5")))
    avoid = {4, 0x1a, 0x1c, 0x13, 0x11}  # what ends, stops or holds a program
    for mode in ("emacs", "vi"):
        # no editor: a Ctrl-C while it runs is its own
        write(home + "/.inputrc", "set keymap vi-command\n\"v\": abort\nset keymap vi-insert\n\"\\C-x\\C-e\": abort\n"
              "set keymap emacs\n\"\\C-x\\C-e\": abort\nset editing-mode %s\n" % mode)
        p = Prompt(home, "-q")
        end = time.monotonic() + seconds / 2
        while time.monotonic() < end:
            keys = bytes(b for b in (rng.randrange(256) for _ in range(200)) if b not in avoid)
            first = keys.find(3) + 1  # of Ctrl-C one, and that of stop(): three end what runs, rightly
            p.p.send(keys[:first] + keys[first:].replace(b"\x03", b""))
            stop(p)
        p.keys("print(('al') .. 'ive')\r")
        p.until(lambda p=p: b"alive" in p.raw)
        p.p.kill(signal.SIGTERM)
        p.drain()
        check(p.is_sane(), mode)


main()
