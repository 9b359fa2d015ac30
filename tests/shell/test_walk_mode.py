#!/usr/bin/python3
"""An open walk is a mode of the prompt: where it stands, Enter on an empty line, Alt-b, and what ends it."""

import os

from harness import Prompt, check, equal, main, read, run, test, write

NEEDS_TERMINAL = True

XOR = "seed(0) X, y = data.xor() LAYERS = {2, 2, 1} ETA = 0.1"
REMARK = "a walk is open: Enter does the next operation, Alt-b undoes one, walk(false) ends it"


def begun(home, *args, **env):
    """A prompt with a network."""
    p = Prompt(home, "-q", *args, **env)
    p.do(XOR)
    return p


def alt_b(p, place):
    """Presses Alt-b; waits until the prompt shows this place."""
    p.keys("\x1bb")
    p.until(lambda: p.is_ready() and place in p.line())


@test
def place(home):
    """the prompt shows the last operation and its number from walk() on until the last one"""
    p = begun(home)
    p.do("step(7)")
    check("walk of" in p.do("walk()")[0])
    equal(p.line(), "∇ 7 [walk, 0/10]>")
    for line in ("z 1, 1/10", "a 1, 2/10", "z 2, 3/10", "a 2, 4/10", "cost, 5/10"):
        p.do("")
        equal(p.line(), "∇ 7 [%s]>" % line)
    for _ in range(5):
        last = p.do("")
    equal(last[-1], "op 10 of 10   update; this was the last, epoch 8")
    check(p.line().startswith("∇ 8 J="), p.line())
    equal(p.do(""), [])
    check(p.line().startswith("∇ 8 J="), p.line())
    equal(p.end(), 0)


@test
def remark(home):
    """what Enter does is said once, also after w = walk()"""
    p = begun(home)
    equal(p.do("w = walk()"), [REMARK])
    equal(p.line(), "∇ 0 [walk, 0/10]>")
    equal(p.do("w:reset();"), [])
    equal(p.do("w = walk();"), [])
    equal(p.end(), 0)


@test
def looking(home):
    """Enter goes on after looking, an assignment, an error, a dropped line and Ctrl-C"""
    p = begun(home)
    p.do("walk()")
    equal(p.do("")[-1], "op 1 of 10   z 1; next a 1")
    p.do("A[1]")
    equal(p.do("")[-1], "op 2 of 10   a 1; next z 2")
    p.do("Z[1][1][1] = 3")
    p.do("predict(X)")
    equal(p.do("")[-1], "op 3 of 10   z 2; next a 2")
    check("error" not in p.do("A[9]")[0])
    p.do("this is no Lua")
    equal(p.do("")[-1], "op 4 of 10   a 2; next cost")
    p.interrupt()
    p.keys("x = ")
    p.interrupt()
    equal(p.do("explain('z', 1, 1, 1);"), [])
    equal(p.do("   ")[-1], "op 5 of 10   cost; next delta 2")
    p.do("collectgarbage()")  # walk() was kept by no variable
    p.do("for i = 1, 9 do _G['v' .. i] = i end collectgarbage()")
    equal(p.do("")[-1], "op 6 of 10   delta 2; next delta 1")
    equal(p.end(), 0)


@test
def going_back(home):
    """Alt-b undoes one operation, also the update; in a text it moves back by a word"""
    p = begun(home)
    p.do("walk()")
    p.keys("\x1bb")  # at the beginning there is nothing to undo
    p.do("")
    p.do("")
    alt_b(p, "[z 1, 1/10]")
    check('walk "back"' in "\n".join(p.lines()), *p.lines())
    equal(p.do("")[-1], "op 2 of 10   a 1; next z 2")
    p.keys("1 + 22\x1bb1\r")
    p.until(lambda: "123" not in p.line() and any(line == "123" for line in p.lines()) and p.is_ready())
    for _ in range(8):
        p.do("")
    equal(p.do("NET.epoch"), ["1"])
    theta = p.do("THETA[1]")
    alt_b(p, "[grad 1, 9/10]")
    equal(p.do("NET.epoch"), ["0"])
    p.do("")
    equal(p.do("THETA[1]"), theta)
    equal(p.end(), 0)


@test
def ending(home):
    """walk(false), a step, another network, new data and reset() end the mode; Enter does nothing then"""
    p = begun(home)
    data = ("X[1][1] = 3", "X = X:copy()", "y = y:copy()")
    for code in ("walk(false)", "forward();", "undo();", "seek(2);", "train{epochs = 1};", "check();", "init();",
                 "LAYERS = {2, 3, 1}", "reset();", *data):
        p.do(XOR + " step(5);")
        p.do("walk(); walk 'next';")
        check("[z 1, 1/10]" in p.line(), code, p.line())
        said = p.do(code)
        check("[" not in p.line(), code, p.line())
        equal(said == ["the walk has ended: %s has changed since it began" % code[0]], code in data, code, *said)
        equal(p.do(""), [], code)
    p.do(XOR + " walk();")
    p.do("step()")
    check("epoch 2" in p.do("")[0])
    equal(p.do("walk(false)"), [])
    equal(p.do("J == nil, NET.epoch"), ["false   2"])
    equal(p.end(), 0)


@test
def other_networks(home):
    """the mode belongs to NET; an empty line repeats w() of another network's walk, to its end"""
    p = begun(home)
    p.do("other = network{2, 1, X = X, y = y} w = other:walk()")
    check("[" not in p.line())
    equal(p.do("w()")[-1], "op 1 of 6   z 1; next a 1")
    equal(p.do("")[-1], "op 2 of 6   a 1; next cost")
    p.do("NET = other")
    check("[a 1, 2/6]" in p.line(), p.line())
    equal(p.do("")[-1], "op 3 of 6   cost; next delta 1")
    p.do("for op in walk() do if op.name == 'cost' then break end end")
    check("[cost, 3/6]" in p.line(), p.line())
    equal(p.end(), 0)


@test
def own_names(home):
    """the mode works while walk is the user's, with a PROMPT and in ASCII"""
    p = begun(home, LC_ALL="C")
    p.do("w = walk();")
    equal(p.line(), "0 [walk, 0/10]>")
    p.do("function walk() return 'mine' end")
    equal(p.do("")[-1], "op 1 of 10   z 1; next a 1")
    equal(p.do("walk()"), ["mine"])
    alt_b(p, "[walk, 0/10]")
    p.keys("PROMPT = 'me> '\r")
    p.until(lambda: p.line() == "[walk, 0/10] me>")
    p.keys("\r")
    p.until(lambda: p.line() == "[z 1, 1/10] me>")
    p.keys("walk = nil walk(false)\r")
    p.until(lambda: p.line() == "me>")
    equal(p.end(), 0)


@test
def inputrc(home):
    """inputrc may bind Alt-b to its old command, and walk-back to another key"""
    write(os.path.join(home, ".inputrc"), '"\\eb": backward-word\n"\\C-o": walk-back\n')
    p = begun(home)
    p.do("walk(); walk 'next'; walk 'next'")
    p.keys("\x1bb")
    p.do("")
    equal(p.line(), "∇ 0 [z 2, 3/10]>")
    p.keys("\x0f")
    p.until(lambda: p.line() == "∇ 0 [a 1, 2/10]>")
    equal(p.end(), 0)


@test
def replaying(home):
    """a saved session does the same operations: what Enter and Alt-b did is recorded"""
    p = begun(home)
    for code in ("walk()", "", "", "A[2][1][2] = 0.9", "A[2]", ""):
        p.do(code)
    alt_b(p, "[a 1, 2/10]")
    for code in ("", "", ""):
        p.do(code)
    equal(p.line(), "∇ 0 [cost, 5/10]>")
    p.do("mg.digits(17)")
    cost = p.do("J")
    p.do('save_session("walked.lua")')
    text = read(os.path.join(home, "walked.lua"))
    equal(text.count('walk "next"'), 6, text)
    equal(text.count('walk "back"'), 1, text)
    for code in ("", "", "", "", ""):
        p.do(code)
    theta = p.do("THETA")
    equal(p.end(), 0)
    p = Prompt(home, "-q", "-i", "walked.lua")
    equal(p.line(), "∇ 0 [cost, 5/10]>")
    equal(p.do("J;"), [REMARK])
    equal(p.do("J"), cost)
    for code in ("", "", "", "", ""):
        p.do(code)
    equal(p.do("THETA"), theta)
    equal(p.end(), 0)


@test
def pasted(home):
    """a transcript of a walk does the same when it is pasted, also what Enter on an empty line did"""
    for env in ({}, {"LC_ALL": "C"}):
        p = begun(home, **env)
        p.do("walk();")
        p.keys("\x0c")
        p.until(lambda: p.screen.cursor.y == 0 and p.is_ready())
        for code in ("", "", "A[2];", ""):
            shown = len(p.raw)
            p.enter(code)
            p.until(lambda: len(p.raw) > shown + 1 and p.is_ready() and p.lines()[-2] != "")
        screen = "\n".join(p.lines())
        check("[z 2, 3/10]>" in p.line(), screen)
        p.do("walk(false)")
        p.do("walk();")
        p.paste(screen + "\n")
        p.until(lambda: p.is_ready() and "[z 2, 3/10]>" in p.line())
        equal(p.do("walk 'back';"), [])
        equal(p.end(), 0)
    out, err, code = run(stdin="∇ 0 [z 1, 1/10]> A[2]\n", home=home)
    check(code == 1 and "that is a prompt" in err, err)


@test
def piped(home):
    """with standard input no terminal an empty line does the next operation, too"""
    out, err, code = run("-i", "-q", stdin=XOR + "\nwalk();\n\nA[1];\n\n", home=home)
    equal(code, 0, out, err)
    check("op 2 of 10   a 1; next z 2" in out and "[a 1, 2/10]> " in out, out)


main()
