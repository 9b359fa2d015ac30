#!/usr/bin/python3
"""The prompt on a terminal: keys in, screen out."""

import os
import random
import re
import signal
import stat
import termios

import pexpect

from harness import MOONGRAD, ROOT, Prompt, check, environment, equal, main, test

NEEDS_TERMINAL = True

XOR = "seed(0) X, y = data.xor() LAYERS = {2, 2, 1} ETA = 2"
HISTORY = ".local/state/moongrad/history"


def read(path):
    with open(path) as f:
        return f.read()


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as f:
        f.write(text)


def is_sane(p):
    """Is the terminal in its usual mode: lines, echo, signals?"""
    flags = termios.tcgetattr(p.p.child_fd)[3]
    return flags & termios.ICANON and flags & termios.ECHO and flags & termios.ISIG


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
def continuation(home):
    """an incomplete input goes on with >>; Ctrl-D and Ctrl-C cancel it"""
    p = Prompt(home)
    for text, prompt in (("function f(a)", None), ("  return a", ">>")):
        p.enter(text, prompt)
        p.until_line(">>")
    p.enter("end", ">>")
    p.until(p.is_ready)
    equal(p.do("f(4)"), ["4"])
    p.enter("(1 +")
    p.until_line(">>")
    p.enter("2)", ">>")
    p.until(p.is_ready)
    check("3" in p.lines(), p.lines())
    for key in ("\x04", "\x03"):
        p.enter("x = (")
        p.until_line(">>")
        p.keys(key)
        p.until(p.is_ready)
        equal(p.do("6 * 7"), ["42"])
    p.enter("x = = 1")
    p.until(p.is_ready)
    check(any(line.endswith("]:1: unexpected symbol near '='") for line in p.lines()), p.lines())
    equal(p.end(), 0)


@test
def paste(home):
    """lines that are pasted are read one by one, also with bracketed paste in inputrc"""
    write(os.path.join(home, ".inputrc"), "set enable-bracketed-paste on\n")
    p = Prompt(home)
    p.do(XOR)
    p.keys("print(1)\rETA = 3\rfunction f()\r  return 6 * 7\rend\rf()\rstep(1000)\rTHETA[1]\rprint('pas' .. 'ted')\r")
    p.until(lambda: "pasted" in p.lines() and p.is_ready())
    lines = p.lines()
    for text in ("∇ 0> ETA = 3", ">> end", "42", "∇ 0> step(1000)", "THETA[1]  2 x 3"):
        check(text in lines, text, *lines)
    check(any(line.startswith("epoch 1000   cost ") for line in lines), *lines)
    check(b"\x1b[?2004h" not in p.raw, "bracketed paste is on")
    equal(p.end(), 0)


@test
def paste_transcript(home):
    """what is pasted with its prompts is read without them; elsewhere > and >> stay operators"""
    p = Prompt(home)
    p.keys("> 2 + 3\r> function f()\r>>   return [[a\r>> b]]\r>> end\r> f()\r>\r>> 7 - 1\r> = 8\r")
    p.until(lambda: "8" in p.lines() and p.is_ready())
    lines = [line for line in p.lines()[-10:] if not re.match("∇?>", line)]
    equal(lines, ["a", "b", "6", "8"], *p.lines())
    for text, prompt in (("x = (1", None), (">> 1", ">>"), ("> -1)", ">>")):
        p.enter(text, prompt)
        p.until(lambda prompt=prompt, text=text: p.is_ready() if text[-1] == ")" else p.line() == ">>")
    equal(p.do("x"), ["true"])
    equal(p.end(), 0)


@test
def paste_readme(home):
    """the README's session may be pasted whole: it says the same again"""
    session = "> " + read(os.path.join(ROOT, "README.md")).split("\n```\n> ", 1)[1].split("\n```\n")[0]
    said = [line for line in session.split("\n") if not line.startswith(">")]
    p = Prompt(home, rows=200)
    p.keys((session + "\n> 'the ' .. 'end'\n").replace("\n", "\r"))
    p.until(lambda: "the end" in p.lines() and p.is_ready())
    lines = p.lines()
    for line in said:
        if "seconds" not in line and " ms" not in line and "relative error" not in line:
            check(line in lines, line, *lines)
    check(any(line.startswith("epoch 11000   cost 7.08531") for line in lines), *lines)
    check(not any(line.startswith(">>") for line in lines), *lines)
    equal(p.end(), 0)


@test
def control_c(home):
    """Ctrl-C at the prompt drops the line and eats no key, also in the middle of a search"""
    p = Prompt(home)
    p.do("x = 1")
    p.keys("os.exit(9)")
    p.until_typed("os.exit(9)")
    p.interrupt()
    equal(p.do("40 + 2"), ["42"])
    p.interrupt()
    p.keys("\x12x =")  # C-r
    p.until_text("reverse-i-search")
    p.interrupt()
    equal(p.do("x"), ["1"])
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
                 "X, y = rand(20000, 2), rand(20000, 1) print 'go' train{epochs = 1e9, batch = 10}"):
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
def history(home):
    """history is kept in a file of mode 0600, at once, with inputs of several lines whole"""
    p = Prompt(home)
    p.do("x = 11")
    for text, prompt in (("y1 = {1,", None), ("2}", ">>")):
        p.enter(text, prompt)
        p.until(lambda prompt=prompt: p.is_ready() if prompt else p.line() == ">>")
    p.do(" secret = 1")
    p.do("x + 1")
    p.do("x + 1")
    path = os.path.join(home, HISTORY)
    p.p.kill(signal.SIGKILL)
    p.wait()
    equal(stat.S_IMODE(os.stat(path).st_mode), 0o600)
    entries = [line for line in read(path).split("\n") if not line.startswith("#")]
    equal(entries, ["x = 11", "y1 = {1,", "2}", "x + 1", ""])
    p = Prompt(home)
    p.keys("\x1b[A")
    p.until_typed("x + 1")
    p.keys("\x1b[A")
    p.until_line("2}")
    check(p.lines()[-2] == "∇> y1 = {1,", p.lines())
    p.keys("\r")
    p.until(p.is_ready)
    equal(p.do("y1"), ["{1, 2}"])
    equal(p.end(), 0)


@test
def history_place(home):
    """XDG_STATE_HOME says where; without a place to write the prompt works all the same"""
    p = Prompt(home, XDG_STATE_HOME=home + "/state")
    p.do("7")
    equal(p.end(), 0)
    check("\n7\n" in read(home + "/state/moongrad/history"))
    write(home + "/file", "")
    for env in ({"HOME": None}, {"HOME": "/nonexistent"}, {"HOME": "relative"}, {"XDG_STATE_HOME": home + "/file"},
                {"XDG_STATE_HOME": "/proc"}, {"HOME": "/dev/null"}):
        p = Prompt(home, **env)
        equal(p.do("1 + 1"), ["2"])
        p.keys("\x1b[A")
        p.until_typed("1 + 1")
        p.interrupt()
        equal(p.end(), 0)
    os.makedirs(home + "/dir/moongrad/history")
    p = Prompt(home, XDG_STATE_HOME=home + "/dir")
    equal(p.do("1 + 1"), ["2"])
    equal(p.end(), 0)


@test
def start_file(home):
    """init.lua is run for the prompt only, unless --no-rc; its error is told and not fatal"""
    path = home + "/.config/moongrad/init.lua"
    write(path, "mine = 5 print('init ran')\n")
    p = Prompt(home)
    check("init ran" in p.lines(), p.lines())
    equal(p.do("mine"), ["5"])
    equal(p.end(), 0)
    p = Prompt(home, "--no-rc")
    equal(p.do("mine, 1"), ["nil     1"])
    equal(p.end(), 0)
    write(path, "error 'in my file'")
    p = Prompt(home)
    check("init.lua:1: in my file" in "".join(p.lines()), p.lines())  # the path may wrap
    equal(p.do("1 + 1"), ["2"])
    equal(p.end(), 0)
    p = Prompt(home, "--no-session")
    check(not any("in my file" in line for line in p.lines()), p.lines())
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
        p.until(lambda: "42" in p.lines() and p.is_ready())
        p.keys("os.exit(9)")
        p.until_typed("os.exit(9)")
        p.keys("\x03")
        p.until(p.is_ready)
        p.keys("'still here'\r")
        p.until(lambda: "still here" in p.lines() and p.is_ready())
        equal(p.end(), 0)
        check(b"\x1b" not in p.raw, p.raw)


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
    check(is_sane(p))
    equal(p.wait(), 5)


@test
def prompts(home):
    """_PROMPT and _PROMPT2 are heeded; one that fails is not"""
    p = Prompt(home)
    p.enter("_PROMPT, _PROMPT2 = 'lua$ ', 'more$ '")
    p.until_line("lua$")
    p.enter("(", "lua$")
    p.until_line("more$")
    p.enter("1)", "more$")
    p.until_line("lua$")
    p.enter("_PROMPT = setmetatable({}, {__tostring = error})", "lua$")
    p.until(p.is_ready)
    equal(p.end(), 0)


@test
def reading(home):
    """a chunk can read a typed line itself"""
    p = Prompt(home)
    p.enter("print 'go' s = io.read()")
    p.until(lambda: "go" in p.lines())
    p.keys("typed text\r")
    p.until(p.is_ready)
    equal(p.do("s"), ["typed text"])
    equal(p.end(), 0)


@test
def resize(home):
    """a resize keeps the text typed, and what is printed next fits"""
    p = Prompt(home, rows=50, cols=100)
    p.do("LAYERS = {30, 2}")
    p.keys("THETA[1]")
    p.until_typed("THETA[1]")
    p.screen.resize(50, 40)
    p.p.setwinsize(50, 40)
    p.p.kill(signal.SIGWINCH)
    p.keys(" ")
    p.until(lambda: p.typed() == "THETA[1]" and p.screen.cursor.x == len("∇ 0> THETA[1] "))
    p.keys("\r")
    p.until_text("bias")
    p.until(p.is_ready)
    table = [line for line in p.lines() if line[:1] in "12" or "bias" in line]
    check(table and all(len(line) <= 40 for line in table) and any("..." in line for line in table), p.lines())
    equal(p.end(), 0)


@test
def ended_by_signal(home):
    """TERM, HUP and QUIT end it with the terminal as it was"""
    for sig in (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
        p = Prompt(home)
        p.keys("half a li")
        p.until_typed("half a li")
        p.p.kill(sig)
        p.drain()
        check(is_sane(p), sig)
        equal(p.wait(), -sig)


@test
def job_control(home):
    """Ctrl-Z and fg bring the half-typed line back"""
    p = Prompt.__new__(Prompt)
    import pyte
    p.screen = pyte.Screen(100, 50)
    p.stream = pyte.ByteStream(p.screen)
    p.raw = b""
    p.p = pexpect.spawn("/bin/bash", ["--norc", "--noediting", "-i"], env=environment(home, PS1="shell$ "),
                        dimensions=(50, 100), timeout=60)
    p.p.delaybeforesend = None
    p.until_line("shell$")
    p.keys(MOONGRAD + "\r")
    p.until(p.is_ready)
    p.keys("6 * ")
    p.until(lambda: p.line() == "∇> 6 *" and p.screen.cursor.x == 7)
    p.keys("\x1a")
    p.until_line("shell$")
    check(is_sane(p))
    p.keys("fg\r")
    p.until(lambda: p.line() == "∇> 6 *" and p.screen.cursor.x == 7)
    p.keys("7\r")
    p.until(lambda: "42" in p.lines())
    p.until(p.is_ready)
    p.keys("\x04")
    p.until_line("shell$")
    p.keys("exit\r")
    equal(p.wait(), 0)


@test
def random_keys(home):
    """random keys do not bring it down"""
    rng = random.Random(5)
    p = Prompt(home)
    avoid = {3, 4, 0x1a, 0x1c, 0x13, 0x11, 0x1b}  # what ends, stops or holds a program, or leads to vi's keys

    def interrupt():  # cut output may leave our screen in the middle of an escape sequence
        shown = len(p.raw)
        p.keys("\x03")
        p.until(lambda: len(p.raw) > shown and p.raw.endswith(b"> "))

    for _ in range(30):
        p.p.send(bytes(b for b in (rng.randrange(256) for _ in range(200)) if b not in avoid))
        interrupt()
    interrupt()
    p.keys("print(('al') .. 'ive')\r")
    p.until(lambda: b"alive" in p.raw)
    p.p.kill(signal.SIGTERM)
    p.drain()
    check(is_sane(p))


main()
