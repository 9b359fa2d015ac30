#!/usr/bin/python3
"""Walks at the prompt: w(), an empty input that does the next operation, explain."""

from harness import Prompt, check, equal, main, test

NEEDS_TERMINAL = True

XOR = "seed(0) X, y = data.xor() LAYERS = {2, 2, 1} ETA = 0.1"


@test
def walking(home):
    """an empty input repeats w(), to the end and no further; w says where it is"""
    p = Prompt(home, "-q")
    p.do(XOR)
    p.do("w = walk()")
    check('at its beginning; w(), or walk "next", does op 1, z 1' in " ".join(p.do("w")))
    lines = p.do("w()")
    equal(lines[0], "Z[1] = A[1] THETA[1]^T")
    equal(lines[-1], "op 1 of 10   z 1; next a 1")
    for k in range(2, 11):
        check(p.do("")[-1].startswith("op %d of 10   " % k))
    equal(p.do("w()"), ["nil"])
    equal(p.do(""), [])
    equal(p.do("NET.epoch"), ["1"])
    check("after op 9 of 10" in p.do("w:back()")[0])
    equal(p.do("NET.epoch"), ["0"])
    equal(p.end(), 0)


@test
def going(home):
    """after w:to an empty input goes on with the next operation"""
    p = Prompt(home, "-q")
    p.do(XOR + " w = walk()")
    equal(p.do('w:to("delta", 1)')[-1], "op 7 of 10   delta 1; next grad 2")
    equal(p.do("")[-1], "op 8 of 10   grad 2; next grad 1")
    equal(p.do("")[-1], "op 9 of 10   grad 1; next update")
    equal(p.do("w:finish()")[-1], "op 10 of 10   update; this was the last, epoch 1")
    equal(p.do(""), [])
    p.do("history()")
    check('walk "next"' in "".join(p.do("history()")))
    equal(p.end(), 0)


@test
def looking(home):
    """live names tell what the walk has not made yet; a step in between ends the walk"""
    p = Prompt(home, "-q")
    p.do(XOR)
    p.do("forward(X)")
    check("J is nil: there has been no pass with targets yet: forward() or step() makes it" in p.do("J")[-1])
    check("there has been no backward pass yet: backward() or step() makes it" in p.do("GRAD")[-1])
    p.do("w = walk() w()")
    check("J is nil: it is not made yet: operation cost of the walk makes it" in p.do("J")[-1])
    check("operation update of the walk makes it" in p.do("DTHETA")[-1])
    check("DELTA[1]  not made yet: operation 7 of the walk makes it, 1 is done" in p.do("DELTA"))
    check("a[2]: not made yet" in "".join(p.do("A[2]")))
    p.do("Z[1][1][1] = 0")
    check("0.5" in "".join(p.do("w()")))
    p.do("LAYERS = {2, 3, 1}")
    check("NET is another network now; walk() begins a walk" in "".join(p.do("w()")))
    p.do("step()")
    lines = p.do('explain("grad", 1, 2, 3)')
    equal(lines[0], "GRAD[1][2][3] = sum over rows n of DELTA[1][n][2] A[1][n][3]")
    equal(p.do("GRAD[1]:explain(2, 3)"), lines)
    equal(p.end(), 0)


@test
def saving(home):
    """a saved session walks again: the same bits, with operations done, undone and edited"""
    p = Prompt(home, "-q")
    p.do(XOR)
    p.do("w = walk()")
    p.do("w()")
    p.do("")
    p.do("A[2][1][2] = 0.9")
    p.do('w:to("delta", 1)')
    p.do("w:back()")
    p.do("w:finish()")
    p.do("w()")
    p.do("w:back()")
    p.do('explain("grad", 1, 1, 2)')
    p.do("for op in walk{rows = 2} do last = op.name end")
    p.do("mg.digits(17)")
    theta = p.do("THETA[1]")
    p.do('save_session("walked.lua")')
    equal(p.end(), 0)
    p = Prompt(home, "-q", "-i", "walked.lua")
    equal(p.do("THETA[1]"), theta)
    equal(p.do("NET.epoch"), ["1"])
    equal(p.end(), 0)


main()
