#!/usr/bin/python3
"""undo, seek, copies, watches and step's stop_when at the prompt."""

import re

from harness import Prompt, check, equal, main, test

NEEDS_TERMINAL = True

XOR = "seed(0) X, y = data.xor() LAYERS = {2, 2, 1}"
EPOCH = re.compile(r"epoch (\d+) of \d+   .* left")


def last(p, text):
    """The last line of what an input printed."""
    return p.do(text)[-1]


@test
def commands(home):
    """undo takes back a step(1000), an edit of THETA, an ETA, each at once; seek goes back and forth"""
    p = Prompt(home, "-q", cols=200)
    p.do(XOR)
    p.do("step(1000)")
    p.do("mg.digits(17)")
    theta = p.do("THETA[1]")
    p.do("THETA[1][1][1] = 5 THETA[1][1][2] = 6")
    p.do("ETA = 2")
    p.do("step(500)")
    end = p.do("THETA[1]")
    check(re.match("epoch 1000   .*taken back: step\\(500\\), ETA = 2, an edit of THETA   1 left", last(p, "undo(3)")))
    equal(p.do("THETA[1]"), theta)
    check(last(p, "seek(1500)").startswith("epoch 1500   "))
    equal(p.do("THETA[1]"), end)
    check(last(p, "seek(1501)").endswith("seek: the network was not at epoch 1501, only at 0 to 1500; step(1) goes there"))
    check("taken back: seek(1500)" in last(p, "undo()"))
    equal(p.do("THETA[1]"), theta)
    p.do("twin = NET:copy()")
    p.do("twin.eta = 3 twin:step() step()")
    check("they part at epoch 1001: DTHETA[1][1][1] is " in last(p, "diff(NET, twin)"))
    check("seek(epoch) goes forwards again" in "".join(p.do("redo()")))
    equal(p.end(), 0)


@test
def loops(home):
    """a loop of steps is taken back by the number that undo names, a bench as one; a write to X is told"""
    p = Prompt(home, "-q", cols=200)
    p.do(XOR)
    p.do("for i = 1, 300 do step() end")
    check("taken back: step()   299 more such before it: undo(299)   299 left" in last(p, "undo()"), *p.lines())
    check(last(p, "undo(299)").startswith("epoch 0   "))
    p.do("bench(step)")
    check("taken back: bench(...)   0 left" in last(p, "undo()"), *p.lines())
    p.do("step(10)")
    p.do("X[1][1] = 7")
    lines = p.do("undo()")
    check("taken back: step(10)" in lines[0])
    check(lines[1].startswith("X was written to since then, and stays as it is: undo does not restore it"))
    equal(p.do("X[1][1]"), ["7.0"])
    equal(p.end(), 0)


@test
def long_seek(home):
    """a seek into a long step shows how far it is; Ctrl-C stops it, and it is where it was"""
    p = Prompt(home, "-q", cols=200)
    p.do(XOR)

    def epoch():
        line = EPOCH.match(p.line())
        return int(line.group(1)) if line else 0

    p.keys("step(1e9)\r")
    p.until(lambda: epoch() > 0)
    first = epoch()
    p.until(lambda: epoch() > 8 * first)  # so that doing it again takes long enough for the line
    p.interrupt()
    end, theta = p.do("NET.epoch"), p.do("THETA[1]")
    p.keys("seek(NET.epoch - 1)\r")
    p.until(lambda: epoch() > 0)
    p.interrupt()
    check(p.lines()[-2].startswith("interrupted"), *p.lines())
    equal(p.do("NET.epoch"), end)
    equal(p.do("THETA[1]"), theta)
    check("taken back: step(%s)   0 left" % end[0] in last(p, "undo()"), *p.lines())
    equal(p.end(), 0)


@test
def looking(home):
    """step ends when stop_when says so; watched expressions give matrices that save"""
    p = Prompt(home, "-q", cols=200)
    p.do(XOR + " ETA = 2")
    p.do('watch("THETA[1][2][3]", 100)')
    check(p.do("step(10000, {stop_when = function(r) return r.mse < .01 end})")[-1].startswith("epoch "))
    equal(p.do("NET.epoch < 10000 and cost() / 2 < .01"), ["true"])
    p.do('w = watched("THETA[1][2][3]")')
    equal(p.do("#w == NET.epoch // 100 + 1 and w[2][1]"), ["100.0"])
    p.do("seek(w[#w][1])")
    equal(p.do("w[#w][2] == THETA[1][2][3]"), ["true"])
    equal(p.end(), 0)


main()
