#!/usr/bin/python3
"""Allocations that fail anywhere in a run of the program: it ends with a message or goes on, and keeps the session.

MOONGRAD_FAULTS_RUNS: how many times each test runs the program, 12 by default. In each run the k-th allocation fails;
the k are spread evenly over all allocations, beginning with a fixed one.
"""

import glob
import os
import re
import sys
import tempfile
import shutil

import pexpect

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "shell"))
from harness import MOONGRAD, ROOT, WAIT, check, environment, equal, main, run, test  # noqa: E402

NEEDS_TERMINAL = True

PROGRAM = MOONGRAD + "-faults"
RUNS = int(os.environ.get("MOONGRAD_FAULTS_RUNS", 12))
LENGTHS = (1, 2, 5, 0)  # how many allocations fail in a row; 0: all
QUIET = 5  # seconds without a prompt after which the next line is typed nevertheless
COUNT = "print('count ' .. require('faults').count())"
SANITISERS = ("AddressSanitizer", "LeakSanitizer", "runtime error:")


def places(count, first):
    """RUNS numbers from first to count, each with one of LENGTHS in turn."""
    for i in range(RUNS):
        k = first + (count - first) * i // RUNS
        yield k, LENGTHS[i % len(LENGTHS)]


def faults(k, length):
    # Failures are shown in the output, not in a file.
    return {"MOONGRAD_FAULTS": "%d:%d" % (k, length), "ASAN_OPTIONS": "detect_leaks=1:allocator_may_return_null=1"}


def expect_clean(said, *more):
    for word in SANITISERS:
        check(word not in said, *more, said[-3000:])


def count_of(said):
    return int(re.findall(r"count (\d+)", said)[-1])


@test
def script(home):
    """a script ends with 0, or with 1 and a message"""
    smoke = os.path.join(ROOT, "tests/smoke.lua")
    args = ("-e", "dofile %r" % smoke, "-e", COUNT)
    count = count_of(run(*args, program=PROGRAM, home=home, **faults(1 << 40, 0))[0])
    for k, length in places(count, 1):
        out, err, rc = run(*args, program=PROGRAM, home=home, **faults(k, length))
        expect_clean(out + err, "allocation %d, %d" % (k, length))
        check(rc == 0 or (rc == 1 and "memory" in err), "allocation %d, %d: %d" % (k, length, rc), err)


LINES = [
    "seed(0) X, y = data.xor() LAYERS = {2, 2, 1}",
    "step(10)",
    "train{epochs = 2, batch = 2}",
    "undo()",
    "check()",
    "THETA[1]",
    "f = function(",
    "z) return z end",
    "wal\t)",
    "",
    "walk(false)",
    "help 'step'",
    "setp(3)",
    "ETA = 0.5 step(5)",
    "save_session 's.lua'",
] + 2 * [  # one of the two runs without a fault
    "print('net ' .. tostring(NET == nil or pcall(step)))",
    "n = network{2, 2, 1} n.X, n.y = data.xor() n:step(3) n:undo() print('alive ' .. n.epoch)",
] + [
    COUNT,
    "",
]


def session(home, k, length):
    """Types LINES; returns what was shown, and how the program ended."""
    p = pexpect.spawn(PROGRAM, ["-q"], env=environment(home, **faults(k, length)), timeout=WAIT, cwd=home,
                      dimensions=(50, 200))
    p.delaybeforesend = None
    said = b""
    try:
        for line in LINES + ["\x04", "\x04"]:  # twice: after a fault the input may still be open
            silent = 0
            while not re.search(rb"(> |\r  )$", said[-9:]) and silent < QUIET:
                try:
                    said += p.read_nonblocking(65536, timeout=1)
                except pexpect.TIMEOUT:
                    silent += 1
                check(len(said) < 1 << 20, "it writes without an end", said[-1000:])
            said += b"\n"
            p.send(line if line == "\x04" else line + "\r")
        while True:
            said += p.read_nonblocking(65536, timeout=WAIT)
    except (pexpect.EOF, OSError):
        pass
    except pexpect.TIMEOUT:
        p.close(force=True)
        return said.decode("utf8", "replace"), "stuck"
    p.close(force=False)
    return said.decode("utf8", "replace"), p.exitstatus if p.signalstatus is None else -p.signalstatus


@test
def prompt(home):
    """a prompt goes on with its network undamaged, or ends and says that the session is kept"""
    count = count_of(session(home, 1 << 40, 0)[0])
    first = count_of(run("-e", COUNT, program=PROGRAM, home=home, **faults(1 << 40, 0))[0])
    for k, length in places(count, first):
        own = tempfile.mkdtemp(dir=home)
        said, rc = session(own, k, length)
        at = "allocation %d of %d, %d: %s" % (k, count, length, rc)
        expect_clean(said, at)
        check(rc in (0, 1, 2), at, said[-2000:])
        if length > 0 and rc == 0:
            check("net true" in said and "alive 0" in said, at, said[-3000:])
        elif length > 0 and "epoch 10" in said:
            equal(len(glob.glob(own + "/.local/state/moongrad/session-*.lua")), 1, at, said[-3000:])
        shutil.rmtree(own)


if __name__ == "__main__":
    main()
