"""sweep at the prompt and in scripts: Ctrl-C, progress, no process left behind."""

import os
import signal
import subprocess
import time

from harness import MOONGRAD, Prompt, check, environment, equal, main, read, run, test, write

NEEDS_TERMINAL = True
XOR = "X, y = data.xor()"
# 1000 runs of some 30 ms each.
LONG = "r = sweep{seeds = 1000, layers = {2, 2, 1}, X = X, y = y, epochs = 200000, workers = 3}"


def children(pid):
    """The process numbers of the children of a process."""
    return read("/proc/%d/task/%d/children" % (pid, pid)).split()


def wait_for(condition, *said):
    end = time.time() + 30
    while not condition():
        check(time.time() < end, "waited in vain", *said)
        time.sleep(0.01)


def is_alive(pid):
    try:
        return read("/proc/%s/stat" % pid).rsplit(")", 1)[1].split()[0] not in "ZX"
    except OSError:
        return False


@test
def interrupted(home):
    """Ctrl-C ends a sweep, which returns the runs that are done; nothing is left of it"""
    p = Prompt(home, cols=120)
    p.do(XOR)
    p.enter(LONG)
    p.until(lambda: any("run " in line and "left" in line for line in p.lines()))
    workers = children(p.p.pid)
    equal(len(workers), 3)
    p.p.send("\x03")
    p.until(p.is_ready)
    equal(children(p.p.pid), [])
    check(0 < int(p.do("#r")[0]) < 1000)
    check("runs are done: interrupted" in "\n".join(p.do("r")), *p.lines())
    equal(p.do("1 + 1"), ["2"])
    p.do("X, y = data.xor() LAYERS = {2, 2, 1}")
    check(any("epoch 10" in line for line in p.do("step(10)")), *p.lines())
    equal(p.end(), 0)


@test
def at_a_walk(home):
    """a sweep in the middle of a walk leaves the walk, and the session that is saved, as they were"""
    p = Prompt(home, cols=120)
    p.do("X, y = data.xor() LAYERS = {2, 2, 1} seed(1)")
    p.do("walk()")
    p.do("")
    p.do("r = sweep{seeds = 4, layers = {2, 2, 1}, X = X, y = y, epochs = 10}")
    check(any("op 2 of" in line for line in p.do("")), *p.lines())
    p.do("walk(false)")
    p.do("save_session 'kept.lua'")
    equal(p.end(), 0)
    out, err, rc = run(os.path.join(home, "kept.lua"), home=home)
    equal(rc, 0, err)


@test
def parent_killed(home):
    """no worker outlives its parent: kill -9, TERM, HUP"""
    path = os.path.join(home, "long.lua")
    write(path, XOR + "\n" + LONG + "\n")
    for sig in (signal.SIGKILL, signal.SIGTERM, signal.SIGHUP):
        p = subprocess.Popen([MOONGRAD, path], env=environment(home))
        wait_for(lambda: len(children(p.pid)) == 3)
        workers = children(p.pid)
        p.send_signal(sig)
        p.wait()
        wait_for(lambda: not any(is_alive(w) for w in workers), workers)


@test
def worker_killed(home):
    """a worker that is killed is a row with its reason, and another takes its place"""
    path = os.path.join(home, "killed.lua")
    write(path, "print(sweep{k = {1, 2, 3, 4, 5, 6}, workers = 2, run = function(_, p) "
                "if p.k == 2 then local t = os.clock() while true do end end return {v = p.k} end}:column 'failed'[2])")
    p = subprocess.Popen([MOONGRAD, path], env=environment(home), stdout=subprocess.PIPE)
    wait_for(lambda: len(children(p.pid)) == 2)

    def busy():
        """The worker that has run for long."""
        for w in children(p.pid):
            fields = read("/proc/%s/stat" % w).rsplit(")", 1)[1].split()
            if int(fields[11]) > 20:  # ticks of user time
                return w
        return None

    wait_for(busy)
    os.kill(int(busy()), signal.SIGKILL)
    out, _ = p.communicate(timeout=30)
    check(b"signal 9" in out, out)


@test
def options(home):
    """--workers and MOONGRAD_WORKERS say how many workers, and are checked"""
    code = XOR + " print(#sweep{seeds = 3, layers = {2, 2, 1}, X = X, y = y, epochs = 3})"
    equal(run("--workers", "2", "-e", code)[0], "3\n")
    equal(run("--workers=1", "-e", code)[0], "3\n")
    for bad in ("0", "x", "10000"):
        out, err, rc = run("--workers", bad, "-e", code)
        equal(rc, 1)
        check("--workers, or MOONGRAD_WORKERS: expected" in err, err)
    equal(run("-e", code, MOONGRAD_WORKERS="2")[0], "3\n")
    check(run("--workers")[2] == 1)


@test
def silent(home):
    """what workers print goes nowhere, and a buffered text of the parent is written once"""
    out, err, rc = run("-e", "io.write 'before ' sweep{k = {1, 2}, run = function() print 'in' io.write 'in' end} print 'after'")
    equal(out, "before after\n")
    equal((err, rc), ("", 0))


main()
