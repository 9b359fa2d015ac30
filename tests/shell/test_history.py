#!/usr/bin/python3
"""The history file: its entries and its permissions, also after signals, errors and with several prompts at once."""

import fcntl
import os
import signal
import stat
import time

from harness import Prompt, check, equal, main, read, test, write

NEEDS_TERMINAL = True

FILE = ".local/state/moongrad/history"
UP = "\x1b[A"


def entries(home, name=FILE):
    """The entries of the file, as they were typed."""
    found = []
    for line in read(os.path.join(home, name)).split("\n")[:-1]:
        if line.startswith("#") and line[1:].isdigit():
            found.append([])
        else:
            found[-1].append(line[1:] if line.startswith("\\") else line)
    return ["\n".join(lines) for lines in found]


@test
def kept(home):
    """an entry is in the file, of mode 0600, before it runs; several lines are one; repeats and blank-led ones are left out"""
    p = Prompt(home, "-q")
    p.do("one = 11")
    p.keys("t1 = {1,\r2}\r")
    p.until(lambda: "  2}" in p.lines() and p.is_ready())
    p.do(" secret = 1")
    p.do("one + 1")
    p.do("one + 1")
    p.keys("f(\x1b\r\x1b\r")
    p.interrupt()  # never entered
    p.enter("print 'go' while true do end")
    p.until(lambda: "go" in p.lines())
    p.p.kill(signal.SIGKILL)
    p.wait()
    equal(stat.S_IMODE(os.stat(os.path.join(home, FILE)).st_mode), 0o600)
    equal(stat.S_IMODE(os.stat(os.path.join(home, ".local/state/moongrad")).st_mode), 0o700)
    equal(entries(home), ["one = 11", "t1 = {1,\n  2}", "one + 1", "print 'go' while true do end"])
    p = Prompt(home, "-q")
    p.keys(UP + UP)
    p.until_typed("one + 1")
    p.keys(UP)
    p.until(lambda: p.lines()[-2:] == ["∇> t1 = {1,", "  2}"])
    p.keys("\r")
    p.until(p.is_ready)
    equal(p.do("t1"), ["{1, 2}"])
    equal(p.end(), 0)


@test
def whole(home):
    """lines that look like the file's own marks, and any characters, come back as they were"""
    texts = ["s = [[\n#1700000000\n\\#12\n\\\\#3\n#4x\n]]", "t = '\u00e9\u2207 \\\\ # \\''", "#1234", "u = [[\n\n\n]]"]
    p = Prompt(home, "-q")
    for n, text in enumerate(texts):
        p.paste(text + "\n")
        p.until(p.is_ready)
        p.do("n%d = 0" % n)
    lengths = p.do("#s, #t, #u")
    equal(p.end(), 0)
    equal([e for e in read(os.path.join(home, FILE)).split("\n") if e.startswith("\\")], ["\\#1700000000", "\\\\#12", "\\\\\\#3", "\\#1234"])
    p = Prompt(home, "-q")
    for n, text in enumerate(texts):
        p.keys("n%d" % n + UP)
        p.until_typed("n%d = 0" % n)
        p.keys("\x15")
        p.until_typed("")
    for start in ("s", "t =", "u", "#1"):
        p.do("0")
        p.keys(start + UP + "\r")
        p.until(lambda: p.is_ready() and len(p.lines()) > 3)
    equal(p.do("#s, #t, #u"), lengths)
    equal(p.end(), 0)


@test
def trimmed(home):
    """10,000 entries are kept, by write and rename, each whole; one session trims while another writes"""
    path = os.path.join(home, FILE)
    write(path, "".join("#%d\nfirst%d\nsecond%d\n" % (1700000000 + n, n, n) for n in range(10998)))
    other = Prompt(home, "-q", "--no-rc")
    equal(len(entries(home)), 10000)
    equal(entries(home)[0], "first998\nsecond998")
    equal(stat.S_IMODE(os.stat(path).st_mode), 0o600)
    inode = os.stat(path).st_ino
    write(path + ".more", "".join("#1\nmore%d\n" % n for n in range(999)))
    with open(path, "a") as f:
        f.write(read(path + ".more"))
    p = Prompt(home, "-q")
    check(os.stat(path).st_ino != inode, "written in place")
    other.do("other = 1")
    p.do("mine = 2")
    other.do("other = 3")
    equal(entries(home)[-4:], ["more998", "other = 1", "mine = 2", "other = 3"])
    equal(len(entries(home)), 10003)
    p.keys("first" + UP)
    p.until(lambda: p.lines()[-2:] == ["∇> first10997", "second10997"])
    p.interrupt()
    equal(p.end(), 0)
    equal(other.end(), 0)
    equal(os.listdir(os.path.dirname(path)).count("history"), 1)
    equal([name for name in os.listdir(os.path.dirname(path)) if name.startswith("history.") and name != "history.more"], [])


@test
def huge(home):
    """of a file of a gigabyte the end alone is read, and kept"""
    path = os.path.join(home, FILE)
    for head, first in (b"", ["one = 1", "two = {\n  2}"]), (b"#1700000000\nlost = [[\n", ["two = {\n  2}"]):
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as f:
            f.write(head)
            f.truncate(1 << 30)  # a hole: zeros that take no room
            f.seek(0, os.SEEK_END)
            f.write(b"\n")
            if not head:
                f.write(b"#1700000001\none = 1\n")
            else:
                f.write(b"the end of an entry that began far before\n")
            f.write(b"#1700000002\ntwo = {\n  2}\n")
        p = Prompt(home, "-q")
        status = read("/proc/%d/status" % p.p.pid)
        peak = int(status[status.index("VmHWM:"):].split()[1])
        check(peak < 600 << 10, "%d KiB" % peak)  # the program takes 10 MiB, its sanitisers some 100 more
        p.do("three = 3")
        equal(p.end(), 0)
        equal(entries(home), first + ["three = 3"])
        check(os.path.getsize(path) < 200, os.path.getsize(path))


@test
def at_once(home):
    """two sessions that write at once lose nothing and mix nothing"""
    ours = [Prompt(home, "-q", rows=10) for _ in range(2)]
    for i, p in enumerate(ours):
        p.keys("".join("for i = 1, 1 do\rt%d_%d = {\r1}\rend\r" % (i, n) for n in range(100)))
    for i, p in enumerate(ours):
        p.keys("'the ' .. 'end'\r")
        p.until(lambda p=p: any("the end" in line for line in p.lines()) and p.is_ready())
        equal(p.end_sane(), 0)
    found = entries(home)
    for i in range(2):
        mine = [e for e in found if "t%d_" % i in e]
        equal(len(mine), 100)
        equal(sorted(mine), sorted("for i = 1, 1 do\n  t%d_%d = {\n    1}\nend" % (i, n) for n in range(100)))


def timed(f, *args):
    """What f returns, which is to come within 10 s on a slow machine: a lock is waited for .3 s."""
    begun = time.monotonic()
    result = f(*args)
    check(time.monotonic() - begun < 10)
    return result


def locker(home, lock):
    """A program's hold on the file: a function that takes it, one that lets go."""
    f = open(os.path.join(home, FILE), "r+")
    return lambda: lock(f, fcntl.LOCK_EX), lambda: lock(f, fcntl.LOCK_UN)


@test
def locked(home):
    """another program's lock holds up nothing: it is told once, and the inputs are written when it is free"""
    p = Prompt(home, "-q")
    p.do("first = 1")
    equal(p.end(), 0)
    for lock in (fcntl.flock, fcntl.lockf):
        take, free = locker(home, lock)
        take()
        p = timed(Prompt, home, "-q")
        told = "locked by another program" in " ".join(p.lines())
        equal(told, lock is fcntl.flock)
        p.keys(UP)
        p.until_typed("first = 1" if lock is fcntl.flock else "last = 5")
        p.interrupt()
        equal(timed(p.do, "second = 2"), [])
        equal(timed(p.do, "third = 3"), [])
        free()
        p.do("fourth = 4")
        equal(entries(home)[-3:], ["second = 2", "third = 3", "fourth = 4"])
        take()
        p.do("last = 5")
        free()
        equal(p.end(), 0)
        equal(entries(home)[-1], "last = 5")
    take, free = locker(home, fcntl.flock)
    p = Prompt(home, "-q")
    take()
    check("locked by another program" in timed(p.do, "lost = 1")[0])
    equal(timed(p.do, "lost = 2"), [])
    equal(timed(p.end), 0)
    check("still locked by another program; inputs of this session not in it: 2" in " ".join(p.lines()), *p.lines())
    free()
    equal(entries(home)[-1], "last = 5")
    p = Prompt(home, "-q")
    take()
    p.do("kept = 1")
    free()
    p.p.kill(signal.SIGTERM)
    equal(p.wait(), -signal.SIGTERM)
    equal(entries(home)[-1], "kept = 1")


@test
def place(home):
    """XDG_STATE_HOME says where; without a place to write the prompt works all the same, and says why, once"""
    p = Prompt(home, XDG_STATE_HOME=home + "/state")
    p.do("7")
    equal(p.end(), 0)
    equal(entries(home, "state/moongrad/history"), ["7"])
    write(home + "/file", "")
    for env in ({"HOME": None}, {"HOME": "/nonexistent"}, {"HOME": "relative"}, {"XDG_STATE_HOME": home + "/file"},
                {"XDG_STATE_HOME": "/proc"}, {"HOME": "/dev/null"}):
        p = Prompt(home, cols=200, **env)
        equal(p.do("1 + 1")[-1:], ["2"])
        p.keys(UP)
        p.until_typed("1 + 1")
        p.interrupt()
        equal(p.do("2 + 2"), ["4"])
        equal(p.end(), 0)
        said = [line for line in p.raw.decode().split("\r\n") if "the history is not kept: " in line]
        equal(len(said), 0 if env.get("HOME") == "/nonexistent" and os.access("/", os.W_OK) else 1, env, *said)
    os.makedirs(home + "/dir/moongrad/history")
    p = Prompt(home, cols=200, XDG_STATE_HOME=home + "/dir")
    equal(p.do("1 + 1"), ["the history is not kept: %s/dir/moongrad/history: Is a directory" % home, "2"])
    equal(p.do("2 + 2"), ["4"])
    equal(p.end(), 0)


@test
def odd_files(home):
    """a file of plain lines, one that was cut off, bytes that are no text, a link: all are read and go on"""
    path = os.path.join(home, FILE)
    write(path, "plain1\nplain2")
    p = Prompt(home, "-q")
    p.keys(UP)
    p.until_typed("plain2")
    p.keys(UP)
    p.until_typed("plain1")
    p.interrupt()
    p.do("new1 = 1")
    equal(p.end(), 0)
    p = Prompt(home, "-q")
    p.keys(UP + UP)
    p.until_typed("plain2")
    p.interrupt()
    equal(p.end(), 0)
    check(read(path).startswith("plain1\nplain2\n#") and read(path).endswith("\nnew1 = 1\n"), read(path))
    os.rename(path, home + "/real")
    os.symlink(home + "/real", path)
    with open(home + "/real", "wb") as f:
        f.write(b"#1\nbad\xff\x00\x1b\xe2\x88mix\n#2\n#3\nlast = 3")
    p = Prompt(home, "-q")
    p.keys(UP)
    p.until_typed("last = 3")
    p.keys(UP)
    p.until_typed("badmix")
    p.interrupt()
    p.do("new2 = 2")
    equal(p.end(), 0)
    check(os.path.islink(path))
    check(read(home + "/real").endswith("\nnew2 = 2\n"))


main()
