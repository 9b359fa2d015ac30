#!/usr/bin/python3
"""Signals and a closed terminal end the prompt: the state of the terminal, the history and the recovery file then."""

import glob
import os
import re
import signal
import time

from harness import MOONGRAD, WAIT, Prompt, check, equal, main, read, run, test, write

NEEDS_TERMINAL = True
SIGNALS = signal.SIGTERM, signal.SIGHUP

# The user's init.lua: bits(file) writes bits of THETA, and when a function in the file AT is called a signal comes.
LEARN = "seed(4) X, y = data.xor() LAYERS = {2, 2, 1} ETA = 2 step(%s) bits 'left'"
INIT = """
if os.getenv "AT" then
  debug.sethook(function()
    if not debug.getinfo(2, "S").source:find(os.getenv "AT", 1, true) then return end
    debug.sethook()
    io.popen("kill -" .. os.getenv "SIGNAL" .. " $PPID"):close()
  end, "c")
end
function bits(name)
  local f = io.open(name, "w")
  for l = 1, #THETA do f:write(("%a "):rep(3, "\\n"):format(table.unpack(THETA[l][1])), "\\n") end
  f:close()
end
"""


def begin(home, goes_on=True, **env):
    """A session that has learnt something, of which bits are in the file "left"."""
    write(home + "/.config/moongrad/init.lua", INIT)
    p = Prompt(home, "-q", cols=250, **env)
    p.enter(LEARN % 20)
    if goes_on:
        p.until(lambda: p.screen.cursor.y > 0 and p.is_ready())
    return p


def end(p, home, sig):
    """Waits until sig has ended it, and looks at all that it is to leave."""
    p.drain()
    check(p.is_sane(), *p.lines())
    equal(p.wait(), -sig)
    paths = re.findall(r": the session is kept, moongrad -i (\S+\.lua) goes on with it", " ".join(p.lines()))
    equal(len(paths), 1, *p.lines())
    epoch = re.search(r"interrupted at epoch (\d+) of", " ".join(p.lines()))
    if epoch:
        write(home + "/again.lua", INIT + LEARN % epoch.group(1))
        equal(run(home + "/again.lua", cwd=home, home=home), ("", "", 0))
    left = read(home + "/left")
    check(len(left.split()) == 6, left)
    os.remove(home + "/left")
    write(home + "/replay.lua", "arg[0] = nil dofile '%s' bits 'left'" % paths[0])
    equal(run(paths[0], cwd=home, home=home)[1:], ("", 0))
    equal(run(home + "/replay.lua", cwd=home, home=home)[1:], ("", 0))
    equal(read(home + "/left"), left)
    check("seed(4)" in read(home + "/.local/state/moongrad/history"))


@test
def while_reading(home):
    """TERM and HUP while keys are read: in a line, in several, in C-r, in a key, in a paste, with a dumb terminal"""
    for sig in SIGNALS:
        for keys, shown in (("half a li", "half a li"), ("x = {\r1,\r", "1,"), ("\x12ETA", "ETA"), ("a\x18", "a"),
                            ("b\x16", "b"), ("c\x1b[200~pas", "c"), (None, None)):
            p = begin(home, TERM="xterm-256color" if keys else "dumb")
            p.keys(keys or "half a li")
            p.until_text(shown or "half a li")
            p.p.kill(sig)
            end(p, home, sig)
    entries = [line for line in read(home + "/.local/state/moongrad/history").split("\n") if line[:1] != "#"]
    equal(len(entries), 2, *entries)  # a repeat is left out, and what was not entered


@test
def while_running(home):
    """... while Lua runs or the engine, also in a coroutine: THETA is that of a whole epoch"""
    for sig in SIGNALS:
        for code in ("step(1e12)", "coroutine.wrap(step)(1e12)", "while true do end"):
            p = begin(home)
            p.enter("print 'go' " + code)
            p.until(lambda p=p: "go" in p.lines())
            p.p.kill(sig)
            end(p, home, sig)


@test
def between(home):
    """... while the prompt makes its text or keeps its books on an input"""
    for sig in SIGNALS:
        for module in ("prompt/print", "prompt/hints"):
            end(begin(home, goes_on=False, AT=module + ".lua", SIGNAL=sig.name[3:]), home, sig)
        p = begin(home)
        p.enter("PROMPT = function() io.popen('kill -%s $PPID'):close() return 'no> ' end" % sig.name[3:])
        end(p, home, sig)


@test
def on_stderr(home):
    """the recovery file is named on standard error; nothing is kept, or said, of a session without an input"""
    for lines, words in (("x = 1\r", "Terminated: the session is kept"), ("", "")):
        p = Prompt.of("/bin/sh", "-c", "exec %s -q 2> %s/errors" % (MOONGRAD, home), home=home)
        p.until(p.is_ready)
        p.keys(lines)
        p.until(lambda p=p, n=len(lines) > 0: p.is_ready() and p.screen.cursor.y == n)
        p.p.kill(signal.SIGTERM)
        p.drain()
        check(p.is_sane())
        equal(p.wait(), -signal.SIGTERM)
        check(read(home + "/errors").startswith(words) and bool(read(home + "/errors")) == bool(words), read(home + "/errors"))


@test
def newest_ten(home):
    """of the kept sessions the newest ten stay; other files stay, too; a folder in place of their list is said, and stays"""
    state = home + "/.local/state/moongrad/"
    old = ["session-20200101-0000%02d-%d.lua" % (n, 99 - n) for n in range(13)]
    for name in old + ["session-mine.lua", "session-2020.txt"]:
        write(state + name, "")
    os.mkdir(state + "kept")
    p = begin(home)
    p.p.kill(signal.SIGTERM)
    p.wait()
    left = sorted(os.listdir(state))
    check("the next start cannot name the session: %skept: Is a directory" % state in " ".join(p.lines()).replace("  ", " "), *p.lines())
    check(os.path.isdir(state + "kept") and "session-mine.lua" in left and "session-2020.txt" in left, *left)
    kept = [name for name in left if name.startswith("session-20") and name.endswith(".lua")]
    equal((len(kept), kept[:9]), (10, old[4:]))
    p = Prompt(home, cols=250)
    check("cut off" not in " ".join(p.lines()) and os.path.isdir(state + "kept"), *p.lines())
    equal(p.end(), 0)


@test
def next_start(home):
    """the next start tells of the sessions that were cut off and how to go on with each; the one after it is silent"""
    cut = [begin(home) for _ in range(2)]
    for p in cut:
        p.p.kill(signal.SIGHUP)
        p.wait()
    for args in (("-q",), ()):
        p = Prompt(home, *args, cols=250)
        told = re.findall(r"A session was cut off and is kept; to go on with it: (run \S+)", " ".join(p.lines()))
        equal(len(told), 0 if args else 2)
        for line in told:
            p.do(line)
            equal(p.do("NET.epoch"), ["20"])
        equal(p.end(), 0)
    p = Prompt(home, cols=250)
    check("cut off" not in " ".join(p.lines()), *p.lines())
    equal(p.end(), 0)


@test
def quit(home):
    """Ctrl-\\ keeps the session as TERM does, while keys are read and while the engine runs"""
    for code in (None, "step(1e12)"):
        p = begin(home)
        if code:
            p.enter("print 'go' " + code)
            p.until(lambda p=p: "go" in p.lines())
        else:
            p.type("half a li")
        p.keys("\x1c")
        end(p, home, signal.SIGQUIT)


@test
def others(home):
    """so does every signal that ends a program and is no fault of it, and a limit on its time"""
    for name in ("USR1", "USR2", "ALRM", "VTALRM", "PROF", "XCPU"):
        p = begin(home)
        p.p.kill(getattr(signal, "SIG" + name))
        end(p, home, getattr(signal, "SIG" + name))
    p = begin(home)
    p.enter("print 'go' while true do pcall(error) end")
    p.until(lambda: "go" in p.lines())
    p.p.kill(signal.SIGALRM)
    end(p, home, signal.SIGALRM)


def kept(home):
    """The recovery files; they are removed."""
    paths = glob.glob(home + "/.local/state/moongrad/session-*.lua")
    texts = [read(path) for path in paths]
    for path in paths:
        os.remove(path)
    return texts


def until_kept(home):
    """Waits for a recovery file, and returns it."""
    deadline = time.monotonic() + WAIT
    while not glob.glob(home + "/.local/state/moongrad/session-*.lua"):
        check(time.monotonic() < deadline, "nothing was kept")
        time.sleep(0.02)
    return kept(home)


@test
def lost(home):
    """a terminal that goes away leaves the session kept, also where HUP is ignored, and where the job is stopped"""
    p = begin(home)
    p.p.close(force=False)
    check("seed(4)" in until_kept(home)[0])
    p = Prompt.of("/bin/sh", "-c", "trap '' HUP; exec %s -q" % MOONGRAD, home=home)
    p.until(p.is_ready)
    p.do("one = 1")
    p.p.close(force=False)
    check("one = 1" in until_kept(home)[0])
    p = Prompt.of("/bin/bash", "--norc", "-i", home=home, PS1="sh$ ")
    p.until_line("sh$")
    p.keys(MOONGRAD + " -q\r")
    p.until(p.is_ready)
    p.do("two = 2")
    p.keys("\x1a")
    p.until_line("sh$")
    p.keys("exit\rexit\r")
    check("two = 2" in until_kept(home)[0])


@test
def pipe(home):
    """a write to a program that reads no more fails and ends nothing; nor does one beyond the limit on a file's size"""
    p = Prompt(home, "-q", cols=150)
    p.do("x = 5")
    p.do("f = io.popen('read line', 'w')")
    equal([line.split() for line in p.do("f:write(('line\\n'):rep(1e5))")], ["nil Broken pipe 32".split()])
    p.do("g = io.popen('exit', 'w') g:write 'in the buffer at the end'")
    equal(p.do("io.popen('trap'):read 'a'"), [""])  # no signal is ignored in what is started
    equal(p.do("io.popen('yes | head -1'):read 'a'"), ["y", ""])
    check("Broken" not in "".join(p.lines()))
    equal(p.do("x"), ["5"])
    equal(p.end(), 0)
    p = Prompt.of("/bin/sh", "-c", "trap '' PIPE; exec %s -q" % MOONGRAD, home=home)
    p.until(p.is_ready)
    equal(p.do("io.popen('yes | head -1'):read 'a'"), ["y", ""])  # nor one that was when it started
    equal(p.end(), 0)
    p = Prompt.of("/bin/sh", "-c", "ulimit -f 16; exec %s -q" % MOONGRAD, home=home, cols=150)
    p.until(p.is_ready)
    p.do("x = 6")
    equal([line.split() for line in p.do("io.open('large', 'w'):write(('x'):rep(1e6))")], ["nil File too large 27".split()])
    equal(p.do("x"), ["6"])
    equal(p.end(), 0)


@test
def no_reader(home):
    """standard output that nobody reads ends a session that is typed, which is kept; what is not typed ends as it does"""
    for code in ("x", "while true do print(1) end"):
        p = Prompt.of("/bin/bash", "-c", "%s -q -i | head -1" % MOONGRAD, home=home, cols=250)
        p.keys("x = 'mine'\rx\r")
        p.until(lambda p=p: p.raw.count(b"mine") > 1)
        p.keys(code + "\r" + code + "\r")
        p.until_text("Broken pipe: the session is kept")
        check("x = 'mine'" in until_kept(home)[0])
        p.wait()
    for command in ("echo 'while true do print(1) end' | %s -q -i", "%s -e 'while true do print(1) end'",
                    "echo 'while true do print(1) end' | %s"):
        out, err, _ = run("-c", "trap - PIPE; %s | head -2 >/dev/null; echo ${PIPESTATUS[*]}" % command % MOONGRAD,
                          program="/bin/bash", home=home)
        check(out.split()[-2] == str(128 + signal.SIGPIPE), out)
        equal(err, "")
    equal(kept(home), [])


main()
